"""Scores kept in step: what a move means for the shop it speaks of, in the transaction of the move.

`ledger.apply` calls `follow` with every move. A problem that is confirmed is added to what was counted, exactly; what
is taken back, coded anew or made a matter of staff has the shop counted anew.
"""

from __future__ import annotations

from sqlalchemy import text

from store.db import Tx
from store.profile.confirmed import counts_since
from store.profile.grading import grade, hold_shop, only, recount
from store.profile.scale import load_scale
from store.words import Ledger, Moved, every

_CONFIRMING = ("verify", "verify_closed")
_TAKEN_BACK = ("rule_unfounded", "merge", "recode")
_STEP = text("""
INSERT INTO shop_tally (licence_no, indicator, amount, at) VALUES (:shop, :indicator, 1, :at)
ON CONFLICT (licence_no, indicator) DO UPDATE SET at = excluded.at,
    amount = shop_tally.amount * faded(half_lives(shop_tally.at, excluded.at, :half_life_days)) + 1
""")
_WRITTEN = text("UPDATE visit SET clue = :clue WHERE id = :visit")


async def follow(tx: Tx, moved: Moved) -> None:
    """Bring tally and score of the shop in step with a move that was just written, and with what it caused."""
    for one in every((moved,)):
        if one.entry.ledger is Ledger.PROBLEM and one.entry.fields["merchant"]:
            await _problem(tx, one)
        elif one.verb == "report" and "visit" in one.fields:
            await tx.execute(_WRITTEN, {"clue": one.entry.number, "visit": one.fields["visit"]})


async def _problem(tx: Tx, moved: Moved) -> None:
    fields, shop = moved.entry.fields, moved.entry.fields["merchant"]
    added = moved.verb in _CONFIRMING and not fields["internal"]
    if not added and moved.verb not in _TAKEN_BACK:
        return
    await hold_shop(tx, shop)
    if added:
        if await counts_since(tx, moved.entry.number) != moved.seq:
            return  # it counts already
        scale = await load_scale(tx, moved.at)
        step = {"shop": shop, "indicator": fields["indicator"] or "", "half_life_days": scale.half_life_days}
        await tx.execute(_STEP, step | {"at": moved.at})
    else:
        await recount(tx, only(shop), moved.at)
    await grade(tx, only(shop), moved.at)

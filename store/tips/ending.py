"""The end of a tip: closed with an outcome, erased after its retention, or at once by its tipster.

Erasing destroys the deletion share and everything that was sealed. What stays is a tombstone: the number, coarse dates,
the outcome, a hash of what was there, and who could have read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import delete as delete_from
from sqlalchemy import select, update

from store import tables, vault
from store.clock.workdays import local_day
from store.db import Tx
from store.ledger import apply
from store.moving.entries import load_entry
from store.staff.offices import person_known
from store.tips import sealing
from store.tips.audit import note
from store.tips.dialogue import acknowledged, author_of
from store.tips.nouns import Held, NotYours, Opened
from store.tips.terms import coarse, load_terms
from store.words import TIP_LINE, VAULT_DOOR, Address, Ask, Ledger, Person

OUTCOMES = ("confirmed", "unfounded", "transferred", "answered")
_GONE = (
    tables.tip_file,
    tables.tip_message,
    tables.tip_receipt,
    tables.tip_identity,
    tables.tip_release,
    tables.tip_share,
)


async def close(tx: Tx, opened: Opened, outcome: str, text: str, at: datetime) -> None:
    """End the tip with an outcome (`OUTCOMES`) and a last message, which is the feedback; retention begins. Raises
    `ValueError` for another outcome, `NotYours` when it is over."""
    if outcome not in OUTCOMES:
        raise ValueError("no such outcome")
    row = await sealing.tip_row(tx, opened.number, lock=True)
    if row.status == "closed":
        raise NotYours
    payload = {"kind": "closed", "text": text, "files": []}
    await sealing.append(tx, opened.key, opened.number, author_of(opened), payload, local_day(at))
    await acknowledged(tx, opened, at)
    terms, day = await load_terms(tx, at), local_day(at)
    end = {"closed_on": day, "feedback_on": day, "erase_on": day + timedelta(days=terms.retention_days)}
    await tx.execute(
        update(tables.tip).where(tables.tip.c.number == row.number).values(status="closed", outcome=outcome, **end)
    )
    await _close_entry(tx, row.number, outcome, await officer_of(tx, opened), at)
    await note(tx, opened.officer.person, "close", row.number, at)


async def delete(tx: Tx, held: Held, at: datetime) -> None:
    """End a tip at once and for good, at its tipster's wish. Nobody is told; its officers find it gone. Raises
    `NotYours`; only a `full` receipt may."""
    if not held.full:
        raise NotYours
    row = await sealing.tip_row(tx, held.number, lock=True)
    if row.status != "closed":
        await _close_entry(tx, held.number, "withdrawn", TIP_LINE, coarse(at))
    outcome = row.outcome or "withdrawn"
    await erase(tx, held.number, {"outcome": outcome, "closed_on": row.closed_on or local_day(at)}, at)


async def erase(tx: Tx, number: str, also: Mapping[str, object], at: datetime) -> None:
    """Destroy what opens a tip and what it held; leave the tombstone."""
    tip, said = tables.tip, tables.tip_message.c
    query = select(said.sealed).where(said.number == number).order_by(said.counter)
    digest = vault.link(*(await tx.execute(query)).scalars())
    for table in _GONE:
        await tx.execute(delete_from(table).where(table.c.number == number))
    await tx.execute(update(tables.tip_wrap).where(tables.tip_wrap.c.number == number).values(sealed=b""))
    stone = {"status": "erased", "head": None, "sealed": None, "digest": digest, "erased_on": local_day(at), **also}
    await tx.execute(update(tip).where(tip.c.number == number).values(stone))


async def officer_of(tx: Tx, opened: Opened) -> Person:
    """The officer as the ledgers know them, with the tip's key in hand."""
    person = await person_known(tx, opened.officer.person)
    if person is None:
        raise NotYours
    return replace(person, address=Address(VAULT_DOOR, person.id))


async def _close_entry(tx: Tx, number: str, outcome: str, by: Person, at: datetime) -> None:
    """The line of the clue ledger; an entry that was closed otherwise stays as it is."""
    entry = await load_entry(tx, number, lock=True)
    if entry is not None and entry.state == "city_review":
        await apply(tx, Ask(Ledger.CLUE, "close", number, {"outcome": outcome}), by, at)

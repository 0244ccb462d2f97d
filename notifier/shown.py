"""The cards that people hold in their hands: noted when they are posted, greyed once when a move outdates them.

The update is a letter of its own behind the card's letter in the same queue, so it leaves after the card, is never lost
and never doubled: its key is the card's. The code that it spends is marked together with the letter's start, before
the call (wecom.md §9).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from notifier import leases
from notifier.cards import UPDATE, shows
from notifier.leases import Claimed, Start, Verdict
from notifier.wire import within
from store.chosen_forms import CARDS_LEDGERS, CARDS_OFF
from store.db import Driver, Tx
from store.law.actors import offers_to
from store.words import Address, Json, Ledger, Letter, Moved

GOOD_FOR = timedelta(hours=24)
"""Pages before 2023 give a response_code so long, newer ones 72 h (wecom.md §20)."""

_OFF = """
SELECT d.door
FROM (SELECT value FROM setting WHERE key = $1 AND valid_from <= $2 ORDER BY valid_from DESC LIMIT 1) AS chosen,
     jsonb_array_elements_text(chosen.value) AS d(door)
"""
_ON = "SELECT value ? $3 FROM setting WHERE key = $1 AND valid_from <= $2 ORDER BY valid_from DESC LIMIT 1"
_LIVE = "SELECT letter, person_id, door, address, verbs FROM card WHERE number = $1 AND outdated_at IS NULL"
_OUTDATE = "UPDATE card SET outdated_at = $2 WHERE letter = ANY ($1::text[])"
_NOTE = """
INSERT INTO card (letter, number, person_id, door, address, verbs)
SELECT letter, $1, person, door, address, string_to_array(verbs, ' ')
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) AS new(letter, person, door, address, verbs)
ON CONFLICT (letter) DO NOTHING
"""
_KEEP = """
UPDATE card c SET code = d.code, ref = d.ref, expires_at = clock_timestamp() + $4::interval + $5::interval
FROM unnest($1::bigint[], $2::text[], $3::text[]) AS d(id, code, ref) JOIN letter l ON l.id = d.id
WHERE c.letter = l.key AND c.code IS NULL
"""
_SPEND = """
UPDATE card SET spent_at = clock_timestamp()
WHERE letter = $1 AND code IS NOT NULL AND spent_at IS NULL AND expires_at > clock_timestamp() + $2::interval
RETURNING code, ref
"""
# A card that was not sent yet is told in words when its time comes.
_WITHDRAW = """
UPDATE letter SET facts = facts - 'verbs' WHERE key = $1 AND stage = 'open' AND body IS NULL
"""
_NOTHING_TO_DO = """
UPDATE letter SET state = 'obsolete', reason = 'no card to update', owner = NULL, lease_until = NULL,
                  settled_at = clock_timestamp()
WHERE id = $1 AND owner = $2 AND state = 'claimed'
"""
_PLAINLY = """
UPDATE letter SET facts = facts - 'verbs', body = NULL, body_sha256 = NULL, started_at = NULL, state = 'ready',
                  attempts = attempts + 1, reason = $3, owner = NULL, lease_until = NULL
WHERE id = $1 AND owner = $2 AND state = 'started'
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """A card as its door knows it: the message's id, and the code that changes it."""

    code: str
    ref: str | None


class _NotOurs(Exception):
    """The letter may not leave; what was marked with it is taken back."""


# --- in the transaction of the cause ----------------------------------------------------------------------


async def follow(tx: Tx, moved: Moved, told: Sequence[Letter], at: datetime) -> list[Letter]:
    """The letters of a move with the updates of every card that it outdates; both kinds of cards are noted.

    A card is outdated when its holder may not use one of its buttons any more, or gets a newer one just now.
    """
    driver, number = await within(tx), moved.entry.number
    told = await _without_cards(driver, moved.entry.ledger, told, at)
    new = [letter for letter in told if shows(letter.facts)]
    live = await driver.fetch(_LIVE, number)
    updates: list[Letter] = []
    if live:
        offered = await offers_to(tx, [row["person_id"] for row in live], moved.entry, at)
        newer = {letter.to for letter in new}
        old = [row for row in live if _address(row) in newer or not _usable(row, offered)]
        updates = [_update(row, moved, at, usable=_usable(row, offered)) for row in old]
        await driver.execute(_OUTDATE, [row["letter"] for row in old], at)
    if new:
        await driver.execute(_NOTE, number, *_columns(new))
    return [*updates, *told]


async def _without_cards(driver: Driver, ledger: Ledger, told: Sequence[Letter], at: datetime) -> list[Letter]:
    """The letters; those of ledgers without cards, and for doors where cards are switched off, without buttons."""
    if not any(shows(letter.facts) for letter in told):
        return list(told)
    chosen = await driver.fetchval(_ON, CARDS_LEDGERS, at, str(ledger))
    if not (ledger is Ledger.PROBLEM if chosen is None else chosen):
        return [_plain(letter) for letter in told]
    off = {row["door"] for row in await driver.fetch(_OFF, CARDS_OFF, at)}
    return [_plain(letter) if letter.to.door in off else letter for letter in told]


def _plain(letter: Letter) -> Letter:
    return replace(letter, facts={name: fact for name, fact in letter.facts.items() if name != "verbs"})


def _address(row: Mapping[str, Json]) -> Address:
    return Address(row["door"], row["address"])


def _usable(row: Mapping[str, Json], offered: Mapping[str, Sequence[str]]) -> bool:
    """Whether every button of that card may still be pressed."""
    return set(row["verbs"]) <= set(offered.get(row["person_id"], ()))


def _update(row: Mapping[str, Json], moved: Moved, at: datetime, *, usable: bool) -> Letter:
    number, hidden = moved.entry.number, bool(moved.entry.fields.get("internal")) or moved.by.id == "clock"
    return Letter(
        key=f"{UPDATE}:{row['letter']}",
        to=_address(row),
        person=row["person_id"],
        purpose=UPDATE,
        template=UPDATE,
        facts={
            "card": row["letter"],
            "number": number,
            "seq": moved.seq,
            "verb": "" if usable else moved.verb,  # nothing was done to it: there only is a newer card
            "by": "" if hidden else moved.by.name,
        },
        not_before=at,
        subject=(str(moved.entry.ledger), number),
        urgent=True,  # nobody hears it ring
    )


def _columns(new: Sequence[Letter]) -> tuple[list[str], ...]:
    return (
        [letter.key for letter in new],
        [letter.person for letter in new],
        [letter.to.door for letter in new],
        [letter.to.id for letter in new],
        [" ".join(letter.facts["verbs"]) for letter in new],
    )


# --- on the way -------------------------------------------------------------------------------------------


async def keep(conn: Driver, verdicts: Sequence[Verdict], shift: timedelta) -> None:
    """Note how the cards that were shown can be changed. Before the verdict is written: whoever dies in between asks
    the door again, and is answered the same."""
    new = [verdict for verdict in verdicts if verdict.code]
    if new:
        ids, codes = [verdict.id for verdict in new], [verdict.code for verdict in new]
        await conn.execute(_KEEP, ids, codes, [verdict.ref for verdict in new], shift, GOOD_FOR)


async def start(
    conn: Driver,
    owner: str,
    letter: Claimed,
    envelope: Callable[[Shown], bytes],
    lease: timedelta,
    shift: timedelta,
) -> bytes | None:
    """Spend the card's code on this update: its bytes are frozen and marked as started with it. None when the card
    was not shown, its code is too old, or the letter must not leave."""
    try:
        async with conn.transaction():
            row = await conn.fetchrow(_SPEND, letter.facts["card"], shift)
            if row is None:
                await conn.execute(_WITHDRAW, letter.facts["card"])
                await conn.execute(_NOTHING_TO_DO, letter.id, owner)
                return None
            body = envelope(Shown(row["code"], row["ref"]))
            started = Start(letter.id, body, hashlib.sha256(body).hexdigest())
            if not await leases.start(conn, owner, [started], lease):
                raise _NotOurs
            return body
    except _NotOurs:
        return None


async def tell_plainly(conn: Driver, owner: str, letter: Claimed, reason: str) -> None:
    """The door refused the card, which therefore nobody has seen: the same letter is sent again, in words."""
    await conn.execute(_PLAINLY, letter.id, owner, reason)

"""Nobody is at an address any more: its contact goes off, and what waited there goes on. Never to nobody.

First to the person's other doors; else to the substitute they named, if they are away; else up the ladder of offices
(lifecycle.md §4) to the first one that can be reached. An internal clue climbs no lower than the city's supervision.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from notifier import cards, hooking
from notifier.outbox import post
from notifier.wire import within
from store.db import Tx
from store.moving.entries import accused_of
from store.staff.absence import stand_ins
from store.staff.offices import city_of, involved, ladder, members, supervision
from store.words import Address, Hearer, Holder, Json, Ledger, Letter

log = logging.getLogger("loop153.mail")

_OFF = """
UPDATE contact SET off_reason = $3, off_at = clock_timestamp() WHERE door = $1 AND address = $2 AND off_at IS NULL
"""
_LEFT = """
UPDATE letter SET state = 'dead', reason = $3, owner = NULL, lease_until = NULL, settled_at = clock_timestamp()
WHERE door = $1 AND address = $2 AND stage = 'open' AND ($5::text IS NULL OR person_id = $5)
RETURNING key, door, address, person_id, purpose, template, facts::text AS facts, ledger, number, urgent, not_before,
          clock_timestamp() + $4::interval AS now
"""
_REACHED = """
SELECT c.person_id, c.door, c.address FROM contact c JOIN person p ON p.id = c.person_id
WHERE c.person_id = ANY ($1) AND c.off_at IS NULL AND p.active AND c.door <> 'hook'
ORDER BY c.door DESC, c.address
"""
_SEAT = """
SELECT p.name, p.unit_code,
       coalesce((SELECT x.code FROM unit x WHERE x.code = ANY (string_to_array(u.path, '/')) AND x.kind <> 'department'
                 ORDER BY length(x.path) DESC LIMIT 1), u.code) AS bureau
FROM person p JOIN unit u ON u.code = p.unit_code WHERE p.id = $1
"""


async def hand_on(tx: Tx, at: Address, reason: str, shift: timedelta, *, person: str | None = None) -> int:
    """Hand on the open letters of an address; how many.

    With `person`, only theirs: they are not (or no longer) behind it. Without, the other side said that nobody is: the
    contact goes off.
    """
    driver = await within(tx)
    if person is None:
        await driver.execute(_OFF, at.door, at.id, reason)
    rows = await driver.fetch(_LEFT, at.door, at.id, f"gone: {reason}", shift, person)
    for row in rows:
        if row["purpose"] in (cards.UPDATE, hooking.PURPOSE):  # nobody else has that card; a program is nobody
            continue
        letters = await _onward(tx, row)
        await post(tx, letters, now=row["now"])
        if not letters and not await _reached(tx, [row["person_id"]]):
            log.error("a letter about %s reaches nobody any more", row["number"])
    return len(rows)


async def climb(tx: Tx, person: str, number: str | None, *, internal: bool) -> list[Hearer]:
    """Who hears of a matter instead of somebody who cannot be reached: the first office above them where anybody can.

    The head of their department, else county supervision, city supervision, the city's leaders, its administrators
    (`store.offices.ladder`); never the accused and their line.
    """
    seat = await (await within(tx)).fetchrow(_SEAT, person)
    if seat is None:
        return []
    city = await city_of(tx, seat["bureau"])
    start = supervision(city) if internal else Holder(person=person)
    accused = await accused_of(tx, number) if number else []
    for office in ladder(start, seat["unit_code"], seat["bureau"], city):
        people = {found.id: found for found in await members(tx, office, accused) if found.id != person}
        reached = await _reached(tx, list(people))
        if reached:
            return [Hearer(people[who], "holder", addresses) for who, addresses in reached.items()]
    return []


async def substitute(tx: Tx, person: str, number: str | None, at: datetime) -> list[Hearer]:
    """Who was named to stand in for somebody who is away then, when they can be reached and are not accused."""
    userid = (await stand_ins(tx, [person], at)).get(person)
    accused = await accused_of(tx, number) if userid and number else []
    for found in await members(tx, Holder(person=userid), []) if userid else ():
        reached = await _reached(tx, [found.id])
        if reached and not await involved(tx, found, accused):
            return [Hearer(found, "holder", reached[found.id])]
    return []


async def _onward(tx: Tx, row: Mapping[str, Json]) -> list[Letter]:
    """The same letter for whoever hears it instead: at another door of the same person, or further up."""
    person: str = row["person_id"]
    facts: dict[str, Json] = json.loads(row["facts"])
    own = (await _reached(tx, [person])).get(person)
    if own:
        return [] if await _told_there(tx, row, own[0]) else [_copy(row, facts, person, own[0])]
    seat = await (await within(tx)).fetchrow(_SEAT, person)
    if seat is None or row["ledger"] not in tuple(Ledger):  # one's own draft, an announcement: nobody else's concern
        return []
    facts.setdefault("unreached", seat["name"])
    hearers = await substitute(tx, person, row["number"], row["now"])
    hearers = hearers or await climb(tx, person, row["number"], internal=bool(facts.get("internal")))
    return [_copy(row, facts, hearer.person.id, hearer.to[0]) for hearer in hearers]


async def _told_there(tx: Tx, row: Mapping[str, Json], other: Address) -> bool:
    """Whether the same thing was written to the person's other address from the beginning: whoever has two doors
    hears at both."""
    key, was = str(row["key"]), f"{row['person_id']}:{row['door']}"
    there = key.replace(f"{was}:{row['address']}", f"{row['person_id']}:{other.door}:{other.id}")
    there = there.replace(was, f"{row['person_id']}:{other.door}")
    return bool(await (await within(tx)).fetchval("SELECT EXISTS (SELECT FROM letter WHERE key = $1)", there))


def _copy(row: Mapping[str, Json], facts: Mapping[str, Json], person: str, to: Address) -> Letter:
    origin = str(row["key"]).partition(">")[0]
    facts = {name: fact for name, fact in facts.items() if name != "verbs"}  # the buttons were another's
    return Letter(
        key=f"{origin}>{person}:{to.door}",
        to=to,
        person=person,
        purpose=row["purpose"],
        template=row["template"],
        facts=facts,
        not_before=row["not_before"],
        subject=(row["ledger"], row["number"]) if row["ledger"] else None,
        urgent=row["urgent"],
    )


async def _reached(tx: Tx, people: Sequence[str]) -> dict[str, tuple[Address, ...]]:
    """The working addresses of those of them who have any."""
    found: dict[str, tuple[Address, ...]] = {}
    for row in await (await within(tx)).fetch(_REACHED, people):
        found[row["person_id"]] = (*found.get(row["person_id"], ()), Address(row["door"], row["address"]))
    return found

"""Who somebody is to an entry just now, offices that nobody fills and colleagues who are away included."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from store import tables
from store.db import Tx
from store.law.rules import LAWS, offered
from store.law.standing import Actor, Standing, is_tip, standings
from store.moving.entries import accused_of
from store.staff.absence import standing_in
from store.staff.offices import PEOPLE, Seats, acting, city_of, ladder, person_of, supervision
from store.words import Entry, Holder, Json, Ledger, Level, Person, Role

VERDICTS = ("verifying", "rechecking")
"""States in which whoever handled the matter, and their department, hold nothing."""


async def actor_of(tx: Tx, person: Person, entry: Entry | None, accused: Sequence[str], at: datetime) -> Actor:
    """`person` with what they are to the entry, standing in for an empty office included."""
    if entry is None or person.role is Role.CLOCK or is_tip(entry):
        return Actor(person, standings(person, entry))
    desk: frozenset[Standing] = frozenset()
    if entry.holder and _among(person, await seats_of(tx, entry, accused, at)):
        desk = LAWS[entry.ledger].states[entry.state].desk
    if entry.ledger is Ledger.PROBLEM and person.role in (Role.LEADER, Role.ADMINISTRATOR):
        # Only they stand in for a supervision desk that nobody fills.
        in_charge = await office_seats(tx, supervision_of(entry.fields, await _city(tx, entry)), entry, accused, at)
        if _among(person, in_charge):
            desk |= {Standing.SUPERVISION, Standing.CITY_SUPERVISION}
    return Actor(person, standings(person, entry, desk))


async def offers(
    tx: Tx, people: Iterable[Person], entry: Entry, accused: Sequence[str], at: datetime
) -> dict[str, tuple[str, ...]]:
    """By userid, the verbs that each of these people may use on an entry just now, in the table's order."""
    found = {}
    for person in people:
        actor = await actor_of(tx, await standing_in(tx, person, at), entry, accused, at)
        found[person.id] = offered(entry.ledger, entry.state, actor)
    return found


async def offers_to(tx: Tx, userids: Sequence[str], entry: Entry, at: datetime) -> dict[str, tuple[str, ...]]:
    """The same for people of whom only the userids are known; whoever left is not in the answer."""
    rows = await tx.execute(PEOPLE.where(tables.person.c.id.in_(userids)))
    people = [person_of(row) for row in rows]
    return await offers(tx, people, entry, await accused_of(tx, entry.number), at)


async def seats_of(tx: Tx, entry: Entry, accused: Sequence[str], at: datetime) -> Seats:
    """Who acts as the holder of an entry, which has one."""
    assert entry.holder
    return await office_seats(tx, entry.holder, entry, accused, at)


async def office_seats(tx: Tx, holder: Holder, entry: Entry, accused: Sequence[str], at: datetime) -> Seats:
    """Who acts as that office or person in a matter; where a verdict is due, nobody who handled it."""
    return await seats(tx, holder, entry.fields, accused, at, verdict=entry.state in VERDICTS)


async def seats(
    tx: Tx, holder: Holder, fields: Mapping[str, Json], accused: Sequence[str], at: datetime, *, verdict: bool = False
) -> Seats:
    """The same for the columns of an entry that is about to be written."""
    return await acting(tx, await rungs(tx, holder, fields), accused, at, fields["tasks"] if verdict else ())


async def rungs(tx: Tx, holder: Holder, fields: Mapping[str, Json]) -> tuple[Holder, ...]:
    """The holder and every office above it in a matter with these columns."""
    unit = fields["unit_code"]
    if holder.person:  # above a person comes the head of their own department
        unit = next((task["unit"] for task in fields.get("tasks", ()) if task["person"] == holder.person), unit)
    return ladder(holder, unit, fields["bureau"], await city_of(tx, fields["bureau"]))


def supervision_of(fields: Mapping[str, Json], city: str) -> Holder:
    """The supervision desk in charge of a problem."""
    return supervision(fields["bureau"] if fields["level"] == Level.COUNTY else city)


async def _city(tx: Tx, entry: Entry) -> str:
    return await city_of(tx, entry.fields["bureau"])


def _among(person: Person, seats: Seats) -> bool:
    return any(one.id == person.id for one in seats.people)

"""Absence: who is away on a day, and who stands in for them (mailroom.md §1.11).

A substitute who is away too is followed by their own, five deep at most; a chain that is longer, runs in a circle or
ends with nobody leads to the superior.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from store.clock.workdays import local_day
from store.db import Tx
from store.remembered import once
from store.tables import absence
from store.words import Person

DEEPEST = 5


async def away_on(tx: Tx, day: date) -> Mapping[str, str | None]:
    """Everybody who is away on that day, with the substitute they named; of two absences the later one counts."""
    return await once(tx, ("away", day), lambda: _away_on(tx, day))


async def _away_on(tx: Tx, day: date) -> Mapping[str, str | None]:
    today = select(absence.c.person_id, absence.c.substitute).where(absence.c.from_day <= day, absence.c.to_day >= day)
    return {row.person_id: row.substitute for row in await tx.execute(today.order_by(absence.c.from_day))}


async def stand_ins(tx: Tx, people: Iterable[str], at: datetime) -> dict[str, str | None]:
    """Who acts for each of these people who is away: a userid, or None when it falls to the superior."""
    away = await away_on(tx, local_day(at))
    return {person: follow(away, person) for person in people if person in away}


async def standing_in(tx: Tx, person: Person, at: datetime) -> Person:
    """The person with everybody they stand in for at that moment."""
    away = await away_on(tx, local_day(at))
    mine = tuple(sorted(one for one in away if follow(away, one) == person.id))
    return replace(person, stands_for=mine) if mine else person


def follow(away: Mapping[str, str | None], person: str) -> str | None:
    """The end of a chain of substitutes; None for the superior."""
    at: str | None = person
    for _hop in range(DEEPEST):
        at = away[at] if at is not None else None
        if at is None or at not in away:
            return at
    return None


async def be_away(
    tx: Tx, person: str, from_day: date, to_day: date, substitute: str | None, by: str, at: datetime
) -> None:
    """Note an absence, both days included; one that begins on the same day is replaced."""
    row = {"to_day": to_day, "substitute": substitute, "set_by": by, "set_at": at}
    note = insert(absence).values(person_id=person, from_day=from_day, **row)
    await tx.execute(note.on_conflict_do_update(index_elements=["person_id", "from_day"], set_=row))


async def be_back(tx: Tx, person: str, from_day: date) -> None:
    """Take an absence back."""
    await tx.execute(delete(absence).where(absence.c.person_id == person, absence.c.from_day == from_day))

"""抽评问效: the monthly draw of closed problems for a re-check, and who does it.

Of each bureau's problems closed last month `sample_percent` are drawn, rounded up, and every one from `sample_severity`
on. The seed is chosen by chance and recorded, so that nobody can know it before and anybody can repeat the draw after.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from math import ceil
from random import Random

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from store import tables
from store.clock.clocks import Clocks
from store.clock.workdays import SHANGHAI, local_day
from store.db import Tx
from store.staff.offices import city_of, ladder, members, supervision
from store.words import Json, Person, Refused

VERDICT_VERBS = ("verify", "verify_closed", "rule_unfounded", "confirm")


def draw(seed: int, ordinary: Sequence[str], grave: Sequence[str], percent: int) -> list[str]:
    """The numbers drawn from one bureau's month: all grave ones, and a share of all of them by chance."""
    quota = ceil((len(ordinary) + len(grave)) * percent / 100)
    more = max(0, min(quota - len(grave), len(ordinary)))
    chosen = Random(seed).sample(sorted(ordinary), more)  # noqa: S311 - the seed is secret until it is drawn
    return sorted({*grave, *chosen})


async def draw_month(tx: Tx, at: datetime, clocks: Clocks) -> int:
    """Draw from last month once, however many replicas ask; how many problems were drawn."""
    month, unit = last_month(local_day(at)), tables.unit.c
    if (await tx.execute(select(1).where(tables.draw.c.month == month).limit(1))).first():
        return 0
    bureaus = (await tx.execute(select(unit.code).where(unit.kind.in_(("city", "county"))))).scalars().all()
    return sum([await _draw_bureau(tx, month, bureau, at, clocks) for bureau in bureaus])


async def _draw_bureau(tx: Tx, month: date, bureau: str, at: datetime, clocks: Clocks) -> int:
    problem, since, until = tables.problem.c, _midnight(month), _midnight(next_month(month))
    closed = select(problem.number, problem.severity).where(
        problem.bureau == bureau, problem.closed_at >= since, problem.closed_at < until
    )
    rows = (await tx.execute(closed)).all()
    grave = [row.number for row in rows if row.severity >= clocks.sample_severity]
    ordinary = [row.number for row in rows if row.severity < clocks.sample_severity]
    seed = secrets.randbits(62)
    numbers = draw(seed, ordinary, grave, clocks.sample_percent)
    record = {"month": month, "bureau": bureau, "seed": seed, "closed": len(rows), "drawn": len(numbers), "at": at}
    first = upsert(tables.draw).values(record).on_conflict_do_nothing().returning(tables.draw.c.month)
    if not (await tx.execute(first)).first() or not numbers:
        return 0
    again = upsert(tables.drawn)
    moved = {"month": month, "bureau": bureau, "sampled_seq": None}
    drawn = [{"number": number, "month": month, "bureau": bureau} for number in numbers]
    await tx.execute(again.on_conflict_do_update(index_elements=["number"], set_=moved), drawn)
    return len(numbers)


async def hands(tx: Tx, number: str) -> frozenset[str]:
    """Everybody who worked on a problem or gave a verdict on it."""
    task, line = tables.task.c, tables.line.c
    worked = select(task.person_id, task.done_by).where(task.number == number, task.part != "recheck")
    judged = select(line.by).where(line.ledger == "problem", line.number == number, line.verb.in_(VERDICT_VERBS))
    found = {one for row in await tx.execute(worked) for one in row if one}
    return frozenset(found | set((await tx.execute(judged)).scalars()))


async def pick_rechecker(
    tx: Tx, fields: Mapping[str, Json], accused: Sequence[str], busy: frozenset[str], at: datetime
) -> Person:
    """Whoever of the city's supervision, else of the offices above, has the fewest re-checks open; nobody `busy`."""
    city = await city_of(tx, fields["bureau"])
    for office in ladder(supervision(city), fields["unit_code"], fields["bureau"], city):
        free = [one for one in await members(tx, office, accused) if one.id not in busy]
        if free:
            load = await _open_rechecks(tx, free)
            return min(free, key=lambda one: (load.get(one.id, 0), one.id))
    raise Refused("missing_assignee", VERB={"zh": "抽评", "en": "draw for a re-check"})


async def _open_rechecks(tx: Tx, people: Sequence[Person]) -> dict[str, int]:
    task = tables.task.c
    waiting = select(task.person_id, func.count()).where(
        task.person_id.in_([one.id for one in people]), task.part == "recheck", task.state.in_(("assigned", "received"))
    )
    return {row[0]: row[1] for row in await tx.execute(waiting.group_by(task.person_id))}


def last_month(day: date) -> date:
    """The first day of the month before."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def next_month(day: date) -> date:
    """The first day of the month after."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)

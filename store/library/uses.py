"""How much each indicator is used (features.md E13): counts by the beginning of a code, always cut to what the asker
may see, so that every number is the length of the list that it opens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, literal_column, select

from store import tables
from store.clock.workdays import local_day, midnight
from store.db import Tx
from store.law.scope import sees
from store.reading.views import OPEN
from store.words import Ledger, Person

RECENT = 90
"""Days, today among them, that "recently" means on the pages of the library."""
MONTHS = 12

clue, problem = tables.clue.c, tables.problem.c


@dataclass(frozen=True, slots=True)
class Used:
    """What became of the codes that begin alike: clues of a time, those of them that a problem was made of, and the
    problems that are open today."""

    clues: int
    confirmed: int
    open: int


@dataclass(frozen=True, slots=True)
class Month:
    """The clues of one month; `first` and `last` are its days."""

    first: date
    last: date
    clues: int


def recent(at: datetime) -> date:
    """The first of the last `RECENT` days."""
    return local_day(at) - timedelta(days=RECENT - 1)


async def by_code(tx: Tx, who: Person, since: datetime, until: datetime) -> Mapping[str, int]:
    """How many clues of that time have exactly which code."""
    within = (clue.indicator.is_not(None), clue.reported_at >= since, clue.reported_at < until)
    counts = select(clue.indicator, func.count()).where(*within, sees(who)).group_by(clue.indicator)
    return dict((await tx.execute(counts)).tuples().all())


def beginning(counts: Mapping[str, int], code: str) -> int:
    """How many of them have a code that begins so: as the lists filter."""
    return sum(count for own, count in counts.items() if own.startswith(code))


async def used(tx: Tx, who: Person, code: str, since: datetime, until: datetime) -> Used:
    """Of the codes that begin with `code`."""
    of_time = (_begins(clue.indicator, code), clue.reported_at >= since, clue.reported_at < until, sees(who))
    clues = select(func.count(), func.count().filter(clue.problem.is_not(None))).where(*of_time)
    is_open = (_begins(problem.indicator, code), problem.state.in_(OPEN[Ledger.PROBLEM]), sees(who, Ledger.PROBLEM))
    total, confirmed = (await tx.execute(clues)).one()
    return Used(total, confirmed, (await tx.execute(select(func.count()).where(*is_open))).scalar_one())


async def by_month(tx: Tx, who: Person, code: str, at: datetime, months: int = MONTHS) -> list[Month]:
    """The clues of the codes that begin with `code`, for this month and those before it, the oldest first."""
    firsts = first_days(at, months)
    own = month()
    within = (_begins(clue.indicator, code), clue.reported_at >= midnight(firsts[0]), clue.reported_at <= at)
    rows = await tx.execute(select(own, func.count()).where(*within, sees(who)).group_by(own))
    counts = dict(rows.tuples().all())
    return [Month(first, last_day(first), counts.get(f"{first:%Y-%m}", 0)) for first in firsts]


def first_days(at: datetime, months: int) -> list[date]:
    """The first days of this month and of those before it, the oldest first."""
    today = local_day(at)
    count = today.year * 12 + today.month - 1
    return [date(one // 12, one % 12 + 1, 1) for one in range(count - months + 1, count + 1)]


def last_day(first: date) -> date:
    """The last day of the month that begins then."""
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def month() -> ColumnElement[str]:
    """The month in which a clue was reported, by the office's calendar: "2026-11"."""
    local = func.timezone(literal_column("'Asia/Shanghai'"), clue.reported_at)
    return func.to_char(local, literal_column("'YYYY-MM'"))


def _begins(column: ColumnElement[str], code: str) -> ColumnElement[bool]:
    return column.startswith(code, autoescape=True)

"""One page of a ledger, however many entries it has: found by seeking along an index, counted within bounds.

Pages are walked with a place in the order (the sort key and the number of the first or last row shown), never by
counting rows off: the thousandth page costs what the first does. How many there are in all is counted up to `MOST`
and only for a moment (`MOMENT`); what takes longer is not worth a person's time, and the page says "more than".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select, text, tuple_
from sqlalchemy.exc import DBAPIError

from store import tables
from store.books.filters import Filters, conditions, end_of, start_of
from store.clock.workdays import Calendar, load_calendar, local_day
from store.db import Tx
from store.law.scope import at_a_glance, few
from store.moving.entries import SHORT, TABLES, entry_of
from store.reading.front import Row, row_of
from store.words import Entry, Ledger, Person

SIZE = 50
MOST = 10_000
MOMENT = 10
"""Milliseconds that counting may take."""

clue, problem = tables.clue.c, tables.problem.c
KEYS: Mapping[Ledger, Mapping[str, ColumnElement[datetime]]] = MappingProxyType(
    {
        Ledger.CLUE: {"date": clue.reported_at, "due": clue.due_at},
        Ledger.PROBLEM: {"date": problem.opened_at, "due": problem.due_at, "closed": problem.closed_at},
    }
)
"""What a ledger can be sorted by. Sorted by a deadline or by the closing, only entries are shown that have one."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the order: just after, or just before, a row with this key and number."""

    key: datetime
    number: str
    back: bool = False

    @classmethod
    def of(cls, text: str) -> Spot | None:
        """A place as an address has it ("a.<microseconds>.<number>"); None for anything else."""
        way, _, rest = text.partition(".")
        micros, _, number = rest.partition(".")
        digits = micros.removeprefix("-")
        if way not in ("a", "b") or not (digits.isascii() and digits.isdigit()) or len(digits) > 17 or len(number) > 20:
            return None
        try:
            return cls(datetime.fromtimestamp(int(micros) / 1_000_000, UTC), number, way == "b")
        except (ValueError, OverflowError, OSError):
            return None

    @property
    def text(self) -> str:
        micros = round(self.key.timestamp() * 1_000_000)
        return f"{'b' if self.back else 'a'}.{micros}.{self.number}"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a list, with what the ledger's files and wide screens show beside it."""

    row: Row
    entry: Entry

    @property
    def since(self) -> datetime:
        """When it came into its ledger."""
        fields = self.entry.fields
        return datetime.fromisoformat(fields["reported_at" if self.entry.ledger is Ledger.CLUE else "opened_at"])

    @property
    def day(self) -> str:
        """The same as an ISO day of Shanghai."""
        return local_day(self.since).isoformat()


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows. `before` and `after` lead to the pages around it; `total` is None when counting took too long,
    and `MOST` + 1 when there are more than that."""

    lines: Sequence[Line]
    before: Spot | None
    after: Spot | None
    total: int | None


def sort_of(filters: Filters, sort: str) -> tuple[str, bool]:
    """The key to sort by and whether from the newest down: what was asked for, else what suits the filters."""
    key = sort.removeprefix("-")
    if key in KEYS[filters.ledger]:
        return key, sort.startswith("-")
    if {"closed_from", "closed_to"} & set(filters.given):
        return "closed", True
    return ("due", False) if {"light", "overdue_on", "due_from", "due_to"} & set(filters.given) else ("date", True)


def jump(day: str, *, descending: bool) -> Spot:
    """The place in an order by time at which a day begins (the newest of it first when `descending`)."""
    return Spot(end_of(day), "") if descending else Spot(start_of(day), "")


async def page(
    tx: Tx,
    filters: Filters,
    who: Person,
    language: str,
    at: datetime,
    *,
    sort: str = "",
    spot: Spot | None = None,
    size: int = SIZE,
) -> Page:
    """A page of what fits and `who` may see."""
    calendar = await load_calendar(tx, at)
    rows, more = await _numbers(tx, filters, who, at, calendar, sort, spot, size)
    back = spot is not None and spot.back
    key, _descending = sort_of(filters, sort)
    lines = await lines_of(tx, filters.ledger, [row.number for row in rows], language, at, calendar)
    first = Spot(rows[0].key, rows[0].number, back=True) if rows else None
    last = Spot(rows[-1].key, rows[-1].number) if rows else None
    whole = spot is None and not more
    total = len(rows) if whole else await count(tx, filters, who, at, calendar, key)
    return Page(
        lines,
        first if (more if back else spot is not None) else None,
        last if (back or more) else None,
        total,
    )


async def _numbers(
    tx: Tx, filters: Filters, who: Person, at: datetime, calendar: Calendar, sort: str, spot: Spot | None, size: int
) -> tuple[Sequence[Any], bool]:
    """Numbers and keys of a page in their order, and whether there is more in the direction walked."""
    name, descending = sort_of(filters, sort)
    key, entry = KEYS[filters.ledger][name], TABLES[filters.ledger].c
    down = descending != (spot is not None and spot.back)
    query = fitting(filters, who, at, calendar, name).add_columns(key.label("key"))
    if spot is not None:
        here, there = tuple_(key, entry.number), tuple_(literal(spot.key), literal(spot.number))
        query = query.where(here < there if down else here > there)
    order = (key.desc(), entry.number.desc()) if down else (key, entry.number)
    rows = list((await tx.execute(query.order_by(*order).limit(size + 1))).all())
    more, rows = len(rows) > size, rows[:size]
    return (rows[::-1] if down != descending else rows), more


def fitting(filters: Filters, who: Person, at: datetime, calendar: Calendar, sort: str = "date") -> Select[Any]:
    """The numbers of everything that fits and that `who` may see."""
    ledger = filters.ledger
    entry, little = TABLES[ledger].c, few(who, ledger)
    query = select(entry.number).where(*conditions(filters, who, at, calendar), at_a_glance(who, ledger))
    if little is not None:
        query = query.where(entry.number.in_(little))
    return query if sort == "date" else query.where(KEYS[ledger][sort].is_not(None))


async def count(
    tx: Tx, filters: Filters, who: Person, at: datetime, calendar: Calendar, sort: str = "date"
) -> int | None:
    """How many fit, up to `MOST` + 1; None when that cannot be told in a moment."""
    some = fitting(filters, who, at, calendar, sort).limit(MOST + 1).subquery()
    try:
        async with tx.begin_nested():
            await tx.execute(text(f"SET LOCAL statement_timeout = {MOMENT}"))
            total: int = (await tx.execute(select(func.count()).select_from(some))).scalar_one()
            await tx.execute(text("SET LOCAL statement_timeout = DEFAULT"))
    except DBAPIError as broken:
        if getattr(broken.orig, "sqlstate", "") != "57014":  # query_canceled
            raise
        return None
    return total


async def lines_of(
    tx: Tx, ledger: Ledger, numbers: Sequence[str], language: str, at: datetime, calendar: Calendar
) -> list[Line]:
    """The entries with these numbers as rows, in this order."""
    if not numbers:
        return []
    rows = await tx.execute(SHORT[ledger].where(TABLES[ledger].c.number.in_(numbers)))
    found = {row.number: entry_of(row) for row in rows}
    return [Line(row_of(found[one], language, at, calendar), found[one]) for one in numbers if one in found]

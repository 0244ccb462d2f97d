"""The calendar changed: every open deadline that rests on it is counted anew, with a line (mailroom.md §1.9).

A deadline keeps its number of working days. Days that people chose, such as the review of a suspended matter, stay.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select, union_all

from store import tables
from store.clock.alarms import look_again
from store.clock.workdays import (
    SHANGHAI,
    Calendar,
    add_working_days,
    is_working_day,
    load_calendar,
    working_days_between,
)
from store.db import Tx
from store.law.given import moment
from store.law.standing import is_tip
from store.ledger import apply
from store.moving.entries import load_entry
from store.moving.tasks import waiting
from store.words import CLOCK, Ask, Entry, Json, Ledger, Moved

_CHOSEN = ("suspended",)


async def recount(tx: Tx, before: Calendar, at: datetime) -> list[Moved]:
    """Count anew what the change from `before` to the calendar in the books affects; the lines that were written."""
    if first_change(before, await load_calendar(tx, at), at) is None:
        return []
    await look_again(tx, at)  # rungs that are counted from a deadline move, too
    return [await apply(tx, ask, CLOCK, at) for ask in await affected(tx, before, at)]


async def affected(tx: Tx, before: Calendar, at: datetime) -> list[Ask]:
    """What would be counted anew: nothing is written."""
    after = await load_calendar(tx, at)
    first = first_change(before, after, at)
    if first is None:
        return []
    begins = datetime.combine(first, time(), SHANGHAI)
    open_ = (select(table.c.number).where(table.c.due_at >= begins) for table in (tables.clue, tables.problem))
    working = select(tables.problem.c.number).where(
        tables.problem.c.due_at.is_not(None), tables.problem.c.work_due_at >= begins
    )
    numbers = sorted(set((await tx.execute(union_all(*open_, working))).scalars()))
    asks = []
    for number in numbers:
        entry = await load_entry(tx, number)
        fields = _counted(entry, before, after) if entry and entry.state not in _CHOSEN and not is_tip(entry) else {}
        if entry and fields:
            asks.append(Ask(entry.ledger, "recount", number, fields))
    return asks


def first_change(before: Calendar, after: Calendar, at: datetime) -> date | None:
    """The first day, from the year of `at` to two years later, that is worked in one of them only."""
    day = date(at.astimezone(SHANGHAI).year, 1, 1)
    end = day.replace(year=day.year + 3)
    while day < end:
        if is_working_day(before, day) != is_working_day(after, day):
            return day
        day += timedelta(days=1)
    return None


def _counted(entry: Entry, before: Calendar, after: Calendar) -> dict[str, Json]:
    """The deadlines of an entry that move, as the verb `recount` takes them."""
    fields, since = entry.fields, moment(entry.fields["since"] or entry.fields["last_at"])
    found: dict[str, Json] = {}
    if due := _again(before, after, since, moment(fields["due_at"])):
        found["due_at"] = due
    if entry.ledger is Ledger.PROBLEM:
        if due := _again(before, after, moment(fields["opened_at"]), moment(fields["work_due_at"])):
            found["work_due_at"] = due
        found |= _tasks(waiting(fields["tasks"], "main", "assisting", "recheck"), before, after)
    return found


def _tasks(tasks: Iterable[Json], before: Calendar, after: Calendar) -> dict[str, Json]:
    again = {str(task["id"]): _again(before, after, moment(task["given_at"]), moment(task["due_at"])) for task in tasks}
    moving = {task: due for task, due in again.items() if due}
    return {"tasks": moving} if moving else {}


def _again(before: Calendar, after: Calendar, since: datetime, due: datetime) -> str | None:
    """The same number of working days later, counted anew; None when that is the same day."""
    days = working_days_between(before, since, due)
    # The official table may have made the first day a holiday: then the next one worked counts as the last.
    new = add_working_days(after, since, days).at
    return new.astimezone(UTC).isoformat() if new != due.astimezone(UTC) else None

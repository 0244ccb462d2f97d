"""A year's table lands: exactly the deadlines that rest on it move, each with a line (mailroom.md §3, check 13)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import delete, extract, insert, select, text

from store import tables
from store.clock.recount import first_change, recount
from store.clock.workdays import FIXED_HOLIDAYS, Calendar, add_working_days, load_calendar
from store.db import Tx
from store.moving.chain import verify_chain
from tests.store.problems import accept, problem
from tests.store.test_ledger import report

LATE = datetime(2026, 12, 29, 2, tzinfo=UTC)  # a Tuesday
EARLY = datetime(2026, 12, 14, 2, tzinfo=UTC)
NEW_YEAR = [date(2027, 1, day) for day in (1, 2, 3, 4, 5)]  # as if the State Council gave two days more


async def land(tx: Tx, off: list[date]) -> Calendar:
    """Import the table of 2027; the calendar as it was before."""
    before = await load_calendar(tx, LATE)
    rows = [{"date": day, "kind": "off", "name": "元旦", "source": "import"} for day in off]
    await tx.execute(insert(tables.calendar_day), rows)
    return before


async def due(tx: Tx, number: str) -> dict[str, Any]:
    table = tables.problem if number.startswith("WT") else tables.clue
    return dict((await tx.execute(select(table).where(table.c.number == number))).mappings().one())


async def without_2027(tx: Tx) -> None:
    await tx.execute(delete(tables.calendar_day).where(extract("year", tables.calendar_day.c.date) == 2027))


async def test_five_days_from_december_29_are_provisional_and_raise_nothing(tx: Tx) -> None:
    await without_2027(tx)
    found = add_working_days(await load_calendar(tx, LATE), LATE, 5)
    assert (found.at, found.provisional) == (datetime(2027, 1, 6, 10, tzinfo=UTC), True)


async def test_exactly_the_affected_deadlines_move(tx: Tx) -> None:
    await without_2027(tx)
    early = (await report(tx, at=EARLY)).entry.number  # due on 16 December
    resting = await problem(tx, at=EARLY, due_on="2026-12-24")
    number = await problem(tx, at=LATE)  # 7 working days: into January
    before, was = await land(tx, NEW_YEAR), await due(tx, number)
    moved = await recount(tx, before, LATE)
    assert [one.entry.number for one in moved] == [number]
    now = await due(tx, number)
    assert was["due_at"] == was["work_due_at"] == datetime(2027, 1, 8, 10, tzinfo=UTC)
    assert now["due_at"] == now["work_due_at"] == datetime(2027, 1, 12, 10, tzinfo=UTC)
    [task] = (await tx.execute(select(tables.task.c.due_at).where(tables.task.c.number == number))).scalars()
    assert task == now["due_at"]
    assert (await due(tx, early))["lines"] == 1
    assert (await due(tx, resting))["lines"] == 1
    assert (moved[0].verb, moved[0].seq, moved[0].by.id) == ("recount", 2, "clock")
    line = text("SELECT * FROM line WHERE number = :number ORDER BY seq")
    lines = [dict(row) for row in (await tx.execute(line, {"number": number})).mappings()]
    assert [one["verb"] for one in lines] == ["open", "recount"]
    assert verify_chain(lines) is None


async def test_a_clue_in_review_moves_too_and_a_second_import_moves_nothing(tx: Tx) -> None:
    await without_2027(tx)
    clue = (await report(tx, at=datetime(2026, 12, 31, 2, tzinfo=UTC))).entry.number
    assert (await due(tx, clue))["due_at"] == datetime(2027, 1, 5, 10, tzinfo=UTC)
    before = await land(tx, NEW_YEAR)
    [moved] = await recount(tx, before, LATE)
    assert (moved.entry.number, moved.entry.fields["due_at"]) == (clue, "2027-01-07T10:00:00+00:00")
    assert await recount(tx, await load_calendar(tx, LATE), LATE) == []
    assert await accept(tx, clue, at=datetime(2027, 1, 6, 2, tzinfo=UTC))


async def test_a_table_that_says_what_was_projected_moves_nothing(tx: Tx) -> None:
    await without_2027(tx)
    await problem(tx, at=LATE)
    before = await land(tx, [date(2027, month, day) for month, day in sorted(FIXED_HOLIDAYS)])
    assert first_change(before, await load_calendar(tx, LATE), LATE) is None
    assert await recount(tx, before, LATE) == []

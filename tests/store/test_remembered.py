"""What a transaction remembers: read once, its own changes seen at once, nothing carried into the next one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete, event, insert, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from store import tables
from store.clock.clocks import load_clocks
from store.clock.workdays import load_calendar
from store.db import Tx
from store.staff.absence import be_away, be_back, standing_in
from store.staff.offices import city_of
from tests.world import CITY, MQ, build_world, who

AT = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)
DAY = date(2026, 11, 20)
OFF = {"date": DAY, "kind": "off", "name": "停电", "source": "test"}


@pytest.fixture
async def books(engine: AsyncEngine) -> AsyncEngine:
    async with engine.begin() as tx:
        await build_world(tx)
    return engine


@contextmanager
def counted(engine: AsyncEngine) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine.sync_engine, "before_cursor_execute", note)


async def ask(tx: Tx) -> tuple[bool, str, int, tuple[str, ...]]:
    """Everything that is remembered: whether the day is off, the city, a term, whom mq-ng1 stands in for."""
    calendar, clocks = await load_calendar(tx, AT), await load_clocks(tx, AT)
    person = await standing_in(tx, who("mq-ng1"), AT)
    return DAY in calendar.off, await city_of(tx, MQ), clocks.county_review, person.stands_for


async def test_the_same_question_is_asked_once_in_a_transaction(books: AsyncEngine) -> None:
    async with books.connect() as tx:
        with counted(books) as seen:
            answers = {await ask(tx) for _ in range(5)}
        assert (answers, len(seen)) == ({(False, CITY, 2, ())}, 4)
        await tx.rollback()
        with counted(books) as seen:
            await ask(tx)
        assert len(seen) == 4  # another transaction asks anew


async def test_a_transaction_sees_its_own_changes_and_those_it_took_back(books: AsyncEngine) -> None:
    day, setting = tables.calendar_day, tables.setting
    async with books.begin() as tx:
        assert await ask(tx) == (False, CITY, 2, ())
        await tx.execute(insert(day).values(OFF))
        assert (await ask(tx))[0] is True
        savepoint = await tx.begin_nested()
        await tx.execute(delete(day).where(day.c.date == DAY))
        assert (await ask(tx))[0] is False
        await savepoint.rollback()
        assert (await ask(tx))[0] is True
        await tx.execute(text("DELETE FROM calendar_day WHERE date = :day"), {"day": DAY})
        assert (await ask(tx))[0] is False
        value = {"key": "clock.county_review", "valid_from": AT - timedelta(days=1), "value": 5, "set_by": "x"}
        await tx.execute(insert(setting).values(value))
        await tx.execute(update(tables.unit).where(tables.unit.c.code == CITY).values(kind="province"))
        await be_away(tx, "mq-ng2", AT.date(), AT.date(), "mq-ng1", "x", AT)
        assert await ask(tx) == (False, MQ, 5, ("mq-ng2",))
        await be_back(tx, "mq-ng2", AT.date())
        assert (await ask(tx))[3] == ()
        await tx.rollback()
    async with books.connect() as tx:
        assert await ask(tx) == (False, CITY, 2, ())


async def test_where_no_transaction_ends_nothing_is_remembered(books: AsyncEngine) -> None:
    async with books.connect() as tx:
        await tx.execution_options(isolation_level="AUTOCOMMIT")
        assert (await ask(tx))[0] is False
        async with books.begin() as other:
            await other.execute(insert(tables.calendar_day).values(OFF))
        assert (await ask(tx))[0] is True

"""The clocks of tips under holidays, restarts, a moved clock and a long outage: nothing missed, nothing doubled."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from store import tables, tips
from store.clock.workdays import Calendar, seed_calendar
from store.db import Tx
from store.tips import NotYours, push
from store.tips.terms import Terms, add_months, dues, last_working
from tests.tips import PHOTO, file_tip, held, make_vault, opened
from tests.world import build_world

AT = datetime(2026, 11, 23, 2, 17, tzinfo=UTC)  # Monday, 10:17 in Shanghai
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OFFICERS, OTHERS = ["sq-ng1", "sq-ng2"], ["sq-custodian"]


@pytest.fixture
async def tx(engine: AsyncEngine) -> AsyncIterator[Tx]:
    async with engine.connect() as connection:
        await build_world(connection)
        await seed_calendar(connection)
        await make_vault(connection, AT)
        yield connection


async def told(tx: Tx) -> list[tuple[str, str]]:
    """Who is wanted just now, and forget it."""
    rows = (await tx.execute(select(tables.tip_push).order_by(tables.tip_push.c.person_id))).all()
    await tx.execute(delete(tables.tip_push))
    return [(row.person_id, row.kind) for row in rows]


async def walk(tx: Tx, start: datetime, end: datetime, step: timedelta) -> list[tuple[date, str, tuple[str, ...]]]:
    """What the clock says on the way: (day, kind, who)."""
    found, at = [], start
    while at <= end:
        await tips.clocks.strike(tx, at)
        if people := await told(tx):
            kinds = sorted({kind for _who, kind in people})
            found.append((at.astimezone(UTC).date(), "+".join(kinds), tuple(who for who, _kind in people)))
        at += step
    return found


NEWS, LATE = ("sq-ng1", "sq-ng2"), ("sq-custodian", "sq-ng1", "sq-ng2")


async def test_every_term_is_warned_of_before_on_and_after_its_day(tx: Tx) -> None:
    mine = await held(tx, await file_tip(tx, AT), AT)
    assert await told(tx) == [(one, "news") for one in OFFICERS]
    assert await walk(tx, AT, AT + 20 * DAY, HOUR) == [
        (date(2026, 11, 26), "news", NEWS),  # two working days before Monday the 30th
        (date(2026, 11, 30), "news", NEWS),
        (date(2026, 12, 1), "late", LATE),
        (date(2026, 12, 7), "late", LATE),
    ]
    await tips.answer(tx, await opened(tx, "sq-ng1", mine.number, AT), "ok", [], AT + 20 * DAY)
    assert [one[0] for one in await walk(tx, AT + 20 * DAY, AT + 200 * DAY, 6 * HOUR)] == [
        date(2027, 2, 19),
        date(2027, 2, 23),
        date(2027, 2, 24),
        date(2027, 3, 2),
    ]


async def test_a_term_that_is_kept_is_warned_of_no_more(tx: Tx) -> None:
    mine = await held(tx, await file_tip(tx, AT), AT)
    theirs = await opened(tx, "sq-ng1", mine.number, AT)
    await tips.acknowledge(tx, theirs, AT + DAY)
    await told(tx)
    assert await walk(tx, AT + DAY, AT + 60 * DAY, 6 * HOUR) == []
    await tips.answer(tx, theirs, "we looked into it", [], AT + 60 * DAY, feedback=True)
    assert await walk(tx, AT + 60 * DAY, AT + 200 * DAY, DAY) == []


@pytest.mark.parametrize("step", [timedelta(hours=2, minutes=59), 5 * HOUR, DAY, 3 * DAY])
async def test_however_often_the_clock_strikes_each_warning_comes_once(tx: Tx, step: timedelta) -> None:
    await file_tip(tx, AT)
    await told(tx)
    said = await walk(tx, AT, AT + 130 * DAY, step)
    slots = (await tx.execute(select(tables.tip.c.warned))).scalar_one()
    assert len(slots) == 8
    assert len(said) <= 8
    assert said[-1][1] == "late"
    if step <= DAY:
        assert len(said) == 8


async def test_an_outage_of_thirty_days_is_made_up_for_once(tx: Tx) -> None:
    await file_tip(tx, AT)
    await told(tx)
    after = AT + 30 * DAY
    assert await tips.clocks.strike(tx, after) == 1
    assert await told(tx) == [(one, "late") for one in sorted([*OFFICERS, *OTHERS])]
    assert await tips.clocks.strike(tx, after) == 0
    assert await walk(tx, after, after + 20 * DAY, HOUR * 12) == []


async def test_a_clock_that_was_moved_says_nothing_twice(tx: Tx) -> None:
    await file_tip(tx, AT)
    await walk(tx, AT, AT + 8 * DAY, HOUR * 3)
    assert await walk(tx, AT, AT + 8 * DAY, HOUR * 3) == []  # moved back, and through the same days again
    assert [one[1] for one in await walk(tx, AT + 8 * DAY, AT + 20 * DAY, HOUR * 3)] == ["late"]


async def test_closed_tips_are_erased_when_their_retention_is_over(tx: Tx) -> None:
    receipt = await file_tip(tx, AT, files=(PHOTO,))
    mine = await held(tx, receipt, AT)
    await tips.close(tx, await opened(tx, "sq-ng1", mine.number, AT), "unfounded", "…", AT)
    assert await tips.clocks.strike(tx, AT + 89 * DAY) == 0
    assert (await tips.read(tx, mine, AT)).outcome == "unfounded"
    assert await tips.clocks.strike(tx, AT + 90 * DAY) == 1
    assert await tips.clocks.strike(tx, AT + 400 * DAY) == 0
    assert await tips.find(tx, receipt, AT) is None
    with pytest.raises(NotYours):
        await tips.read(tx, mine, AT)
    stone = (await tx.execute(select(tables.tip))).one()
    assert (stone.status, stone.outcome, stone.filed_on, stone.closed_on, stone.erased_on) == (
        *("erased", "unfounded", date(2026, 11, 23)),
        *(date(2026, 11, 23), date(2027, 2, 21)),
    )


async def test_terms_are_settings_with_dates(tx: Tx) -> None:
    for key, value in (("tip.acknowledge_days", 3), ("tip.retention_days", 10)):
        await tx.execute(insert(tables.setting).values(key=key, valid_from=AT - DAY, value=value, set_by="sq-admin"))
    mine = await held(tx, await file_tip(tx, AT), AT)
    assert (await tips.read(tx, mine, AT)).clocks.acknowledge_by == date(2026, 11, 26)
    await tips.close(tx, await opened(tx, "sq-ng1", mine.number, AT), "answered", "", AT)
    assert (await tips.read(tx, mine, AT)).clocks.erased_on == date(2026, 12, 3)


HOLIDAYS = Calendar(
    off=frozenset(date(2027, 2, day) for day in range(5, 12)),
    working=frozenset({date(2027, 2, 13)}),
    official=frozenset({2026, 2027}),
)


@pytest.mark.parametrize(
    ("filed", "acknowledge", "feedback"),
    [
        (date(2027, 1, 28), date(2027, 2, 4), date(2027, 4, 28)),
        (date(2027, 1, 30), date(2027, 2, 4), date(2027, 4, 30)),  # the seventh day is a holiday: the day before it
        (date(2027, 2, 4), date(2027, 2, 12), date(2027, 5, 4)),  # nothing but holidays until then: the first after
        (date(2027, 2, 6), date(2027, 2, 13), date(2027, 5, 6)),  # a Saturday that is worked
        (date(2026, 11, 30), date(2026, 12, 7), date(2027, 2, 26)),  # no 30 February; the 28th is a Sunday
    ],
)
def test_a_term_ends_on_a_working_day(filed: date, acknowledge: date, feedback: date) -> None:
    due = dues(Terms(), HOLIDAYS, filed)
    assert (due.acknowledge_by, due.feedback_by) == (acknowledge, feedback)


def test_months_and_working_days() -> None:
    assert add_months(date(2026, 12, 31), 2) == date(2027, 2, 28)
    assert add_months(date(2026, 12, 1), 12) == date(2027, 12, 1)
    assert last_working(HOLIDAYS, date(2027, 2, 4), date(2027, 2, 11)) == date(2027, 2, 12)


async def test_pushes_are_batched_and_say_nothing_of_the_time(tx: Tx) -> None:
    """A tip of the early morning and one a second before the batch are told in the same three quarters of an hour."""
    batch = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
    for at in (batch - timedelta(hours=9), batch - timedelta(seconds=1)):
        await push.want(tx, ["sq-ng1"], "news", at)
        when = (await tx.execute(select(tables.tip_push.c.not_before))).scalar_one()
        assert batch <= when < batch + timedelta(minutes=45)
    assert await push.take(tx, batch - timedelta(seconds=1)) == []
    assert await push.take(tx, batch + HOUR) == [("sq-ng1", "news")]
    assert await push.take(tx, batch + HOUR) == []
    await push.want(tx, ["sq-ng1"], "news", datetime(2026, 11, 27, 8, tzinfo=UTC))  # Friday, after the last batch
    when = (await tx.execute(select(tables.tip_push.c.not_before))).scalar_one()
    assert when.date() == date(2026, 11, 30)

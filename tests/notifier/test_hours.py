"""Sending hours: what may leave when, what waits, what passes and says why (mailroom.md §1.8, checks 8, 11, 12)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from aiohttp import ClientSession
from sqlalchemy.ext.asyncio import AsyncEngine

from notifier.deliver import deliver_batch
from notifier.hours import ALWAYS, WORKING, Hours, fit, load_hours
from notifier.outbox import obsolete, post
from notifier.render import text
from notifier.wire import wire
from store.clock.workdays import Calendar, load_calendar, seed_calendar
from tests.notifier.cloud import Cloud, open_cloud
from tests.notifier.rounds import QUICK, hire, letter, reconcile, states
from tests.notifier.senders import PostingSender

GOLDEN = Calendar(
    off=frozenset(date(2026, 10, day) for day in range(1, 8)),
    working=frozenset({date(2026, 10, 10)}),
    official=frozenset({2026}),
)
HOURS = Hours(GOLDEN)
HOLIDAY = datetime(2026, 10, 3, 2, tzinfo=UTC)  # 10:00 in Shanghai
AFTER = datetime(2026, 10, 8, 0, 30, tzinfo=UTC)  # 08:30 on the first day worked
MAKE_UP = datetime(2026, 10, 10, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "leaves"),
    [
        (MAKE_UP, MAKE_UP),  # a Saturday that is worked
        (HOLIDAY, AFTER),
        (datetime(2026, 10, 8, 0, 29, 59, tzinfo=UTC), AFTER),
        (datetime(2026, 10, 8, 10, 0, tzinfo=UTC), datetime(2026, 10, 9, 0, 30, tzinfo=UTC)),  # 18:00 sharp
    ],
)
def test_letters_leave_in_office_hours_of_working_days(at: datetime, leaves: datetime) -> None:
    [fitted] = fit([letter(1, "p1", not_before=at)], at, HOURS)
    assert fitted.not_before == leaves
    [always] = fit([letter(1, "p1", not_before=at)], at, Hours(GOLDEN, always=True))
    assert always.not_before == at


@pytest.mark.parametrize(
    ("why", "words"),
    [("grave", "事情紧急，所以在工作时间以外通知您。"), ("answer", "这是给您的答复，所以在工作时间以外发送。")],
)
def test_what_is_urgent_passes_and_says_why(why: str, words: str) -> None:
    given = letter(1, "p1", not_before=HOLIDAY, urgent=True)
    [passes] = fit([replace(given, facts={**given.facts, "why": why})], HOLIDAY, HOURS)
    assert passes.not_before == HOLIDAY
    assert words in text(passes.template, passes.facts, "zh")
    [by_day] = fit([given], MAKE_UP, HOURS)
    assert "工作时间" not in text(by_day.template, by_day.facts, "zh")


def test_a_deadline_in_a_year_without_a_table_is_marked_provisional() -> None:
    given = letter(1, "p1")
    for due, marked in (("2026-12-31T10:00:00+00:00", False), ("2027-01-05T10:00:00+00:00", True)):
        [fitted] = fit([letter(1, "p1", facts={**given.facts, "due_at": due})], MAKE_UP, HOURS)
        assert ("暂定" in text(fitted.template, fitted.facts, "zh")) is marked


async def test_an_administrator_changes_the_hours_by_a_dated_row(engine: AsyncEngine) -> None:
    async with engine.begin() as tx:
        await seed_calendar(tx)
    async with wire(engine) as conn:
        for day, value in ((1, '{"opens": "07:00", "closes": "20:00"}'), (20, '"always"')):
            await conn.execute(
                "INSERT INTO setting VALUES ('mail.hours', $1, $2::jsonb, 'sq-admin')",
                datetime(2026, 9, day, tzinfo=UTC),
                value,
            )
    early = datetime(2026, 9, 10, 23, 30, tzinfo=UTC)  # Friday 07:30
    async with engine.connect() as tx:
        for at, mode, open_ in (
            (early, WORKING, True),
            (early - timedelta(days=14), WORKING, False),
            (early - timedelta(days=14), ALWAYS, True),
            (early + timedelta(days=15), WORKING, True),  # a Saturday, after "always" began
        ):
            assert ((await load_hours(tx, at, mode)).opens(at) == at) is open_


@asynccontextmanager
async def office(engine: AsyncEngine, cloud: Cloud, at: datetime) -> AsyncIterator[tuple[timedelta, PostingSender]]:
    """The shift that makes it `at` just now, and a door to the cloud."""
    async with wire(engine) as conn:
        shift = at - await conn.fetchval("SELECT clock_timestamp()")
    async with ClientSession() as http:
        yield shift, PostingSender(http, cloud.url)


async def deliver(engine: AsyncEngine, cloud: Cloud, at: datetime, rounds: int = 5) -> None:
    async with office(engine, cloud, at) as (shift, sender):
        for n in range(rounds):
            await deliver_batch(engine, {"wecom": sender}, f"r{n}", shift, QUICK, WORKING)


async def test_a_holiday_is_slept_through_and_ends_in_one_bundle(engine: AsyncEngine) -> None:
    """Check 11: held on 3 October, also across restarts; on the 8th at 08:30 each address hears once of all of it."""
    people = await hire(engine, 2)
    async with engine.begin() as tx:
        await seed_calendar(tx)
        hours = Hours(await load_calendar(tx, HOLIDAY))
        told = [letter(n, person, not_before=HOLIDAY) for n in range(5) for person in people]
        urgent = letter(9, people[0], not_before=HOLIDAY, urgent=True)
        await post(tx, fit([*told, urgent], HOLIDAY, hours), HOLIDAY)
    assert await states(engine) == {"held": 10, "ready": 1}
    async with open_cloud() as cloud:
        for at in (HOLIDAY, HOLIDAY + timedelta(days=2), AFTER - timedelta(seconds=30)):
            await deliver(engine, cloud, at)  # every time by new owners: nobody remembers anything
            assert [json.loads(body)["touser"] for *_, body in cloud.calls] == [people[0]]
        await deliver(engine, cloud, AFTER)
        assert await states(engine) == {"sent": 11}
        assert len(cloud.calls) == 3
        for _when, said in (cloud.shown[person][-1] for person in people):
            assert said.startswith("请查看以下 5 件事。")
        await reconcile(engine, cloud)


async def test_what_was_posted_in_time_and_comes_late_waits_for_the_morning(engine: AsyncEngine) -> None:
    """The door was away at 17:59: the hours are judged again before the call (mailroom.md §1.4)."""
    [person] = await hire(engine, 1)
    evening = datetime(2026, 10, 9, 9, 59, tzinfo=UTC)
    async with engine.begin() as tx:
        await seed_calendar(tx)
        await post(tx, [letter(n, person, not_before=evening) for n in range(2)], evening)
    async with open_cloud() as cloud:
        await deliver(engine, cloud, evening + timedelta(minutes=2))
        assert (cloud.calls, await states(engine)) == ([], {"held": 2})
        await deliver(engine, cloud, datetime(2026, 10, 10, 0, 30, tzinfo=UTC))
        assert (len(cloud.calls), await states(engine)) == (1, {"sent": 2})


@pytest.mark.parametrize("hours", [-2, 2])
async def test_a_clock_that_jumps_sends_nothing_early_and_nothing_twice(engine: AsyncEngine, hours: int) -> None:
    """Check 7: only the office's shift counts, never the clock of the replica."""
    [person] = await hire(engine, 1)
    async with engine.begin() as tx:
        await seed_calendar(tx)
        at = AFTER - timedelta(minutes=1)
        await post(tx, fit([letter(1, person, not_before=at)], at, HOURS), at)
    async with open_cloud() as cloud:
        await deliver(engine, cloud, at)
        assert cloud.calls == []
        await deliver(engine, cloud, AFTER + timedelta(hours=max(hours, 0)))
        await deliver(engine, cloud, AFTER + timedelta(hours=hours))
        assert len(cloud.calls) == 1


async def test_what_closed_meanwhile_is_not_said(engine: AsyncEngine) -> None:
    """Check 12: no call at all, also when the letter was claimed already."""
    [person] = await hire(engine, 1)
    async with engine.begin() as tx:
        await post(tx, [letter(1, person), letter(2, person)])
        assert await obsolete(tx, "clue", "XS-2026-000001", "dismiss: unfounded") == 1
    async with open_cloud() as cloud, ClientSession() as http:
        await deliver_batch(engine, {"wecom": PostingSender(http, cloud.url)}, "r", timedelta(), QUICK)
        assert len(cloud.calls) == 1
    async with wire(engine) as conn:
        row = await conn.fetchrow("SELECT state, reason FROM letter WHERE number = 'XS-2026-000001'")
    assert tuple(row) == ("obsolete", "dismiss: unfounded")


async def test_who_still_has_something_to_do_is_still_told(engine: AsyncEngine) -> None:
    people = await hire(engine, 3)
    async with engine.begin() as tx:
        await post(tx, [letter(1, person) for person in people])
        assert await obsolete(tx, "clue", "XS-2026-000001", "receive", ["review"], people[1:]) == 1
    assert await states(engine) == {"obsolete": 1, "ready": 2}

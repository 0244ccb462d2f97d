"""Digests: once per person and working day, at 08:37 in Shanghai, never empty (mailroom.md §3, check 8)."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from notifier.almanac import ask_for_calendar
from notifier.digests import digests, morning_of
from notifier.render import text
from notifier.wire import wire
from store.clock.workdays import load_calendar, seed_calendar
from store.staff.absence import be_away
from tests.store.problems import problem
from tests.store.test_ledger import report
from tests.world import CODE_INTERNAL, build_world

MONDAY = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)
TUESDAY = datetime(2026, 11, 17, 0, 37, tzinfo=UTC)  # 08:37 in Shanghai


@pytest.fixture
async def office(engine: AsyncEngine) -> AsyncEngine:
    """A city with one clue that waits for its county and one problem that waits for its market inspector."""
    async with engine.begin() as tx:
        await build_world(tx)
        await seed_calendar(tx)
        await report(tx, at=MONDAY)
        await problem(tx, at=MONDAY)
    return engine


async def at(engine: AsyncEngine, moment: datetime) -> timedelta:
    """The shift that makes it that moment."""
    async with wire(engine) as conn:
        now: datetime = await conn.fetchval("SELECT clock_timestamp()")
    return moment - now


async def sent(engine: AsyncEngine, template: str) -> dict[str, Any]:
    """Who was written to: the text in Chinese, without its reference."""

    async with wire(engine) as conn:
        rows = await conn.fetch(
            "SELECT person_id, facts::text AS facts FROM letter WHERE template = $1 ORDER BY person_id", template
        )
    return {row["person_id"]: text(template, json.loads(row["facts"]), "zh").splitlines()[:-1] for row in rows}


async def test_the_digest_leaves_at_0037_utc_whatever_the_zone_of_the_host(
    office: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    assert await digests(office, await at(office, TUESDAY - timedelta(seconds=5))) == 0
    assert await digests(office, await at(office, TUESDAY)) > 0


async def test_everybody_hears_once_what_waits_for_them(office: AsyncEngine) -> None:
    shift = await at(office, TUESDAY + timedelta(days=1))  # the clue is due today, the problem not yet
    await asyncio.gather(*(digests(office, shift) for _replica in range(3)))
    assert await digests(office, shift + timedelta(hours=3)) == 0
    assert await sent(office, "morning") == {
        userid: [
            "早上好，您有 1 件待办，其中今天到期 1 件。",
            "XS-2026-000001 · 串码 · 江山便利店 · 今天到期",
            "回复“待办”逐件处理。",
        ]
        for userid in ("mq-ng1", "mq-ng2")
    } | {
        "mq-mi": [
            "早上好，您有 1 件待办。",
            "WT-2026-000001 · 串码 · 江山便利店 · 11月25日前",
            "回复“待办”逐件处理。",
        ]
    }


async def test_what_is_due_today_is_judged_by_the_day_in_shanghai(office: AsyncEngine) -> None:
    """At 00:30 UTC it is 08:30 of the same day there, and at 20:00 UTC the next one."""
    async with office.connect() as tx:
        calendar = await load_calendar(tx, MONDAY)
    morning = morning_of(datetime(2026, 11, 18, 0, 40, tzinfo=UTC), calendar)
    assert morning is not None
    assert (morning.day, morning.begins_week) == (date(2026, 11, 18), False)
    assert morning_of(datetime(2026, 11, 15, 2, tzinfo=UTC), calendar) is None  # a Sunday
    assert morning_of(datetime(2026, 11, 17, 20, tzinfo=UTC), calendar) is None


async def test_supervision_hears_every_day_and_leaders_on_the_first_working_day(office: AsyncEngine) -> None:
    await digests(office, await at(office, TUESDAY))
    daily = await sent(office, "daily")
    assert daily["mq-ng1"] == ["11月17日内管简报：新增 3 件，超期 0 件，停滞 0 件。", "回复“台账”查看。"]
    assert set(daily) == {"mq-ng1", "mq-ng2", "sq-ng1", "sq-ng2"}  # nothing happened in the other county
    assert await sent(office, "weekly") == {}
    await digests(office, await at(office, TUESDAY + timedelta(days=6)))
    weekly = await sent(office, "weekly")
    assert weekly["mq-leader"][0] == "截至11月23日的一周：距清零还有 2 件。"
    assert set(weekly) == {"mq-leader", "sq-leader"}


async def test_an_internal_matter_is_only_pointed_at_and_no_county_counts_it(office: AsyncEngine) -> None:
    async with office.begin() as tx:
        await report(tx, at=MONDAY, indicator=CODE_INTERNAL)
    await digests(office, await at(office, TUESDAY))
    morning = await sent(office, "morning")
    assert morning["sq-ng1"][1] == "XS-2026-000003 · 内部事项 · 11月18日前"
    daily = await sent(office, "daily")
    assert "新增 3 件" in daily["mq-ng1"][0]
    assert "新增 4 件" in daily["sq-ng1"][0]


async def test_whoever_is_away_rests_and_the_substitute_reads(office: AsyncEngine) -> None:
    async with office.begin() as tx:
        await be_away(tx, "mq-mi", date(2026, 11, 16), date(2026, 11, 20), "mq-zm-head", "mq-mi", MONDAY)
    await digests(office, await at(office, TUESDAY))
    morning = await sent(office, "morning")
    assert "mq-mi" not in morning
    assert "WT-2026-000001" in morning["mq-zm-head"][1]


async def test_after_an_outage_only_todays_digest_is_sent(office: AsyncEngine) -> None:
    await digests(office, await at(office, TUESDAY + timedelta(days=30)))
    async with wire(office) as conn:
        rows = await conn.fetch("SELECT person_id FROM letter WHERE template = 'morning'")
    assert sorted(row["person_id"] for row in rows) == ["mq-mi", "mq-ng1", "mq-ng2"]


async def test_administrators_hear_each_week_from_november_that_the_calendar_is_missing(office: AsyncEngine) -> None:
    async with wire(office) as conn:
        await conn.execute("DELETE FROM calendar_day WHERE date >= '2027-01-01'")
    october = datetime(2026, 10, 30, 2, tzinfo=UTC)
    assert await ask_for_calendar(office, await at(office, october)) == 0
    assert await ask_for_calendar(office, await at(office, MONDAY)) == 1
    assert await ask_for_calendar(office, await at(office, MONDAY + timedelta(days=1))) == 0
    assert await ask_for_calendar(office, await at(office, MONDAY + timedelta(days=7))) == 1
    assert (await sent(office, "calendar_missing"))["sq-admin"][0] == "请导入 2027 年的工作日安排。"

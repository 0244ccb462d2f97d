"""Nobody can let it lie, and nobody is woken for it: the ladder and the sending hours, as people meet them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.work.ticks import strike_due
from notifier.deliver import deliver_batch
from notifier.digests import digests
from store.clock.workdays import SHANGHAI, seed_calendar
from store.words import Address, Ask, Incoming, Ledger, Press
from tests.journeys.town import Town, free_port, open_town, opened, settings_for, until

EVENING, NEXT_MORNING = datetime(2026, 11, 17, 11, 0, tzinfo=UTC), datetime(2026, 11, 18, 0, 30, tzinfo=UTC)


@pytest.fixture
async def quiet_town(database_url: str, tmp_path: Path) -> AsyncIterator[Town]:
    """The town that keeps office hours, on a Tuesday at 19:00."""
    async with open_town(database_url, tmp_path, hours="working") as opened:
        await until_it_is(opened, EVENING)
        yield opened


async def until_it_is(town: Town, at: datetime) -> None:
    await town.passes(seconds=(at - town.clock.now()).total_seconds())


async def press(town: Town, who: str, verb: str, number: str, **fields: object) -> None:
    ask = Ask(Ledger.CLUE, verb, number, fields)
    await town.office.receive(Incoming(f"{verb}-{number}", Address("wecom", who), Press(ask)))


async def letters(town: Town, number: str) -> dict[str, int]:
    rows = await town.rows("SELECT state, count(*) n FROM letter WHERE number = :number GROUP BY 1", number=number)
    return {row["state"]: row["n"] for row in rows}


async def test_a_report_in_the_evening_is_heard_of_in_the_morning(quiet_town: Town) -> None:
    number = await quiet_town.files("mq-cm", "柜台下有外地码")
    assert await letters(quiet_town, number) == {"held": 2}
    assert quiet_town.pushes("mq-ng1") == []
    await until_it_is(quiet_town, NEXT_MORNING)
    assert "请研判线索" in await quiet_town.hears("mq-ng1", number)


async def test_what_is_settled_overnight_wakes_nobody(quiet_town: Town) -> None:
    number = await quiet_town.files("mq-cm", "柜台下有外地码")
    await press(quiet_town, "mq-ng1", "dismiss", number, text="重复上报")
    assert await letters(quiet_town, number) == {"obsolete": 2, "held": 1}
    await until_it_is(quiet_town, NEXT_MORNING)
    await quiet_town.hears("mq-cm", f"{number} 有结果了")
    assert quiet_town.pushes("mq-ng1") == quiet_town.pushes("mq-ng2") == []
    reasons = await quiet_town.rows("SELECT DISTINCT reason FROM letter WHERE state = 'obsolete'")
    assert [row["reason"] for row in reasons] == ["dismiss: unfounded"]


async def test_a_clue_that_lies_is_reminded_of_and_then_climbs(town: Town) -> None:
    number = await town.files("mq-cm", "柜台下有外地码")
    [clue] = await town.rows("SELECT due_at FROM clue")
    await until_it_is(town, clue["due_at"])
    await strike_due(town.office)
    assert "已到期" in await town.hears("mq-ng1", f"{number} 已到期")
    assert town.pushes("sq-leader") == []
    await town.passes(days=12)
    await strike_due(town.office)
    assert "超期" in await town.hears("sq-leader", f"{number} 已于")


async def test_after_thirty_days_of_outage_everybody_hears_once(town: Town) -> None:
    number = await town.files("mq-cm", "柜台下有外地码")
    await town.hears("mq-ng1", f"请研判线索 {number}")
    await town.passes(days=30)
    await asyncio.gather(*(strike_due(town.office) for _replica in range(3)))
    await town.passes(hours=-2)
    await strike_due(town.office)
    await town.passes(hours=4)
    await strike_due(town.office)
    await town.hears("sq-leader", f"{number} 已于")
    lines = await town.rows("SELECT verb FROM line WHERE number = :number AND verb = 'warn'", number=number)
    assert len(lines) == 1

    async def all_left() -> bool:
        return set(await letters(town, number)) <= {"sent", "obsolete"}

    await until(all_left)
    assert len([said for said in town.pushes("mq-ng1") if "超期" in said]) == 1
    assert len([said for said in town.pushes("sq-leader") if number in said]) == 1


async def test_what_was_settled_after_the_warning_takes_the_escalation_back(quiet_town: Town) -> None:
    number = await quiet_town.files("mq-cm", "柜台下有外地码")
    await quiet_town.passes(days=11, hours=3)  # a Saturday night
    await strike_due(quiet_town.office)
    held = await letters(quiet_town, number)
    assert held["held"] > 3
    await press(quiet_town, "mq-ng1", "dismiss", number, text="重复上报")
    left = await quiet_town.rows("SELECT purpose FROM letter WHERE state = 'held'")
    assert {row["purpose"] for row in left} == {"closed"}


class Wrong(Clock):
    """The clock of a machine that nobody set: hours ahead of, or behind, the database's."""

    ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


@pytest.mark.parametrize("hours", [-2, 2])
async def test_a_replica_whose_clock_jumped_sends_nothing_early_and_nothing_twice(
    quiet_town: Town, tmp_path: Path, hours: int
) -> None:
    """Check 7: only the database's clock says what is due."""
    town, clock = quiet_town, Wrong(quiet_town.clock.shift)
    clock.ahead = timedelta(hours=hours)
    settings = settings_for(town.corp, town.cloud.base_url, free_port(), tmp_path / "other", "working")
    number = await town.files("mq-cm", "柜台下有外地码")
    async with opened(settings, town.engine, clock) as other:
        offices = (other, town.office)

        async def tick(at: datetime) -> None:
            """Both do whatever they think is due."""
            await until_it_is(town, at)
            clock.shift = town.clock.shift
            for office in offices:
                await strike_due(office)
                await digests(office.engine, office.shift)
                await deliver_batch(office.engine, office.doors, "by hand", office.shift, hours="working")

        await tick(NEXT_MORNING - timedelta(minutes=90))  # 07:00; it is 09:00 on the clock that is ahead
        assert [town.pushes(who) for who in ("mq-ng1", "mq-ng2", "mq-cm")] == [[], [], []]
        await tick(NEXT_MORNING + timedelta(minutes=10))  # 08:40
        await town.hears("mq-ng1", f"请研判线索 {number}")
        await town.hears("mq-ng1", "早上好")
        await tick(NEXT_MORNING + timedelta(minutes=20))
        pushed = town.pushes("mq-ng1")
        assert [sum(words in said for said in pushed) for words in ("请研判线索", "早上好")] == [1, 1]


async def test_a_restart_in_mid_escalation_doubles_nothing(town: Town, tmp_path: Path) -> None:
    """The line of a warning is written and the process is gone before a letter leaves: the next one finds both."""
    number = await town.files("mq-cm", "柜台下有外地码")
    await town.hears("mq-ng1", f"请研判线索 {number}")
    await town.rows("UPDATE door_state SET paused_until = now() + interval '1 hour' RETURNING 1")
    await town.passes(days=12)
    await strike_due(town.office)
    assert town.pushes("sq-leader") == []
    settings = settings_for(town.corp, town.cloud.base_url, free_port(), tmp_path / "next")
    async with opened(settings, town.engine, Clock(town.clock.shift)) as born_again:
        await asyncio.gather(*(strike_due(office) for office in (born_again, town.office)))
        await town.rows("UPDATE door_state SET paused_until = NULL RETURNING 1")
        await town.hears("sq-leader", f"{number} 已于")

        async def all_left() -> bool:
            return set(await letters(town, number)) <= {"sent", "obsolete"}

        await until(all_left)
    lines = await town.rows("SELECT fields FROM line WHERE number = :number AND verb = 'warn'", number=number)
    assert len(lines) == 1
    assert len([said for said in town.pushes("sq-leader") if number in said]) == 1
    assert len([said for said in town.pushes("mq-ng1") if "超期" in said]) == 1


async def test_one_three_and_five_working_days_climb_over_a_holiday_and_a_make_up_day(town: Town) -> None:
    """Due on Wednesday 30 September 2026: 1 to 7 October are off, Saturday the 10th is worked."""
    async with town.engine.begin() as tx:
        await seed_calendar(tx)
    await until_it_is(town, datetime(2026, 9, 29, 2, tzinfo=UTC))
    number = await town.files("mq-cm", "柜台下有外地码")
    await town.rows("UPDATE clue SET due_at = '2026-09-30 18:00+08', next_at = '2026-09-30 18:00+08' RETURNING number")

    async def rung_at(day: int, hour: float) -> str:
        await until_it_is(town, datetime(2026, 10, day, tzinfo=SHANGHAI) + timedelta(hours=hour))
        await strike_due(town.office)
        said = "SELECT fields->>'rung' AS rung FROM line WHERE number = :number AND verb = 'warn' ORDER BY seq DESC"
        rows = await town.rows(said, number=number)
        return str(rows[0]["rung"]) if rows else ""

    assert await rung_at(7, 23) == "due"  # only the holidays passed
    assert [await rung_at(8, 17.9), await rung_at(8, 18)] == ["due", "late_1"]
    assert [await rung_at(10, 17.9), await rung_at(10, 18)] == ["late_1", "late_3"]  # the 9th, and Saturday the 10th
    assert [await rung_at(13, 17.9), await rung_at(13, 18)] == ["late_3", "late_5"]
    for who in ("mq-ng1", "mq-leader", "sq-leader"):
        await town.hears(who, number)

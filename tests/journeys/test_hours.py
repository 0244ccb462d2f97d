"""Nobody can let it lie, and nobody is woken for it: the ladder and the sending hours, as people meet them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.ticks import strike_due
from store.words import Address, Ask, Incoming, Ledger, Press
from tests.journeys.town import Town, open_town, until

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

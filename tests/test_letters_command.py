"""`loop153 letters` and `doctor` about letters that do not leave: whoever asks is told why, and until when."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.__main__ import main
from bot.checkup import house
from bot.settings import Settings
from notifier.wire import wire
from store.clock.workdays import SHANGHAI
from tests.notifier.rounds import hire, letter, send_off

OPENS = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)  # 08:30 in Shanghai
SATURDAY = datetime(2026, 11, 21, 2, tzinfo=UTC)


async def shift_to(engine: AsyncEngine, at: datetime) -> timedelta:
    async with wire(engine) as conn:
        now: datetime = await conn.fetchval("SELECT clock_timestamp()")
    return at - now


async def test_a_letter_that_is_held_back_says_so(
    engine: AsyncEngine, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    people = await hire(engine, 2)
    await send_off(engine, [letter(1, people[0], not_before=OPENS)], SATURDAY)
    await send_off(engine, [letter(2, people[1], not_before=OPENS + timedelta(days=1))], SATURDAY)
    shift = await shift_to(engine, SATURDAY)
    given = {
        "DATABASE_URL": database_url,
        "LOCALE": "en",
        "ENVIRONMENT": "development",
        "CLOCK_SHIFT": f"{'-' if shift < timedelta() else ''}PT{int(abs(shift).total_seconds())}S",
    }
    for name, value in given.items():
        monkeypatch.setenv(f"LOOP153_{name}", value)
    assert await asyncio.to_thread(main, ["letters", "list", "--held"]) == 0
    said = "2 letters wait for the sending hours; the first leave on 2026-11-23 08:30."
    assert capsys.readouterr().out.splitlines() == [
        "No letter is stuck.",
        said,
        "1  held  2026-11-23 08:30  XS-2026-000001  P1  wecom",
        "2  held  2026-11-24 08:30  XS-2026-000002  P2  wecom",
    ]
    assert await asyncio.to_thread(main, ["letters", "list"]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == [said]
    found = [one.line("en").splitlines()[0][2:] async for one in house.post(engine, shift, SHANGHAI)]
    assert found == ["No letter is stuck.", said]
    monday = [one async for one in house.post(engine, shift + timedelta(days=2), SHANGHAI)]
    assert [one.facts.get("count") for one in monday] == [None, 1]


def test_the_hours_are_kept_unless_somebody_chose_otherwise() -> None:
    assert Settings.load({}).sending_hours == "working"
    assert Settings.load({"LOOP153_SENDING_HOURS": "always"}).sending_hours == "always"

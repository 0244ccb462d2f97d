"""`loop153 setting` as an administrator types it."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.__main__ import main
from tests.world import build_world


async def test_a_clock_is_shown_changed_and_its_history_kept(
    engine: AsyncEngine, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with engine.begin() as tx:
        await build_world(tx)
    monkeypatch.setenv("LOOP153_DATABASE_URL", database_url)
    monkeypatch.setenv("LOOP153_LOCALE", "en")

    async def say(*words: str) -> list[str]:
        status = await asyncio.to_thread(main, ["setting", *words])
        captured = capsys.readouterr()
        return [str(status), *(captured.err if status else captured.out).splitlines()]

    assert "clock.county_review  2  (default)" in await say("list")
    key, by = "clock.county_review", ("--by", "sq-admin")
    future = ("--from", "2999-01-01")
    assert await say("set", key, "4", *by, *future) == ["0", f"{key}  4  (from 2999-01-01 00:00 on, sq-admin)"]
    [_, done] = await say("set", key, "3", *by)
    [_, default, now, later] = await say("history", key)
    assert (default, now in done, later) == ("2  (default)", True, "4  (from 2999-01-01 00:00 on, sq-admin)")
    listed = await say("list")
    assert listed[listed.index(done) + 1] == f"    {later}"

    assert await say("set", key, "0", *by) == ["1", "Give a whole number from 1 to 366."]
    assert await say("set", key, "3", "--by", "mq-cm") == ["1", "mq-cm is no administrator on the roster."]
    assert (await say("set", key, "3", *by, "--from", "2020-01-01"))[1].startswith("It cannot count from a moment")
    assert (await say("set", key, "3", *by, "--from", "soon"))[1] == "“soon” is no day such as 2027-01-01."

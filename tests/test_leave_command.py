"""`loop153 leave` as an administrator types it: who takes over what, a line and a letter on each case."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.__main__ import main
from store.clock.workdays import seed_calendar
from tests.store.problems import problem
from tests.store.test_ledger import move, report
from tests.world import build_world


async def test_whoever_leaves_hands_everything_over_in_one_command(
    engine: AsyncEngine, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LOOP153_DATABASE_URL", database_url)
    monkeypatch.setenv("LOOP153_LOCALE", "zh_CN")
    async with engine.begin() as tx:
        await build_world(tx)
        await seed_calendar(tx)
        numbers = [await problem(tx), await problem(tx, assignee="mq-zm-head", assistants=["mq-mi"])]
        asked = (await report(tx, "mq-mi")).entry.number
        await move(tx, asked, "ask_info", "mq-ng1", text="哪里?")

    async def say(*words: str) -> tuple[int, list[str], str]:
        status = await asyncio.to_thread(main, ["leave", *words])
        printed = capsys.readouterr()
        return status, printed.out.splitlines(), printed.err

    async def rows(query: str) -> list[tuple[object, ...]]:
        async with engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(query))]

    assert await say("nobody") == (1, [], "名册上没有在岗的 nobody，未作任何交接。\n")
    assert (await say("mq-mi", "--to", "mq-mi"))[0] == 1
    listed = [
        f"{numbers[0]}  ->  李强 (mq-zm-head)",
        f"{numbers[1]}  ->  李强 (mq-zm-head)",
        f"{asked}  ->  李强 (mq-zm-head)",
    ]
    assert await say("mq-mi", "--dry-run") == (0, [*listed, "试运行：赵刚 离岗将交接 3 件，未写入任何内容。"], "")
    assert await rows("SELECT number FROM line WHERE verb = 'hand_over'") == []

    assert await say("mq-mi") == (0, [*listed, "赵刚 已离岗，交接 3 件，每件均已留痕。"], "")
    handed = await rows("SELECT number, by FROM line WHERE verb = 'hand_over' ORDER BY number")
    assert handed == [(number, "clock") for number in (*numbers, asked)]
    assert await rows("SELECT active FROM person WHERE id = 'mq-mi'") == [(False,)]
    told = await rows("SELECT DISTINCT facts->>'number' FROM letter WHERE person_id = 'mq-zm-head' ORDER BY 1")
    assert told == [(number,) for number in (*numbers, asked)]
    assert (await say("mq-mi"))[0] == 1

"""`loop153 talk`: a whole report typed in a terminal, and what is said to somebody who is not there."""

from __future__ import annotations

import asyncio
import os
import sys

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.commands.talk import read
from store.words import Body, Choice, Datum, Place, Text
from tests.world import build_world

REPORT = """上报
跳过
店主不让拍
/place 34.6470 115.1430 江山路
1
串码
1
柜台下有外地码
1
1
1
"""


async def talk(database_url: str, user: str, typed: str) -> tuple[int, str, str]:
    """What the command returns, says and complains about."""
    environment = {**os.environ, "LOOP153_DATABASE_URL": database_url}
    command = (sys.executable, "-m", "bot", "talk", "--as", user)
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment)
    said, complained = await process.communicate(typed.encode())
    return process.returncode or 0, said.decode(), complained.decode()


async def test_a_report_is_typed_in_a_terminal(engine: AsyncEngine, database_url: str) -> None:
    async with engine.begin() as tx:
        await build_world(tx)
    status, said, complained = await talk(database_url, "mq-cm", REPORT)
    assert (status, complained) == (0, "")
    assert "XS-2026-000001" in said
    async with engine.connect() as connection:
        [clue] = (await connection.execute(text("SELECT reporter, text FROM clue"))).all()
    assert tuple(clue) == ("mq-cm", "柜台下有外地码")


async def test_nobody_of_that_name(engine: AsyncEngine, database_url: str) -> None:
    status, _, complained = await talk(database_url, "nobody", "")
    assert status == 1
    assert "nobody" in complained
    assert "Traceback" not in complained


@pytest.mark.parametrize(
    ("line", "body"),
    [
        ("待办", Text("待办")),
        ("/tap m|report", Choice("m|report")),
        ("/place 34.5 115.6 Market Street", Place(34.5, 115.6, Datum.WGS84, label="Market Street")),
        ("/place here", "A place is written like this: /place 34.4147 115.6561 Renmin Road"),
    ],
)
def test_what_a_typed_line_means(line: str, body: Body | str) -> None:
    assert read(line) == body

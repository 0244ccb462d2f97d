"""The link from the chat: the file for whom it was made, written down; for anybody and anything else one sentence."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.clock import Clock
from bot.commands.serve import application
from bot.health import Health
from bot.office import Office, furnished
from bot.settings import Settings
from store import db, tables
from store.casefiles import links
from store.casefiles.caseproof import verify
from tests.cases import PROBLEM, build_case


@pytest.fixture
async def office(engine: AsyncEngine, tmp_path: Path) -> AsyncIterator[Office]:
    async with furnished(Settings(data_dir=tmp_path), engine, Clock()) as opened:
        await build_case(engine, opened.objects)
        yield opened


@pytest.fixture
async def client(office: Office) -> AsyncIterator[Any]:
    async with TestClient(TestServer(application(office, Health(office.engine)))) as opened:
        yield opened


async def _link(office: Office, userid: str, ago: timedelta = timedelta()) -> str:
    async with office.engine.begin() as tx:
        return await links.make(tx, userid, PROBLEM, await db.now(tx) - ago)


async def _audit(office: Office) -> list[tuple[str, ...]]:
    audit = tables.audit.c
    async with office.engine.connect() as connection:
        rows = await connection.execute(select(audit.person_id, audit.what, audit.number).order_by(audit.id))
        return [tuple(row) for row in rows]


async def test_the_file_comes_whole_and_is_written_down(office: Office, client: Any) -> None:
    async with client.get(await _link(office, "mq-ng1")) as answer:
        assert (answer.status, answer.content_type) == (200, "application/zip")
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{PROBLEM}.zip"'
        assert answer.headers["Cache-Control"] == "no-store"
        data = await answer.read()
    assert [str(check) for check in verify(io.BytesIO(data)) if not check.good] == []
    assert await _audit(office) == [("mq-ng1", "case_file", PROBLEM)]


async def test_other_links_open_nothing(office: Office, client: Any) -> None:
    good = await _link(office, "mq-ng1")
    wrong = [
        good.replace(PROBLEM, "WT-2026-000002"),
        good[:-4],
        good.partition("?")[0],
        "/case/..%2F..%2Fetc.zip?token=x",
        await _link(office, "mq-ng1", timedelta(minutes=31)),
        await _link(office, "mq-cm"),  # sees the problem, but may not take its file
        await _link(office, "sx-ng"),
        await _link(office, "nobody"),
    ]
    for path in wrong:
        async with client.get(path) as answer:
            assert (answer.status, "链接已失效" in await answer.text()) == (404, True), path
    async with client.head(good) as answer:
        assert answer.status == 405
    async with office.engine.begin() as tx:
        await tx.execute(text("UPDATE person SET active = false WHERE id = 'mq-ng1'"))
    async with client.get(good) as answer:
        assert answer.status == 404
    assert await _audit(office) == []

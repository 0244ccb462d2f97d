"""The room of provincial data: a file is checked, shown with what it would change, brought in, and taken back."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import FormData
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.clock import Clock
from bot.office import furnished
from bot.settings import Settings
from bot.work import imports
from bot.work.imports import work_one
from store import db
from store.feeds import jobs
from store.tables.feeds import feed_score
from tests.console import Answer, Console, Visitor, open_console
from tests.store.feeding import SCORES
from tests.world import SHOP, SHOP_SX, build_world

GOOD = f"{SCORES}{SHOP},2026-07-01,36.5,\n{SHOP_SX},2026-07-01,80,\n"


@pytest.fixture
async def console(engine: AsyncEngine, tmp_path: Path) -> AsyncIterator[Console]:
    async with engine.begin() as tx:
        await build_world(tx)
    async with furnished(Settings(data_dir=tmp_path), engine, Clock()) as office, open_console(office) as opened:
        yield opened


async def _send(who: Visitor, data: str | bytes, name: str = "scores.csv", kind: str = "scores") -> Answer:
    form = FormData({"csrf": (await who.get("/console")).csrf, "kind": kind})
    form.add_field("file", data.encode() if isinstance(data, str) else data, filename=name)
    return await who.post("/console/feeds", form)


async def _scores(console: Console) -> int:
    async with console.office.engine.connect() as tx:
        return (await tx.execute(select(func.count()).where(feed_score.c.replaced_by.is_(None)))).scalar_one()


async def test_checked_then_brought_in_then_taken_back(console: Console) -> None:
    async with console.signed_in("sq-admin") as admin:
        checked = await _send(admin, GOOD)
        assert re.fullmatch(r"/console/feeds/job/\d+", checked.path)
        assert ("全部可以读取" in checked.text, await _scores(console)) == (True, 0)
        done = await admin.send(f"{checked.path}/bring")
        assert await _scores(console) == 2
        batch = re.search(r"/console/feeds/batch/(\d+)", done.text)
        assert batch
        again = await admin.send(f"{checked.path}/bring")
        assert 'role="alert"' in again.text
        assert f"/console/feeds/batch/{batch[1]}" in (await _send(admin, GOOD)).text  # known already
        log = await admin.get("/console/feeds?kind=scores")
        assert ("scores.csv" in log.text, "吕管" in log.text or "sq-admin" in log.text) == (True, True)
        assert "scores.csv" not in (await admin.get("/console/feeds?kind=orders")).text
        unsure = await admin.send(f"{batch[0]}/undo")
        assert ('role="alert"' in unsure.text, await _scores(console)) == (True, 2)
        await admin.send(f"{batch[0]}/undo", sure="yes")
        assert await _scores(console) == 0
        twice = await admin.send(f"{batch[0]}/undo", sure="yes")
        assert 'role="alert"' in twice.text
    left = list((console.office.settings.data_dir / "objects").rglob("uploads/*"))
    assert left == []  # no upload stays behind


FAULTS: tuple[tuple[str | bytes, str, tuple[str, ...]], ...] = (
    (f"{SCORES}{SHOP},2026-07-01,136.5,\n", "a.csv", ("a.csv", "第 2 行", "score")),
    (f"{SCORES}{SHOP},2026-02-30,36,\n{SHOP},x,1,\n", "a.csv", ("第 2 行", "第 3 行", "day")),
    (f"{SCORES}999999999999,2026-07-01,36.5,\n", "a.csv", ("999999999999",)),
    (f"{SCORES}{SHOP},2026-07-01,5,\n{SHOP},2026-07-01,6,\n", "a.csv", ("第 3 行",)),
    ("a,b\n1,2\n", "a.csv", ("licence_no",)),
    (b"PK\x03\x04 broken", "a.xlsx", ("a.xlsx",)),
    (b"\xff\xfe\x00", "../../a.csv", ("a.csv",)),
)


async def test_faults_are_named_by_row_and_column(console: Console) -> None:
    async with console.signed_in("sq-ng1") as officer:
        for data, name, words in FAULTS:
            page = await _send(officer, data, name)
            assert ("fault-list tone-bad" in page.text, "/bring" in page.text) == (True, False)
            assert [one for one in words if one not in page.text] == []
    assert await _scores(console) == 0


async def test_what_is_no_file_is_told_at_the_field(console: Console) -> None:
    async with console.signed_in("sq-ng1") as officer:
        for answer in (
            await officer.send("/console/feeds"),
            await _send(officer, GOOD, kind="x"),
            await _send(officer, GOOD, "a.exe"),
        ):
            assert (answer.status, 'role="alert"' in answer.text) == (422, True)
        for kind in ("orders", "scores", "outflow", "targets"):
            template = await officer.get(f"/console/feeds/template/{kind}")
            assert template.text.count("\r\n") == 2
        assert (await officer.get("/console/feeds/template/x")).status == 404


async def test_a_large_file_is_read_by_a_worker_whoever_dies(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put down by one process, begun by a second that breaks off, done by a third; each with its own connection."""
    monkeypatch.setattr("bot.console.feeds.sending.AT_ONCE", 0)
    monkeypatch.setattr(imports, "AT_ONCE", 0)
    monkeypatch.setattr(imports, "_TOLD_EVERY", 0.01)
    rows = "".join(f"{SHOP},{2000 + n // 300}-{n % 12 + 1:02d}-{n // 12 % 25 + 1:02d},5,{n}\n" for n in range(6000))
    async with console.signed_in("sq-admin") as admin:
        page = await _send(admin, SCORES + rows)
        assert (page.headers["Refresh"], "<progress" in page.text) == ("4", True)
        number = int(page.path.rpartition("/")[2])
        async with jobs.claimed(console.office.engine, console.office.clock.now()) as held:
            assert held is not None
            assert not await work_one(console.office)  # it is taken
            assert "<progress" in (await admin.get(page.path)).text
        both = await asyncio.gather(work_one(console.office), work_one(console.office))
        assert sorted(both) == [False, True]
        assert "6,000" in (await admin.get(page.path)).text
        await admin.send(f"{page.path}/bring")
        assert await work_one(console.office)
        assert await _scores(console) == 6000
    async with console.office.engine.connect() as tx:
        job = await jobs.job_of(tx, number)
    assert job is not None
    assert (job.state, job.rows_read, job.attempts) == ("done", 6000, 1)


async def test_a_step_that_always_breaks_off_is_given_up(console: Console) -> None:
    async with console.office.engine.begin() as tx:
        number = await jobs.put_down(tx, "scores", "a.csv", "uploads/gone", 9, "sq-admin", await db.now(tx))
    for _attempt in range(jobs.ATTEMPTS + 1):
        assert await work_one(console.office)
    assert not await work_one(console.office)
    async with console.signed_in("sq-admin") as admin:
        assert "多次中断" in (await admin.get(f"/console/feeds/job/{number}")).text


async def test_it_is_not_there_for_others(console: Console) -> None:
    for userid in ("mq-ng1", "mq-cm", "sq-leader", "sq-yx-head", "sq-custodian"):
        async with console.signed_in(userid) as other:
            pages = [
                await other.get(f"/console/feeds{path}") for path in ("", "/job/1", "/batch/1", "/template/orders")
            ]
            answers = [*pages, await _send(other, GOOD)]
            assert {answer.status for answer in answers} == {404}, userid
            assert len({answer.text for answer in answers}) == 1
            assert "/console/feeds" not in (await other.get("/console")).text

"""The room of shops: the list, the profile that says why, asking for a visit, tracing a code back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import FormData
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.clock import Clock
from bot.office import furnished
from bot.settings import Settings
from store import db, tables
from store.profile import photographed
from store.profile.grading import Span, refresh
from tests.console import Answer, Console, Visitor, open_console
from tests.store.profile.books import confirm, flowed, provincial
from tests.world import MQ, SHOP, SHOP_NEAR, SHOP_SX, build_world

PACK = f"61120123456789018ZZZZ{SHOP}"[:16] + f"SQYC{SHOP}"


@pytest.fixture
async def console(engine: AsyncEngine, tmp_path: Path) -> AsyncIterator[Console]:
    async with engine.begin() as tx:
        await build_world(tx)
        now = await db.now(tx)
        for days in (200, 90, 60, 30, 20, 10, 4, 3, 2, 1):
            await confirm(tx, now - timedelta(days=days))
        await provincial(tx, 70.0, (now - timedelta(days=10)).date(), now - timedelta(days=9))
        await flowed(tx, 9, "2026-Q3", now - timedelta(days=30))
        await refresh(tx, Span("0", "9"), now - timedelta(days=5))
        await refresh(tx, Span("0", "9"), now)
    async with furnished(Settings(data_dir=tmp_path), engine, Clock()) as office, open_console(office) as opened:
        yield opened


async def test_the_room_of_shops_from_the_list_to_the_case(console: Console) -> None:
    async with console.signed_in("mq-ng1") as officer, console.signed_in("sx-ng") as foreign:
        await _list(officer)
        await _profile(officer)
        await _past(officer)
        await _hidden(foreign)
        await _visit(console, officer)
        await _report(console, officer)
        await _trace(officer)
        await _seized(officer, foreign)


async def _list(officer: Visitor) -> None:
    page = await officer.get("/console/shops")
    assert page.text.index(SHOP) < page.text.index(SHOP_NEAR)
    assert SHOP_SX not in page.text
    assert f"/console/shops?county={MQ}&amp;level=key" in page.text
    assert SHOP in (await officer.get("/console/shops?words=jsbld")).text
    assert SHOP_NEAR not in (await officer.get("/console/shops?words=jsbld&level=key")).text
    assert SHOP_NEAR not in (await officer.get("/console/shops?level=key")).text
    served = (await officer.get("/console/shops", params={"staff": "林晓", "role": "delivery_worker"})).text
    assert f'/console/shops/{SHOP}"' not in served
    for query in ("level=x&county=%27&grade=%00&role=y", "page=99999999", "words=%F0%9F%98%80", "staff=%25"):
        assert (await officer.get(f"/console/shops?{query}")).status == 200
    assert (await officer.get("/console/shops", params={"words": PACK})).path == "/console/shops/trace"


async def _profile(officer: Visitor) -> None:
    page = await officer.get(f"/console/shops/{SHOP}")
    assert page.status == 200
    assert "重点" in page.text
    assert page.text.count("/console/ledgers/WT-2025-") >= 10  # every case that counts is a link
    assert "W202" in page.text
    assert "<svg" in page.text
    assert SHOP_NEAR in page.text
    for name in ("林晓", "赵刚", "孙平"):
        assert name in page.text


async def _past(officer: Visitor) -> None:
    """Another day, other numbers, and the page says so."""
    past = await officer.get(f"/console/shops/{SHOP}?as_of=2026-06-01")
    assert "2026-06-01" in past.text
    assert "/console/ledgers/WT-2025-000003" not in past.text
    for day in ("2999-01-01", "x", "0001-01-01", "2026-02-30"):
        assert (await officer.get(f"/console/shops/{SHOP}", params={"as_of": day})).status == 200


async def _hidden(foreign: Visitor) -> None:
    """Foreign, made up and malformed: the same bytes."""
    paths = [f"/console/shops/{one}" for one in (SHOP, "999999999999", "1", "x' OR 1=1")]
    paths += [f"/console/shops/{SHOP}/report", "/console/shops/photo/1", "/console/shops/seized/9"]
    answers = [await foreign.get(path) for path in paths]
    assert {answer.status for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert (await foreign.send(f"/console/shops/{SHOP}/visit", why="看看")).text == answers[0].text


async def _visit(console: Console, officer: Visitor) -> None:
    """A visit that somebody asks for is a clue of the clock's, once."""
    async with console.office.engine.begin() as tx:  # the score asked for one by itself
        await tx.execute(tables.metadata.tables["visit"].delete())
    short = await officer.send(f"/console/shops/{SHOP}/visit", why="")
    assert 'role="alert"' in short.text
    done = await officer.send(f"/console/shops/{SHOP}/visit", why="看看库存")
    again = await officer.send(f"/console/shops/{SHOP}/visit", why="再看看")
    async with console.office.engine.connect() as tx:
        clue = (await tx.execute(select(tables.clue).where(tables.clue.c.source == "feed"))).one()
    assert (clue.merchant, "看看库存" in clue.text) == (SHOP, True)
    assert clue.number in done.text
    assert clue.number in again.text
    assert "看看库存" in done.text  # in the course of visits


async def _report(console: Console, officer: Visitor) -> None:
    path = f"/console/shops/{SHOP}/report"
    assert (await officer.send(path)).status == 422
    found = await officer.send(path, step="find", indicator_words="串码", text="看到的")
    assert ('value="W20201"' in found.text, "看到的" in found.text) == (True, True)
    done = await officer.send(path, indicator="W20201", text="店里有外地码卷烟")
    assert done.path == f"/console/shops/{SHOP}"
    async with console.office.engine.connect() as tx:
        row = (await tx.execute(select(tables.clue).where(tables.clue.c.text == "店里有外地码卷烟"))).one()
    assert (row.reporter, row.merchant, row.indicator, row.number in done.text) == ("mq-ng1", SHOP, "W20201", True)


async def _trace(officer: Visitor) -> None:
    page = await officer.get("/console/shops/trace", params={"code": PACK})
    assert f'/console/shops/{SHOP}"' in page.text
    assert "孙平" in page.text  # on whose route it was
    short = await officer.get("/console/shops/trace", params={"code": PACK[:-1]})
    assert ("31" in short.text, f'value="{PACK[:-1]}"' in short.text) == (True, True)
    assert (await officer.get("/console/shops/trace", params={"code": f"SQYC{SHOP_SX}"})).text.count(SHOP_SX) >= 1
    form = FormData({"csrf": (await officer.get("/console")).csrf})
    form.add_field("photo", b"no picture", filename="a.jpg", content_type="image/jpeg")
    sent = await officer.post("/console/shops/trace", form)
    assert sent.status == 422
    assert ("a.jpg" if photographed.ready() else "loop153[ocr]") in sent.text


async def _seized(officer: Visitor, foreign: Visitor) -> None:
    path = "/console/shops/seized"
    wrong = await _bring(officer, f"code\n{PACK}\n123\n".encode())
    assert (wrong.status, "第 3 行" in wrong.text or "row 3" in wrong.text) == (422, True)
    done = await _bring(officer, f"code\n{PACK}\nSQYC{SHOP_SX}\n".encode())
    assert (done.path, SHOP in done.text, SHOP_SX in done.text) == (path, True, False)
    assert "林晓" in done.text
    other = await foreign.get(path)
    assert (SHOP_SX in other.text, f"{SHOP}<" in other.text) == (True, False)
    one = await officer.get(f"{path}/1")
    assert ("外省协查" in one.text, SHOP in one.text) == (True, True)
    again = await officer.get("/console/shops/trace", params={"code": PACK})
    assert "外省协查" in again.text


async def _bring(officer: Visitor, data: bytes) -> Answer:
    form = FormData({"csrf": (await officer.get("/console")).csrf, "title": "外省协查", "kind": "out_province"})
    form.add_field("place", "徐州")
    form.add_field("seized_on", "2026-10-01")
    form.add_field("file", data, filename="codes.csv", content_type="text/csv")
    return await officer.post("/console/shops/seized", form)


async def test_staff_see_the_shops_that_they_serve(console: Console) -> None:
    async with console.signed_in("sx-cm") as staff, console.signed_in("sq-custodian") as custodian:
        page = await staff.get("/console/shops")
        assert (SHOP_SX in page.text, SHOP in page.text) == (True, False)
        assert (await staff.get(f"/console/shops/{SHOP_SX}")).status == 200
        assert (await staff.get(f"/console/shops/{SHOP}")).status == 404
        assert (await staff.get("/console/shops/seized")).status == 404
        assert (await staff.send(f"/console/shops/{SHOP_SX}/visit", why="看看")).status == 404
        assert (await custodian.get("/console/shops")).status == 404

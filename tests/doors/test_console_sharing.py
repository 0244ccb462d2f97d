"""The room of sharing: papers uploaded and found, announcements with receipts, threads, and who may see which."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import FormData
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.clock import Clock
from bot.console.page import HEADERS
from bot.office import furnished
from bot.settings import Settings
from store import tables
from tests.console import REPORT, Answer, Console, Visitor, open_console
from tests.store.test_sharing import docx
from tests.world import MQ, SX, build_world

ROOM = "/console/sharing"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.fixture
async def console(engine: AsyncEngine, tmp_path: Path) -> AsyncIterator[Console]:
    async with engine.begin() as tx:
        await build_world(tx)
    settings = Settings(data_dir=tmp_path, sending_hours="always")
    async with furnished(settings, engine, Clock()) as office, open_console(office) as opened:
        yield opened


async def upload(visitor: Visitor, path: str, name: str, data: bytes, **fields: Any) -> Answer:
    page = await visitor.get("/console")
    form = FormData(quote_fields=False)  # as browsers send names
    for field, value in {"csrf": page.csrf, "once": uuid4().hex, **fields}.items():
        for one in value if isinstance(value, list) else [value]:
            form.add_field(field, one)
    form.add_field("file", data, filename=name, content_type="application/octet-stream")
    return await visitor.post(path, form)


async def letters(console: Console) -> list[Any]:
    async with console.office.engine.connect() as connection:
        return list(await connection.execute(select(tables.letter).order_by(tables.letter.c.id)))


async def test_a_document_is_shared_found_opened_and_renewed(console: Console) -> None:
    async with console.signed_in("sq-ng1") as officer, console.signed_in("mq-cm") as reader:
        data = docx("第一条 发现真烟外流，先核喷码。")
        page = await upload(officer, f"{ROOM}/documents/new", "外流规程.docx", data, kind="rule", units=[MQ], title="")
        assert re.fullmatch(rf"{ROOM}/documents/\d+", page.path)
        assert ("外流规程" in page.text, "先核喷码" in page.text) == (True, True)
        found = await reader.get(f"{ROOM}/documents?words=喷码")
        assert ("外流规程" in found.text, "<mark>喷码</mark>" in found.text) == (True, True)
        async with reader.http.get(f"{console.base}{page.path}/1/file") as answer:
            assert (await answer.read(), answer.headers["Content-Type"]) == (data, DOCX)
            assert answer.headers["Content-Disposition"].startswith("attachment")
            assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        renewed = await upload(officer, f"{page.path}/renew", "新.txt", "新的一条".encode(), note="改了")
        assert ("新的一条" in renewed.text, "第 2 版" in renewed.text) == (True, True)
        assert "喷码" not in (await reader.get(page.path)).text
        edited = await officer.send(f"{page.path}/edit", kind="training", title="改名", units=SX)
        assert (edited.path, "改名" in edited.text) == (page.path, True)
        assert (await reader.get(page.path)).status == 404
    assert "没有共享给您的文件" in await console.says("mq-cm", "文件 外流规程")
    assert f"/documents/{page.path.rpartition('/')[2]}" in await _picked(console, "sx-cm")


async def _picked(console: Console, userid: str) -> str:
    await console.says(userid, "文件 新的")
    return await console.says(userid, "1")


async def test_what_cannot_be_shared_is_said_in_one_sentence(console: Console) -> None:
    async with console.signed_in("sq-ng1") as officer, console.signed_in("mq-cm") as reader:
        for data, words in ((b"MZ\x00\x01", "只能共享 PDF"), (b"%PDF-1.4 cut", "已损坏"), (b"", "请选择文件")):
            page = await upload(officer, f"{ROOM}/documents/new", "x.pdf", data, kind="rule", title="t")
            assert (page.status, words in page.text) == (422, True)
        refused = await upload(reader, f"{ROOM}/documents/new", "x.txt", b"x", kind="rule", title="t")
        assert refused.status == 404


async def test_an_announcement_goes_out_is_read_and_reminded_of(console: Console) -> None:
    async with console.signed_in("mq-leader") as leader, console.signed_in("mq-cm") as reader:
        page = await leader.get(f"{ROOM}/announcements/new")
        once = {"csrf": page.csrf, "once": page.hidden("once"), "title": "双节检查", "text": "下周起每周两次。"}
        sent = await leader.post(f"{ROOM}/announcements/new", once)
        again = await leader.post(f"{ROOM}/announcements/new", once)
        assert (sent.status, again.path) == (200, f"{ROOM}/announcements")
        told = {one.person_id for one in await letters(console)}
        assert ("mq-cm" in told, "sx-cm" in told, "mq-leader" in told) == (True, False, False)
        assert "8 人中 1 人已阅" in sent.text or "人已阅" in sent.text
        assert "待" in (await reader.get("/console")).text
        read = await reader.get(sent.path)
        assert ("双节检查" in read.text, "提醒" in read.text) == (True, False)
        number = sent.path.rpartition("/")[2]
        assert "已阅《双节检查》" in await console.says("mq-mi", f"已阅 {number}")
        before = len(await letters(console))
        reminded = await leader.send(f"{sent.path}/remind")
        people = {one.person_id for one in (await letters(console))[before:]}
        assert ("已提醒" in reminded.text, people & {"mq-cm", "mq-mi"}) == (True, set())
        assert "mq-dw" in people
        assert "间隔 4 小时" in (await leader.send(f"{sent.path}/remind")).text
        assert (await reader.send(f"{sent.path}/withdraw")).status == 404
        await leader.send(f"{sent.path}/withdraw")
        assert (await reader.get(sent.path)).status == 404
        assert (await letters(console))[-1].state == "obsolete"


async def test_a_thread_beside_a_case(console: Console) -> None:
    number = await console.press("mq-cm", "report", **REPORT)
    async with console.signed_in("mq-ng1") as officer, console.signed_in("mq-mi") as other:
        asked = {"title": "请核实", "text": "见照片", "people": "林晓", "assignee": "林晓", "beside": number}
        page = await officer.send(f"{ROOM}/threads/new", **asked, due_on="2099-01-05")
        assert ("见照片" in page.text, number in page.text) == (True, True)
        assert (await other.get(page.path)).status == 404
        assert f'href="{page.path}"' in (await officer.get(f"/console/ledgers/{number}")).text
        wrong = await officer.send(f"{ROOM}/threads/new", **{**asked, "people": "王悦"})
        assert (wrong.status, "王悦不能查看" in wrong.text) == (422, True)
        nobody = await officer.send(f"{ROOM}/threads/new", title="t", text="x")
        assert (nobody.status, "参与人" in nobody.text) == (422, True)
        assert (await other.get(f"{ROOM}/threads/new?beside=XS-2026-999999")).status == 404
    async with console.signed_in("mq-cm") as answerer, console.signed_in("mq-ng1") as officer:
        assert "待您答复" in (await answerer.get(f"{ROOM}/threads")).text
        replied = await answerer.send(f"{page.path}/reply", text="核实过了")
        assert "待您答复" not in replied.text
        assert "1 条新消息" in (await officer.get(f"{ROOM}/threads")).text
        assigned = await officer.send(f"{page.path}/assign", assignee="mq-cm", due_on="1999-01-01")
        assert (assigned.status, "已经过了" in assigned.text) == (422, True)
        closed = await officer.send(f"{page.path}/close")
        assert "重新打开" in closed.text
        late = await answerer.send(f"{page.path}/reply", text="还有")
        assert (late.status, "已结束" in late.text) == (422, True)
    purposes = [(one.person_id, one.facts["why"]) for one in await letters(console) if one.purpose == "thread"]
    assert purposes == [("mq-cm", "assigned"), ("mq-ng1", "replied"), ("mq-cm", "closed")]


async def test_hidden_foreign_and_made_up_are_the_same_bytes(console: Console) -> None:
    async with console.signed_in("sq-ng1") as officer:
        page = await upload(officer, f"{ROOM}/documents/new", "a.txt", b"abc", kind="rule", title="t", units=[SX])
    async with console.signed_in("mq-cm") as foreign:
        parts = [page.path, f"{page.path}/1/file", f"{page.path}/edit"]
        parts += [
            f"{ROOM}/{kind}/{n}" for kind in ("documents", "announcements", "threads") for n in ("77", "x", "9" * 12)
        ]
        answers = [await foreign.get(path) for path in parts]
        assert {answer.status for answer in answers} == {404}
        assert len({answer.text for answer in answers}) == 1

"""The ledgers' rooms: one case through pages alone, proof as bytes, exports as jobs, and nothing for strangers."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import FormData
from openpyxl import load_workbook
from PIL import Image
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.clock import Clock
from bot.console.page import HEADERS
from bot.office import furnished
from bot.settings import Settings
from bot.work import exporting
from store import tables
from store.books import exports
from store.books.layout import headings
from store.clock.workdays import seed_calendar
from store.words import Ledger
from tests.console import REPORT, Answer, Console, Visitor, open_console
from tests.world import MQ, SHOP, build_world

JPEG = io.BytesIO()
Image.new("RGB", (320, 240), "#486").save(JPEG, "JPEG")
FORM = {
    "opinion": "依规立案，交专卖查处。",
    "severity": "3",
    "scope": "仅此一户",
    "department": "enforcement",
    "assignee": "mq-mi",
    "step": "send",
}
EVIL = "=cmd|'/c calc'!A1"


@pytest.fixture
async def console(engine: AsyncEngine, tmp_path: Path) -> AsyncIterator[Console]:
    async with engine.begin() as tx:
        await build_world(tx)
        await seed_calendar(tx)
    async with furnished(Settings(data_dir=tmp_path), engine, Clock()) as office, open_console(office) as opened:
        yield opened


async def reported(console: Console, userid: str = "mq-cm", **fields: object) -> str:
    return await console.press(userid, "report", **{**REPORT, **fields})


async def accepted(console: Console) -> str:
    """The number of a problem that came of a page's handling form."""
    clue = await reported(console)
    async with console.signed_in("mq-ng1") as officer:
        done = await officer.send(f"/console/ledgers/{clue}/accept", **FORM)
        assert done.path == f"/console/ledgers/{clue}", done.text
        found = re.search(r"/console/ledgers/(WT-\d{4}-\d{6})", done.text)
        assert found
        return found[1]


async def with_photo(visitor: Visitor, path: str, data: bytes = JPEG.getvalue(), **fields: str) -> Answer:
    page = await visitor.get("/console")
    form = FormData({"csrf": page.csrf, "once": path, "step": "send", **fields})
    form.add_field("photos", data, filename="a.jpg", content_type="image/jpeg")
    return await visitor.post(path, form)


async def scalar(console: Console, query: Any) -> Any:
    async with console.office.engine.connect() as connection:
        return (await connection.execute(query)).scalar()


async def test_a_case_is_handled_from_beginning_to_end_on_pages(console: Console) -> None:
    number = await accepted(console)
    at = f"/console/ledgers/{number}"
    async with console.signed_in("mq-mi") as worker, console.signed_in("mq-ng1") as officer:
        page = await worker.get(at)
        assert f'action="{at}/receive"' in page.text  # needs nothing: one tap
        await worker.send(f"{at}/receive")
        lacking = await worker.send(f"{at}/feedback", text="查获 12 条", step="send")
        assert ("反馈需要写明原因" in lacking.text, "查获 12 条" in lacking.text) == (True, True)
        told = await with_photo(worker, f"{at}/feedback", cause="邻县窜货", text="查获 12 条")
        assert (told.path, "待核定" in told.text) == (at, True)
        judged = await officer.send(f"{at}/verify", text="属实", measures="停供整改", step="send")
        assert "整改中" in judged.text
        none = await worker.send(f"{at}/rectified", measures="已停供", step="send")
        assert "整改完成必须有照片" in none.text
        await with_photo(worker, f"{at}/rectified", measures="已停供")
        sure = await officer.get(f"{at}/confirm")
        assert "销号" in sure.text
        closed = await officer.send(f"{at}/confirm")
        assert "已销号" in closed.text
        for words in ("邻县窜货", "停供整改", "链条完整", "evidence/"):
            assert words in closed.text
        assert (await officer.get(f"{at}/print")).status == 200
        paper = await officer.http.get(console.base + f"{at}/form")
        assert (paper.status, (await paper.read())[:5]) == (200, b"%PDF-")
    verbs = select(tables.line.c.verb).where(tables.line.c.number == number).order_by(tables.line.c.seq)
    async with console.office.engine.connect() as connection:
        written = list((await connection.execute(verbs)).scalars())
    assert written == ["open", "receive", "feedback", "verify", "rectified", "confirm"]


async def test_what_the_law_or_the_form_refuses_is_a_sentence_on_the_page(console: Console) -> None:
    number = await reported(console)
    at = f"/console/ledgers/{number}"
    async with console.signed_in("mq-ng1") as officer:
        wrong = await officer.send(f"{at}/merge", problem="WT-2026-999999", step="send")
        assert ("WT-2026-999999" in wrong.text, 'role="alert"' in wrong.text) == (True, True)
        odd = await officer.send(f"{at}/merge", problem="什么", step="send")
        assert "完整的问题编号" in odd.text
        other = await officer.send(f"{at}/accept", **{**FORM, "department": "marketing", "assignee": "mq-cm2"})
        assert "更换主办部门需要写明原因" in other.text
        assert 'name="override_reason"' in other.text  # a question that this answer opened
        made_up = await officer.send(f"{at}/accept", **{**FORM, "assignee": "nobody"})
        assert "主办要落实到一个人" in made_up.text
        elsewhere = await officer.send(f"{at}/accept", **{**FORM, "assignee": "sq-leader"})
        assert ("不能承办" in elsewhere.text, str(FORM["opinion"]) in elsewhere.text) == (True, True)
        stale = await officer.send(f"{at}/supply", text="补充", step="send")
        assert 'role="alert"' in stale.text
        assert (await officer.get(f"{at}/fly")).status == 404
    assert (
        await scalar(console, select(tables.line.c.seq).where(tables.line.c.number == number, tables.line.c.seq > 1))
        is None
    )


async def test_proof_is_for_whoever_may_see_its_entry(console: Console) -> None:
    number = await accepted(console)
    at = f"/console/ledgers/{number}"
    async with console.signed_in("mq-mi") as worker, console.signed_in("sx-ng") as foreign:
        await worker.send(f"{at}/receive")
        broken = await with_photo(worker, f"{at}/note", b"<html><script>alert(1)</script>", text="看一下")
        assert "不是可用的照片" in broken.text
        page = await with_photo(worker, f"{at}/note", text="看一下")
        found = re.search(r"/console/ledgers/evidence/[0-9a-f-]{36}", page.text)
        assert found
        for path, mime in ((found[0], "image/jpeg"), (f"{found[0]}/small", "image/jpeg")):
            async with worker.http.get(console.base + path) as answer:
                assert (answer.status, answer.content_type) == (200, mime)
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
                data = await answer.read()
            assert Image.open(io.BytesIO(data)).format == "JPEG"
            hidden = await foreign.get(path)
            assert (hidden.status, hidden.text) == (404, (await foreign.get("/console/nowhere")).text)
        assert data != JPEG.getvalue()


async def test_strangers_get_the_same_nothing_everywhere(console: Console) -> None:
    clue = await reported(console)
    internal = await reported(console, "sx-cm", indicator="N10101", accused=["sx-leader"])
    number = await accepted(console)
    async with console.signed_in("mq-ng1") as officer, console.signed_in("sx-leader") as foreign:
        job = (await officer.send("/console/ledgers/exports", ledger="clue", format="csv")).path
        numbers = (clue, internal, number, "XS-2026-999999", "WT-2026-999999", "XS-2026-1%27")
        paths = [
            f"/console/ledgers/{one}{end}" for one in numbers for end in ("", "/print", "/form", "/file", "/dismiss")
        ]
        paths += [job, f"{job}/file", "/console/ledgers/exports/x", "/console/ledgers/evidence/x"]
        answers = [await foreign.get(path) for path in paths]
        assert {(answer.status, answer.text) for answer in answers} == {(404, answers[0].text)}
        sent = [await foreign.send(f"/console/ledgers/{one}/dismiss", text="x", step="send") for one in numbers[:4]]
        assert {answer.text for answer in sent} == {answers[0].text}
        for path in ("/console/ledgers/clues", "/console/ledgers/problems", "/console/ledgers/board"):
            page = await foreign.get(path)
            assert page.status == 200
            assert {name: page.headers[name] for name in HEADERS} == HEADERS
            assert not any(one in page.text for one in (clue, internal, number))


async def test_lists_answer_any_address_and_old_ones_lead_on(console: Console) -> None:
    number = await reported(console)
    async with console.signed_in("mq-ng1") as officer:
        assert (await officer.get(f"/console/entry/{number}")).path == f"/console/ledgers/{number}"
        listed = await officer.get(f"/console/ledgers/clues?county={MQ}&shop={SHOP}&state=open&light=green&words=条码")
        assert number in listed.text
        for query in (
            *(
                "from=x",
                "page=a.1.x",
                "page=b.-99999999999999.",
                "page=%00",
                "sort=--",
                "day=2026-02-30",
                "person=' OR 1=1",
            ),
            *("words=%25%25", "indicator=%25", "closed_from=2026-01-01", "county=nowhere&department=x", "page=5"),
        ):
            for ledger in ("clues", "problems"):
                page = await officer.get(f"/console/ledgers/{ledger}?{query}")
                assert (page.status, "<script" in page.text) == (200, False), query
        assert "不是日期" in (await officer.get("/console/ledgers/clues?from=x")).text
        kept = await officer.send("/console/ledgers/views", ledger="clue", name="在办", state="open", shared="1")
        assert (kept.path, "state=open" in kept.text) == ("/console/ledgers/views", True)
        view = re.search(r'action="(/console/ledgers/views/\d+)"', kept.text)
        assert view
        assert (await officer.send(view[1], name="还在办", step="save")).text.count("还在办") >= 1
        async with console.signed_in("sx-ng") as foreign:
            assert (await foreign.send(view[1], step="drop")).status == 404
        assert "还没有保存视图" in (await officer.send(view[1], step="drop")).text


async def test_an_export_is_what_was_filtered_and_survives_its_worker(console: Console) -> None:
    wanted = {await reported(console, text=words) for words in (EVIL, "+1", "-2", "@x", "\t=3", "平常的话")}
    await reported(console, "sx-cm", merchant="unknown")
    office = console.office
    async with console.signed_in("mq-ng1") as officer:
        pages = [
            await officer.send("/console/ledgers/exports", ledger="clue", format=form, county=MQ)
            for form in ("xlsx", "csv")
        ]
        assert "Refresh" in pages[0].headers
        async with office.engine.begin() as tx:  # a worker takes the first, and is killed
            assert await exports.claim(tx)
            await tx.execute(update(tables.export_job).values(lease_until=text("clock_timestamp() - interval '1 s'")))
        while await exporting.write_next(office):
            pass
        assert set(await jobs(console)) == {"done"}
        files = []
        for page in pages:
            async with officer.http.get(console.base + page.path + "/file") as answer:
                assert (answer.status, "attachment" in answer.headers["Content-Disposition"]) == (200, True)
                files.append(await answer.read())
        sheet = load_workbook(io.BytesIO(files[0])).worksheets[0]
        rows = list(sheet.iter_rows(values_only=True))
        assert list(rows[2]) == headings(Ledger.CLUE, "zh")
        assert {row[0] for row in rows[3:]} == wanted
        assert {cell.data_type for row in sheet.iter_rows(min_row=4) for cell in row} <= {"s", "n"}
        assert files[1].startswith(b"\xef\xbb\xbf")
        table = list(csv.reader(io.StringIO(files[1].decode("utf-8-sig"))))
        assert {row[0] for row in table[1:]} == wanted
        assert not [cell for row in table for cell in row if cell[:1] in ("=", "+", "-", "@", "\t")]
        # Another post, another sight: the file is no longer theirs.
        async with office.engine.begin() as tx:
            await tx.execute(update(tables.person).where(tables.person.c.id == "mq-ng1").values(unit_code="411422-NG"))
        again = await officer.get(pages[0].path + "/file")
        assert "请重新导出" in again.text
        async with office.engine.begin() as tx:
            await tx.execute(update(tables.export_job).values(expires_at=text("clock_timestamp() - interval '1 s'")))
        assert await exporting.sweep(office) == 2
        assert (await officer.get(pages[1].path + "/file")).status == 404


async def jobs(console: Console) -> list[str]:
    async with console.office.engine.connect() as connection:
        return list((await connection.execute(select(tables.export_job.c.state))).scalars())


async def test_the_chat_and_the_page_ask_the_same(console: Console) -> None:
    """Every verb that somebody may use has a page; its fields are the questions of its questionnaire."""
    clue, number = await reported(console), await accepted(console)
    forms, seen = console.office.forms, set()
    for userid in ("mq-ng1", "mq-mi", "mq-cm", "mq-leader", "sq-ng1"):
        async with console.signed_in(userid) as visitor:
            for one in (clue, number):
                page = await visitor.get(f"/console/ledgers/{one}")
                for verb in re.findall(rf'href="/console/ledgers/{one}/([a-z_]+)"', page.text):
                    if verb in ("print", "form", "file"):
                        continue
                    asked = await visitor.get(f"/console/ledgers/{one}/{verb}")
                    form = forms.for_verb(Ledger.CLUE if one == clue else Ledger.PROBLEM, verb)
                    assert form, verb
                    fixed = [q for q in form.questions if q.type != "hidden" and q.relevant is None]
                    assert all(f'id="f-{question.name}"' in asked.text for question in fixed), verb
                    seen.add(verb)
    assert {"accept", "dismiss", "merge", "escalate", "append", "instruct", "reassign", "suspend"} <= seen

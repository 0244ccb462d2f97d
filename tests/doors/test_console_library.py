"""The library's room: who reads and who edits, files with deliberate faults, and making an indicator of "other"."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from aiohttp import FormData
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.clock import Clock
from bot.office import furnished
from bot.settings import Settings
from store import db, tables
from store.clock.workdays import local_day
from store.library.recording import changes, snapshot
from store.master.indicators import facts
from tests.console import REPORT, Answer, Console, Visitor, open_console
from tests.world import CODE, CODE_OTHER, build_world

SWAPS = [
    "店里用电子烟换旧卷烟,顾客排队",
    "用电子烟以旧换新,宣传单贴在门口",
    "搞电子烟以旧换新活动",
    "电子烟以旧换新,送打火机",
]


@pytest.fixture
async def console(engine: AsyncEngine, tmp_path: Path) -> AsyncIterator[Console]:
    async with engine.begin() as tx:
        await build_world(tx)
    async with furnished(Settings(data_dir=tmp_path), engine, Clock()) as office, open_console(office) as opened:
        yield opened


async def others(console: Console) -> list[str]:
    texts = [*SWAPS, "门口堆放杂物"]
    return [
        await console.press("mq-cm", "report", **{**REPORT, "indicator": CODE_OTHER, "text": text}) for text in texts
    ]


async def send_file(visitor: Visitor, data: str | bytes | io.BytesIO, name: str = "library.csv") -> Answer:
    form = FormData()
    form.add_field("csrf", (await visitor.get("/console")).csrf)
    form.add_field("file", data.encode() if isinstance(data, str) else data, filename=name)
    return await visitor.post("/console/library/file", form)


# --- reading ------------------------------------------------------------------------------------------------------


async def test_who_reads_who_edits_and_for_whom_it_is_not_there(console: Console) -> None:
    await others(console)
    await console.press("sx-cm", "report", **{**REPORT, "merchant": "411422100001"})
    edits = ("add", "withdraw")
    for userid, reads, writes, sees in (
        ("sq-ng1", True, True, 6),
        ("sq-admin", True, True, 0),
        ("mq-ng1", True, False, 5),
        ("sx-ng", True, False, 1),
        ("mq-leader", True, False, 5),
        ("mq-yx-head", True, False, 5),
        ("mq-cm", False, False, 0),
        ("sq-custodian", False, False, 0),
    ):
        async with console.signed_in(userid) as visitor:
            tree = await visitor.get("/console/library")
            page = await visitor.get("/console/library/W2")
            assert {tree.status, page.status} == {200 if reads else 404}, userid
            assert ("/console/library/file" in tree.text, 'action="/console/library/W2/rename"' in page.text) == (
                (writes, writes)
            ), userid
            assert (f">{sees} 件<" in tree.text) == bool(sees), userid
            made_up = await visitor.get("/console/library/W9999")
            assert made_up.status == 404
            if not writes:
                refused = [await visitor.send(f"/console/library/W202/{verb}") for verb in edits]
                refused += [
                    await visitor.get("/console/library/file"),
                    await visitor.send("/console/library/file/apply"),
                ]
                refused.append(await visitor.send("/console/library/others", key="x"))
                assert {one.status for one in refused} == {404}, userid
    async with console.office.engine.connect() as tx:
        assert await changes(tx) == []


async def test_the_tree_is_searched_and_its_numbers_open_their_lists(console: Console) -> None:
    await others(console)
    day = local_day(await _now(console))
    since = day - timedelta(days=89)
    async with console.signed_in("mq-ng1") as visitor:
        found = await visitor.get("/console/library?words=串码")
        assert (CODE in found.text, "W10101" in found.text, "<details open" in found.text) == (True, False, True)
        assert "W10101" not in (await visitor.get("/console/library?nature=violation")).text
        assert "没有符合的指标" in (await visitor.get("/console/library?origin=province")).text
        tree = (await visitor.get("/console/library")).text
        assert f'href="/console/ledgers/clues?indicator=W209&amp;from={since}">5 件</a>' in tree
        page = (await visitor.get("/console/library/W2")).text
        assert f"/console/ledgers/clues?indicator=W2&amp;from={day.replace(day=1)}&amp;to=" in page
        front = (await visitor.get("/console")).text
        assert ("100.0%" in front, 'href="/console/library/others"' in front) == (True, True)


async def _now(console: Console) -> datetime:
    async with console.office.engine.connect() as tx:
        return await db.now(tx)


# --- editing ------------------------------------------------------------------------------------------------------


async def test_the_editors_forms_change_the_library_and_say_what_cannot_be(console: Console) -> None:
    now = await _now(console)
    soon = local_day(now) + timedelta(days=9)
    async with console.signed_in("sq-ng1") as visitor:

        async def send(verb: str, code: str = CODE, **fields: str) -> Answer:
            return await visitor.send(f"/console/library/{code}/{verb}", **fields)

        new = {"new_code": "w20203", "new_name_zh": "同一IP订货", "new_weight": "9", "new_keywords": "代订，同网"}
        added = await send("add", "W202", **new)
        assert (added.path, "W20203" in added.text) == ("/console/library/W20203", True)
        again = await send("add", "W202", **new)
        assert (again.status, "编号不能重复使用" in again.text, "同一IP订货" in again.text) == (422, True, True)
        assert (await send("rename", name_zh="外地码", name_en="Foreign code")).status == 200
        assert (await send("rename", name_zh=" ")).status == 422
        assert (await send("value", valid_from=f"{soon}", weight="8", severity="4", days="3")).status == 200
        for field, value, sentence in (
            ("valid_from", "2569/11/1", "2000 到 2100"),
            ("valid_from", "115/11/1", "公历日期"),
            ("valid_from", f"{local_day(now) - timedelta(days=1)}", "已经评定的保持原样"),
            ("weight", "=1+1", "公式"),
            ("severity", "6", "不在 1 到 5 之间"),
        ):
            refused = await send("value", **{"valid_from": f"{soon}", "weight": "7", field: value})
            assert (refused.status, sentence in refused.text) == (422, True), (field, value)
        assert "W202 不能挂到自己下面" in (await send("move", "W202", parent="W20201")).text
        assert "编号应以上级编号" in (await send("move", parent="W101")).text
        assert (await send("switch", "W20203", active="no")).status == 200
        assert "请先停用它们" in (await send("switch", "W101", active="no")).text
        page = await visitor.get(f"/console/library/{CODE}")
        gone = await send("withdraw", valid_from=page.hidden("valid_from"))
        assert (gone.status, "待生效" in page.text, "待生效" in gone.text) == (200, True, False)
        assert (await send("withdraw", valid_from="yesterday")).status == 404
    async with console.office.engine.connect() as tx:
        one = await facts(tx, CODE, now + timedelta(days=20))
        assert one
        assert (one.name_zh, one.weight, one.severity) == ("外地码", 5.0, 3)
        done = [(row["code"], row["what"], row["set_by"]) for row in await changes(tx)]
        assert done == [
            (CODE, "withdrawn", "sq-ng1"),
            ("W20203", "deactivated", "sq-ng1"),
            (CODE, "valued", "sq-ng1"),
            (CODE, "renamed", "sq-ng1"),
            ("W20203", "added", "sq-ng1"),
        ]


# --- files --------------------------------------------------------------------------------------------------------

_SAME = "W20201,W202,串码,Cartons coded to another shop,external,violation,4,5,3,enforcement,7,串码|别人的码,,city,yes"


async def test_a_file_is_shown_first_and_applied_as_it_was_shown_or_not_at_all(console: Console) -> None:
    async with console.signed_in("sq-ng1") as visitor, console.signed_in("sq-ng2") as other:
        out = await visitor.get("/console/library/csv")
        assert out.headers["Content-Disposition"].startswith('attachment; filename="indicators-')
        async with visitor.http.get(f"{console.base}/console/library/xlsx") as sent:
            book = load_workbook(io.BytesIO(await sent.read()))
        assert book.active is not None
        assert [cell.value for cell in book.active[1]] == out.text.removeprefix("\ufeff").splitlines()[0].split(",")
        assert "无需导入" in (await send_file(visitor, out.text)).text
        changed = _edited(out.text, CODE, parent_code="W2", name_zh="外地码", level="3")
        changed = _edited(_edited(changed, "W10101", active="no"), CODE_OTHER, name_en="Other")
        changed += "W20202,W202,转单,Pooled,external,violation,4,8,3,marketing,7,,,province,yes\r\n"
        before = await _library(console)
        shown = await send_file(visitor, changed)
        assert [word in shown.text for word in ("W20202", "改名", "移动", "停用", "全部应用")] == [True] * 5
        assert await _library(console) == before
        await other.send("/console/library/W202/rename", name_zh="串码与外流")
        stale = await visitor.send("/console/library/file/apply", seal=shown.hidden("seal"))
        assert (stale.status, "请重新查看差异" in stale.text) == (409, True)
        assert "W20202" not in await _library(console)
        done = await visitor.send("/console/library/file/apply", seal=stale.hidden("seal"))
        assert done.path == "/console/library"
        after = await _library(console)
        assert [after[code][name] for code, name in (("W20202", "origin"), (CODE, "parent_code"), (CODE, "level"))] == [
            "province",
            "W2",
            3,
        ]
        assert (after["W10101"]["active"], after["W202"]["name_zh"]) == (False, "串码外流")
        lost = await other.send("/console/library/file/apply", seal=stale.hidden("seal"))
        assert (lost.status, "Please choose the file again" in lost.text) == (422, True)


def _edited(text: str, code: str, **columns: str) -> str:
    """The file with some cells of one row changed."""
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    out = io.StringIO()
    table = csv.DictWriter(out, rows[0])
    table.writeheader()
    table.writerows({**row, **(columns if row["code"] == code else {})} for row in rows)
    return out.getvalue()


async def test_values_in_a_file_may_count_from_a_later_day_on(console: Console) -> None:
    day = local_day(await _now(console)) + timedelta(days=30)
    async with console.signed_in("sq-ng1") as visitor:
        header = (await visitor.get("/console/library/csv")).text.splitlines()[0].strip()
        row = _SAME.replace(",5,3,enf", ",9,4,enf")
        shown = await send_file(visitor, f"{header},valid_from\n{row},{day:%Y/%m/%d}\n")
        assert "以后生效" in shown.text
        await visitor.send("/console/library/file/apply", seal=shown.hidden("seal"))
    async with console.office.engine.connect() as tx:
        now = await _now(console)
        worth = [await facts(tx, CODE, at) for at in (now, now + timedelta(days=31))]
        assert [(one.weight, one.severity) for one in worth if one] == [(5.0, 3), (9.0, 4)]


FAULTS: list[tuple[str | bytes, str]] = [
    ("编号,名称\nW1,甲\n".encode(), "第 1 行，code 列：缺少这一列"),
    (f"{{header}}\n{_SAME}\n{_SAME}\n", "第 3 行，code 列：“W20201”在第 2 行已经出现过"),
    (f"{{header}}\n{_SAME.replace('W202,', 'W20201,')}\n", "parent_code 列"),
    (f"{{header}},valid_from\n{_SAME.replace(',5,3', ',6,3')},2569/11/1\n", "第 2 行，valid_from 列：年份 2569"),
    (f"{{header}},valid_from\n{_SAME.replace(',5,3', ',6,3')},115/11/1\n", "第 2 行，valid_from 列：“115/11/1”"),
    (f"{{header}},valid_from\n{_SAME.replace(',5,3', ',6,3')},2026-01-01\n", "第 2 行，valid_from 列：已经评定的"),
    (f"{{header}}\n{_SAME.replace('串码,C', '=cmd|x,C')}\n", "第 2 行，name_zh 列：单元格里是公式"),
    (
        f"{{header}}\n{_SAME}\n".encode() + "W20202,W202,转单".encode("gb18030") + b"\n",
        "第 2 行是 UTF-8 编码，第 3 行不是",
    ),
    (b"PK\x03\x04 no workbook at all", "请用 Excel 或 WPS 打开"),
    (b"\xd0\xcf\x11\xe0 old", "旧的 .xls 文件"),
    (b"\n" * 3, "文件是空的"),
]


async def test_each_fault_of_a_file_is_named_and_nothing_is_half_applied(console: Console) -> None:
    before = await _library(console)
    async with console.signed_in("sq-ng1") as visitor:
        header = (await visitor.get("/console/library/csv")).text.splitlines()[0].strip()
        for data, sentence in FAULTS:
            sent = (
                data.replace("{header}", header)
                if isinstance(data, str)
                else data.replace(b"{header}", header.encode())
            )
            page = await send_file(visitor, sent, "../../etc/指标 库.csv")
            assert (page.status, sentence in page.text) == (422, True), (sentence, page.text[-3000:])
            assert "/file/apply" not in page.text
        assert (await send_file(visitor, io.BytesIO(b"x" * (5 << 20)))).status == 413
        assert (await visitor.send("/console/library/file")).status == 422
        assert (await visitor.send("/console/library/file/apply", seal="")).status == 422
    assert await _library(console) == before


async def _library(console: Console) -> dict[str, dict[str, object]]:
    async with console.office.engine.connect() as tx:
        return await snapshot(tx)


# --- other --------------------------------------------------------------------------------------------------------


def _shown(page: Answer, name: str) -> str:
    """What a field of the page holds."""
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', page.text)
    assert found, name
    return unescape(found[1])


async def test_what_recurs_becomes_an_indicator_with_one_press(console: Console) -> None:
    numbers = await others(console)
    async with console.signed_in("mq-ng1") as county:
        page = await county.get("/console/library/others")
        assert (page.status, "电子烟以旧换新" in page.text, 'name="key"' in page.text) == (200, True, False)
    async with console.signed_in("sx-ng") as elsewhere:
        assert "电子烟以旧换新" not in (await elsewhere.get("/console/library/others")).text
    async with console.signed_in("sq-admin") as administrator:
        assert (await administrator.get("/console/library/others")).status == 404
    async with console.signed_in("sq-ng1") as city:
        page = await city.get("/console/library/others")
        assert f'href="/console/ledgers/{numbers[1]}"' in page.text
        key = page.hidden("key")
        offer = {name: _shown(page, f"{name}-{key}") for name in ("name_zh", "weight", "phrase")}
        chosen = {"key": key, f"parent-{key}": "W209", f"department-{key}": "enforcement"}
        fields = [(f"{name}-{key}", value) for name, value in offer.items()] + list(chosen.items())
        nobody = await city.send("/console/library/others", **dict(fields))
        assert (nobody.status, "请至少选择一条" in nobody.text) == (422, True)
        form = FormData([("csrf", page.csrf), *fields, *((f"case-{key}", one) for one in numbers[1:4])])
        done = await city.post("/console/library/others", form)
        assert (done.path, "电子烟以旧换新" in done.text) == ("/console/library/W20901", True)
    async with console.office.engine.connect() as tx:
        clue, line, letter = tables.clue.c, tables.line.c, tables.letter.c
        codes = dict((await tx.execute(select(clue.number, clue.indicator))).tuples().all())
        assert [codes[one] for one in numbers] == [CODE_OTHER, "W20901", "W20901", "W20901", CODE_OTHER]
        lines = select(line.number, line.by).where(line.verb == "recode").order_by(line.number)
        assert list((await tx.execute(lines)).tuples()) == [(one, "sq-ng1") for one in numbers[1:4]]
        assert (await tx.execute(select(letter.id).where(letter.number.in_(numbers[1:4])))).first()
        one = await facts(tx, "W20901", await _now(console))
        assert one
        assert (one.name_zh, one.department, one.keywords) == (offer["name_zh"], "enforcement", ("电子烟以旧换新",))

"""The room of administration: for administrators alone, every change dated and taken back by one click."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import FormData
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.clock import Clock
from bot.office import furnished
from bot.settings import Settings
from bot.work import in_use
from notifier import render, rewording
from store import tables
from store.running.quality import GAPS
from store.staff.people import person_by_id
from store.words import Person
from tests import acceptance
from tests.console import Answer, Console, Visitor, open_console
from tests.world import MQ, STAFF, build_world

ROOM = "/console/running"
PAGES = (
    *("", "/people", "/people/new", "/people/mq-cm", "/people?unit=411421&role=field_staff&words=林", "/absences"),
    *("/units", "/units?closed=yes", "/units/new?under=411421", "/units/411421-YX", "/bring/staff", "/bring/units"),
    *("/calendar", "/calendar?year=2025", "/calendar/2026-10-01", "/bring/calendar", "/settings", "/letters"),
    *("/settings/clock.ladder", "/settings/mail.hours", "/settings/cards.off", "/settings/clock.due_by_severity"),
    *("/settings/clock.sample_percent", "/letters?state=all", "/doors"),
    *("/forms", "/forms/report", "/forms/tip?in=en", "/templates", "/templates/task/en", "/templates/overdue/en"),
    *("/guide", "/audit", "/audit?sort=change&person=sq&from=2026-01-01&to=2030-01-01&words=x", "/quality"),
    *(f"/quality/{gap}" for gap in GAPS),
)


@pytest.fixture
async def console(engine: AsyncEngine, tmp_path: Path) -> AsyncIterator[Console]:
    async with engine.begin() as tx:
        await build_world(tx)
    async with furnished(Settings(data_dir=tmp_path), engine, Clock()) as office, open_console(office) as opened:
        yield opened


@pytest.fixture
async def boss(console: Console) -> AsyncIterator[Visitor]:
    async with console.signed_in("sq-admin") as visitor:
        yield visitor


async def fill(visitor: Visitor, page: str, path: str | None = None, **fields: object) -> Answer:
    """Fill in the form of a page and send it, with what the form had seen."""
    shown = await visitor.get(ROOM + page)
    seen = shown.hidden("seen") if 'name="seen"' in shown.text else ""
    return await visitor.post(ROOM + (path or page), {"csrf": shown.csrf, "seen": seen, **fields})


async def person(console: Console, userid: str) -> Person | None:
    async with console.office.engine.connect() as tx:
        return await person_by_id(tx, userid)


def undo_of(page: Answer) -> str:
    """The address of the first button that takes something back."""
    found = re.search(r'action="(/console/running/undo/\d+)"', page.text)
    assert found
    return found[1]


LIN = {
    "name": "林晓",
    "unit_code": f"{MQ}-YX",
    "role": "field_staff",
    "field_role": "customer_manager",
    "wecom": "mq-cm",
    "language": "zh",
}


async def test_only_administrators_find_it(console: Console, boss: Visitor) -> None:
    for page in PAGES:
        answer = await boss.get(ROOM + page)
        assert answer.status == 200, (page, answer.text[:400])
    async with console.signed_in("sq-leader") as leader:
        nowhere = await leader.get("/console/nowhere")
        for page in (*PAGES[:4], "/made-up"):
            hidden = await leader.get(ROOM + page)
            assert (hidden.status, ROOM in hidden.text, hidden.text == nowhere.text) == (404, False, True), page
        assert (await leader.send(f"{ROOM}/people/sq-leader", **{**LIN, "role": "administrator"})).status == 404
    for page in ("/people/nobody", "/units/nowhere", "/settings/other", "/calendar/someday", "/bring/shops"):
        assert (await boss.get(ROOM + page)).status == 404, page


async def test_every_page_is_there_in_english(console: Console, boss: Visitor) -> None:
    await boss.send("/console/language", language="en", back="/console")
    for page in PAGES:
        answer = await boss.get(ROOM + page)
        body = answer.text.partition("<main")[2]
        body = re.sub(r"<(option|a|td|dd|textarea)\b.*?</\1>|<div class=\"bubble.*?</div>", "", body, flags=re.S)
        chinese = set(re.findall(r"[\u4e00-\u9fff]{2,}", body))
        names = {one.name for one in STAFF.values()} | {"中文"}
        assert answer.status == 200
        assert {one for one in chinese if not any(one in name for name in names)} <= KEPT, page


KEPT = {"我的", "待办", "民权县局营销", "林晓", "营销", "吕管", "商丘市局", "民权县局", "国庆节", "内管"}
"""Names that are data."""


async def test_a_person_is_changed_and_taken_back(console: Console, boss: Visitor) -> None:
    changed = await fill(boss, "/people/mq-cm", **{**LIN, "name": "林小晓", "telegram": "4711"}, why="改名")
    assert (changed.status, changed.path) == (200, f"{ROOM}/people/mq-cm")
    assert all(words in changed.text for words in ("林小晓", "<del>林晓</del>", "4711", "改名", "吕管"))
    assert (await person(console, "mq-cm")).name == "林小晓"  # type: ignore[union-attr]
    back = await boss.send(undo_of(changed), back=f"{ROOM}/people/mq-cm")
    assert back.path == f"{ROOM}/people/mq-cm"
    assert (await person(console, "mq-cm")).name == "林晓"  # type: ignore[union-attr]


async def test_the_second_of_two_is_told_and_keeps_what_they_typed(console: Console, boss: Visitor) -> None:
    page = await boss.get(f"{ROOM}/people/mq-cm")
    form = {"csrf": page.csrf, "seen": page.hidden("seen")}
    await boss.post(f"{ROOM}/people/mq-cm", {**form, **LIN, "language": "en"})
    second = await boss.post(f"{ROOM}/people/mq-cm", {**form, **LIN, "name": "林大"})
    assert second.status == 422
    assert 'value="林大"' in second.text
    assert "吕管" in second.text.partition("wrong-list")[2][:900]
    third = await boss.post(f"{ROOM}/people/mq-cm", {**form, **LIN, "name": "林大", "seen": second.hidden("seen")})
    assert (third.path, (await person(console, "mq-cm")).name) == (f"{ROOM}/people/mq-cm", "林大")  # type: ignore[union-attr]


async def test_who_is_new_who_leaves_and_who_comes_back(console: Console, boss: Visitor) -> None:
    added = await boss.send(f"{ROOM}/people/new", **{**LIN, "name": "新人", "wecom": "", "userid": "mq-new"})
    assert (added.path, await person(console, "mq-new") is not None) == (f"{ROOM}/people/mq-new", True)
    assert (await boss.send(f"{ROOM}/people/new", **{**LIN, "userid": "mq-new"})).status == 422
    async with console.signed_in("mq-cm2") as leaver:
        left = await fill(boss, "/people/mq-cm2", "/people/mq-cm2/leave")
        assert (left.status, await person(console, "mq-cm2")) == (200, None)
        assert (await leaver.get("/console")).path == "/console/in"
    await fill(boss, "/people/mq-cm2", "/people/mq-cm2/back")
    assert await person(console, "mq-cm2")


async def test_the_last_administrator_stays(console: Console, boss: Visitor) -> None:
    refused = await fill(boss, "/people/sq-admin", "/people/sq-admin/leave")
    assert (refused.status, (await person(console, "sq-admin")) is not None) == (422, True)


async def test_an_absence_with_a_substitute(boss: Visitor) -> None:
    path = f"{ROOM}/people/mq-cm/away"
    sent = {"from_day": "2099-01-04", "to_day": "2099-01-08", "substitute_words": "Amy"}
    found = await boss.send(path, **sent, step="find")
    assert 'value="mq-cm2"' in found.text
    noted = await boss.send(path, **sent, substitute="mq-cm2")
    assert noted.path == f"{ROOM}/people/mq-cm"
    assert "Amy Zhou" in (await boss.get(f"{ROOM}/absences")).text
    assert (await boss.send(path, from_day="2099-01-04", to_day="2099-01-01")).status == 422
    await boss.send(f"{ROOM}/people/mq-cm/present", from_day="2099-01-04")
    assert "Amy Zhou" not in (await boss.get(f"{ROOM}/absences")).text.partition("timeline")[0]


async def test_units_are_added_and_closed(boss: Visitor) -> None:
    fields = {"name_zh": "新科", "name_en": "New", "kind": "department", "parent_code": MQ, "department": ""}
    assert (await boss.send(f"{ROOM}/units/new", **fields, code="411421-XX")).path == f"{ROOM}/units/411421-XX"
    assert (await fill(boss, f"/units/{MQ}", f"/units/{MQ}/close")).status == 422
    closed = await fill(boss, "/units/411421-XX", "/units/411421-XX/close")
    assert closed.status == 200
    assert "411421-XX" not in (await boss.get(f"{ROOM}/units")).text
    assert "411421-XX" in (await boss.get(f"{ROOM}/units?closed=yes")).text


@pytest.mark.parametrize(
    ("key", "fields", "meaning"),
    [
        ("clock.county_review", {"shape": "number", "value": "4"}, "4"),
        ("mail.hours", {"shape": "hours", "opens": "09:00", "closes": "17:30"}, "09:00"),
        ("cards.off", {"shape": "several", "value": "wecom"}, "企业微信"),
        (
            "clock.ladder",
            {"shape": "ladder", "time_0": "+2", "who_0": "head", "time_1": "0", "who_1": "assignee"},
            "截止时：承办人\n逾期 2 个工作日：其部门负责人",
        ),
    ],
)
async def test_a_setting_is_shown_in_words_then_counts(
    boss: Visitor, key: str, fields: dict[str, str], meaning: str
) -> None:
    page = f"/settings/{key}"
    looked = await fill(boss, page, **fields, step="look")
    assert (looked.status, meaning in looked.text) == (200, True)
    assert "office_change" not in looked.text
    chosen = await fill(boss, page, **fields)
    assert chosen.path == ROOM + page
    assert meaning in (await boss.get(f"{ROOM}/settings")).text
    await boss.send(undo_of(chosen), back=ROOM + page)
    assert (await fill(boss, page, **{**fields, "since": "2020-01-01"})).status == 422


async def test_a_file_is_looked_at_then_taken(console: Console, boss: Visitor) -> None:
    rows = f"userid,name,unit_code,role\nmq-cm,林晓二,{MQ}-YX,field_staff\nmq-x,某人,{MQ}-YX,field_staff\n"

    async def send(text: str) -> Answer:
        form = FormData({"csrf": (await boss.get("/console")).csrf})
        form.add_field("file", text.encode(), filename="staff.csv", content_type="text/csv")
        return await boss.post(f"{ROOM}/bring/staff", form)

    faulty = await send(rows + "bad user,X,nowhere,boss\n")
    assert (faulty.status, "staff.csv，第 4 行，userid 列" in faulty.text) == (422, True)
    looked = await send(rows)
    assert (looked.status, "林晓二" in looked.text, await person(console, "mq-x")) == (200, True, None)
    taken = await boss.send(f"{ROOM}/bring/staff/take")
    assert taken.path == f"{ROOM}/people"
    assert await person(console, "mq-x")
    front = await boss.get(ROOM)
    await boss.send(undo_of(front), back=ROOM)
    assert (await person(console, "mq-x"), (await person(console, "mq-cm")).name) == (None, "林晓")  # type: ignore[union-attr]


async def letter(console: Console, key: str, state: str) -> int:
    row = {"key": key, "door": "wecom", "address": "mq-cm", "person_id": "mq-cm", "purpose": "task", "template": "task"}
    when = datetime(2026, 11, 23, tzinfo=UTC)
    made = insert(tables.letter).values(
        **row, facts={"text": "机密"}, state=state, not_before=when, settled_at=when, reason="92001"
    )
    async with console.office.engine.begin() as tx:
        return int((await tx.execute(made.returning(tables.letter.c.id))).scalar_one())


async def test_letters_are_sent_again_parked_and_laid_aside(console: Console, boss: Visitor) -> None:
    dead, doubtful, held = [await letter(console, state, state) for state in ("dead", "uncertain", "held")]
    page = await boss.get(f"{ROOM}/letters")
    assert [f'name="id" value="{one}"' in page.text for one in (dead, doubtful, held)] == [True, True, False]
    assert ("92001" in page.text, "机密" in page.text) == (True, False)

    async def states() -> list[str]:
        query = select(tables.letter.c.state).order_by(tables.letter.c.id)
        async with console.office.engine.connect() as tx:
            return list((await tx.execute(query)).scalars())

    await boss.send(f"{ROOM}/letters", what="park", id=held)
    assert await states() == ["dead", "uncertain", "dead"]
    await boss.send(f"{ROOM}/letters", what="again", id=dead)
    await boss.send(f"{ROOM}/letters", what="give_up", id=held)
    assert await states() == ["ready", "uncertain", "obsolete"]
    assert (await boss.send(f"{ROOM}/letters", what="burn", id=dead)).status == 404
    assert "吕管" in (await boss.get(f"{ROOM}/letters")).text.partition("timeline")[2]


async def test_the_audit_has_every_change_and_goes_out_as_a_harmless_file(boss: Visitor) -> None:
    await fill(boss, "/people/mq-cm", **{**LIN, "name": "=1+1"})
    page = await boss.get(f"{ROOM}/audit?sort=change&person=sq-admin")
    [number] = set(re.findall(r"/running/audit/(\d+)", page.text))
    assert "<del>林晓</del>" in (await boss.get(f"{ROOM}/audit/{number}")).text
    assert "console_in" not in page.text
    assert "从企业微信登录" in (await boss.get(f"{ROOM}/audit?sort=sign_in")).text
    file = await boss.get(f"{ROOM}/audit.csv?sort=change")
    assert (file.status, file.headers["Content-Type"].partition(";")[0]) == (200, "text/csv")
    assert [line.split(",")[1:] for line in file.text.splitlines()[1:]] == [
        ["sq-admin", "吕管", "管理员变更", "人员", "mq-cm"]
    ]


async def test_each_gap_is_counted_and_listed(boss: Visitor) -> None:
    assert "没有负责人的部门" in (await boss.get(f"{ROOM}/quality")).text
    assert f"{MQ}-WL" in (await boss.get(f"{ROOM}/quality/units_without_head")).text
    assert (await boss.get(f"{ROOM}/quality/other")).status == 404


async def send_file(boss: Visitor, path: str, name: str, data: bytes) -> Answer:
    form = FormData({"csrf": (await boss.get("/console")).csrf})
    form.add_field("file", data, filename=name)
    return await boss.post(ROOM + path, form)


async def test_a_form_goes_out_and_comes_back_as_a_new_version(console: Console, boss: Visitor) -> None:
    shipped = console.office.forms.current("note")
    async with boss.http.get(f"{console.base}{ROOM}/forms/note/{shipped.hash}/xlsx") as answer:
        workbook = await answer.read()
    assert (await send_file(boss, "/forms/note", "note.xlsx", workbook)).status == 200
    changed = shipped.source.replace(shipped.version, "2099-01", 1).replace('zh = "', 'zh = "新：', 1)
    looked = await send_file(boss, "/forms/note", "note.toml", changed.encode())
    assert (looked.status, "2099-01" in looked.text) == (200, True)
    assert console.office.forms.current("note") is shipped
    taken = await boss.send(f"{ROOM}/forms/note/take", seen=looked.hidden("seen"))
    assert (taken.path, console.office.forms.current("note").version) == (f"{ROOM}/forms/note", "2099-01")
    assert console.office.forms.version("note", shipped.hash) is shipped
    await boss.send(undo_of(taken), back=f"{ROOM}/forms/note")
    await in_use.refresh(console.office)
    assert console.office.forms.current("note") is shipped
    page = await boss.get(f"{ROOM}/forms/note")
    again = page.hidden("hash")
    await fill(boss, "/forms/note", "/forms/note/use", hash=again)
    assert console.office.forms.current("note").hash == again


@pytest.mark.parametrize(
    ("name", "data", "place"),
    [
        ("x.toml", b"[settings", "x.toml"),
        ("x.toml", b"\xff\xfe", "UTF-8"),
        ("x.xlsx", b"PK\x03\x04 no workbook", "not an Excel workbook"),
        ("x.toml", b"", "x.toml"),
    ],
)
async def test_a_faulty_form_is_told_by_its_place(boss: Visitor, name: str, data: bytes, place: str) -> None:
    answer = await send_file(boss, "/forms/note", name, data or b" ")
    assert (answer.status, place in answer.text) == (422, True)


async def test_a_form_must_stay_what_it_asks_for(console: Console, boss: Visitor) -> None:
    other = console.office.forms.current("review").source
    answer = await send_file(boss, "/forms/note", "review.toml", other.encode())
    assert (answer.status, "form_id" in answer.text) == (422, True)


async def test_another_wording_counts_and_goes_back(boss: Visitor) -> None:
    page = "/templates/task/zh"
    wording = "请尽快签收 {{ number }}。\n{{ number }}#{{ seq }}"
    looked = await fill(boss, page, source=wording, step="look")
    assert (looked.status, "请尽快签收 WT-2026-000012。" in looked.text) == (200, True)
    facts = {"number": "WT-2026-000001", "seq": 5}
    assert "请尽快签收" not in render.text("task", facts, "zh")
    chosen = await fill(boss, page, source=wording)
    assert render.text("task", facts, "zh") == "请尽快签收 WT-2026-000001。\nWT-2026-000001#5"
    await boss.send(undo_of(chosen), back=ROOM + page)
    rewording.use({})


@pytest.mark.parametrize(
    ("source", "trouble"),
    [
        ("{{ number", "格式不对"),
        ("{{ password }}\n#{{ seq }}", "password"),
        ("{{ merchant_name }}\n#{{ seq }}", "无法生成"),
        ("{{ number.__class__.__mro__ }}\n#{{ seq }}", "无法生成"),
        ("没有编号", "编号"),
        (" ", "空的"),
    ],
)
async def test_a_wording_that_cannot_count_is_refused(boss: Visitor, source: str, trouble: str) -> None:
    answer = await fill(boss, "/templates/task/zh", source=source)
    assert (answer.status, trouble in answer.text.partition("wrong-list")[2][:600]) == (422, True)


def test_the_acceptance_paper_is_drawn_from_the_guide() -> None:
    """After a change: python -m tests.acceptance --update."""
    assert acceptance.PAPER.read_text("utf-8") == acceptance.drawn()


async def test_every_door_is_shown_to_a_house_that_the_outside_reaches(engine: AsyncEngine, tmp_path: Path) -> None:
    async with engine.begin() as tx:
        await build_world(tx)
    settings = Settings(data_dir=tmp_path, public_url="http://bot.example")
    async with (
        furnished(settings, engine, Clock()) as office,
        open_console(office) as console,
        console.signed_in("sq-admin") as visitor,
    ):
        shown = await visitor.get(ROOM + "/doors")
    assert shown.status == 200
    assert [shown.text.count(f"http://bot.example/{one}") for one in ("wecom/callback", "wechat/callback")] == [1, 1]
    assert "http://bot.example/hook" not in shown.text  # nobody calls it

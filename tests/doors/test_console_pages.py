"""The console's pages: the same checks before each of them, the same "not found" for all that is hidden or nowhere."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from aiohttp import FormData
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.clock import Clock
from bot.console.lists import Column, Listing, View
from bot.console.memory import Memories
from bot.console.page import HEADERS
from bot.console.sheets import tidy
from bot.office import furnished
from bot.settings import Settings
from store import tables
from tests.console import REPORT, Console, Visitor, open_console
from tests.world import build_world

ACCEPTED = {
    "department": "enforcement",
    "assignee": "mq-mi",
    "due_on": "2027-12-30",
    "severity": 3,
    "opinion": "依规立案，交专卖查处。",
    "scope": "仅此一户",
}


@pytest.fixture
async def console(engine: AsyncEngine, tmp_path: Path) -> AsyncIterator[Console]:
    async with engine.begin() as tx:
        await build_world(tx)
    async with furnished(Settings(data_dir=tmp_path), engine, Clock()) as office, open_console(office) as opened:
        yield opened


async def reported(console: Console, userid: str = "mq-cm", **fields: object) -> str:
    return await console.press(userid, "report", **{**REPORT, **fields})


async def task_given(console: Console) -> str:
    """The number of a problem in which mq-mi has a task to receive."""
    clue = await reported(console)
    await console.press("mq-ng1", "accept", clue, **ACCEPTED)
    async with console.office.engine.connect() as connection:
        return str((await connection.execute(select(tables.problem.c.number))).scalar_one())


async def lines(console: Console, verb: str) -> int:
    line = tables.line
    async with console.office.engine.connect() as connection:
        return (await connection.execute(select(func.count()).where(line.c.verb == verb))).scalar_one()


async def test_what_waits_is_on_the_front_page_and_opens(console: Console) -> None:
    number = await reported(console)
    async with console.signed_in("mq-ng1") as officer, console.signed_in("sx-ng") as elsewhere:
        front = await officer.get("/console")
        assert f'href="/console/ledgers/{number}"' in front.text
        assert number not in (await elsewhere.get("/console")).text
        for path in ("/console/waiting", "/console/find?words=江山", "/console/ledgers/clues?state=county_review"):
            assert number in (await officer.get(path)).text, path
            assert number not in (await elsewhere.get(path)).text, path
        entry = await officer.get(f"/console/ledgers/{number}")
        assert (entry.status, str(REPORT["text"]) in entry.text) == (200, True)


async def test_every_answer_carries_the_headers(console: Console) -> None:
    number = await reported(console)
    async with console.signed_in("mq-ng1") as officer, console.visitor() as outside:
        paths = ("/console", f"/console/ledgers/{number}", "/console/none", "/console/find")
        answers = [await officer.get(path) for path in paths]
        answers += [await outside.get("/console"), await outside.get(await console.link("mq-cm"))]
        answers.append(await officer.post("/console/out", {"csrf": "wrong"}))
        for answer in answers:
            assert {name: answer.headers[name] for name in HEADERS} == HEADERS
            assert "<script" not in answer.text
            assert " style=" not in answer.text
        sheet = answers[0].text.partition('<link rel="stylesheet" href="')[2].partition('"')[0]
        style = await outside.get(sheet)
        assert (style.status, "immutable" in style.headers["Cache-Control"]) == (200, True)


async def test_hidden_foreign_and_made_up_are_the_same_bytes(console: Console) -> None:
    number = await reported(console)
    internal = await reported(console, "sx-cm", indicator="N10101", accused=["sx-leader"])
    async with console.signed_in("sx-leader") as foreign:
        paths = (
            f"/console/ledgers/{number}",
            f"/console/ledgers/{internal}",  # accuses whoever asks
            "/console/ledgers/XS-2026-999999",
            "/console/ledgers/WT-2026-000001",
            "/console/ledgers/1%27%20OR%201=1",
            "/console/state/clue/nowhere",
            "/console/state/tips/open",
            "/console/what/ever",
            "/console/in%2F..%2Fwaiting",
        )
        answers = [await foreign.get(path) for path in paths]
        assert {answer.status for answer in answers} == {404}
        assert len({answer.text for answer in answers}) == 1
        refused = [await foreign.send(f"/console/ledgers/{one}/nudge") for one in (number, "XS-2026-999999")]
        assert refused[0].text == refused[1].text == answers[0].text


async def test_a_button_writes_one_line_however_often_it_is_sent(console: Console) -> None:
    number = await task_given(console)
    async with console.signed_in("mq-mi") as visitor:
        page = await visitor.get(f"/console/ledgers/{number}")
        fields = {"csrf": page.csrf, "once": page.hidden("once")}
        first = await visitor.post(f"/console/ledgers/{number}/receive", fields)
        assert (first.path, number in first.text) == (f"/console/ledgers/{number}", True)
        assert 'role="status"' in first.text
        assert 'role="status"' not in (await visitor.get(first.path)).text  # said once
        await visitor.post(f"/console/ledgers/{number}/receive", fields)
        assert await lines(console, "receive") == 1
        async with console.office.engine.connect() as connection:
            row = (await connection.execute(select(tables.line).where(tables.line.c.verb == "receive"))).one()
        assert (row.by, row.door) == ("mq-mi", "console")


async def test_the_law_says_no_in_the_language_of_the_page(console: Console) -> None:
    number = await task_given(console)
    async with console.signed_in("mq-mi") as visitor:
        await visitor.send("/console/language", language="en", back="/console")
        await visitor.send(f"/console/ledgers/{number}/receive")
        again = await visitor.send(f"/console/ledgers/{number}/receive")
        assert 'role="alert"' in again.text or again.status == 404
        assert "Sign out" in again.text
    assert await lines(console, "receive") == 1


async def test_a_press_leaves_the_chat_as_it_was(console: Console) -> None:
    number = await task_given(console)
    await console.says("mq-mi", "上报")
    async with console.signed_in("mq-mi") as visitor:
        await visitor.send(f"/console/ledgers/{number}/receive")
    assert await lines(console, "receive") == 1
    assert "照片" in await console.says("mq-mi", "跳过")  # still at the first question of the report


@pytest.mark.parametrize("csrf", ["", "0" * 40, "of another session"])
async def test_without_the_token_nothing_is_written(console: Console, csrf: str) -> None:
    number = await task_given(console)
    async with console.signed_in("mq-mi") as visitor, console.signed_in("mq-ng1") as other:
        token = (await other.get("/console")).csrf if "another" in csrf else csrf
        answer = await visitor.post(f"/console/ledgers/{number}/receive", {"csrf": token})
        assert answer.status == 403
        lured = {"csrf": (await visitor.get("/console")).csrf}
        assert (
            await visitor.post(f"/console/ledgers/{number}/receive", lured, headers={"Sec-Fetch-Site": "cross-site"})
        ).status == 403
    assert await lines(console, "receive") == 0


async def test_the_language_is_the_sessions_own(console: Console) -> None:
    async with console.signed_in("mq-ng1") as one, console.signed_in("mq-ng1") as other:
        page = await one.send("/console/language", language="en", back="/console/waiting")
        assert (page.path, '<html lang="en">' in page.text) == ("/console/waiting", True)
        assert '<html lang="zh-CN">' in (await other.get("/console")).text
        assert (await one.send("/console/language", language="xx", back="https://evil.example/")).path == "/console"
        assert (await one.send("/console/language", language="zh", back="//evil.example/")).path == "/console"


async def test_forms_are_bounded_and_broken_ones_are_calm(console: Console) -> None:
    async with console.signed_in("mq-ng1") as visitor:
        csrf = (await visitor.get("/console")).csrf
        large = await visitor.post("/console/language", {"csrf": csrf, "language": "x" * 400_000})
        assert large.status == 413
        form = FormData()
        form.add_field("csrf", csrf)
        form.add_field("file", b"x" * 300_000, filename="a.bin")
        assert (await visitor.post("/console/language", form)).status == 413
        many = "&".join(f"a{one}=1" for one in range(400))
        assert (await visitor.post("/console/language", many, headers=URLENCODED)).status == 413
        for body in ("csrf=%ff%fe&language=%00", "%%%", "", "\x00"):
            assert (await visitor.post("/console/language", body, headers=URLENCODED)).status == 403
        broken = {"Content-Type": "multipart/form-data; boundary=x"}
        for body in ("--x\r\n", "--x--", "nothing"):
            assert (await visitor.post("/console/language", body, headers=broken)).status == 403
        for words in ("\x00", "%", "\ud7ff", "'; --", "<script>alert(1)</script>", "9" * 5000, "WT-٢٠٢٦"):
            page = await visitor.get("/console/find", params={"words": words})
            assert (page.status, "<script" in page.text) == (200, False)


URLENCODED = {"Content-Type": "application/x-www-form-urlencoded"}


async def test_a_forged_notice_is_not_shown(console: Console) -> None:
    async with console.signed_in("mq-ng1") as visitor:
        for value in ("x", "WyJnb29kIiwgIkV2aWwiXQ==.0000", "." * 50):
            page = await visitor.get("/console", headers={"Cookie": _cookies(visitor, loop153_notice=value)})
            assert (page.status, "Evil" in page.text) == (200, False)


def _cookies(visitor: Visitor, **more: str) -> str:
    pairs = {name: cookie.value for name, cookie in visitor.cookies().items()} | more
    return "; ".join(f"{name}={value}" for name, value in pairs.items())


# --- what rooms are made of -----------------------------------------------------------------------------------

COLUMNS = (Column("number", "Number", sorts=True, head=True), Column("due", "Due", sorts=True), Column("text", "Text"))


@given(st.dictionaries(st.sampled_from(["sort", "page", "state", "other"]), st.text(max_size=12), max_size=4))
def test_any_address_is_a_view(query: dict[str, str]) -> None:
    view = View.of("/console/shops", query, COLUMNS, default="-due", filters=("state",))
    assert view.by in ("number", "due")
    assert view.page >= 0
    assert set(view.filters) <= {"state"}
    again = dict(pair.split("=", 1) for pair in view.address.partition("?")[2].split("&") if pair)
    assert set(again) <= {"sort", "page", "state"}


def test_a_lists_links() -> None:
    view = View.of("/l", {"page": "3", "state": "open"}, COLUMNS, default="-due", filters=("state",), size=10)
    assert (view.start, view.by, view.descending) == (20, "due", True)
    assert view.sorted_by("due") == "/l?state=open&sort=due"
    assert view.sorted_by("number") == "/l?state=open&sort=number"
    assert view.with_filter(state="") == view.bare == "/l"
    listing = Listing(view, range(10), 95)
    assert (listing.first, listing.last, listing.pages) == (21, 30, 10)
    assert listing.near() == [0, 1, 2, 3, None, 9]


@given(st.text())
def test_what_is_typed_is_tidied(typed: str) -> None:
    found = tidy(typed)
    assert found == tidy(found)
    assert "\x00" not in found
    assert "\r" not in found
    found.encode()


async def test_a_memory_is_forgotten_after_half_an_hour() -> None:
    memories, start = Memories(), datetime(2026, 11, 20, tzinfo=UTC)
    memories.of("a", start)["key"] = "opened"
    assert memories.of("a", start + timedelta(minutes=29)) == {"key": "opened"}
    assert memories.of("b", start + timedelta(minutes=29)) == {}
    kept = memories.of("a", start + timedelta(minutes=58))
    assert memories.of("a", start + timedelta(minutes=88)) == {}
    assert kept == {}  # emptied where it lies, too
    memories.of("a", start)["key"] = uuid4()
    memories.forget("a")
    memories.forget("b")
    assert len(memories) == 0


async def test_a_memory_nobody_comes_back_for_is_forgotten_by_itself() -> None:
    memories = Memories(idle=timedelta(milliseconds=20))
    kept = memories.of("a", datetime(2026, 11, 20, tzinfo=UTC))
    kept["key"] = "opened"
    await asyncio.sleep(0.2)
    assert (kept, len(memories)) == ({}, 0)

"""The way into the console: links that open once, sessions that end, and what everybody else is shown."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.clock import Clock
from bot.office import furnished
from bot.settings import Settings
from bot.telegram.pages import pages as telegram_pages
from bot.weixin.pages import pages as wecom_pages
from store import db, tables
from store.staff import sessions
from store.staff.leaving import hand_over
from store.words import Link, Say
from tests.console import Console, Visitor, open_console
from tests.journeys.town import Town, open_town
from tests.world import build_world


@pytest.fixture
async def console(engine: AsyncEngine, tmp_path: Path) -> AsyncIterator[Console]:
    async with engine.begin() as tx:
        await build_world(tx)
    async with furnished(Settings(data_dir=tmp_path), engine, Clock()) as office, open_console(office) as opened:
        yield opened


async def audit(console: Console) -> list[tuple[str, str]]:
    line = tables.audit.c
    async with console.office.engine.connect() as connection:
        rows = await connection.execute(select(line.person_id, line.what).order_by(line.id))
        return [(row[0], row[1]) for row in rows]


async def path_said(console: Console, userid: str) -> str:
    """The path of the link that the bot answers with."""
    answer = await console.says(userid, "控制台")
    found = re.search(r"http://127\.0\.0\.1:8153(/console/in/\S+)", answer)
    assert found, answer
    return found[1]


async def is_in(visitor: Visitor) -> bool:
    return (await visitor.get("/console")).path == "/console"


async def test_the_word_gives_a_link_that_opens_once(console: Console) -> None:
    path = await path_said(console, "mq-ng1")
    async with console.visitor() as previewing, console.visitor() as mine, console.visitor() as late:
        for _glance in range(3):  # a chat's preview looks at links, and must not use them up
            page = await previewing.get(path)
            assert (page.status, "周正" in page.text, "<form" in page.text) == (200, False, True)
        assert not previewing.cookies()
        page = await mine.post(path)
        assert (page.status, page.path, "周正" in page.text) == (200, "/console", True)
        for again in (await late.post(path), await late.get(path)):
            assert (again.status, again.path) == (404, path)
        assert not await is_in(late)
        assert await is_in(mine)
    assert await audit(console) == [("mq-ng1", "console_in_wecom")]


async def test_two_who_press_at_the_same_time_get_one_session(console: Console) -> None:
    path = await console.link("mq-ng1")
    async with console.visitor() as one, console.visitor() as other:
        answers = await asyncio.gather(one.post(path), other.post(path))
    assert sorted(answer.status for answer in answers) == [200, 404]
    assert len(await audit(console)) == 1


async def test_the_cookie_is_out_of_reach(engine: AsyncEngine, tmp_path: Path) -> None:
    async with engine.begin() as tx:
        await build_world(tx)
    settings = Settings(data_dir=tmp_path, public_url="https://bot.example.com")
    async with furnished(settings, engine, Clock()) as office, open_console(office) as console:
        async with console.visitor() as visitor:
            answer = await visitor.post(await console.link("mq-ng1"), allow_redirects=False)
        assert (answer.status, answer.headers["Location"]) == (303, "/console")
        name, *attributes = answer.headers["Set-Cookie"].split("; ")
        assert re.fullmatch(r"loop153_console=[\w-]{43}", name)
        assert set(attributes) == {"HttpOnly", "Path=/console", "SameSite=Lax", "Secure"}
        said = await console.says("mq-ng1", "console")
        assert "https://bot.example.com/console/in/" in said


async def test_links_end_by_time_by_a_newer_one_and_with_their_person(console: Console) -> None:
    old, new = await console.link("mq-ng1"), await console.link("mq-ng1")
    late, gone = await console.link("mq-ng2"), await console.link("mq-cm")
    async with console.office.engine.begin() as tx:
        await tx.execute(text("UPDATE person SET active = false WHERE id = 'mq-cm'"))
    async with console.visitor() as visitor:
        assert (await visitor.post(old)).status == 404
        assert (await visitor.post(gone)).status == 404
        console.office.clock.shift += timedelta(minutes=4, seconds=50)
        assert (await visitor.get(new)).status == 200
        console.office.clock.shift += timedelta(seconds=11)
        assert (await visitor.post(late)).status == 404
        bodies = {(await visitor.get(path)).text.replace(path, "") for path in (old, late, gone, "/console/in/made-up")}
        assert len(bodies) == 1  # why it does not open is nobody's business
        assert not await is_in(visitor)


async def test_who_asks_for_many_links_waits(console: Console) -> None:
    for _time in range(sessions.MOST_LINKS):
        await path_said(console, "mq-ng1")
    assert "http" not in await console.says("mq-ng1", "控制台")
    console.office.clock.shift += timedelta(hours=1, minutes=1)
    assert await path_said(console, "mq-ng1")


async def test_many_bad_links_are_slowed_and_a_good_one_still_opens(console: Console) -> None:
    async with console.visitor() as visitor:
        statuses = [(await visitor.post(f"/console/in/guess{one}")).status for one in range(25)]
        assert (statuses[0], statuses[-1]) == (404, 429)
        await visitor.post(await console.link("mq-ng1"))
        assert await is_in(visitor)


async def test_sessions_end_idle_and_in_the_end(console: Console) -> None:
    async with console.signed_in("mq-ng1") as idle:
        console.office.clock.shift += timedelta(hours=2, seconds=1)
        assert not await is_in(idle)
    async with console.signed_in("mq-ng1") as busy:
        for _hour in range(7):
            console.office.clock.shift += timedelta(minutes=100)
            assert await is_in(busy)
        console.office.clock.shift += timedelta(minutes=100)
        assert not await is_in(busy)  # thirteen hours in all


async def test_signing_out_ends_it_everywhere_that_it_was_copied_to(console: Console) -> None:
    async with console.signed_in("mq-ng1") as visitor, console.visitor() as thief:
        thief.http.cookie_jar.update_cookies(visitor.http.cookie_jar.filter_cookies(console.url))
        assert await is_in(thief)
        assert (await visitor.send("/console/out")).path == "/console/in"
        assert not await is_in(visitor)
        assert not await is_in(thief)
    assert (await audit(console))[-1] == ("mq-ng1", "console_out")


async def test_whoever_leaves_is_out_at_once(console: Console) -> None:
    async with console.signed_in("mq-ng1") as visitor:
        async with console.office.engine.begin() as tx:
            await hand_over(tx, "mq-ng1", await db.now(tx))
        assert not await is_in(visitor)
        async with console.office.engine.begin() as tx:
            await tx.execute(text("UPDATE person SET active = true WHERE id = 'mq-ng1'"))
        assert not await is_in(visitor)  # and stays out when they come back


async def test_the_database_knows_no_token(console: Console) -> None:
    path = await console.link("mq-ng1")
    async with console.visitor() as visitor:
        await visitor.post(path)
        cookie = str(visitor.cookies()["loop153_console"].value)
    async with console.office.engine.connect() as connection:
        for table in (tables.sign_in, tables.session):
            held = repr((await connection.execute(select(table))).all())
            assert cookie not in held
            assert path.rpartition("/")[2] not in held


async def test_outside_everything_leads_to_the_way_in(console: Console) -> None:
    async with console.visitor() as visitor:
        for path in ("/console", "/console/waiting", "/console/ledgers/XS-2026-000001", "/console/made/up"):
            page = await visitor.get(path)
            assert (page.status, page.path) == (200, "/console/in")
        posted = await visitor.post("/console/out", {"csrf": "x"})
        assert posted.path == "/console/in"
        english = await visitor.get("/console/in?language=en")
        assert "Sign in through your chat" in english.text


async def test_a_form_from_another_site_signs_nobody_in(console: Console) -> None:
    path = await console.link("mq-ng1")
    async with console.visitor(**{"Sec-Fetch-Site": "cross-site"}) as lured, console.visitor() as mine:
        assert (await lured.post(path)).status == 404
        assert (await mine.post(path)).path == "/console"


# --- in the chats ---------------------------------------------------------------------------------------------


def test_our_own_links_are_links_in_wecom_and_nobody_elses() -> None:
    say = Say(
        '看这里 <a href="http://evil">点我</a>', links=(Link('https://b.example/console/in/x"y', "打开<控制台>"),)
    )
    assert wecom_pages([say]) == [
        '看这里 [a href="http://evil">点我[/a>\n<a href="https://b.example/console/in/x%22y">打开[控制台]</a>'
    ]


def test_a_cut_never_goes_through_a_link() -> None:
    link = Link("https://b.example/console/in/" + "x" * 22, "打开控制台")
    for length in range(580, 680):
        found = "\n".join(wecom_pages([Say("烟" * length, links=(link,))]))
        assert found.endswith(f'\n<a href="{link.url}">打开控制台</a>')


def test_in_telegram_the_address_is_written_out() -> None:
    """Telegram makes it tappable by itself, and refuses buttons to addresses that have no domain."""
    link = Link("https://b.example/console/in/x", "打开控制台")
    assert telegram_pages([Say("请点下面的链接。", links=(link,))]) == [
        "请点下面的链接。\n打开控制台\nhttps://b.example/console/in/x"
    ]


@pytest.fixture
async def town(database_url: str, tmp_path: Path) -> AsyncIterator[Town]:
    async with open_town(database_url, tmp_path) as opened:
        yield opened


async def test_in_wecom_the_answer_is_tapped_and_the_app_signs_in_by_itself(town: Town) -> None:
    said = await town.says("mq-cm", "控制台")
    found = re.search(r'<a href="(http://[^"]+)(/console/in/[^"]+)">打开控制台</a>', said)
    assert found, said
    console = Console(town.office, found[1])
    async with console.visitor() as visitor:
        assert "林晓" in (await visitor.post(found[2])).text
    async with console.visitor(**{"User-Agent": "Mozilla/5.0 (iPhone) wxwork/4.1.20 MicroMessenger/7.0.1"}) as app:
        # The phone remembers whose it is; the rest is WeCom's own sign-in, there and back.
        async with app.http.get(f"{town.cloud.base_url}/open?userid=mq-ng1&url={console.base}/console/waiting") as page:
            assert (page.status, page.url.path) == (200, "/console/waiting")
        replayed = await app.get("/console/wecom/back?code=made-up&state=made-up")
        assert replayed.path == "/console"  # still signed in as before, by nothing that this brought
    async with console.visitor() as stranger:
        lost = await stranger.get("/console/wecom/back?code=x&state=y")
        assert (lost.path, "没能确认" in lost.text or "could not tell" in lost.text) == ("/console/in", True)

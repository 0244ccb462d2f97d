"""The console in a real browser: on a phone and on a desk, light and dark, both languages, and without JavaScript."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page

from bot.clock import Clock
from bot.office import furnished
from bot.settings import Settings
from store import db, tips
from store.db import migrate, open_engine
from store.tips import TipFile
from tests.browser.conftest import violations
from tests.console import REPORT, Console, open_console
from tests.tips import file_tip, held, make_vault, passphrase
from tests.world import build_world

pytestmark = pytest.mark.asyncio(loop_scope="session")

PHONE, DESK = 390, 1440
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da63fcff9fa11e0007820"
    "27ffd3bd6c40000000049454e44ae426082"
)
SignIn = Callable[..., Awaitable[Page]]


@asynccontextmanager
async def console_on(url: str) -> AsyncIterator[Console]:
    engine = open_engine(url, pool=4)
    with tempfile.TemporaryDirectory() as folder:
        try:
            await migrate(engine)
            settings = Settings(data_dir=Path(folder))
            async with furnished(settings, engine, Clock()) as office, open_console(office) as console:
                yield console
        finally:
            await engine.dispose()


@pytest_asyncio.fixture(loop_scope="session")
async def console(server_url: str, template: str) -> AsyncIterator[Console]:
    """A console with five clues and three tips."""
    from tests.conftest import _admin, _clone, _named

    name = f"browser_{template}"
    await _clone(server_url, template, name)
    try:
        async with console_on(_named(server_url, name)) as opened:
            await fill(opened)
            yield opened
    finally:
        await _admin(server_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


async def fill(console: Console) -> None:
    async with console.office.engine.begin() as tx:
        at = await db.now(tx)
        await build_world(tx)
        await make_vault(tx, at)
        receipt = await file_tip(tx, at, files=(TipFile("image", "image/png", PNG),), identity="王五", knowing="saw")
        await tips.say(tx, await held(tx, receipt, at), "昨天夜里又搬了一车，大概二十箱。", (), at)
        await file_tip(tx, at, about="other")
    for one in range(5):
        await console.press("mq-cm", "report", **{**REPORT, "text": f"{REPORT['text']} {one}"})


@pytest_asyncio.fixture(loop_scope="session")
async def sign_in(browser: Browser, console: Console) -> AsyncIterator[SignIn]:
    """Opens a browser without JavaScript in which somebody taps their link; no page may log an error."""
    contexts, problems = [], []

    async def enter(userid: str, width: int = DESK, *, dark: bool = False, script: bool = False) -> Page:
        context = await browser.new_context(
            viewport={"width": width, "height": 844 if width == PHONE else 900},
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
            bypass_csp=script,  # axe is a script, which our own policy would not let in
        )
        contexts.append(context)
        page = await context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda line: problems.append(line.text) if _wrong(line) else None)
        await page.goto(console.base + await console.link(userid))
        await page.get_by_role("button").click()
        await page.wait_for_url("**/console")
        return page

    yield enter
    for context in contexts:
        await context.close()
    assert problems == []


def _wrong(line: ConsoleMessage) -> bool:
    """An error of the page; a form that came back with a mistake in it (422) is none."""
    return line.type == "error" and "status of 422" not in line.text


async def unlock(page: Page, console: Console, userid: str) -> None:
    await page.goto(f"{console.base}/console/tips")
    await page.locator("input[name=passphrase]").fill(passphrase(userid))
    await page.locator("form[action$=unlock] button").click()
    await page.locator("form[action$=lock]").wait_for()


async def fits(page: Page) -> bool:
    """Whether nothing has to be pushed sideways."""
    return bool(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize(
    ("width", "dark", "userid"),
    [
        (DESK, True, "sq-ng2"),
        (PHONE, True, "sq-ng1"),
        (320, False, "sq-ng1"),
    ],
)
async def test_every_page_is_clean_and_fits(
    console: Console, sign_in: SignIn, width: int, dark: bool, userid: str
) -> None:
    """sq-ng2 reads English."""
    page = await sign_in(userid, width, dark=dark, script=True)
    found: list[str] = []

    async def look(path: str) -> None:
        if path:
            await page.goto(console.base + path)
        found.extend(f"{path}: {one}" for one in await violations(page))
        if not await fits(page):
            found.append(f"{path}: wider than the screen")

    for path in ("", "/waiting", "/find?words=江山", "/find?words=nichts", "/tips", "/tips/forgotten"):
        await look(f"/console{path}")
    await page.goto(f"{console.base}/console")
    number = await page.locator(".rows a .title").first.text_content()
    await look(f"/console/ledgers/{number}")
    await unlock(page, console, userid)
    await look("")
    await page.locator("button[name=number]").first.click()
    await look("/console/tips/tip")
    await look("/console/tips/check")
    await page.locator("input[name=merchant_words]").fill("江山")
    await page.locator("button[value=find]").first.click()
    await page.locator("input[name=merchant]").wait_for()
    await look("")
    await page.locator("textarea[name=text]").fill("x")
    await page.evaluate("document.querySelectorAll('[required]').forEach(one => one.required = false)")
    await page.locator("button[value=send]").click()
    await page.locator(".wrong-list").wait_for()
    await look("")
    await look("/console/tips/close")
    assert found == []


ROOMS = {
    "sq-ng2": (
        *("ledgers", "ledgers/clues", "ledgers/problems?light=overdue", "ledgers/board", "ledgers/warnings"),
        *("ledgers/views", "ledgers/exports", "shops", "shops/411421100001", "shops/trace", "shops/seized", "outflow"),
        *(
            "reports",
            "reports/counties",
            "reports/months",
            "reports/ranking",
            "library",
            "library/W20201",
            "library/others",
        ),
        *("library/file", "library/changes", "feeds", "sharing", "sharing/documents", "sharing/announcements"),
        *("sharing/threads", "sharing/threads/new", "sharing/systems"),
    ),
    "sq-admin": (
        *("running", "running/people", "running/people/mq-cm", "running/absences", "running/units", "running/calendar"),
        *("running/settings", "running/forms", "running/forms/report", "running/templates", "running/doors"),
        *("running/letters", "running/audit", "running/quality", "running/guide", "sharing/interface"),
    ),
}
"""Pages of the other rooms, by who looks at them."""


@pytest.mark.parametrize(("userid", "width", "dark"), [("sq-ng2", PHONE, False), ("sq-admin", DESK, True)])
async def test_every_room_is_clean_and_fits(
    console: Console, sign_in: SignIn, userid: str, width: int, dark: bool
) -> None:
    page = await sign_in(userid, width, dark=dark, script=True)
    found: list[str] = []
    for path in ROOMS[userid]:
        answer = await page.goto(f"{console.base}/console/{path}")
        assert answer
        found += [f"{path}: answers {answer.status}"] if answer.status != 200 else []
        found += [f"{path}: {one}" for one in await violations(page)]
        found += [f"{path}: wider than the screen"] if not await fits(page) else []
    assert found == []


@pytest.mark.parametrize(("width", "dark", "language"), [(DESK, False, "zh"), (PHONE, True, "en"), (320, False, "zh")])
async def test_every_component_is_clean(
    console: Console, browser: Browser, width: int, dark: bool, language: str
) -> None:
    scheme: Literal["light", "dark"] = "dark" if dark else "light"
    context = await browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme, bypass_csp=True)
    try:
        page = await context.new_page()
        await page.goto(f"{console.base}/gallery?language={language}")
        assert await violations(page) == []
        assert await fits(page)
        assert await page.locator("main b").count() == 0  # what somebody typed stays text
    finally:
        await context.close()


@pytest.mark.parametrize("path", ["/console/in", "/console/in/spent", "link"])
@pytest.mark.parametrize("width", [PHONE, DESK])
async def test_the_pages_outside_are_clean(console: Console, browser: Browser, path: str, width: int) -> None:
    where = await console.link("mq-cm") if path == "link" else path
    context = await browser.new_context(viewport={"width": width, "height": 844}, bypass_csp=True)
    try:
        page = await context.new_page()
        await page.goto(console.base + where)
        assert await violations(page) == []
        assert await fits(page)
    finally:
        await context.close()


async def test_a_tip_is_handled_on_a_phone_without_javascript(console: Console, sign_in: SignIn) -> None:
    page = await sign_in("sq-ng1", PHONE)
    await page.locator("nav.menu").get_by_text("匿名举报").click()
    await page.locator("input[name=passphrase]").fill("not this one")
    await page.get_by_role("button", name="解锁").click()
    assert "口令不对" in await page.inner_text("main")
    await page.locator("input[name=passphrase]").fill(passphrase("sq-ng1"))
    await page.get_by_role("button", name="解锁").click()
    await page.get_by_role("button").filter(has_text="2 条未读").click()
    assert "昨天夜里又搬了一车" in await page.inner_text(".talk")
    assert await page.locator(".files img").count() == 1
    await page.locator("textarea[name=text]").fill("收到，会尽快核实。")
    await page.get_by_role("button", name="发送").click()
    assert "已发送" in await page.inner_text("[role=status]")
    await page.get_by_role("link", name="安排实地核查").click()
    for field, words in (("merchant", "江山"), ("indicator", "串码"), ("assignee", "赵刚")):
        await page.locator(f"input[name={field}_words]").fill(words)
        await page.locator(f"#f-{field} button").click()
        await page.locator(f"input[type=radio][name={field}]").first.check()
    await page.locator("textarea[name=text]").fill("按例行走访核对库存。")
    await page.locator("textarea[name=opinion]").fill("例行核查。")
    await page.locator("input[name=scope]").fill("仅此一户")
    await page.get_by_text("3 级").click()
    await page.locator("select[name=department]").select_option("enforcement")
    await page.get_by_role("button", name="安排核查").click()
    assert "已安排" in await page.inner_text("[role=status]")
    await page.locator(".more > summary").click()
    await page.locator(".more-sheet").get_by_role("button", name="退出").click()
    assert page.url.endswith("/console/in")
    await page.go_back()
    assert "昨天夜里又搬了一车" not in await page.inner_text("body")


async def test_the_keyboard_reaches_everything_and_skips_the_menu(console: Console, sign_in: SignIn) -> None:
    page = await sign_in("mq-ng1", DESK, script=True)
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.className") == "skip"
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.name") == "words"
    await page.keyboard.type("江山")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/console/find?words=*")
    assert await page.locator("tbody tr").count() == 5


async def test_lists_are_cards_on_a_phone(console: Console, sign_in: SignIn) -> None:
    page = await sign_in("mq-ng1", PHONE, script=True)
    await page.goto(f"{console.base}/console/waiting")
    shown = await page.evaluate("getComputedStyle(document.querySelector('tbody tr')).display")
    assert shown == "grid"
    label = await page.evaluate("getComputedStyle(document.querySelector('td'), '::before').content")
    assert label == '"状态"'

"""Pictures of the main pages for the README and the docs: `make screenshots`.

The demo's world is started in this process, each page of `PAGES` is opened in the system's Chromium by somebody whose
daily page it is, and the pictures are written to docs/pictures/ with the table of them (docs/pictures.md). A new page
is one row here. `python -m tests.screenshots front case` takes only those.
"""

from __future__ import annotations

import asyncio
import io
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, Page, StorageState, async_playwright
from sqlalchemy import func, select

from bot.commands.demo import DemoClock, demo_settings, free_port, outside_settings
from bot.commands.serve import serving
from bot.demo_world import sample_directory, sample_keys
from bot.office import Office, furnished, open_database
from bot.sandbox.directory import Corp
from bot.sandbox.outside import TelegramPhone, WechatPhone
from bot.sandbox.sandbox import start_sandbox
from bot.sandbox.telegram import TelegramCloud
from bot.sandbox.wechat import Account, WechatCloud
from bot.settings import Settings
from bot.wecom.door import WecomDoor
from bot.work.roll_call import sync_menu
from store import db, tables
from store.staff import sessions
from store.staff.people import person_by_id
from tests.browser.conftest import ARGUMENTS, CHROMIUM

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "pictures"
PHONE, DESK = (390, 844), (1440, 900)
LARGEST = 150 * 1024
"""Bytes of one picture: the README should open at once."""
_COLOURS = (128, 64, 32, 16)
_SHARP = {PHONE: 2, DESK: 1}
CITY, COUNTY = "city-supervision1", "minquan-supervision"


@dataclass(frozen=True, slots=True)
class Picture:
    """A page: `path` may name {shop}, {problem} and {code} of the demo's world. Paths of the sandbox begin with "#":
    the userids whose phones lie side by side."""

    name: str
    zh: str
    en: str
    path: str
    who: str = CITY
    dark: bool = False
    language: str = "zh"


PAGES = (
    Picture("front", "首页", "Front page", "/console", COUNTY),
    Picture("clues", "信息线索清单", "Clue ledger", "/console/ledgers/clues"),
    Picture("problems", "问题清单台账", "Problem ledger", "/console/ledgers/problems?light=overdue"),
    Picture("case", "案件页", "A case", "/console/ledgers/{problem}"),
    Picture("board", "看板", "Board", "/console/ledgers/board"),
    Picture("shops", "商户", "Shops", "/console/shops"),
    Picture("shop", "商户画像", "Shop profile", "/console/shops/{shop}"),
    Picture("trace", "喷码溯源", "Tracing a pack code", "/console/shops/trace?code={pack}"),
    Picture("outflow", "外流监测", "Outflow", "/console/outflow"),
    Picture("reports", "领导报表", "Leader reports", "/console/reports", "city-leader"),
    Picture("library", "指标库", "Indicator library", "/console/library"),
    Picture("indicator", "指标", "An indicator", "/console/library/{code}"),
    Picture("others", "“其他”类分析", "What is reported as “other”", "/console/library/others"),
    Picture("sharing", "共享", "Sharing", "/console/sharing"),
    Picture("running", "系统管理", "Administration", "/console/running", "city-admin"),
    Picture("tip", "举报页", "Tip page", "/tip", ""),
    Picture("front-dark", "首页（深色）", "Front page, dark", "/console", COUNTY, dark=True),
    Picture(
        "reports-en", "领导报表（英文）", "Leader reports, English", "/console/reports", "city-leader", language="en"
    ),
    Picture("phone", "企业微信对话", "The chat in WeCom", "#minquan-cm", ""),
)


@dataclass(frozen=True, slots=True)
class Town:
    """The demo's world as it runs."""

    office: Office
    url: str
    phones: str
    facts: Mapping[str, str]

    async def link(self, userid: str) -> str:
        """A new one-time link into the console."""
        async with self.office.engine.begin() as tx:
            person = await person_by_id(tx, userid)
            assert person, userid
            token = await sessions.make_link(tx, person, await db.now(tx) + self.office.shift)
        return f"{self.url}/console/in/{token}"


@asynccontextmanager
async def town(folder: Path) -> AsyncIterator[Town]:
    """What `loop153 demo` starts, on ports that are free."""
    corp, port, clock = Corp.fresh(), free_port(0), DemoClock(folder / "clock")
    first = Settings(environment="development", data_dir=folder, sending_hours="always")
    async with open_database(first) as engine:
        directory = await sample_directory(engine)
        await sample_keys(engine, clock.now())
        here = f"http://127.0.0.1:{port}"
        wechat, telegram = WechatCloud(Account.fresh(), f"{here}/wechat/callback"), TelegramCloud("153000:demo")
        outside = (WechatPhone(wechat), TelegramPhone(telegram))
        sandbox = await start_sandbox(corp, directory, clock, f"{here}/wecom/callback", outside=outside)
        try:
            settings = demo_settings(first, corp, sandbox.url, port)
            settings = settings.model_copy(update=outside_settings(wechat.account, telegram.token, sandbox.url))
            async with furnished(settings, engine, clock.office) as office, serving(office):
                door = office.doors["wecom"]
                assert isinstance(door, WecomDoor)
                await sync_menu(office, door)
                yield Town(office, here, sandbox.url, await _facts(office))
        finally:
            await sandbox.stop()


async def _facts(office: Office) -> dict[str, str]:
    """What the paths name: the shop and the problem of which there is most to see."""
    clue, line = tables.clue.c, tables.line.c
    shop = select(clue.merchant).where(clue.merchant.is_not(None)).group_by(clue.merchant)
    problem = select(line.number).where(line.number.like("WT%")).group_by(line.number)
    async with office.engine.connect() as tx:
        licence = (await tx.execute(shop.order_by(func.count().desc(), clue.merchant).limit(1))).scalar_one()
        number = (await tx.execute(problem.order_by(func.count().desc(), line.number).limit(1))).scalar_one()
        pack = (await tx.execute(select(func.max(tables.seized_code.c.code)))).scalar_one()
    return {"shop": licence, "problem": number, "code": "W202", "pack": pack}


class Camera:
    """A browser in which everybody signs in once."""

    def __init__(self, browser: Browser, world: Town) -> None:
        self._browser, self._world = browser, world
        self._sessions: dict[tuple[str, str], StorageState] = {}

    async def take(self, picture: Picture, size: tuple[int, int]) -> bytes | None:
        """The page as PNG; None when there is no such page."""
        context = await self._browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            device_scale_factor=_SHARP[size],
            color_scheme="dark" if picture.dark else "light",
            locale="en" if picture.language == "en" else "zh-CN",
            storage_state=await self._session(picture.who, picture.language) if picture.who else None,
        )
        try:
            page = await context.new_page()
            page.set_default_timeout(20_000)
            if picture.path.startswith("#"):
                await _chat(page, f"{self._world.phones}/{picture.path}")
                return await page.screenshot()
            found = await page.goto(self._world.url + picture.path.format_map(self._world.facts))
            return await page.screenshot() if found is not None and found.ok else None
        finally:
            await context.close()

    async def _session(self, who: str, language: str) -> StorageState:
        if (who, language) not in self._sessions:
            page = await self._browser.new_page()
            await page.goto(await self._world.link(who))
            await page.get_by_role("button").click()
            await page.wait_for_url("**/console")
            button = page.locator(f'button[name=language][value="{language}"]').last
            if await button.count():
                await button.click()
                await page.wait_for_load_state()
            self._sessions[who, language] = await page.context.storage_state()
            await page.close()
        return self._sessions[who, language]


async def _chat(page: Page, url: str) -> None:
    """Somebody begins a report; the second picture finds it begun."""
    await page.goto(url)
    phone, asked = page.locator(".phone").first, page.locator(".phone .theirs").first
    await page.locator("html[data-live=yes]").wait_for()
    if not await asked.count():
        await phone.get_by_role("button", name="上报", exact=True).first.click()
    await asked.wait_for()


def small(data: bytes) -> bytes:
    """As few colours as it takes to stay below `LARGEST`."""
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    packed = b""
    for colours in _COLOURS:
        out = io.BytesIO()
        picture.quantize(colours, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        packed = out.getvalue()
        if len(packed) <= LARGEST:
            break
    return packed


def index(there: Sequence[Picture]) -> str:
    """docs/pictures.md: every page at both widths."""
    rows = [
        f'| {one.zh}<br>{one.en} | <img src="pictures/{one.name}-{PHONE[0]}.png" width="195"> '
        f'| <img src="pictures/{one.name}-{DESK[0]}.png" width="560"> |'
        for one in there
    ]
    head = [
        "# 页面一览 · Pages",
        "",
        "`make screenshots` takes these pictures anew, of the demo. 用 `make screenshots` 重新生成。",
    ]
    return "\n".join([*head, "", f"| | {PHONE[0]} | {DESK[0]} |", "|---|---|---|", *rows, ""])


async def main(names: Sequence[str]) -> None:
    wanted = [one for one in PAGES if not names or one.name in names]
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="loop153-pictures-") as folder:
        async with town(Path(folder)) as world, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            camera = Camera(browser, world)
            for one in wanted:
                for size in (PHONE, DESK):
                    data = await camera.take(one, size)
                    if data is None:
                        print(f"{one.name}: there is no such page yet", file=sys.stderr)
                        break
                    packed = small(data)
                    (FOLDER / f"{one.name}-{size[0]}.png").write_bytes(packed)
                    print(f"{one.name}-{size[0]}.png  {len(packed) >> 10} kB", flush=True)
            await browser.close()
    taken = [one for one in PAGES if (FOLDER / f"{one.name}-{DESK[0]}.png").exists()]
    (FOLDER.parent / "pictures.md").write_text(index(taken), "utf-8")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))

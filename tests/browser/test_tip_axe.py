"""axe finds nothing to complain about on any tip page: both languages, light and dark, wide and narrow (§8.10)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from store import tips
from tests.browser.conftest import violations
from tests.browser.tips import browsing, confirm, photo, press, receipt_on, tip_town, to_the_review, up_to_photos
from tests.tippage import TipTown

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def town(database_url: str, tmp_path: Path) -> AsyncIterator[TipTown]:
    async with tip_town(database_url, tmp_path) as opened:
        yield opened


class Watch:
    """Looks at a page after every step of the way."""

    def __init__(self, page: Page, base: str) -> None:
        self.page, self.base, self.found, self.seen = page, base, list[str](), 0

    async def look(self) -> None:
        self.seen += 1
        self.found += [f"{self.page.url.removeprefix(self.base)}: {one}" for one in await violations(self.page)]

    async def go(self, path: str) -> None:
        await self.page.goto(self.base + path)
        await self.look()


@pytest.mark.parametrize(("language", "width", "dark"), [("zh", 390, False), ("en", 1440, True)])
async def test_no_violations(town: TipTown, browser: Browser, language: str, width: int, dark: bool) -> None:
    async with browsing(browser, width, color_scheme="dark" if dark else "light") as page:
        watch = Watch(page, f"{town.url}/tip/{language}")
        for path in ("/done", "/deleted", "/ended", "/talk", "/nowhere", "/return", ""):
            await watch.go(path)
        await telling(watch)
        await coming_back(watch, town)
    assert watch.found == []
    assert watch.seen > 20


async def telling(watch: Watch) -> None:
    page = watch.page
    await page.locator('form[action$="/begin"] button').click()
    await watch.look()
    await press(page, "next")  # nothing written: the question with its mistake
    await watch.look()
    await page.locator("textarea").fill("有人")
    await press(page, "next")
    await watch.look()
    await watch.go("")
    await up_to_photos(page)
    await watch.look()
    await page.locator("input[type=file]").set_input_files(photo(0))
    await press(page, "add")
    await watch.look()
    await to_the_review(page)
    await watch.look()
    await press(page, "submit")
    for script in ("zh", "en"):
        await watch.go(f"/receipt?as={script}")
    await watch.go("/receipt/check")
    await page.locator("main form button").click()
    await watch.look()
    await watch.go("/receipt")


async def coming_back(watch: Watch, town: TipTown) -> None:
    page = watch.page
    words = await receipt_on(page)
    await confirm(page, words)
    key = await town.officer()
    async with town.office.engine.begin() as tx:
        at = await town.now()
        opened = await tips.open_tip(tx, key, (await town.tips())[0], at)
        await tips.answer(tx, opened, "谢谢", [], at)
        await tips.ask_identity(tx, opened, "witness", at)
    await watch.go("/return")
    await page.locator("#receipt").fill("".join(words[:5]))
    await page.locator("main form button").click()
    await watch.look()
    await page.locator("#receipt").fill(" ".join(words))
    await page.locator("main form button").click()
    await watch.look()
    await page.locator('form[action$="/talk"] button').click()  # nothing written
    await watch.look()
    await watch.go("/delete")
    await page.locator("button.danger").click()
    await watch.look()

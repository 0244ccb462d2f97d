"""What the browser tests of the tip page share: the page on a database of its own, and the way through it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page

from store.db import open_engine
from tests.tipline.files import jpeg
from tests.tippage import STORY, TipTown, open_tip_town


@asynccontextmanager
async def tip_town(database_url: str, folder: Path) -> AsyncIterator[TipTown]:
    """On the loop that the browser runs on."""
    engine = open_engine(database_url, pool=4)
    try:
        async with open_tip_town(engine, folder) as opened:
            yield opened
    finally:
        await engine.dispose()


@asynccontextmanager
async def browsing(browser: Browser, width: int = 390, **options: Any) -> AsyncIterator[Page]:
    context = await browser.new_context(viewport={"width": width, "height": 844}, **options)
    page = await context.new_page()
    page.set_default_timeout(20_000)
    try:
        yield page
    finally:
        await context.close()


def photo(number: int) -> Any:
    """A photo that says who took it, as a phone names it."""
    return {"name": f"IMG_{number}_王小明.jpg", "mimeType": "image/jpeg", "buffer": jpeg(quality=80 + number)}


async def press(page: Page, wish: str) -> None:
    await page.locator(f'button[name=do][value="{wish}"]').click()


async def up_to_photos(page: Page, story: str = STORY) -> None:
    """Begin, say what happened, and go on until photos are asked for."""
    await page.locator('form[action$="/begin"] button').click()
    await page.locator("textarea").fill(story)
    await press(page, "next")
    await page.locator("input[value=other]").check()
    await press(page, "next")
    while not await page.locator("input[type=file]").count():
        await press(page, "next")


async def to_the_review(page: Page) -> None:
    while not await page.locator('button[value="submit"]').count():
        await press(page, "next")


async def receipt_on(page: Page) -> list[str]:
    return await page.locator(".code span").all_inner_texts()


async def confirm(page: Page, words: list[str]) -> None:
    """From the receipt to the end of it."""
    await page.locator('a[href$="/receipt/check"]').click()
    for field in await page.locator("input[name^=place]").all():
        place = re.sub(r"\D", "", await field.get_attribute("name") or "")
        await field.fill(words[int(place) - 1])
    await page.locator("main form button").click()

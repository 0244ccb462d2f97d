"""The tip page in a real browser that runs no scripts (tipline.md §8.4), by keyboard, at 320 pixels and on paper."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from store import tips
from tests.browser.tips import browsing, confirm, photo, press, receipt_on, tip_town, to_the_review, up_to_photos
from tests.tippage import STORY, TipTown

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def town(database_url: str, tmp_path: Path) -> AsyncIterator[TipTown]:
    async with tip_town(database_url, tmp_path) as opened:
        yield opened


async def answer(town: TipTown, text: str) -> None:
    key = await town.officer()
    async with town.office.engine.begin() as tx:
        at = await town.now()
        await tips.answer(tx, await tips.open_tip(tx, key, (await town.tips())[0], at), text, [], at)


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_told_with_three_photos_answered_and_deleted_without_scripts(
    town: TipTown, browser: Browser, language: str
) -> None:
    async with browsing(browser, java_script_enabled=False) as page:
        await page.goto(f"{town.url}/tip/{language}")
        assert await page.context.cookies() == []
        await up_to_photos(page)
        for number in range(3):
            await page.locator("input[type=file]").set_input_files(photo(number))
            await press(page, "add")
            await expect(page.locator(".files li")).to_have_count(number + 1)
        await to_the_review(page)
        await expect(page.locator(".rows")).to_contain_text(STORY)
        await press(page, "submit")
        words = await receipt_on(page)
        assert len(words) == 12
        await confirm(page, words)
        await expect(page).to_have_url(f"{town.url}/tip/{language}/done")
        assert await page.context.cookies() == []

        await answer(town, "谢谢，车牌记得吗？")
        await page.goto(f"{town.url}/tip/{language}/return")
        await page.locator("#receipt").fill(" ".join(words[:6]) + "\n" + " ".join(words[6:]))
        await page.locator("main form button").click()
        await expect(page.locator(".theirs")).to_contain_text("谢谢，车牌记得吗？")
        await expect(page.locator(".theirs .proof")).to_contain_text("✓")
        async with page.expect_download() as taken:
            await page.locator('button[name="file"]').first.click()
        assert (await taken.value).suggested_filename == "photo-1.jpg"
        await page.locator("#text").fill("5K7")
        await page.locator("input[type=file]").set_input_files(photo(4))
        await page.locator('form[action$="/talk"] button').click()
        await expect(page.locator(".mine").last).to_contain_text("5K7")

        await page.locator('a[href$="/delete"]').click()
        await page.locator("input[name=sure]").check()
        await page.locator("button.danger").click()
        await expect(page).to_have_url(f"{town.url}/tip/{language}/deleted")
    assert await town.rows("SELECT 1 FROM tip_message") == []


async def test_it_works_by_keyboard_alone(town: TipTown, browser: Browser) -> None:
    async with browsing(browser, width=1440, java_script_enabled=False) as page:
        await page.goto(f"{town.url}/tip/zh")
        await page.keyboard.press("Tab")
        await expect(page.locator(".skip")).to_be_focused()
        for _ in range(3):
            await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(page.locator("h1")).to_contain_text("发生了什么事")
        await page.locator("#answer").focus()
        await page.keyboard.type("有人")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(page.locator("h1")).to_contain_text("跟谁有关")
        await page.locator("input[type=radio]").first.focus()
        await page.keyboard.press("Space")
        await page.keyboard.press("Enter")
        await expect(page.locator("h1")).to_contain_text("哪家店")


@pytest.mark.parametrize(("width", "scale"), [(320, 1), (1280, 4)])
async def test_nothing_is_cut_off_at_320_pixels_or_four_times_as_large(
    town: TipTown, browser: Browser, width: int, scale: int
) -> None:
    """Four times as large on a screen of 1280 is the same as a screen of 320."""
    async with browsing(browser, width=width // scale, device_scale_factor=scale) as page:

        async def fits() -> None:
            wide = await page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width // scale, page.url

        await page.goto(f"{town.url}/tip/en")
        await fits()
        await up_to_photos(page, "x" * 300)
        await page.locator("input[type=file]").set_input_files(photo(0))
        await press(page, "add")
        await fits()
        await to_the_review(page)
        await fits()
        await press(page, "submit")
        words = await receipt_on(page)
        await fits()
        await confirm(page, words)
        await page.goto(f"{town.url}/tip/en/return")
        await fits()
        await page.locator("#receipt").fill(" ".join(words))
        await page.locator("main form button").click()
        await fits()


async def test_paper_shows_the_receipt_and_not_what_it_is_for(town: TipTown, browser: Browser) -> None:
    async with browsing(browser, java_script_enabled=False) as page:
        await page.goto(f"{town.url}/tip/zh")
        await up_to_photos(page)
        await to_the_review(page)
        await press(page, "submit")
        await page.emulate_media(media="print")
        await expect(page.locator(".slip")).to_be_visible()
        for hidden in (".bar", ".foot", "h1", ".done"):
            await expect(page.locator(hidden)).to_be_hidden()


async def test_the_back_button_shows_nothing_after_leaving(town: TipTown, browser: Browser) -> None:
    async with browsing(browser, java_script_enabled=False) as page:
        await page.route("https://**", lambda route: route.fulfill(body="sunny"))
        await page.goto(f"{town.url}/tip/zh")
        await up_to_photos(page)
        await page.locator("header .leave").click()
        await expect(page.locator("body")).to_have_text("sunny")
        await page.go_back()
        await expect(page.locator("h1")).to_contain_text("已经收起来了")
        assert await page.context.cookies() == []

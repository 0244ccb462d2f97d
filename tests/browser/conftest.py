"""A real browser for the pages: the system's Chromium, headless. Without one these modules are not collected."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from importlib.resources import files

import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chromium-browser"))), None)
ARGUMENTS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
OpenPage = Callable[..., Awaitable[Page]]


def _say_once(notice: str) -> None:
    if os.environ.get("PYTEST_XDIST_WORKER", "gw0") == "gw0":
        print(notice, file=sys.stderr)


collect_ignore_glob: list[str] = []
if CHROMIUM is None:
    collect_ignore_glob.append("test_*.py")
    _say_once("Browser tests are left out: no chromium on this machine (Debian: apt install chromium).")
elif importlib.util.find_spec("axe_playwright_python") is None:
    collect_ignore_glob.append("test_*axe.py")
    _say_once("Accessibility checks are left out: axe-playwright-python is not installed.")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One for the whole run: it starts slower than most tests take. Its users share the session's event loop."""
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        await opened.close()


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(browser: Browser) -> AsyncIterator[OpenPage]:
    """Opens pages of a given width; afterwards fails the test if any of them logged an error."""
    problems: list[str] = []
    contexts: list[BrowserContext] = []

    async def open(url: str, width: int = 1440, height: int = 900, *, dark: bool = False) -> Page:
        context = await browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
        )
        contexts.append(context)
        page = await context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
        page.set_default_timeout(10_000)
        await page.goto(url)
        # The live line is open from here on, so nothing that happens later can be missed.
        await page.locator("html[data-live=yes]").wait_for()
        return page

    yield open
    for context in contexts:
        await context.close()
    assert problems == []


async def violations(page: Page) -> list[str]:
    """What axe finds wrong with the page as it stands: rule and element. Empty is good."""
    await page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
    # What is right with it is neither gathered nor sent: that takes longer than to find what is wrong.
    found = await page.evaluate("axe.run({resultTypes: ['violations']}).then(found => found.violations)")
    return [f"{rule['id']}: {node['html'][:120]}" for rule in found for node in rule["nodes"]]

"""axe finds nothing to complain about on the phones page: light and dark, wide and narrow, both languages."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.browser.conftest import OpenPage, violations
from tests.browser.test_sandbox_phones import MENU, WANG, push
from tests.doors.echo import World, open_world
from tests.doors.test_sandbox_api import PNG, TEXTCARD, button_card

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def world() -> AsyncIterator[World]:
    """A chat with one of everything."""
    async with open_world() as opened:
        cloud = opened.cloud
        cloud.set_menu(MENU)
        await cloud.say("Wang.Fang", "上报")
        await cloud.photo("Wang.Fang", PNG)
        await cloud.place("Wang.Fang", 34.65, 115.14, "惠民超市")
        push(opened, "text", {"content": "哪一类？\n1. 串码\n2. 无证经营"}, to="li.na")
        push(opened, "textcard", TEXTCARD)
        push(opened, "markdown", {"content": '# 待办\n<font color="warning">逾期</font> **1** 件\n> 引用 `code`'})
        push(opened, "news", {"articles": [{"title": "通报", "description": "第三季度", "url": "http://x"}]})
        selection = {"question_key": "d", "title": "部门", "option_list": [{"id": "a", "text": "营销"}]}
        menu = {"desc": "更多", "action_list": [{"text": "稍后", "key": "later"}]}
        rows = [{"keyname": "来源", "value": "上报"}]
        card = button_card(button_selection=selection, action_menu=menu, horizontal_content_list=rows)
        push(opened, "template_card", card)
        yield opened


@pytest.mark.parametrize(
    ("width", "dark", "english"),
    [(1440, False, False), (1440, True, True), (390, False, True), (390, True, False)],
)
async def test_no_violations(world: World, open_page: OpenPage, width: int, dark: bool, english: bool) -> None:
    page = await open_page(f"{world.sandbox.url}/{WANG},li.na", width=width, dark=dark)
    if english:
        await page.locator("#language").click()
    found = await violations(page)
    for opener in ("button.place", "#show-trouble"):
        await page.locator(opener).first.click()
        found += await violations(page)
        await page.keyboard.press("Escape")
    assert found == []

"""The phones page in a real browser: pick a person, chat, send photos and places, press cards, move the clock."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from xml.etree.ElementTree import Element

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.doors.echo import MORNING, World, open_world
from tests.doors.test_sandbox_api import PNG, button_card, message

pytestmark = pytest.mark.asyncio(loop_scope="session")

MENU = {
    "button": [
        {"name": "上报", "type": "click", "key": "report"},
        {"name": "我的", "sub_button": [{"name": "待办", "type": "click", "key": "tasks"}]},
    ]
}
WANG, LI = "#Wang.Fang", "#Wang.Fang,li.na"


@pytest_asyncio.fixture(loop_scope="session")
async def world() -> AsyncIterator[World]:
    async with open_world() as opened:
        opened.cloud.set_menu(MENU)
        yield opened


def push(world: World, kind: str, part: dict[str, Any], to: str = "Wang.Fang") -> None:
    payload = message(kind, part) | {"touser": to}
    world.cloud.post.send(json.dumps(payload).encode(), payload)


def phone_of(page: Page, userid: str = "Wang.Fang") -> Any:
    return page.locator(f'.phone[data-userid="{userid}"]')


async def test_a_person_is_found_and_answered(world: World, open_page: OpenPage) -> None:
    page = await open_page(world.sandbox.url)
    await page.get_by_role("searchbox", name="查找人员").fill("客户经理")
    await expect(page.locator(".person")).to_have_count(1)
    await page.locator(".person").click()
    await page.keyboard.type("上报")
    await page.keyboard.press("Enter")
    await expect(phone_of(page).locator(".theirs")).to_have_text("收到：上报")
    await expect(phone_of(page).locator(".mine")).to_have_text("上报")


async def test_numbered_options_can_be_tapped(world: World, open_page: OpenPage) -> None:
    async def ask(heard: Element) -> dict[str, Any]:
        said = heard.findtext("Content")
        options = "哪一类？\n1. 串码 · 喷码属于别的零售户\n2、无证经营\n也可以说「取消」。"
        return {"MsgType": "text", "Content": f"记下了：{said}" if said == "2" else options}

    world.bot.answer = ask
    page = await open_page(f"{world.sandbox.url}/{WANG}")
    await phone_of(page).get_by_role("button", name="上报", exact=True).click()
    await expect(phone_of(page).locator(".chip")).to_have_text(["1 串码", "2 无证经营", "取消"])
    await phone_of(page).locator(".chip").nth(1).click()
    await expect(phone_of(page).locator(".theirs").last).to_have_text("记下了：2")
    await expect(phone_of(page).locator(".chip")).to_have_count(0)


async def test_several_photos_go_at_once(world: World, open_page: OpenPage) -> None:
    page = await open_page(f"{world.sandbox.url}/{WANG}")
    files: Any = [{"name": f"现场{n}.png", "mimeType": "image/png", "buffer": PNG + bytes([n])} for n in range(3)]
    await phone_of(page).locator("input[type=file]").set_input_files(files)
    await expect(phone_of(page).locator(".photo-bubble")).to_have_count(3)
    await world.cloud.settled()
    pictures = [heard for heard in world.bot.heard if heard.findtext("MsgType") == "image"]
    got = {world.cloud.media.get(heard.findtext("MediaId", "")).data for heard in pictures}
    assert got == {PNG + bytes([n]) for n in range(3)}


async def test_a_shop_is_sent_as_a_place(world: World, open_page: OpenPage) -> None:
    page = await open_page(f"{world.sandbox.url}/{WANG}")
    await phone_of(page).get_by_role("button", name="发送位置").click()
    await page.get_by_role("searchbox", name="查找商户").fill("老街")
    await expect(page.locator("#map-shops button")).to_have_count(1)
    await page.locator("#map-shops button").click()
    await page.get_by_role("button", name="发送", exact=True).and_(page.locator("#map-send")).click()
    await expect(phone_of(page).locator(".place-bubble")).to_contain_text("老街烟酒店")
    heard = world.bot.heard[-1]
    assert [heard.findtext(n) for n in ("Location_X", "Location_Y", "Label")] == [
        "34.700000",
        "115.200000",
        "老街烟酒店",
    ]


async def test_a_dot_or_any_point_on_the_map_can_be_tapped(world: World, open_page: OpenPage) -> None:
    page = await open_page(f"{world.sandbox.url}/{WANG}")
    await phone_of(page).get_by_role("button", name="发送位置").click()
    await page.locator("#map circle.shop").first.click()
    await expect(page.locator("#map-chosen")).to_have_text("惠民超市")
    await page.locator("#map svg").click(position={"x": 10, "y": 120})
    await expect(page.locator("#map-chosen")).to_contain_text("地图选点")
    await page.locator("#map-send").click()
    await expect(phone_of(page).locator(".place-bubble")).to_be_visible()
    lat = float(world.bot.heard[-1].findtext("Location_X", ""))
    assert 34.527 < lat < 34.862


async def test_a_card_button_is_pressed_and_greyed(world: World, open_page: OpenPage) -> None:
    async def grey(_: Element) -> dict[str, Any]:
        return {"MsgType": "update_button", "Button": {"ReplaceName": "已签收"}}

    page = await open_page(f"{world.sandbox.url}/{WANG}")
    push(world, "template_card", button_card())
    world.bot.answer = grey
    await phone_of(page).get_by_role("button", name="签收").click()
    await expect(phone_of(page).get_by_role("button", name="已签收")).to_be_disabled()
    assert world.bot.heard[-1].findtext("EventKey") == "take"


async def test_pushes_arrive_live_and_others_get_a_badge(world: World, open_page: OpenPage) -> None:
    page = await open_page(f"{world.sandbox.url}/{WANG}")
    push(world, "text", {"content": "新任务"})
    push(world, "text", {"content": "请研判"}, to="li.na")
    await expect(phone_of(page).locator(".theirs")).to_have_text("新任务")
    row = page.locator('.person[data-userid="li.na"]')
    await expect(row.locator(".badge")).to_contain_text("1")
    await page.locator(".toast").click()
    await expect(phone_of(page, "li.na").locator(".theirs")).to_have_text("请研判")
    await expect(row.locator(".badge")).to_have_count(0)
    await expect(page.locator(".phone")).to_have_count(2)


async def test_the_clock_moves_to_the_next_working_day(world: World, open_page: OpenPage) -> None:
    await world.clock.shift(timedelta(days=4))  # a Friday
    page = await open_page(world.sandbox.url)
    await page.get_by_role("button", name="+1 工作日").click()
    await expect(page.locator("#clock-time")).to_contain_text("周一")
    assert world.clock.now() == MORNING + timedelta(days=7)


async def test_trouble_is_planned_for_the_next_push(world: World, open_page: OpenPage) -> None:
    page = await open_page(world.sandbox.url)
    await page.get_by_role("button", name="制造故障").click()
    await page.get_by_role("button", name="系统繁忙（-1）").click()
    await expect(page.locator("#trouble-planned")).to_have_text("等待发生： 1")
    given = await world.post("message/send", json.dumps(message("text", {"content": "a"})).encode())
    assert given["errcode"] == -1


async def test_it_works_by_keyboard_and_in_english(world: World, open_page: OpenPage) -> None:
    page = await open_page(f"{world.sandbox.url}/{WANG}")
    await page.get_by_role("button", name="English").press("Enter")
    await expect(page.get_by_role("heading", name="Phones")).to_be_visible()
    phone = page.get_by_role("article", name="王芳 · Customer manager")
    await phone.get_by_role("button", name="我的", exact=True).press("Enter")
    await expect(phone.get_by_role("button", name="待办")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(phone.get_by_role("button", name="我的", exact=True)).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await expect(phone.get_by_role("button", name="待办")).to_be_hidden()
    await world.cloud.settled()
    assert world.bot.heard[-1].findtext("EventKey") == "tasks"


async def test_one_phone_fills_a_narrow_screen(world: World, open_page: OpenPage) -> None:
    page = await open_page(f"{world.sandbox.url}/{LI}", width=390, height=844)
    await expect(page.locator(".phone")).to_have_count(1)
    box = await phone_of(page, "li.na").bounding_box()
    assert (box["x"], box["width"]) == (0, 390)
    assert await page.evaluate("document.documentElement.scrollWidth") == 390
    await page.locator("#show-people").click()
    await page.locator('.person[data-userid="Wang.Fang"]').click()
    await expect(phone_of(page)).to_be_visible()
    await expect(page.locator(".phone")).to_have_count(1)


async def test_a_hostile_text_stays_text(world: World, open_page: OpenPage) -> None:
    page = await open_page(f"{world.sandbox.url}/{WANG}")
    evil = '<img src=x onerror="document.title=1"><a href="javascript:alert(1)">点</a> https://example.cn/a'
    push(world, "text", {"content": evil})
    push(world, "textcard", {"title": evil, "description": evil, "url": "https://example.cn"})
    await expect(phone_of(page).locator(".theirs")).to_have_count(2)
    assert await phone_of(page).locator(".chat img").count() == 0
    links = await phone_of(page).locator(".chat a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert links == [
        "/open?userid=Wang.Fang&url=https%3A%2F%2Fexample.cn%2Fa",
        "/open?userid=Wang.Fang&url=https%3A%2F%2Fexample.cn",
    ]

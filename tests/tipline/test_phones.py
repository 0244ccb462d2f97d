"""The tipster's phones of the demo: on the same page as everybody's, each with its own cloud behind it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, FormData

from bot.clock import Clock
from bot.commands.demo import outside_settings
from bot.sandbox.directory import Corp
from bot.sandbox.outside import TelegramPhone, WechatPhone
from bot.sandbox.sandbox import start_sandbox
from bot.sandbox.telegram import TelegramCloud
from bot.sandbox.wechat import Account, WechatCloud
from store.db import open_engine
from tests.journeys.town import SandboxClock, callback, directory, free_port, opened, settings_for
from tests.tipline import files
from tests.tips import make_vault
from tests.world import build_world


async def test_a_tipster_has_a_phone_for_each_platform(database_url: str, tmp_path: Path) -> None:
    port, corp, clock = free_port(), Corp.fresh(), Clock()
    wechat = WechatCloud(Account.fresh(), f"http://127.0.0.1:{port}/wechat/callback")
    telegram = TelegramCloud("153:phones")
    outside = (WechatPhone(wechat), TelegramPhone(telegram))
    engine = open_engine(database_url)
    async with engine.begin() as tx:
        await build_world(tx)
        await make_vault(tx, clock.now())
    sandbox = await start_sandbox(corp, directory(), SandboxClock(clock), callback(port), outside=outside)
    settings = settings_for(corp, sandbox.url, port, tmp_path).model_copy(
        update=outside_settings(wechat.account, telegram.token, sandbox.url)
    )
    try:
        async with opened(settings, engine, clock), ClientSession(sandbox.url) as page:
            async with page.get("/phones/state") as answer:
                state = await answer.json()
            assert [one["userid"] for one in state["people"] if one.get("outside")] == [
                "wechat-tipster",
                "telegram-tipster",
            ]
            for userid in ("wechat-tipster", "telegram-tipster"):
                await _tip(page, userid)
    finally:
        await sandbox.stop()
        await engine.dispose()


async def _tip(page: ClientSession, userid: str) -> None:
    await _does(page, userid, "enter", {}, "先说清楚")
    await _does(page, userid, "say", {"text": "1"}, "发生了什么事")
    await _does(page, userid, "say", {"text": "卖假烟"}, "跟谁有关")
    await _does(page, userid, "place", {"lat": 34.6, "lon": 115.1, "label": "这里"}, "还是您现在所在的地方")
    photo = FormData()
    photo.add_field("photo", files.jpeg(), filename="a.jpg")
    await _does(page, userid, "photos", photo, "已去掉")


async def _does(page: ClientSession, userid: str, act: str, given: Any, part: str) -> None:
    """Do it on the phone; what the chat shows then has `part` in it."""
    sent = {"data": given} if isinstance(given, FormData) else {"json": given}
    async with page.post(f"/phones/{userid}/{act}", **sent) as answer:
        assert answer.status == 200
    async with asyncio.timeout(10):
        while True:
            async with page.get(f"/phones/{userid}/chat") as answer:
                bubbles = [one for one in await answer.json() if one["via"] != "phone"]
            if bubbles and part in bubbles[-1]["content"]["content"]:
                return
            await asyncio.sleep(0.05)

"""A tiny app behind the sandbox: it says back what it hears, or whatever a test lets it answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree.ElementTree import Element

import aiohttp
from aiohttp import web
from defusedxml.ElementTree import fromstring
from wechatpy.enterprise.crypto import WeChatCrypto

from bot.sandbox.callbacks import Patience
from bot.sandbox.clock import StillClock
from bot.sandbox.directory import Corp, County, Department, Directory, Member, Shop
from bot.sandbox.envelope import to_xml
from bot.sandbox.limits import Limits
from bot.sandbox.sandbox import Sandbox, start_sandbox

Answer = Callable[[Element], Awaitable[dict[str, Any] | None]]

MORNING = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)  # Monday 09:30 in Shangqiu

DIRECTORY = Directory(
    members=(
        Member("Wang.Fang", "王芳", (11,), "客户经理", "Customer manager", county="411421"),
        Member("li.na", "李娜", (12,), "内管员", "Supervision officer", is_head=True, county="411421"),
        Member("zhao.lei", "赵磊", (12,), "专卖管理员", "Market inspector", status=5),
        Member("sun.yu", "孙宇", (2,), "领导", "Leader", licensed=False),
        Member("zhou.min", "周敏", (2,), "内管员", "Supervision officer", in_range=False),
    ),
    departments=(
        Department(1, "商丘市烟草专卖局", 0, "Shangqiu bureau"),
        Department(2, "民权县烟草专卖局", 1, "Minquan bureau"),
        Department(11, "营销", 2, "Marketing"),
        Department(12, "内管", 2, "Supervision"),
    ),
    counties=(County("411421", "民权县", "Minquan", 114.821, 34.527, 115.456, 34.862),),
    shops={
        "411421": (
            Shop("411421100001", "惠民超市", 34.65, 115.14, "人民路 1 号"),
            Shop("411421100002", "老街烟酒店", 34.70, 115.20, "老街 8 号"),
        )
    },
)


class EchoBot:
    """Answers callbacks of one corp. `heard` keeps the decrypted messages, `bodies` the raw requests."""

    def __init__(self, corp: Corp) -> None:
        self.heard: list[Element] = []
        self.bodies: list[bytes] = []
        self.answer: Answer = self.echo
        self._corp = corp
        self._crypto = WeChatCrypto(corp.token, corp.aes_key, corp.corp_id)

    async def echo(self, message: Element) -> dict[str, Any] | None:
        text = message.findtext("Content")
        return None if text is None else {"MsgType": "text", "Content": f"收到：{text}"}

    def app(self) -> web.Application:
        app = web.Application()
        app.add_routes([web.get("/callback", self._verify), web.post("/callback", self._callback)])
        return app

    async def _verify(self, request: web.Request) -> web.Response:
        q = request.query
        plain = self._crypto.check_signature(q["msg_signature"], q["timestamp"], q["nonce"], q["echostr"])
        return web.Response(text=plain)

    async def _callback(self, request: web.Request) -> web.Response:
        body, q = await request.read(), request.query
        self.bodies.append(body)
        inner = self._crypto.decrypt_message(body.decode(), q["msg_signature"], q["timestamp"], q["nonce"])
        message = fromstring(inner.encode())
        self.heard.append(message)
        answer = await self.answer(message)
        if answer is None:
            return web.Response()
        to = {"ToUserName": message.findtext("FromUserName"), "FromUserName": self._corp.corp_id}
        reply = to_xml({**to, "CreateTime": 1, **answer}, cdata=True)
        return web.Response(text=self._crypto.encrypt_message(reply, "nonce", "1"))


class World:
    """The sandbox, the little app, a clock and an HTTP client, all open."""

    def __init__(self, sandbox: Sandbox, bot: EchoBot, clock: StillClock, http: aiohttp.ClientSession) -> None:
        self.sandbox, self.bot, self.clock, self.http = sandbox, bot, clock, http
        self.cloud = sandbox.cloud

    async def token(self) -> str:
        corp = self.cloud.corp
        got = await self.get("gettoken", corpid=corp.corp_id, corpsecret=corp.secret)
        return str(got["access_token"])

    async def get(self, name: str, **query: str) -> dict[str, Any]:
        async with self.http.get(f"{self.sandbox.url}/cgi-bin/{name}", params=query) as answer:
            assert answer.status == 200
            found: dict[str, Any] = await answer.json()
            return found

    async def post(self, name: str, body: bytes, **query: str) -> dict[str, Any]:
        query = {"access_token": await self.token(), **query}
        async with self.http.post(f"{self.sandbox.url}/cgi-bin/{name}", params=query, data=body) as answer:
            assert answer.status == 200
            found: dict[str, Any] = await answer.json()
            return found


@asynccontextmanager
async def open_world(patience: Patience | None = None, limits: Limits | None = None) -> AsyncIterator[World]:
    """Everything opened, and closed again."""
    corp, clock = Corp.fresh(), StillClock(MORNING)
    bot = EchoBot(corp)
    runner = web.AppRunner(bot.app(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    callback = f"http://127.0.0.1:{runner.addresses[0][1]}/callback"
    quick = patience or Patience(answer_within=5, pause=0)
    sandbox = await start_sandbox(corp, DIRECTORY, clock, callback, patience=quick, limits=limits)
    try:
        async with aiohttp.ClientSession() as http:
            yield World(sandbox, bot, clock, http)
    finally:
        await sandbox.stop()
        await runner.cleanup()


HOUR = timedelta(hours=1)

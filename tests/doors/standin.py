"""A stand-in for the API of the WeCom cloud that says what a test tells it to, and remembers what it was asked."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.wecom.config import WecomConfig

TOKEN = "hJqcu3uJ9Tn2gXPmxx2w9kkCkCE2EPYo"
AES_KEY = "6qkdMrq68nTKduznJYO1A37W2oEgpkMUvkttRToqhUt"
CORP = "ww1436e0e65a779aee"
OK: dict[str, Any] = {"errcode": 0, "errmsg": "ok"}

Answer = dict[str, Any] | web.StreamResponse | Callable[[web.Request], Awaitable[web.StreamResponse]]


def refusal(code: int) -> dict[str, Any]:
    """An error as WeCom words it."""
    more = f"https://open.work.weixin.qq.com/devtool/query?e={code}"
    return {"errcode": code, "errmsg": f"no, hint: [1655-{code}], from ip: 1.2.3.4, more info at {more}"}


@dataclass
class Call:
    path: str
    query: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Cloud:
    """`answers[path]` is a list that is used up; its last element stays. Tokens are t1, t2, …, good for two hours;
    those in `bad` are refused with 42001, all of them with `refuse_all`."""

    base: str = ""
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    bad: set[str] = field(default_factory=set)
    refuse_all: bool = False
    lasts: int = 7200
    granted: int = 0

    def of(self, path: str) -> list[Call]:
        return [call for call in self.calls if call.path == f"/cgi-bin/{path}"]

    def config(self) -> WecomConfig:
        return WecomConfig(CORP, 1000002, "app-secret", TOKEN, AES_KEY, "contacts-secret", self.base)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.calls.append(Call(request.path, dict(request.query), await request.read()))
        answer = self._scripted(request.path.removeprefix("/cgi-bin/"))
        if request.path == "/cgi-bin/gettoken":
            if answer is None:
                self.granted += 1
                answer = OK | {"access_token": f"t{self.granted}", "expires_in": self.lasts}
        elif self.refuse_all or request.query.get("access_token") in self.bad:
            answer = refusal(42001)
        if callable(answer):
            return await answer(request)
        if isinstance(answer, web.StreamResponse):
            return answer
        return web.json_response(OK | {"msgid": f"m{len(self.calls)}"} if answer is None else answer)

    def _scripted(self, path: str) -> Answer | None:
        script = self.answers.get(path)
        if not script:
            return None
        return script.pop(0) if len(script) > 1 else script[0]


@asynccontextmanager
async def open_cloud() -> AsyncIterator[Cloud]:
    cloud = Cloud()
    app = web.Application()
    app.router.add_route("*", "/cgi-bin/{rest:.*}", cloud.handle)
    async with TestServer(app) as server:
        cloud.base = str(server.make_url("")).rstrip("/")
        yield cloud

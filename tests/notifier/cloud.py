"""A strict little stand-in for the other side of the doors: it keeps its own truth, and can misbehave.

Like WeCom it shows the same bytes only once, and silently drops what exceeds 30 messages a minute to one member.
`{"touser": …, "text": …}` is posted to `/<door>`; the answer is JSON with `errcode`.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic

from aiohttp import web
from aiohttp.test_utils import TestServer

Fault = Callable[["Cloud", str, str], str | None]
"""Given door and member: what goes wrong with this call, or None."""


@dataclass
class Cloud:
    """What the other side knows."""

    url: str = ""
    calls: list[tuple[float, str, str, bytes]] = field(default_factory=list)  # when, door, member, body
    shown: dict[str, list[tuple[float, str]]] = field(default_factory=lambda: defaultdict(list))  # what people see
    repeats: int = 0  # suppressed because the same bytes were shown before
    dropped: int = 0  # over a member's limit, silently
    per_minute: int = 30
    minute: float = 60.0
    slow: float = 0.0
    remembers: tuple[str, ...] = ("wecom",)  # doors that suppress repeats
    fault: Fault | None = None
    busy: int = 0
    busiest: int = 0
    _seen: set[tuple[str, bytes]] = field(default_factory=set)
    _lately: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    async def handle(self, request: web.Request) -> web.StreamResponse:
        door, body = request.match_info["door"], await request.read()
        message = json.loads(body)
        member = message["touser"]
        self.calls.append((monotonic(), door, member, body))
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        try:
            if self.slow:
                await asyncio.sleep(self.slow)
            return await self._answer(request, door, member, body, message["text"])
        finally:
            self.busy -= 1

    async def _answer(self, request: web.Request, door: str, member: str, body: bytes, text: str) -> web.StreamResponse:
        fault = self.fault(self, door, member) if self.fault else None
        match fault:
            case "reset":
                return _cut(request)
            case "reset after accepting":
                self._accept(door, member, body, text)
                return _cut(request)
            case "hang after accepting":
                self._accept(door, member, body, text)
                await asyncio.sleep(3600)
            case str():
                return web.json_response({"errcode": int(fault)})
        self._accept(door, member, body, text)
        return web.json_response({"errcode": 0, "msgid": f"m{len(self.calls)}"})

    def _accept(self, door: str, member: str, body: bytes, text: str) -> None:
        if door in self.remembers and (door, body) in self._seen:
            self.repeats += 1
            return
        self._seen.add((door, body))
        lately, now = self._lately[member], monotonic()
        while lately and lately[0] <= now - self.minute:
            lately.popleft()
        if len(lately) >= self.per_minute:
            self.dropped += 1
            return
        lately.append(now)
        self.shown[member].append((now, text))

    def texts(self) -> list[str]:
        """Everything that anybody sees."""
        return [text for texts in self.shown.values() for _, text in texts]


def _cut(request: web.Request) -> web.Response:
    """The connection breaks; whatever is answered reaches nobody."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


@asynccontextmanager
async def open_cloud(**settings: object) -> AsyncIterator[Cloud]:
    """A running stand-in on a port of its own."""
    cloud = Cloud(**settings)  # type: ignore[arg-type]
    app = web.Application()
    app.router.add_post("/{door}", cloud.handle)
    server = TestServer(app)
    await server.start_server(access_log=None)
    cloud.url = str(server.make_url(""))
    try:
        yield cloud
    finally:
        await server.close()

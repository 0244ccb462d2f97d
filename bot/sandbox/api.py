"""The cloud's HTTP face under /cgi-bin/: the gate that every call passes, and the table of what is behind it.

HTTP status is 200 for whatever the cloud has an errcode for; unknown parameters are ignored (D90313).
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import struct
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiohttp import web

from bot.sandbox.cloud import Call, Cloud
from bot.sandbox.errors import Refusal, answer
from bot.sandbox.faults import (
    Broken,
    Concurrent,
    Dropped,
    Error,
    Fault,
    Hang,
    Invalid,
    Reset,
    Slow,
    TokenDies,
)
from bot.sandbox.limits import Quota
from bot.sandbox.tokens import word

Json = Any
APP, CONTACTS = "app", "contacts"
BODY_MOST = 21 * 1024 * 1024  # a 20 MB file and the multipart around it


@dataclass(frozen=True, slots=True)
class Asked:
    """One call after the gate: whose token it carries, its query, its body, and the bad luck it meets."""

    owner: str
    query: Mapping[str, str]
    raw: bytes
    request: web.Request
    fault: Fault | None

    def payload(self) -> dict[str, Json]:
        """The JSON body; like WeCom, what cannot be read counts as empty. Raises 40033 for escaped characters."""
        if re.search(rb"(?<!\\)(?:\\\\)*\\u(?!00[01])[0-9a-fA-F]{4}", self.raw):
            raise Refusal(40033)
        try:
            found = json.loads(self.raw)
        except ValueError:
            found = {}
        return found if isinstance(found, dict) else {}


Answer = dict[str, Json] | web.StreamResponse
Handler = Callable[[Cloud, Asked], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One API: its method, whose tokens may call it (none: it needs no token), and what does it."""

    method: str
    handler: Handler
    owners: tuple[str, ...] = (APP,)


class Gate:
    """Every call comes through here: faults, token, quota, errcode, and the record of calls."""

    def __init__(self, cloud: Cloud, endpoints: Mapping[str, Endpoint]) -> None:
        self._cloud, self._endpoints = cloud, endpoints
        self._running: Counter[str] = Counter()
        self._minute = Quota(cloud.limits.api_minute, timedelta(minutes=1))
        self._hour = Quota(cloud.limits.api_hour, timedelta(hours=1))

    def routes(self) -> list[web.RouteDef]:
        return [web.route("*", "/cgi-bin/{name:.+}", self._enter)]

    async def _enter(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        endpoint = self._endpoints.get(name)
        if endpoint is None or request.method != endpoint.method:
            raise web.HTTPNotFound
        raw = await request.read() if request.content_type != "multipart/form-data" else b""
        fault = self._cloud.faults.take(name)
        match fault:
            case Hang(after_accept=False):
                return await self._hang(name)
            case Reset(after_accept=False):
                return self._reset(name, request)
            case Broken(status):
                return web.Response(status=status, text="<html>Bad Gateway</html>", content_type="text/html")
            case TokenDies(code):
                self._cloud.tokens.kill(code)
        with self._cloud.courier.busy.working():
            given = await self._work(name, endpoint, request, raw, fault)
        if isinstance(fault, Hang):
            return await self._hang(name)
        if isinstance(fault, Reset):
            return self._reset(name, request)
        return given

    async def _work(
        self, name: str, endpoint: Endpoint, request: web.Request, raw: bytes, fault: Fault | None
    ) -> web.StreamResponse:
        code, detail, fields = 0, "", {}
        self._running[name] += 1
        try:
            if isinstance(fault, Slow | Concurrent):
                await self._take_time(name, fault)
            if isinstance(fault, Error):
                raise Refusal(fault.code)
            owner = self._admit(name, endpoint, request)
            result = await endpoint.handler(self._cloud, Asked(owner, request.query, raw, request, fault))
            if isinstance(result, web.StreamResponse):
                self._note(name, 0)
                return result
            fields = result
        except Refusal as refusal:
            code, detail = refusal.code, refusal.detail
        finally:
            self._running[name] -= 1
        self._note(name, code)
        hint = f"{int(self._cloud.now().timestamp())}_{word(self._cloud.rng, 32).lower()}" if code else ""
        whole = answer(code, hint, request.remote or "127.0.0.1", detail) | fields
        return web.Response(body=json.dumps(whole, ensure_ascii=False).encode(), content_type="application/json")

    def _admit(self, name: str, endpoint: Endpoint, request: web.Request) -> str:
        """Whose call it is. Raises the token's and the frequency's refusals."""
        if not endpoint.owners:
            return ""
        owner = self._cloud.tokens.owner(request.query.get("access_token", ""))
        if owner not in endpoint.owners:
            raise Refusal(48002)
        # Sending has limits of its own and does not count in these (D90312).
        now = self._cloud.now()
        if name != "message/send" and not (self._minute.allow(name, now) and self._hour.allow(name, now)):
            raise Refusal(45009)
        return owner

    async def _take_time(self, name: str, fault: Slow | Concurrent) -> None:
        if isinstance(fault, Concurrent) and self._running[name] > fault.most:
            raise Refusal(45033)
        await asyncio.sleep(fault.seconds)

    async def _hang(self, name: str) -> web.StreamResponse:
        """Never answers; the handler ends when the caller hangs up or the sandbox stops."""
        self._note(name, None)
        await asyncio.Event().wait()
        raise AssertionError("unreachable")

    def _reset(self, name: str, request: web.Request) -> web.StreamResponse:
        self._note(name, None)
        transport = request.transport
        if transport is not None:
            # Linger 0 makes the kernel send RST instead of an orderly end.
            linger = struct.pack("ii", 1, 0)
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            transport.abort()
        raise asyncio.CancelledError

    def _note(self, name: str, errcode: int | None) -> None:
        self._cloud.calls.append(Call(name, self._cloud.now(), errcode))


async def send(cloud: Cloud, asked: Asked) -> Answer:
    payload = asked.payload()
    fault = asked.fault if isinstance(asked.fault, Dropped | Invalid) else None
    return cloud.post.send(asked.raw, payload, fault)


async def update_template_card(cloud: Cloud, asked: Asked) -> Answer:
    return cloud.post.update(asked.payload())


async def recall(cloud: Cloud, asked: Asked) -> Answer:
    cloud.post.recall(str(asked.payload().get("msgid", "")))
    return {}


MESSAGES: Mapping[str, Endpoint] = {
    "message/send": Endpoint("POST", send),
    "message/update_template_card": Endpoint("POST", update_template_card),
    "message/recall": Endpoint("POST", recall),
}

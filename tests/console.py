"""A console to walk through in tests: the small world with a few entries, and browsers that keep their cookies."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import unescape
from typing import Any
from uuid import uuid4

from aiohttp import ClientSession, CookieJar, FormData
from aiohttp.test_utils import TestServer
from yarl import URL

from bot.commands.serve import application
from bot.health import Health
from bot.office import Office
from store import db
from store.staff import sessions
from store.words import Address, Ask, Incoming, Ledger, Press, Text
from tests import gallery
from tests.world import SHOP, who


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, read to its end; `path` is where it was found, after redirects."""

    status: int
    text: str
    headers: Mapping[str, str]
    path: str

    @property
    def csrf(self) -> str:
        return self.hidden("csrf")

    def hidden(self, name: str) -> str:
        """The first hidden field of that name."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        assert found, f"no field {name} at {self.path}"
        return unescape(found[1])


class Visitor:
    """A browser: keeps cookies, follows redirects, sends forms."""

    def __init__(self, http: ClientSession, base: str) -> None:
        self.http, self._base = http, base

    async def get(self, path: str, **more: Any) -> Answer:
        async with self.http.get(self._base + path, **more) as answer:
            return Answer(answer.status, await answer.text(), answer.headers, answer.url.path)

    async def post(self, path: str, fields: Mapping[str, Any] | FormData | str | None = None, **more: Any) -> Answer:
        async with self.http.post(self._base + path, data=fields, **more) as answer:
            return Answer(answer.status, await answer.text(), answer.headers, answer.url.path)

    async def send(self, path: str, **fields: Any) -> Answer:
        """Post a form with the token that the front page shows."""
        page = await self.get("/console")
        return await self.post(path, {"csrf": page.csrf, "once": uuid4().hex, **fields})

    def cookies(self) -> dict[str, Any]:
        return {cookie.key: cookie for cookie in self.http.cookie_jar}


@dataclass(frozen=True, slots=True)
class Console:
    """The service with its console, and the way in."""

    office: Office
    base: str

    @property
    def url(self) -> URL:
        """Where the cookies of the console are sent to."""
        return URL(self.base) / "console"

    @asynccontextmanager
    async def visitor(self, **headers: str) -> AsyncIterator[Visitor]:
        """A browser that is not signed in."""
        async with ClientSession(cookie_jar=CookieJar(unsafe=True), headers=headers) as http:
            yield Visitor(http, self.base)

    @asynccontextmanager
    async def signed_in(self, userid: str) -> AsyncIterator[Visitor]:
        """A browser in which somebody has opened their link."""
        async with self.visitor() as visitor:
            page = await visitor.post(await self.link(userid))
            assert page.path == "/console", page.path
            yield visitor

    async def link(self, userid: str) -> str:
        """The path of a new one-time link."""
        async with self.office.engine.begin() as tx:
            token = await sessions.make_link(tx, who(userid), await db.now(tx) + self.office.shift)
        assert token
        return f"/console/in/{token}"

    async def says(self, userid: str, words: str, door: str = "wecom") -> str:
        """What the bot answers in the chat, as the desk says it."""
        receipt = await self.office.receive(Incoming(uuid4().hex, Address(door, userid), Text(words)))
        return "\n".join([say.text + "".join(f"\n{link.url}" for link in say.links) for say in receipt.says])

    async def press(self, userid: str, verb: str, number: str | None = None, **fields: Any) -> str:
        """A move, as a card or form would make it; the number it was about."""
        ask = Ask(Ledger.CLUE if not number else Ledger(_LEDGER[number[:2]]), verb, number, fields)
        receipt = await self.office.receive(Incoming(uuid4().hex, Address("wecom", userid), Press(ask)))
        assert receipt.moved, receipt
        return receipt.moved[0].entry.number


_LEDGER = {"XS": "clue", "WT": "problem"}
REPORT: Mapping[str, Any] = {
    "photos": [],
    "recordings": [],
    "no_photo_reason": "不让拍照",
    "place": {"lat": 34.6484, "lon": 115.1483, "datum": "gcj02", "accuracy": None, "label": "江山便利店门口"},
    "merchant": SHOP,
    "indicator": "W20201",
    "text": "店里有十条卷烟，条码对应的是睢县的商户，老板说是朋友放在这里的。",
    "observed_at": "2026-11-20T09:40:00+08:00",
    "special": False,
    "accused": [],
}


@asynccontextmanager
async def open_console(office: Office) -> AsyncIterator[Console]:
    """The routes of the whole service around this office."""
    app = application(office, Health(office.engine))
    app.router.add_get("/gallery", gallery.show)
    async with TestServer(app) as server:
        yield Console(office, str(server.make_url("")).rstrip("/"))

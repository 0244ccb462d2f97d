"""A Telegram cloud on a port of this machine, a door on it, and a desk that says back what it heard."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import ClientSession, web
from aiohttp.test_utils import BaseTestServer, TestServer
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.sandbox.telegram import TelegramCloud
from bot.telegram.door import PATH, TelegramConfig, TelegramDoor
from store.db import open_engine
from store.words import Incoming, Option, Receipt, Say, Text

TOKEN = "153:AAH-test_token"
SECRET = "webhook_secret-1"
NO_DATABASE = open_engine("postgresql://nobody@127.0.0.1:1/none")  # never connected to


@dataclass
class Desk:
    """Answers every new message with its number and every old one with the same answer, as the real one does."""

    heard: list[Incoming] = field(default_factory=list)
    answers: dict[str, Receipt] = field(default_factory=dict)
    failures: list[Exception] = field(default_factory=list)
    options: tuple[Option, ...] = ()

    async def receive(self, incoming: Incoming) -> Receipt:
        if self.failures:
            raise self.failures.pop()
        if incoming.key in self.answers:
            return Receipt(self.answers[incoming.key].says, seen_before=True)
        self.heard.append(incoming)
        body = incoming.body
        said = f"heard {len(self.heard)}: {body.text if isinstance(body, Text) else type(body).__name__}"
        self.answers[incoming.key] = Receipt((Say(said, self.options),))
        return self.answers[incoming.key]


@dataclass
class World:
    cloud: TelegramCloud
    door: TelegramDoor
    desk: Desk
    http: ClientSession
    webhook: str
    outside: BaseTestServer


@asynccontextmanager
async def telegram_world(engine: AsyncEngine = NO_DATABASE, *, polling: bool = False) -> AsyncIterator[World]:
    """The door is not started: tests that want its background work call `door.start()` and give it a database."""
    cloud, desk = TelegramCloud(TOKEN), Desk()
    async with TestServer(cloud.app()) as outside, ClientSession() as http:
        base = str(outside.make_url("")).rstrip("/")
        door = TelegramDoor(TelegramConfig(TOKEN, base, None if polling else SECRET), http, engine, desk.receive)
        app = web.Application()
        app.add_routes(door.routes())
        async with TestServer(app) as inside:
            webhook = str(inside.make_url(PATH))
            if not polling:
                cloud.webhook = (webhook, SECRET)
            try:
                yield World(cloud, door, desk, http, webhook, outside)
            finally:
                await door.stop()

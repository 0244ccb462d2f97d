"""Polling: fetch updates, hear them, answer, and only then tell Telegram that they arrived.

The offset moves on after every update of a batch was heard and answered, so a kill in the middle means that Telegram
gives the batch again and the desk gives the same answers again.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable

from aiohttp import ClientError
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import metrics
from bot.telegram.api import BotApi
from bot.telegram.read import DOOR, WANTED
from bot.telegram.updates import Update
from store.db import alone, passing
from store.words import Json, Later, Outcome

log = logging.getLogger(__name__)

_WAIT = 25  # seconds that one getUpdates may take
_LOCK = 0x153_0002
_PATIENCE = 5  # times that an update may fail for reasons of its own before it is passed over
_LONGEST_PAUSE = 30.0

Hear = Callable[[Update], Awaitable[bytes | None]]
Answer = Callable[[bytes], Awaitable[Outcome]]


class Polling:
    """The loop of one replica; Telegram allows one listener per bot, so replicas take it by an advisory lock."""

    def __init__(self, api: BotApi, engine: AsyncEngine, hear: Hear, answer: Answer) -> None:
        self._api = api
        self._engine = engine
        self._hear = hear
        self._answer = answer
        self._offset = 0
        self._done: set[int] = set()  # heard and answered, but not yet confirmed
        self._failures: defaultdict[int, int] = defaultdict(int)

    async def run(self) -> None:
        """Poll until cancelled; whatever fails is tried again after a growing pause."""
        pause = 1.0
        while True:
            try:
                async with alone(self._engine, _LOCK) as mine:
                    if mine is not None:
                        await self._api.call("deleteWebhook", {})
                    while mine is not None:
                        await self.round()
                        await mine.exec_driver_sql("SELECT 1")  # raises when the lock went with its connection
                        pause = 1.0
            except (ClientError, OSError, TimeoutError, SQLAlchemyError) as fault:
                metrics.door_error(DOOR, type(fault).__name__)
                log.warning("polling interrupted: %s", type(fault).__name__)
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def round(self, wait: int = _WAIT) -> None:
        """One getUpdates and everything that it brought. Raises when it has to be asked again later."""
        wish = {"offset": self._offset, "timeout": wait, "allowed_updates": list(WANTED)}
        answer = await self._api.call("getUpdates", wish, seconds=wait + 10)
        if not answer.ok:
            raise ConnectionError(f"getUpdates answered {answer.code}")
        updates: list[Json] = answer.result
        by_chat: defaultdict[int, list[Json]] = defaultdict(list)
        for update in updates:
            if update["update_id"] not in self._done:
                by_chat[_chat(update)].append(update)
        ends = await asyncio.gather(*(self._in_order(chat) for chat in by_chat.values()), return_exceptions=True)
        for failure in filter(None, ends):
            raise failure
        if updates:
            self._offset = max(update["update_id"] for update in updates) + 1
            self._done.clear()
            self._failures.clear()

    async def _in_order(self, updates: list[Json]) -> None:
        """The updates of one chat, one after the other."""
        for update in updates:
            number = update["update_id"]
            try:
                await self._one(update)
            except (SQLAlchemyError, OSError, TimeoutError):
                raise  # the database is away: nothing is passed over, however long it takes
            except Exception as fault:
                if passing(fault):  # it is away, as the driver itself says it
                    raise ConnectionError(f"update not heard: {type(fault).__name__}") from fault
                self._failures[number] += 1
                if self._failures[number] < _PATIENCE:
                    raise ConnectionError(f"update not heard: {type(fault).__name__}") from fault
                log.exception("an update was passed over after %d tries", _PATIENCE)
                metrics.step("failed")
            self._done.add(number)

    async def _one(self, update: Json) -> None:
        try:
            reply = await self._hear(Update.model_validate(update))
        except ValidationError:
            metrics.rejected(DOOR, "malformed")
            return
        while reply is not None:
            outcome = await self._answer(reply)
            if not isinstance(outcome, Later):
                return
            await asyncio.sleep(min(outcome.after.total_seconds(), _LONGEST_PAUSE))


def _chat(update: Json) -> int:
    """Whose update it is, so that one person's messages stay in order."""
    part = update.get("message") or update.get("callback_query") or {}
    return int((part.get("from") or {}).get("id") or 0)

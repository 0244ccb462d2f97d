"""The Telegram door: staff who linked their account report and are told through it, like everywhere else."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientError, ClientSession, web
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import metrics
from bot.doors import Media, MediaGone, Receive
from bot.telegram.api import BotApi
from bot.telegram.pages import buttons, keyboard, pages
from bot.telegram.polling import Polling
from bot.telegram.read import DOOR, WANTED, read
from bot.telegram.send import PHOTOS, card_update, envelope, photo, send, send_photo
from bot.telegram.updates import Update
from notifier.shown import Shown
from store.words import Address, Card, Outcome, Say

log = logging.getLogger(__name__)

PATH = "/telegram/webhook"
_SECRET = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  (the name of the header)
_BROKEN_FILE = (400, 404)


@dataclass(frozen=True, slots=True)
class TelegramConfig:
    """What the door needs to be told. `webhook_secret` is set exactly when Telegram calls us (webhook mode)."""

    token: str
    base: str
    webhook_secret: str | None = None
    public_url: str | None = None  # where Telegram finds us; without it somebody else has to call setWebhook


class TelegramDoor:
    """One bot. Works by webhook, or by polling in one replica at a time."""

    name = DOOR

    def __init__(self, config: TelegramConfig, http: ClientSession, engine: AsyncEngine, receive: Receive) -> None:
        self._config = config
        self._receive = receive
        self._engine = engine
        self._api = BotApi(http, config.base, config.token)
        self._errands: set[asyncio.Task[None]] = set()

    def routes(self) -> Sequence[web.RouteDef]:
        return [web.post(PATH, self._webhook)] if self._config.webhook_secret else []

    def pages(self, says: Sequence[Say]) -> list[str]:
        return pages(says)

    def envelope(self, to: Address, text: str, key: str, card: Card | None = None, picture: str = "") -> bytes:
        """The text says all of it; a card only adds its buttons."""
        if picture:
            return photo(to, picture)
        return envelope(to, text, buttons(card.buttons) if card else None)

    def update(self, to: Address, card: Shown, words: str) -> bytes:
        return card_update(to, int(card.code))

    async def send(self, to: Address, body: bytes) -> Outcome:
        if body.startswith(PHOTOS):
            return await send_photo(self._api, self._engine, body)
        return await send(self._api, body)

    async def fetch(self, ref: str) -> Media:
        """Files live as long as the bot; those over 20 MB cannot be fetched at all (Bot API, getFile)."""
        answer = await self._api.call("getFile", {"file_id": ref})
        if not answer.ok:
            if answer.code in _BROKEN_FILE and "temporarily" not in answer.description:
                raise MediaGone(answer.description)
            raise ConnectionError(f"getFile answered {answer.code}")
        path = str(answer.result["file_path"])
        data, mime = await self._api.download(path)
        return Media(data, mime, path.rpartition("/")[2])

    async def start(self) -> None:
        if self._config.webhook_secret is None:
            polling = Polling(self._api, self._engine, self.hear, self.answer_later)
            self._run(polling.run())
        elif self._config.public_url:
            self._run(self._register(self._config.public_url + PATH))

    async def stop(self) -> None:
        for errand in self._errands:
            errand.cancel()
        await asyncio.gather(*self._errands, return_exceptions=True)

    async def trouble(self) -> str | None:
        """Why the bot cannot work, if it cannot: for `doctor`."""
        try:
            answer = await self._api.call("getMe", {})
        except (ClientError, OSError, TimeoutError) as fault:
            return type(fault).__name__
        return None if answer.ok else f"{answer.code} {answer.description}"

    async def hear(self, update: Update) -> bytes | None:
        """Hand one update to the desk; the body of the `sendMessage` that answers it, if anything was said."""
        incoming = read(update, self._api.bot)
        if incoming is None:
            metrics.unknown_event(DOOR)
            return None
        receipt = await self._receive(incoming)
        if update.callback_query is not None:
            # Without it the button keeps spinning on the phone. Nothing depends on it, so nobody waits for it.
            self._run(self._calm(update.callback_query.id))
        texts = pages(receipt.says)
        return envelope(incoming.sender, texts[0], keyboard(receipt.says)) if texts else None

    async def answer_later(self, body: bytes) -> Outcome:
        """Send what could not be answered in place."""
        return await send(self._api, body)

    async def _webhook(self, request: web.Request) -> web.Response:
        """One update; the answer to it travels in the response."""
        given = request.headers.get(_SECRET, "")
        if not hmac.compare_digest(given.encode(), (self._config.webhook_secret or "").encode()):
            metrics.rejected(DOOR, "secret")
            raise web.HTTPForbidden(text="")
        try:
            update = Update.model_validate_json(await request.read())
        except ValidationError:
            metrics.rejected(DOOR, "malformed")
            raise web.HTTPBadRequest(text="") from None
        reply = await self.hear(update)
        if reply is None:
            return web.Response()
        return web.json_response({"method": "sendMessage", **json.loads(reply)}, dumps=_dumps)

    async def _register(self, url: str) -> None:
        """Tell Telegram where we are; tried until it listens."""
        wish = {"url": url, "secret_token": self._config.webhook_secret, "allowed_updates": list(WANTED)}
        for wait in (1, 5, 15, 60, 300, 900):
            try:
                answer = await self._api.call("setWebhook", wish)
                if answer.ok:
                    return
                metrics.door_error(DOOR, str(answer.code))
                log.error("setWebhook refused: %s %s", answer.code, answer.description)
            except (ClientError, OSError, TimeoutError) as fault:
                metrics.door_error(DOOR, type(fault).__name__)
            await asyncio.sleep(wait)

    async def _calm(self, query: str) -> None:
        try:
            await self._api.call("answerCallbackQuery", {"callback_query_id": query})
        except (ClientError, OSError, TimeoutError) as fault:
            metrics.door_error(DOOR, type(fault).__name__)

    def _run(self, errand: Any) -> None:
        task = asyncio.ensure_future(errand)
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)

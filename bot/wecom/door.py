"""The WeCom door: callbacks in, passive replies and letters out."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, TypeVar

import aiohttp
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import metrics
from bot.doors import Media
from bot.wecom import contacts, media
from bot.wecom.api import app_client
from bot.wecom.cards import card_envelope, card_update
from bot.wecom.config import WecomConfig
from bot.wecom.message import envelope
from bot.wecom.pictures import picture_envelope
from bot.wecom.read import DOOR, ContactChanged, Heard, Unheard, read
from bot.wecom.send import Sender
from bot.weixin import pages
from bot.weixin.envelope import Envelope, Rejected
from bot.weixin.request import body
from bot.weixin.xmltext import parse, text_reply, value
from notifier.shown import Shown
from store import door_state
from store.words import Address, Card, Incoming, Outcome, Receipt, Say

T = TypeVar("T")

log = logging.getLogger(__name__)

ANSWER_SECONDS = 4.5
"""WeCom drops the connection after 5 s and repeats the request, three times (D90238)."""
_STOP_SECONDS = 4.0
_HEARD_EVERY = 600.0  # seconds between two notes of "a genuine callback arrived"


class WecomDoor:
    """One self-built app. `receive` is the desk's."""

    name = DOOR

    def __init__(
        self,
        config: WecomConfig,
        http: aiohttp.ClientSession,
        engine: AsyncEngine,
        receive: Callable[[Incoming], Awaitable[Receipt]],
        *,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self.config = config
        self.client = app_client(config, http, engine)
        self._engine = engine
        self._receive = receive
        self._answer_seconds = answer_seconds
        self._envelope = Envelope(config.token, config.aes_key, config.corp_id)
        self._sender = Sender(self.client, engine)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._changed: set[str] = set()
        self._reader: asyncio.Task[None] | None = None
        self._heard_at = -_HEARD_EVERY

    # --- out ----------------------------------------------------------------------------------------------

    def pages(self, says: Sequence[Say]) -> list[str]:
        return pages.pages(says)

    def envelope(self, to: Address, text: str, key: str, card: Card | None = None, picture: str = "") -> bytes:
        if picture:
            return picture_envelope(self.config.agent_id, to, picture, key)
        if card is None:
            return envelope(self.config.agent_id, to, text, key)
        return card_envelope(self.config.agent_id, to, card, key)

    def update(self, to: Address, card: Shown, words: str) -> bytes:
        return card_update(self.config.agent_id, to, card, words)

    async def send(self, to: Address, body: bytes) -> Outcome:
        return await self._sender.send(to, body)

    async def fetch(self, ref: str) -> Media:
        return await media.fetch(self.client, ref)

    # --- in -----------------------------------------------------------------------------------------------

    def routes(self) -> Sequence[web.RouteDef]:
        return (
            web.get("/wecom/callback", self._verify, allow_head=False),
            web.post("/wecom/callback", self._callback),
            web.get(r"/{file:WW_verify_\w+\.txt}", self._verify_file),
        )

    async def _verify_file(self, request: web.Request) -> web.Response:
        """The proof that the domain is ours (17)."""
        content = self.config.verify_files.get(request.match_info["file"])
        return web.Response(status=404) if content is None else web.Response(text=content)

    async def _verify(self, request: web.Request) -> web.Response:
        """The URL check when the administrator presses save (D90930): the plain text and nothing around it."""
        query = request.query
        try:
            # A "+" that the caller forgot to escape arrives as a blank, which base64 never has.
            plain = self._envelope.open(query, query.get("echostr", "").replace(" ", "+"))
        except Rejected as fault:
            return self._rejected(fault)
        self._note_heard()
        return web.Response(body=plain, content_type="text/plain")

    async def _callback(self, request: web.Request) -> web.Response:
        """One message or event. 200 says "it is ours now" and is given only when that is true: what could not be
        kept is answered 503, so that WeCom repeats it, and the repetition gets the answer of the first attempt."""
        try:
            async with asyncio.timeout(self._answer_seconds):
                sealed = value(parse(await body(request)), "Encrypt")
                inner = parse(self._envelope.open(request.query, sealed))
                self._note_heard()
                return await self._answer(read(inner), value(inner, "FromUserName"))
        except Rejected as fault:
            return self._rejected(fault)
        except TimeoutError:
            log.warning("wecom callback: no answer in time")
            metrics.door_error(self.name, "late")
            return web.Response(status=503)

    async def _answer(self, heard: Heard, to: str) -> web.Response:
        match heard:
            case Incoming():
                # Not cancelled by the time limit: what has begun is finished, and answers the repetition.
                receipt = await asyncio.shield(self._spawn(self._received(heard)))
                return web.Response(status=503) if receipt is None else self._reply(to, receipt)
            case ContactChanged(userid):
                self._reread(userid)
            case Unheard(kind, known):
                if not known:
                    log.info("wecom callback: nothing is known of %s", kind)
                    metrics.unknown_event(self.name)
        return web.Response()

    async def _received(self, incoming: Incoming) -> Receipt | None:
        """What the desk answers; None when it could not take the message."""
        try:
            return await self._receive(incoming)
        except Exception:  # a fault of ours or of the database, whatever it is: WeCom shall repeat the message
            log.exception("wecom callback: the message was not taken")
            metrics.door_error(self.name, "failed")
            return None

    def _reply(self, to: str, receipt: Receipt) -> web.Response:
        """The first page in place; the desk posts the others as letters."""
        texts = self.pages(receipt.says)
        if not texts:
            return web.Response()
        now = int(time.time())
        sealed = self._envelope.seal(text_reply(to, self.config.corp_id, texts[0], now), now)
        return web.Response(text=sealed, content_type="application/xml")

    def _rejected(self, fault: Rejected) -> web.Response:
        """The same bytes for every check that failed, so that a stranger learns nothing from the answer."""
        log.warning("wecom callback rejected: %s", fault)
        metrics.rejected(self.name, str(fault).replace(" ", "_"))
        return web.Response(status=413 if str(fault) == "too large" else 403)

    # --- in the background --------------------------------------------------------------------------------

    async def start(self) -> None:
        """Nothing polls here."""

    async def stop(self) -> None:
        """Let what has begun finish, within a few seconds."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=_STOP_SECONDS)
            for task in late:
                task.cancel()

    def _spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """In the background, but not forgotten: `stop` waits for it."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _note_heard(self) -> None:
        """For `doctor`, now and then and beside the answer, which needs no database."""
        now = time.monotonic()
        if now - self._heard_at >= _HEARD_EVERY:
            self._heard_at = now
            self._spawn(_calmly(door_state.heard(self._engine, self.name)))

    def _reread(self, userid: str) -> None:
        """An import in the directory changes hundreds of members at once: one reader takes them in turn."""
        self._changed.add(userid)
        if self._reader is None or self._reader.done():
            self._reader = self._spawn(self._reread_all())

    async def _reread_all(self) -> None:
        while self._changed:
            await _calmly(contacts.reread(self.client, self._engine, self._changed.pop()))


async def _calmly(work: Awaitable[None]) -> None:
    """What fails here is made good by the nightly run or the next callback."""
    try:
        await work
    except Exception:
        log.warning("wecom: background work failed", exc_info=True)

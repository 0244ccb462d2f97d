"""The Official Account's door: sealed callbacks in, passive replies out.

No log line of it names a sender, no letter is ever addressed through it, and no time of a message is noted: the file
that the last verification leaves in `door_state` is the administrator's own.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import time
from collections.abc import Coroutine, Sequence
from hashlib import sha1
from typing import Any, TypeVar
from xml.etree.ElementTree import Element

import aiohttp
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import metrics
from bot.doors import Media, Receive
from bot.wechat import api
from bot.wechat.config import WechatConfig
from bot.wechat.read import DOOR, read
from bot.weixin import pages
from bot.weixin.envelope import Envelope, Rejected
from bot.weixin.faults import ApiError, Unreachable
from bot.weixin.request import body
from bot.weixin.xmltext import parse, text_reply, value
from notifier.shown import Shown
from store import door_state
from store.words import Address, Card, Incoming, Never, Outcome, Receipt, Say

T = TypeVar("T")
log = logging.getLogger(__name__)

PATH = "/wechat/callback"
PATIENCE = 20.0
"""WeChat hangs up after 5 s and asks again, three times: a slow answer (a photo is fetched first) goes to whichever
attempt still listens, so we do not hang up before it does."""
_STOP_SECONDS = 4.0


class WechatDoor:
    """One account. `receive` is the desk's."""

    name = DOOR

    def __init__(
        self, config: WechatConfig, http: aiohttp.ClientSession, engine: AsyncEngine, receive: Receive
    ) -> None:
        self.config = config
        self.client = api.client(config, http, engine)
        self._engine = engine
        self._receive = receive
        self._envelope = Envelope(config.token, config.aes_key, config.app_id) if config.aes_key else None
        self._tasks: set[asyncio.Task[Any]] = set()

    # --- out: nothing but answers in place ------------------------------------------------------------------

    def pages(self, says: Sequence[Say]) -> list[str]:
        return pages.pages(says)

    def envelope(self, to: Address, text: str, key: str, card: Card | None = None, picture: str = "") -> bytes:
        return b""  # never sent: see `send`

    def update(self, to: Address, card: Shown, words: str) -> bytes:
        return b""

    async def send(self, to: Address, body: bytes) -> Outcome:
        return Never("nobody is written to through this door")

    async def fetch(self, ref: str) -> Media:
        return await api.fetch(self.client, ref)

    # --- in -------------------------------------------------------------------------------------------------

    def routes(self) -> Sequence[web.RouteDef]:
        return (web.get(PATH, self._verify, allow_head=False), web.post(PATH, self._callback))

    async def _verify(self, request: web.Request) -> web.Response:
        """The URL check when the administrator presses save: the plain echo and nothing around it."""
        try:
            self._signed(request)
        except Rejected as fault:
            return self._rejected(fault)
        self._spawn(self._calmly_noted())
        return web.Response(text=request.query.get("echostr", ""), content_type="text/plain")

    async def _callback(self, request: web.Request) -> web.Response:
        """One message or event. An empty 200 says that there is nothing to answer; anything else makes WeChat tell
        the person that the account is out of order."""
        try:
            inner = self._opened(request, parse(await body(request)))
        except Rejected as fault:
            return self._rejected(fault)
        incoming = read(inner)
        if incoming is None:
            return web.Response()
        try:
            async with asyncio.timeout(PATIENCE):
                # Not cancelled by the time limit: what has begun is finished, and answers the repetition.
                receipt = await asyncio.shield(self._spawn(self._received(incoming)))
        except TimeoutError:
            metrics.door_error(DOOR, "late")
            return web.Response(status=503)
        return web.Response(status=503) if receipt is None else self._reply(inner, receipt)

    def _signed(self, request: web.Request) -> None:
        """The signature over time and nonce; of a POST it covers no content, which is why plain mode is second best."""
        query = request.query
        parts = sorted((self.config.token, query.get("timestamp", ""), query.get("nonce", "")))
        try:
            expected = sha1("".join(parts).encode(), usedforsecurity=False).hexdigest()
            right = hmac.compare_digest(query.get("signature", "").encode(), expected.encode())
        except UnicodeEncodeError:  # lone surrogates: bytes in the query that are not UTF-8
            right = False
        if not right or not query.get("timestamp") or not query.get("nonce"):
            raise Rejected("signature")

    def _opened(self, request: web.Request, outer: Element) -> Element:
        """The message itself. In compatible mode a plain copy stands beside the sealed one and is not looked at."""
        if self._envelope is None:
            self._signed(request)
            return outer
        return parse(self._envelope.open(request.query, value(outer, "Encrypt")))

    async def _received(self, incoming: Incoming) -> Receipt | None:
        """What the desk answers; None when it could not take the message and WeChat shall repeat it."""
        try:
            return await self._receive(incoming)
        except Exception:
            log.exception("wechat callback: the message was not taken")
            metrics.door_error(DOOR, "failed")
            return None

    def _reply(self, inner: Element, receipt: Receipt) -> web.Response:
        """The one page in place; there is no second way to a tipster."""
        texts = self.pages(receipt.says)
        if not texts:
            return web.Response()
        now = int(time.time())
        plain = text_reply(value(inner, "FromUserName"), value(inner, "ToUserName"), texts[0], now)
        answer = plain if self._envelope is None else self._envelope.seal(plain, now)
        return web.Response(text=answer, content_type="application/xml")

    def _rejected(self, fault: Rejected) -> web.Response:
        """The same bytes for every check that failed, so that a stranger learns nothing from the answer."""
        log.warning("wechat callback rejected: %s", fault)
        metrics.rejected(DOOR, str(fault).replace(" ", "_"))
        return web.Response(status=413 if str(fault) == "too large" else 403)

    # --- in the background ------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Nothing polls here."""

    async def stop(self) -> None:
        """Let what has begun finish, within a few seconds."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=_STOP_SECONDS)
            for task in late:
                task.cancel()

    async def trouble(self) -> str | None:
        """Why the account cannot fetch photos, if it cannot: for `doctor`."""
        try:
            await self.client.call("GET", "/cgi-bin/getcallbackip")
        except (ApiError, Unreachable) as fault:
            return str(fault.code) if isinstance(fault, ApiError) else str(fault)
        return None

    async def _calmly_noted(self) -> None:
        try:
            await door_state.heard(self._engine, DOOR)
        except Exception:
            log.warning("wechat: the verification was not noted", exc_info=True)

    def _spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """In the background, but not forgotten: `stop` waits for it."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

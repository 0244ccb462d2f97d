"""The door `hook`: posts frozen bytes, signed afresh at every attempt (Standard Webhooks: HMAC-SHA256 over id, time
and body)."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import time
from base64 import b64encode
from collections.abc import Sequence
from datetime import timedelta

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector, web
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.doors import Media, MediaGone
from bot.hook.guarding import Guarded, refusal
from notifier.shown import Shown
from store.db import connected
from store.sharing import hooks
from store.sharing.sealing import Seal, Unreadable
from store.words import Address, Card, Later, Never, Outcome, Say, Sent

log = logging.getLogger(__name__)
_SECONDS = 7.0
_LONGEST_PAUSE = timedelta(hours=1)


class HookDoor:
    """Only a way out. `inside`: whether addresses of the house are allowed."""

    name = hooks.DOOR

    def __init__(self, engine: AsyncEngine, seal: Seal, *, inside: bool) -> None:
        self._engine, self._seal, self._inside = engine, seal, inside

    def routes(self) -> Sequence[web.RouteDef]:
        return ()

    def pages(self, says: Sequence[Say]) -> list[str]:
        return [say.text for say in says]

    def envelope(self, to: Address, text: str, key: str, card: Card | None = None, picture: str = "") -> bytes:
        """The event with its id, which repeats keep."""
        return json.dumps({"id": key, **json.loads(text)}, ensure_ascii=False).encode()

    def update(self, to: Address, card: Shown, words: str) -> bytes:
        return b""

    async def send(self, to: Address, body: bytes) -> Outcome:
        try:
            async with connected(self._engine) as tx:
                found = await hooks.target(tx, self._seal, to.id)
        except Unreadable:
            return Never("the secret was sealed with another key")
        if found is None:
            return Never("the hook is gone", gone=True)
        url, secret = found
        if refusal(url, inside=self._inside):
            return Never("the address is not allowed")
        return await self._post(url, signed(str(json.loads(body)["id"]), secret, body, int(time.time())), body)

    async def _post(self, url: str, headers: dict[str, str], body: bytes) -> Outcome:
        connector = TCPConnector(resolver=Guarded(inside=self._inside), force_close=True)
        try:
            async with (
                ClientSession(
                    connector=connector, timeout=ClientTimeout(total=_SECONDS), cookie_jar=DummyCookieJar()
                ) as http,
                http.post(url, data=body, headers=headers, allow_redirects=False) as answer,
            ):
                return _meant(answer.status, answer.headers.get("Retry-After", ""))
        except TimeoutError:
            return Later("no answer in time", timedelta(), doubt=True)
        except (ClientError, OSError) as fault:
            return Later(type(fault).__name__, timedelta())

    async def fetch(self, ref: str) -> Media:
        raise MediaGone("hooks have no media")

    async def start(self) -> None:
        """Nothing runs in the background."""

    async def stop(self) -> None:
        """Nothing to end."""


def signed(key: str, secret: bytes, body: bytes, at: int) -> dict[str, str]:
    """The headers of one attempt; `at` in seconds of the epoch."""
    whole = b".".join((key.encode(), str(at).encode(), body))
    mac = b64encode(hmac.digest(secret, whole, hashlib.sha256)).decode()
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "loop153-hook/1",
        "webhook-id": key,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{mac}",
    }


def _meant(status: int, pause: str) -> Outcome:
    """What an answer means. Any refusal is tried again: the other side may be about to be put right."""
    if 200 <= status < 300:
        return Sent()
    if status == 410:
        return Never("the other side wants no more", gone=True)
    seconds = int(pause) if pause.isascii() and pause.isdigit() and len(pause) < 6 else 0
    return Later(f"HTTP {status}", min(timedelta(seconds=seconds), _LONGEST_PAUSE))

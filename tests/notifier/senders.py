"""The smallest door there can be: it posts to the stand-in and reads its answer as the real doors do."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import aiohttp

from notifier.shown import Shown
from store.words import Address, Card, Later, Never, Outcome, Sent

_ANSWERS: dict[int, Outcome] = {
    -1: Later("busy", timedelta(seconds=0.05)),
    45009: Later("frequency", timedelta(seconds=2), counts=False, pause_door=True),
    45033: Later("concurrency", timedelta(seconds=0.1), counts=False, fewer=True),
    60111: Never("no such member", gone=True),
    40001: Never("wrong secret", alarm=True),
    45002: Never("content refused"),
}


class PostingSender:
    """A door's sending half."""

    def __init__(self, http: aiohttp.ClientSession, url: str, door: str = "wecom", seconds: float = 5.0) -> None:
        self._http, self._url, self._seconds = http, url.rstrip("/") + "/" + door, seconds

    def envelope(self, to: Address, text: str, key: str, card: Card | None = None, picture: str = "") -> bytes:
        return json.dumps({"touser": to.id, "text": text}, ensure_ascii=False).encode()

    def update(self, to: Address, card: Shown, words: str) -> bytes:
        return json.dumps({"touser": to.id, "text": f"{card.code} {words}"}, ensure_ascii=False).encode()

    async def send(self, to: Address, body: bytes) -> Outcome:
        try:
            async with asyncio.timeout(self._seconds), self._http.post(self._url, data=body) as response:
                answer = await response.json()
        except TimeoutError:
            return Later("no answer", timedelta(seconds=0.05), doubt=True)
        except aiohttp.ClientConnectorError:
            return Later("not reachable", timedelta(seconds=0.05))
        except aiohttp.ClientError:
            return Later("connection lost", timedelta(seconds=0.05), doubt=True)
        return _ANSWERS[answer["errcode"]] if answer["errcode"] else Sent(answer["msgid"])

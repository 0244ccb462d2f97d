"""Calling the Bot API: one small client on the office's HTTP session. The token is part of the path, so no address
of a call may reach a log."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession, ClientTimeout, FormData

from store.words import Json


@dataclass(frozen=True, slots=True)
class Answer:
    """What the Bot API answered. `retry_after` is in seconds, given with code 429."""

    ok: bool
    result: Json = None
    code: int = 200
    description: str = ""
    retry_after: float | None = None


class BotApi:
    """The methods of one bot."""

    def __init__(self, http: ClientSession, base: str, token: str) -> None:
        self._http = http
        self._base = base
        self._token = token

    @property
    def bot(self) -> str:
        """The bot's id: the part of its token before the colon."""
        return self._token.partition(":")[0]

    async def call(self, method: str, body: bytes | dict[str, Any], *, seconds: float = 10.0) -> Answer:
        """Call a method with JSON. Raises aiohttp's errors and `TimeoutError` when the network fails."""
        data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        async with self._http.post(
            f"{self._base}/bot{self._token}/{method}",
            data=data,
            headers={"Content-Type": "application/json"},
            timeout=ClientTimeout(total=seconds),
            allow_redirects=False,
        ) as response:
            return _answer(await response.read(), response.status)

    async def upload(self, method: str, fields: Mapping[str, str], name: str, data: bytes) -> Answer:
        """Call a method with a picture. Raises aiohttp's errors and `TimeoutError` when the network fails."""
        form = FormData()
        for key, value in fields.items():
            form.add_field(key, value)
        form.add_field(name, data, filename="report.png", content_type="image/png")
        async with self._http.post(
            f"{self._base}/bot{self._token}/{method}",
            data=form,
            timeout=ClientTimeout(total=40),
            allow_redirects=False,
        ) as response:
            return _answer(await response.read(), response.status)

    async def download(self, path: str) -> tuple[bytes, str]:
        """The bytes of a file named by `getFile`, and their content type. Raises `ConnectionError` unless 200."""
        address = f"{self._base}/file/bot{self._token}/{path}"
        async with self._http.get(address, timeout=ClientTimeout(total=40), allow_redirects=False) as response:
            if response.status != 200:
                raise ConnectionError(f"file download answered {response.status}")
            return await response.read(), response.content_type


def _answer(body: bytes, status: int) -> Answer:
    """Gateways answer HTML: then only the HTTP status speaks."""
    try:
        given = json.loads(body)
        if given["ok"] is True:
            return Answer(True, given.get("result"))
        more = given.get("parameters") or {}
        return Answer(False, None, int(given["error_code"]), str(given.get("description", "")), more.get("retry_after"))
    except (ValueError, KeyError, TypeError, AttributeError):
        return Answer(False, None, status if status >= 400 else 502, "not the Bot API's JSON")

"""The API client of both doors: one place for time-outs, error codes and the rules of access tokens (D91039)."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import aiohttp
from aiohttp import ClientResponse, ClientTimeout

from bot.doors import Media, MediaGone
from bot.weixin.faults import ApiError, Unreachable
from bot.weixin.keeper import Keeper
from store.tokens import Token

Answer = dict[str, Any]
T = TypeVar("T")

SECONDS = 10.0
"""For one call; well under the 30 s lease of a letter, also when the call is made twice."""
MEDIA_SECONDS = 60.0
_CHUNK = 64 * 1024
_TEXTUAL = ("application/json", "text/plain", "text/html")


class Caller:
    """Calls without a token: what asks for one uses it, too."""

    def __init__(self, http: aiohttp.ClientSession, base: str) -> None:
        self._http = http
        self._base = base.rstrip("/")

    async def ask(
        self, method: str, path: str, params: Mapping[str, str], body: bytes | None = None, seconds: float = SECONDS
    ) -> Answer:
        """The JSON answer. Raises `ApiError` for any errcode but 0, `Unreachable` for everything else."""
        return await self._exchange(method, path, params, body, seconds, _answer)

    async def upload(self, path: str, params: Mapping[str, str], media: Media) -> Answer:
        """The answer to a file that is sent as a form's part "media" (D90253). Raises as `ask`."""
        edge = hashlib.sha256(media.data).hexdigest()[:32]
        head = f'--{edge}\r\nContent-Disposition: form-data; name="media"; filename="{media.name}"\r\n'
        body = f"{head}Content-Type: {media.mime}\r\n\r\n".encode() + media.data + f"\r\n--{edge}--\r\n".encode()
        kind = f"multipart/form-data; boundary={edge}"
        return await self._exchange("POST", path, params, body, MEDIA_SECONDS, _answer, kind)

    async def download(self, path: str, params: Mapping[str, str], limit: int) -> Media:
        """The bytes behind `path`, at most `limit`. Raises `MediaGone` when there are more, else as `ask`."""

        async def read(response: ClientResponse) -> Media:
            return await _media(response, limit)

        return await self._exchange("GET", path, params, None, MEDIA_SECONDS, read)

    async def _exchange(
        self,
        method: str,
        path: str,
        params: Mapping[str, str],
        body: bytes | None,
        seconds: float,
        read: Callable[[ClientResponse], Awaitable[T]],
        kind: str = "application/json; charset=utf-8",
    ) -> T:
        """Faults are named by their kind only: their texts hold the address, and the address holds the token."""
        headers = {"Content-Type": kind} if body is not None else None
        try:
            async with self._http.request(
                method,
                self._base + path,
                params=params,
                data=body,
                headers=headers,
                timeout=ClientTimeout(total=seconds),
                allow_redirects=False,
            ) as response:
                if response.status != 200:
                    raise Unreachable(f"HTTP {response.status}")
                return await read(response)
        except TimeoutError:
            raise Unreachable("time-out") from None
        except aiohttp.ClientConnectorError as fault:
            raise Unreachable(type(fault).__name__, doubt=False) from None
        except (aiohttp.ClientError, OSError) as fault:
            raise Unreachable(type(fault).__name__) from None


class Client:
    """Calls with a token: a refused one is dropped, refreshed once, and the call made once more."""

    def __init__(self, caller: Caller, keeper: Keeper, token_codes: frozenset[int]) -> None:
        self._caller = caller
        self._keeper = keeper
        self._token_codes = token_codes
        self._proof = asyncio.Lock()
        self._proven: Token | None = None

    async def call(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | bytes | None = None,
    ) -> Answer:
        """The answer of an API call; `body` as JSON, or as bytes that are sent exactly so.

        Raises `ApiError` and `Unreachable`. An `ApiError` with a token code means that not even a fresh token was
        taken, or that none was to be had: nothing was wrong with the call itself.
        """
        data = body if body is None or isinstance(body, bytes) else to_json(body)

        async def once(token: str) -> Answer:
            return await self._caller.ask(method, path, {**(params or {}), "access_token": token}, data)

        return await self._with_token(once)

    async def upload(self, path: str, params: Mapping[str, str], media: Media) -> Answer:
        """The answer to a file; raises as `call`."""

        async def once(token: str) -> Answer:
            return await self._caller.upload(path, {**params, "access_token": token}, media)

        return await self._with_token(once)

    async def download(self, path: str, params: Mapping[str, str], limit: int) -> Media:
        """The bytes behind `path`; raises `MediaGone` above `limit` bytes, else as `call`."""

        async def once(token: str) -> Media:
            return await self._caller.download(path, {**params, "access_token": token}, limit)

        return await self._with_token(once)

    async def _with_token(self, once: Callable[[str], Awaitable[T]]) -> T:
        token = await self._keeper.token()
        try:
            return await once(token.value)
        except ApiError as fault:
            if fault.code not in self._token_codes:
                raise
        return await self._again(token, once)

    async def _again(self, spent: Token, once: Callable[[str], Awaitable[T]]) -> T:
        """The one retry. The first caller proves the new token while the others wait: if it is refused as well,
        nobody else tries."""
        async with self._proof:
            token = await self._keeper.renew(spent)
            if token != self._proven:
                return await self._prove(token, once)
        return await once(token.value)

    async def _prove(self, token: Token, once: Callable[[str], Awaitable[T]]) -> T:
        try:
            result = await once(token.value)
        except ApiError as fault:
            if fault.code in self._token_codes:
                self._keeper.shut(fault)
                raise
            self._proven = token
            raise
        self._proven = token
        return result


def to_json(value: Mapping[str, Any]) -> bytes:
    """JSON as the API wants it: UTF-8, not \\uXXXX (40033). The same value gives the same bytes."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


async def _answer(response: ClientResponse) -> Answer:
    return _judged(await response.read())


def _judged(data: bytes) -> Answer:
    try:
        answer = json.loads(data)
        code = int(answer.get("errcode") or 0)
    except (ValueError, TypeError, AttributeError):
        raise Unreachable("not JSON") from None
    if code:
        raise ApiError(code, str(answer.get("errmsg", "")))
    return dict(answer)


async def _media(response: ClientResponse, limit: int) -> Media:
    """An error comes with status 200 and JSON instead of the bytes (D90254), not always with JSON's content type."""
    data = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        data += chunk
        if len(data) > limit:
            raise MediaGone(f"larger than {limit} bytes")
    if response.content_type in _TEXTUAL or not data or data.startswith(b"{"):
        _judged(bytes(data))
        raise Unreachable("an answer without a file")
    disposition = response.content_disposition
    return Media(bytes(data), response.content_type, disposition.filename if disposition else None)

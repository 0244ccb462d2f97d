"""What a form sent: its fields, and one file at most, read as it arrives and never onto a disk.

Memory is bounded three ways: a body that announces too much is refused before a byte of it is read, one that turns
out to be too much as soon as that shows, and all bodies in flight together have one `Hall` to stand in.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, ContentTypeError, web
from aiohttp.http_exceptions import HttpProcessingError

from bot.tips.clean import MOST_BYTES

MOST_WORDS = 256 * 1024
"""Bytes of everything else in a form."""
_MOST_PARTS = 200
_T = TypeVar("_T")
_CHUNK = 64 * 1024
_IDLE_SECONDS, _ALL_SECONDS = 30.0, 300.0
_UNSPEAKABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff]")
"""Control characters, halves of surrogate pairs, and marks that turn the direction of writing: nobody types them, and
some of them make a page show what was not said."""


class Trouble(StrEnum):
    """Why a form was not taken."""

    LARGE = "large"  # more than we take
    MANY = "many"  # more than one file
    BUSY = "busy"  # too much at once
    BROKEN = "broken"  # cut off, or no form at all


class Untaken(Exception):
    """The form was not taken; nothing of it was kept."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class Posted:
    """A form. `file`: the bytes, None when none was chosen; its name and declared type are not even read."""

    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    file: bytes | None = field(default=None, repr=False)

    def one(self, name: str) -> str:
        """The first value of that name, or ""."""
        return next(iter(self.fields.get(name, ())), "")


class Hall:
    """Where bodies stand while they are worked on: so many bytes together, and no more."""

    def __init__(self, total: int) -> None:
        self._free = total

    def take(self, size: int) -> None:
        """Raises `Untaken` when there is no room."""
        if size > self._free:
            raise Untaken(Trouble.BUSY)
        self._free -= size

    def give_back(self, size: int) -> None:
        self._free += size


@asynccontextmanager
async def posted(request: web.Request, hall: Hall) -> AsyncIterator[Posted]:
    """The form of this request; its bytes count in the hall until the block ends. Raises `Untaken`."""
    multipart = request.content_type == "multipart/form-data"
    body = _Body(hall, MOST_WORDS + (MOST_BYTES if multipart else 0))
    try:
        yield await _read(request, body, multipart)
    finally:
        hall.give_back(body.size)


class _Body:
    """The bytes of one request, counted against what it may have and against the hall."""

    def __init__(self, hall: Hall, most: int) -> None:
        self.hall, self.most, self.size = hall, most, 0

    def count(self, chunk: bytes) -> None:
        self.hall.take(len(chunk))
        self.size += len(chunk)
        if self.size > self.most:
            raise Untaken(Trouble.LARGE)


async def _read(request: web.Request, body: _Body, multipart: bool) -> Posted:
    if (request.content_length or 0) > body.most:
        raise Untaken(Trouble.LARGE)
    try:
        async with asyncio.timeout(_ALL_SECONDS):
            return await (_parts(request, body) if multipart else _words(request, body))
    except (ValueError, TimeoutError, HttpProcessingError, ContentTypeError, web.HTTPException, RuntimeError) as fault:
        raise Untaken(Trouble.BROKEN) from fault


async def _words(request: web.Request, body: _Body) -> Posted:
    """A form without a file."""
    data = bytearray()
    while chunk := await _next(request.content.readany()):
        body.count(chunk)
        data += chunk
    pairs = parse_qsl(
        data.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MOST_PARTS, errors="replace"
    )
    return Posted(_gathered(pairs))


async def _parts(request: web.Request, body: _Body) -> Posted:
    """A form with a file: its words stand before it."""
    pairs: list[tuple[str, str]] = []
    file: bytes | None = None
    reader = await request.multipart()
    while (part := await _next(reader.next())) is not None:
        if not isinstance(part, BodyPartReader) or len(pairs) > _MOST_PARTS:
            raise Untaken(Trouble.BROKEN)
        if part.filename is None:
            data = await _part(part, body, MOST_WORDS)
            pairs.append((part.name or "", data.decode("utf-8", "replace")))
        elif data := await _part(part, body, MOST_BYTES):
            if file is not None:
                raise Untaken(Trouble.MANY)
            file = data
    return Posted(_gathered(pairs), file)


async def _part(part: BodyPartReader, body: _Body, most: int) -> bytes:
    data = bytearray()
    while chunk := await _next(part.read_chunk(_CHUNK)):
        body.count(chunk)
        data += chunk
        if len(data) > most:
            raise Untaken(Trouble.LARGE)
    return bytes(data)


async def _next(reading: Awaitable[_T]) -> _T:
    """Wait for what comes next, but not for ever."""
    async with asyncio.timeout(_IDLE_SECONDS):
        return await reading


def _gathered(pairs: list[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        found[name] = (*found.get(name, ()), speakable(value))
    return found


def speakable(text: str) -> str:
    """The text without what nobody can type, its lines as we write them."""
    return _UNSPEAKABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))

"""The body of a callback, read with a limit."""

from __future__ import annotations

from aiohttp import web

from bot.weixin.envelope import Rejected
from bot.weixin.xmltext import LIMIT


async def body(request: web.Request) -> bytes:
    """The body, never more of it than a callback can have."""
    if (request.content_length or 0) > LIMIT:
        raise Rejected("too large")
    data = bytearray()
    try:
        while len(data) <= LIMIT and (chunk := await request.content.readany()):
            data += chunk
    except (web.RequestPayloadError, ConnectionError):  # falsely compressed, or cut off
        request.content.feed_eof()  # or aiohttp would read on and report the same again, with its trace
        raise Rejected("broken off") from None
    return bytes(data)  # `parse` refuses what is too large

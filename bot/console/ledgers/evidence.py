"""Photos and recordings as bytes, for whoever may see the entry that they came with."""

from __future__ import annotations

import re
from urllib.parse import quote

import obstore
from aiohttp import web

from bot.console.page import HEADERS
from bot.console.visit import NotThere, Visit
from bot.work.media import original as place_of
from bot.work.media import thumbnail
from store.books import case
from store.casefiles.casefile import extension
from store.staff.absence import standing_in

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SHOWN = ("image/jpeg", "image/png", "image/gif", "image/webp", "audio/mpeg", "audio/ogg", "video/mp4")
"""What a browser shows by itself and cannot run; everything else is only handed out."""
_PIECE = 256 * 1024


async def original(visit: Visit) -> web.StreamResponse:
    """The untouched bytes, as their SHA-256 covers them."""
    sha256, mime, name = await _found(visit)
    shown = mime if mime in _SHOWN else "application/octet-stream"
    name = name or f"{sha256[:12]}.{extension(mime)}"
    way = "inline" if mime in _SHOWN else "attachment"
    return await _sent(visit, place_of(sha256), shown, f"{way}; filename*=UTF-8''{quote(name)}")


async def small(visit: Visit) -> web.StreamResponse:
    """The small JPEG of a picture."""
    sha256, _mime, _name = await _found(visit)
    return await _sent(visit, thumbnail(sha256), "image/jpeg", "inline")


async def _found(visit: Visit) -> tuple[str, str, str]:
    if not _ID.fullmatch(visit.parts["id"]):
        raise NotThere
    async with visit.read() as tx:
        found = await case.proof(tx, visit.parts["id"], await standing_in(tx, visit.who, visit.at))
    if found is None:
        raise NotThere
    return found


async def _sent(visit: Visit, key: str, mime: str, disposition: str) -> web.StreamResponse:
    """The bytes, piece by piece. A page that shows them may keep them while it is open, nobody else."""
    try:
        found = await obstore.get_async(visit.office.objects, key)
    except FileNotFoundError:
        raise NotThere from None
    headers = {**HEADERS, "Cache-Control": "private, max-age=600", "Content-Type": mime}
    headers |= {"Content-Length": str(found.meta["size"]), "Content-Disposition": disposition}
    response = web.StreamResponse(headers=headers)
    await response.prepare(visit.request)
    async for piece in found.stream(min_chunk_size=_PIECE):
        await response.write(bytes(piece))
    await response.write_eof()
    return response

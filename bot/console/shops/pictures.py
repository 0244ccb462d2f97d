"""Pictures that came with entries, for those who may see the entry."""

from __future__ import annotations

import re

import obstore
from aiohttp import web
from obstore.exceptions import BaseError

from bot.console.page import HEADERS
from bot.console.visit import NotThere, Visit
from bot.work.media import original, thumbnail
from store.profile.around import stored_photo

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SHOWN = ("image/jpeg", "image/png", "image/webp", "image/gif")


async def show(visit: Visit) -> web.StreamResponse:
    """The small picture, or with `?whole=1` the original."""
    wanted = visit.parts["id"]
    if not _ID.fullmatch(wanted):
        raise NotThere
    async with visit.read() as tx:
        found = await stored_photo(tx, visit.who, wanted)
    whole = visit.query.get("whole") == "1"
    if found is None or (not whole and not found.thumb):
        raise NotThere
    path = original(found.sha256) if whole else thumbnail(found.sha256)
    try:
        data = await (await obstore.get_async(visit.office.objects, path)).bytes_async()
    except (BaseError, OSError):
        raise NotThere from None
    mime = found.mime if whole else "image/jpeg"
    how = "inline" if mime in _SHOWN else "attachment"
    mime = mime if mime in _SHOWN else "application/octet-stream"
    policy = "default-src 'none'; sandbox; frame-ancestors 'none'"
    headers = {**HEADERS, "Content-Security-Policy": policy, "Content-Disposition": how}
    headers["Cache-Control"] = "private, max-age=3600"
    return web.Response(body=bytes(data), content_type=mime, headers=headers)

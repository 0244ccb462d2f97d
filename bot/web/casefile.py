"""`GET /case/<number>.zip?token=…`: the case file behind a link from the chat (`store/casefiles/links.py`)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from aiohttp import web

from bot.casefile.archive import archive, read_case
from store import db
from store.casefiles import casefile, links
from store.staff import people
from store.staff.absence import standing_in
from store.words import Person

if TYPE_CHECKING:
    from bot.office import Office

AT_ONCE = 2
"""Files written at the same time by one replica; further requests wait their turn."""

_NUMBER = re.compile(r"(XS|WT)-\d{4}-\d{6,}")
_GONE = (
    "这个链接已失效，请在对话里打开该编号，重新点「档案」获取。\n"
    "This link is no longer good. Open the entry in the chat and ask for its file again.\n"
)
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


def routes(office: Office) -> Sequence[web.RouteDef]:
    """The one route. Previews that only ask for the head get nothing, and are not written down."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def take(request: web.Request) -> web.StreamResponse:
        async with turns:
            return await _take(office, request)

    return [web.get("/case/{number}.zip", take, allow_head=False)]


async def _take(office: Office, request: web.Request) -> web.StreamResponse:
    number = request.match_info["number"]
    who = await _let_in(office, number, request.query.get("token", ""))
    case = await read_case(office.engine, office.objects, number, who) if who else None
    if who is None or case is None:
        return web.Response(status=404, text=_GONE, headers=_HEADERS)
    disposition = f'attachment; filename="{number}.zip"'
    response = web.StreamResponse(headers={**_HEADERS, "Content-Disposition": disposition})
    response.content_type = "application/zip"
    await response.prepare(request)
    async for data in archive(case, office.objects, who.language):
        await response.write(data)
    await response.write_eof()
    return response


async def _let_in(office: Office, number: str, token: str) -> Person | None:
    """Whom the link was made for, if it is good for this case and they may still take it; it is written down."""
    if not _NUMBER.fullmatch(number):
        return None
    async with office.engine.begin() as tx:
        at = await db.now(tx) + office.shift
        opened = await links.open(tx, token, at)
        who = await people.person_by_id(tx, opened[0]) if opened and opened[1] == number else None
        if who is None:
            return None
        who = await standing_in(tx, who, at)
        if not await casefile.may_take(tx, who, number):
            return None
        await links.note_taken(tx, who.id, "case_file", number, at)
        return who

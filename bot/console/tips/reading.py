"""The officer's list, one tip with all that was said, and its pictures."""

from __future__ import annotations

import secrets
from typing import Any

from aiohttp import web

from bot.console.page import HEADERS, moment
from bot.console.tips import unlocking, wording
from bot.console.tips.keeping import handle_of, keep_opened, key_of, opened_of, unlocked
from bot.console.visit import NotThere, Visit
from store import tips
from store.staff.people import person_by_id
from store.tips import Conversation, Opened, StoredFile, TipRow

_PICTURES = ("image/jpeg", "image/png")
_FILES = "tips.files"


async def front(visit: Visit) -> web.StreamResponse:
    """The list; or the locked room."""
    return await unlocking.locked(visit) if key_of(visit) is None else await _list(visit)


@unlocked
async def _list(visit: Visit) -> web.StreamResponse:
    key = key_of(visit)
    assert key
    async with visit.read() as tx:
        rows = await tips.list_for(tx, key, visit.at)
        wanted = await tips.identity_requests(tx, key, visit.at)
        asking = {one.officer: await person_by_id(tx, one.officer) for one in wanted}
    shown: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    for row in rows:
        shown[row.status == "closed"].append(_row(visit, row))
    requests = [{"wanted": one, "name": who.name if (who := asking[one.officer]) else one.officer} for one in wanted]
    return visit.page("tips/list.html", open=shown[False], closed=shown[True], requests=requests, kind=key.kind)


async def waiting(visit: Visit) -> int | None:
    """How many tips have something unread; told only while the vault is open."""
    key = key_of(visit)
    if key is None:
        return None
    async with visit.read() as tx:
        return sum(1 for row in await tips.list_for(tx, key, visit.at) if row.unread)


def _row(visit: Visit, row: TipRow) -> dict[str, Any]:
    words, tone = wording.STATES[row.status]
    return {"tip": row, "state": visit.t(words), "tone": tone, "term": wording.term(visit, row.clocks)}


@unlocked
async def take(visit: Visit) -> web.StreamResponse:
    """Open a tip: the audit line is written here, once for each opening."""
    key = key_of(visit)
    assert key
    async with visit.write() as work:
        opened = await tips.open_tip(work.tx, key, visit.sheet.text("number", 40), visit.at)
    keep_opened(visit, opened)
    return visit.go(visit.path("tip"))


@unlocked
async def show(visit: Visit) -> web.StreamResponse:
    return await shown(visit)


async def shown(visit: Visit, status: int = 200, identity: str | None = None) -> web.Response:
    """The page of the tip at hand; again with what was typed when something was wrong with it."""
    opened = opened_of(visit)
    async with visit.write() as work:  # reading marks what was unread
        told = await tips.read(work.tx, opened, visit.at)
        past = await tips.lines_of(work.tx, opened.number)
        names = {one: await person_by_id(work.tx, one) for one in {by for by, _what, _at in past}}
    audit = [
        {
            "when": moment(at, visit.language),
            "title": found.name if (found := names[by]) else by,
            "text": visit.t(wording.DEEDS.get(what, what)),
        }
        for by, what, at in reversed(past)
    ]
    return visit.page("tips/tip.html", status, **facts(visit, opened, told), audit=audit, identity=identity)


def facts(visit: Visit, opened: Opened, told: Conversation) -> dict[str, Any]:
    """What pages about one tip show."""
    words, tone = wording.STATES[told.status]
    return {
        "handle": handle_of(visit),
        "number": opened.number,
        "told": told,
        "state": visit.t(words),
        "tone": tone,
        "outcome": visit.t(wording.OUTCOMES.get(told.outcome or "", "")),
        "term": wording.term(visit, told.clocks),
        "answers": wording.answers(visit, told),
        "door": visit.t(wording.DOORS.get(told.door, told.door)),
        "promised": wording.promised(visit, told),
        "kinds": {kind: visit.t(text) for kind, text in wording.KINDS.items()},
        "address": lambda file: _address(visit, opened, file),
        "is_picture": lambda file: file.mime in _PICTURES,
    }


# --- files ------------------------------------------------------------------------------------------------------


def _address(visit: Visit, opened: Opened, file: StoredFile) -> str:
    """Where this session finds a file: a random path that tells nothing and ends with the memory."""
    known: dict[str, tuple[Opened, StoredFile]] = visit.memory.setdefault(_FILES, {})
    for address, (_opened, other) in known.items():
        if other.id == file.id:
            return visit.path(f"file/{address}")
    address = secrets.token_urlsafe(12)
    known[address] = (opened, file)
    return visit.path(f"file/{address}")


@unlocked
async def file(visit: Visit) -> web.StreamResponse:
    """The bytes of a cleaned file; a picture is shown, anything else is taken away as a file."""
    found = visit.memory.get(_FILES, {}).get(visit.parts["address"])
    if found is None:
        raise NotThere
    opened, stored = found
    async with visit.read() as tx:
        data = await tips.file_bytes(tx, opened, stored.id)
    how = "inline" if stored.mime in _PICTURES else "attachment"
    policy = "default-src 'none'; sandbox; frame-ancestors 'none'"
    headers = {**HEADERS, "Content-Security-Policy": policy, "Content-Disposition": f'{how}; filename="{stored.name}"'}
    return web.Response(body=data, content_type=stored.mime, headers=headers)

"""The vault in a session's memory: the officer's key and the tips opened with it, in this process and nowhere else.

Addresses and titles of this room are constant: which tip is meant stands in the form, as a random handle that only this
memory understands.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from functools import wraps

from aiohttp import web

from bot.console.visit import NotThere, Visit
from bot.texts import _
from store import tips
from store.tips import NotYours, OfficerKey, Opened, Tampered

_KEY, _OPENED, _NOW = "tips.key", "tips.opened", "tips.now"
_MOST_OPENED = 20
Handler = Callable[[Visit], Awaitable[web.StreamResponse]]


def key_of(visit: Visit) -> OfficerKey | None:
    """The opened key; None while the vault is locked for this session."""
    key = visit.memory.get(_KEY)
    return key if isinstance(key, OfficerKey) else None


def keep_key(visit: Visit, key: OfficerKey) -> None:
    visit.memory[_KEY] = key


def drop(visit: Visit) -> None:
    """Forget the key and everything opened with it."""
    for name in (_KEY, _OPENED, _NOW):
        visit.memory.pop(name, None)


def keep_opened(visit: Visit, opened: Opened) -> str:
    """Remember an opened tip: its handle."""
    handle = secrets.token_urlsafe(12)
    kept = visit.memory.setdefault(_OPENED, {})
    while len(kept) >= _MOST_OPENED:
        kept.pop(next(iter(kept)))
    kept[handle], visit.memory[_NOW] = opened, handle
    return handle


def handle_of(visit: Visit) -> str:
    """The tip that is meant: the form's, else the one opened last. Raises `NotThere`."""
    handle = visit.sheet.text("tip", 40) or str(visit.memory.get(_NOW, ""))
    if handle not in visit.memory.get(_OPENED, {}):
        raise NotThere
    visit.memory[_NOW] = handle
    return handle


def opened_of(visit: Visit) -> Opened:
    """The same as opened with the key. Raises `NotThere`."""
    found = visit.memory[_OPENED][handle_of(visit)]
    assert isinstance(found, Opened)
    return found


def unlocked(handler: Handler) -> Handler:
    """Only with an opened vault; and whatever a tip's rows have suffered is told calmly."""

    @wraps(handler)
    async def careful(visit: Visit) -> web.StreamResponse:
        if key_of(visit) is None:
            return visit.go(visit.path(), visit.t(_LOCKED) if visit.request.method == "POST" else "", "warn")
        try:
            return await handler(visit)
        except NotYours:
            return visit.go(visit.path(), visit.t(_GONE), "warn")
        except Tampered as fault:
            async with visit.write() as work:
                await tips.clocks.alarm(work.tx, fault, visit.at)
            return visit.page("tips/tampered.html")

    return careful


_LOCKED = _("The vault was locked meanwhile. Nothing was changed; unlock it and try again.")
_GONE = _("That tip is not there any more, or its state does not allow this any more.")

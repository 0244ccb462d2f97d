"""Links that the chat hands out: to a page of ours, for one person, for a short while.

They stand on a line of their own as they are, which every chat client makes tappable; no door has to know of them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from bot.settings import Settings
from store import casefile, links
from store.absence import standing_in
from store.db import Tx
from store.words import Found, Item, Lookup, Person

KIND = "link"
"""The lookup that the desk answers itself: only it knows under which address the outside reaches us.

Query: to (a key of `PAGES`), and what that page wants to know. Answer: one item whose value is the whole address; none
with the note `NO_ADDRESS` where `LOOP153_PUBLIC_URL` is not set, none without a note when it is not for this person.
"""
NO_ADDRESS = "no address"

Page = Callable[[Tx, Lookup, Person, datetime], Awaitable[str | None]]
"""The path of a link, signed for that person from that moment on; None when it is not for them."""


async def look_link(settings: Settings, tx: Tx, lookup: Lookup, who: Person, at: datetime) -> Found:
    """The link that was asked for. Raises `KeyError` for a page that there is not."""
    path = await PAGES[lookup.query["to"]](tx, lookup, await standing_in(tx, who, at), at)
    if path is None:
        return Found(lookup, ())
    if settings.public_url is None:
        return Found(lookup, (), note=NO_ADDRESS)
    data = {"minutes": int(links.GOOD_FOR.total_seconds() // 60)}
    return Found(lookup, (Item(f"{settings.public_url.rstrip('/')}{path}", lookup.query["to"], data=data),), 1)


async def _case_file(tx: Tx, lookup: Lookup, who: Person, at: datetime) -> str | None:
    number = str(lookup.query.get("number") or "")
    return await links.make(tx, who.id, number, at) if await casefile.may_take(tx, who, number) else None


PAGES: Mapping[str, Page] = MappingProxyType({"case_file": _case_file})
"""Where a link may lead."""

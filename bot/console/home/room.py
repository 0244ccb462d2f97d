"""The front page: what waits for me, what is open around me, and a search box."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from bot.console.home import entry
from bot.console.lists import Column, Listing
from bot.console.rooms import PATH, Room, get, open_to
from bot.console.visit import Visit
from bot.texts import _
from store.reading import front
from store.reading.front import Count
from store.words import Ledger

_SHOWN = 8
COLUMNS = (
    Column("number", _("Number"), head=True),
    Column("state", _("State")),
    Column("shop", _("Shop")),
    Column("matter", _("Matter")),
    Column("holder", _("With")),
    Column("due", _("Deadline")),
)


async def _front(visit: Visit) -> web.Response:
    async with visit.read() as tx:
        rows, total = await front.waiting_for(tx, visit.who, visit.language, visit.at, 0, _SHOWN)
        counts = await front.open_counts(tx, visit.who, visit.language, visit.at)
    others = [room for room in open_to(visit) if room.waiting is not None]
    counted = [(room, await room.waiting(visit)) for room in others if room.waiting]
    beside = [(room, count) for room, count in counted if count is not None]
    tiles = [tile for room in open_to(visit) if room.tile and (tile := await room.tile(visit))]
    numbers = _numbers(counts)
    facts: dict[str, Any] = {"counts": counts, "numbers": numbers, "tiles": tiles, "beside": beside}
    return visit.page("home/front.html", rows=rows, total=total, **facts)


def _numbers(counts: Sequence[Count]) -> list[tuple[int, str, str, str]]:
    """Numbers that open their lists: (how many, what, path, tone); of what there is none, only that nothing is late."""
    found = []
    for name, light, tone in (("overdue", "overdue", "bad"), ("near", "yellow", "warn"), ("total", "", "")):
        for ledger in (Ledger.PROBLEM, Ledger.CLUE):
            number = sum(getattr(count, name) for count in counts if count.ledger is ledger)
            query = f"light={light}" if light else "state=open"
            if number or (name == "overdue" and ledger is Ledger.PROBLEM):
                path = f"{PATH}/ledgers/{ledger.value}s?{query}"
                found.append((number, _NUMBERS[name, ledger], path, tone if number else ""))
    return found


_NUMBERS = {
    ("overdue", Ledger.PROBLEM): _("overdue problems"),
    ("overdue", Ledger.CLUE): _("overdue clues"),
    ("near", Ledger.PROBLEM): _("problems due within a working day"),
    ("near", Ledger.CLUE): _("clues due within a working day"),
    ("total", Ledger.PROBLEM): _("open problems"),
    ("total", Ledger.CLUE): _("open clues"),
}


async def _waiting(visit: Visit) -> web.Response:
    """All that waits for me."""
    view = visit.view(COLUMNS)
    async with visit.read() as tx:
        rows, total = await front.waiting_for(tx, visit.who, visit.language, visit.at, view.start, view.size)
    title = visit.t(_("Waiting for me"))
    return visit.page("home/list.html", listing=Listing(view, rows, total), title=title, lead="")


async def _find(visit: Visit) -> web.Response:
    view = visit.view(COLUMNS, filters=("words",))
    words = view.filters.get("words", "")
    async with visit.read() as tx:
        rows, total = await front.found(
            tx, visit.who, {"words": words}, visit.language, visit.at, view.start, view.size
        )
    return visit.page("home/find.html", listing=Listing(view, rows, total), words=words)


ROOM = Room(
    key="home",
    name=_("Front page"),
    icon="home",
    admits=lambda visit: True,
    routes=(
        get("", _front),
        get("/waiting", _waiting),
        get("/find", _find),
        get("/entry/{number}", entry.moved),
    ),
)

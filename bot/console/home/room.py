"""The front page: what waits for me, what is open around me, and a search box."""

from __future__ import annotations

from aiohttp import web

from bot.console.home import entry
from bot.console.lists import Column, Listing
from bot.console.rooms import Room, get, open_to, post
from bot.console.visit import NotThere, Visit
from bot.texts import _
from store.law.rules import LAWS
from store.reading import front
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
    facts = {
        "overdue": sum(count.overdue for count in counts),
        "near": sum(count.near for count in counts),
        "open": sum(count.total for count in counts),
    }
    return visit.page("home/front.html", rows=rows, total=total, counts=counts, beside=beside, tiles=tiles, **facts)


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


async def _state(visit: Visit) -> web.Response:
    """The entries in one state."""
    ledger, state = visit.parts["ledger"], visit.parts["state"]
    if ledger not in tuple(Ledger) or state not in LAWS[Ledger(ledger)].states:
        raise NotThere
    view = visit.view(COLUMNS)
    async with visit.read() as tx:
        rows, total = await front.in_state(
            tx, visit.who, Ledger(ledger), state, visit.language, visit.at, view.start, view.size
        )
    named = LAWS[Ledger(ledger)].states[state]
    title = named.en if visit.language == "en" else named.zh
    lead = visit.t(_("The nearest deadline first."))
    return visit.page("home/list.html", listing=Listing(view, rows, total), title=title, lead=lead)


ROOM = Room(
    key="home",
    name=_("Front page"),
    icon="home",
    admits=lambda visit: True,
    routes=(
        get("", _front),
        get("/waiting", _waiting),
        get("/find", _find),
        get("/state/{ledger}/{state}", _state),
        get("/entry/{number}", entry.show),
        post("/entry/{number}/{verb}", entry.use),
    ),
)

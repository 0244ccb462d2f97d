"""Both ledgers as lists: filters, sorting, pages that are sought and not counted off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from bot.console.ledgers import asked
from bot.console.lists import Column, Listing, View
from bot.console.visit import Visit
from bot.texts import _
from store.books import listing
from store.books.filters import NAMES, Filters, day_of
from store.books.listing import Spot
from store.staff.absence import standing_in
from store.texts import said
from store.words import Ledger

_NUMBER, _STATE = Column("number", _("Number"), head=True), Column("state", _("State"))
_SHOP, _MATTER, _WITH = Column("shop", _("Shop")), Column("matter", _("Matter")), Column("holder", _("With"))
_DUE, _NOTE = Column("due", _("Deadline"), sorts=True), Column("last", _("Last note"))
COLUMNS: Mapping[Ledger, tuple[Column, ...]] = {
    Ledger.CLUE: (_NUMBER, _STATE, _SHOP, _MATTER, _WITH, Column("date", _("Reported"), sorts=True), _DUE, _NOTE),
    Ledger.PROBLEM: (_NUMBER, _STATE, _SHOP, _MATTER, _WITH, Column("date", _("Opened"), sorts=True), _DUE, _NOTE),
}
_TITLES = {Ledger.CLUE: _("Clue ledger"), Ledger.PROBLEM: _("Problem ledger")}


@dataclass(frozen=True, slots=True)
class Walk:
    """Where the pager leads: addresses, empty where there is nothing. `total` in words."""

    first: str
    before: str
    after: str
    total: str
    shown: int


async def clues(visit: Visit) -> web.Response:
    return await _list(visit, Ledger.CLUE)


async def problems(visit: Visit) -> web.Response:
    return await _list(visit, Ledger.PROBLEM)


async def _list(visit: Visit, ledger: Ledger) -> web.Response:
    filters, faults = Filters.of(ledger, visit.query)
    sort = visit.query.get("sort", "")
    key, descending = listing.sort_of(filters, sort)
    spot = Spot.of(visit.query.get("page", ""))
    day = visit.query.get("day", "").strip()
    if day and key == "date" and day_of(day):
        spot = listing.jump(day, descending=descending)
    async with visit.read() as tx:
        who = await standing_in(tx, visit.who, visit.at)
        page = await listing.page(tx, filters, who, visit.language, visit.at, sort=sort, spot=spot)
        choices = await asked.choices(tx, visit, ledger)
        called = await asked.names(tx, filters, visit.language)
    view = visit.view(COLUMNS[ledger], default=("-" if descending else "") + key, filters=NAMES)
    facts: dict[str, Any] = {
        "listing": Listing(view, page.lines, len(page.lines)),
        "walk": _walk(visit, view, page),
        "ledger": ledger,
        "title": visit.t(_TITLES[ledger]),
        "choices": choices,
        "filters": filters,
        "labels": asked.worded(filters, visit.language, called),
        "places": asked.places(visit, ledger, filters, choices.counties),
        "quick": asked.quick(visit, ledger, filters),
        "faults": [said(sentence, visit.language, more) for sentence, more in faults],
        "by_time": key == "date",
        "day": day,
        "query": {**filters.given, **({"sort": view.sort} if view.sort != view.default else {})},
    }
    return visit.page("ledgers/list.html", **facts)


def _walk(visit: Visit, view: View, page: listing.Page) -> Walk:
    bare = View(view.path, view.columns, view.filters, view.sort, view.default)

    def at(spot: Spot | None) -> str:
        if spot is None:
            return ""
        address = bare.address
        return f"{address}{'&' if '?' in address else '?'}{urlencode({'page': spot.text})}"

    return Walk(
        first=bare.address if page.before else "",
        before=at(page.before),
        after=at(page.after),
        total=total_words(visit, page.total),
        shown=len(page.lines),
    )


def total_words(visit: Visit, total: int | None) -> str:
    """How many there are, as far as that is worth counting."""
    if total is None:
        return visit.t(_("more than can be counted at a glance"))
    if total > listing.MOST:
        return visit.t(_("more than {n}"), n=f"{listing.MOST:,}")
    return visit.t(_("{n} in all"), n=f"{total:,}")

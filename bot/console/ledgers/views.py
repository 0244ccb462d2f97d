"""Saved views: filters with a name, one's own and those that colleagues share."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from bot.console.ledgers import asked
from bot.console.visit import NotThere, Visit
from bot.texts import _
from store.books import views
from store.books.filters import NAMES, Filters
from store.books.told import told_filters
from store.books.views import CannotKeep, SavedView
from store.db import Tx
from store.texts import said
from store.words import Ledger

Described = list[tuple[SavedView, str, str]]
"""A view, its address, and its filters in words."""


async def described(tx: Tx, visit: Visit, kept: Sequence[SavedView]) -> Described:
    """Views as a page shows them."""
    found: Described = []
    for view in kept:
        query = {name: str(value) for name, value in view.query.items()}
        filters, _faults = Filters.of(view.ledger, query)
        words = told_filters(filters, visit.language, await asked.names(tx, filters, visit.language))
        found.append((view, asked.address(visit.path(asked.PLACES[view.ledger]), query), words))
    return found


async def show(visit: Visit) -> web.Response:
    async with visit.read() as tx:
        kept = await described(tx, visit, await views.listed(tx, visit.who))
    mine = [one for one in kept if one[0].mine]
    return visit.page("ledgers/views.html", mine=mine, shared=[one for one in kept if not one[0].mine])


async def keep(visit: Visit) -> web.Response:
    """Keep the filters of a list."""
    sheet = visit.sheet
    if sheet["ledger"] not in tuple(Ledger):
        raise NotThere
    ledger = Ledger(sheet["ledger"])
    query = {name: sheet[name] for name in (*NAMES, "sort") if sheet[name]}
    try:
        async with visit.write() as work:
            await views.keep(work.tx, visit.who, sheet["name"], ledger, query, visit.at, shared=sheet["shared"] == "1")
    except CannotKeep as why:
        return visit.go(asked.address(visit.path(asked.PLACES[ledger]), query), said(str(why), visit.language), "warn")
    return visit.go(visit.path("views"), visit.t(_("The view is saved.")))


async def change(visit: Visit) -> web.Response:
    """Rename, share or delete one's own view."""
    sheet, text = visit.sheet, visit.parts["view"]
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        raise NotThere
    try:
        async with visit.write() as work:
            if sheet["step"] == "drop":
                done, words = await views.drop(work.tx, visit.who, int(text)), _("The view is deleted.")
            else:
                done = await views.change(work.tx, visit.who, int(text), sheet["name"], shared=sheet["shared"] == "1")
                words = _("The view is changed.")
    except CannotKeep as why:
        return visit.go(visit.path("views"), said(str(why), visit.language), "warn")
    if not done:
        raise NotThere
    return visit.go(visit.path("views"), visit.t(words))

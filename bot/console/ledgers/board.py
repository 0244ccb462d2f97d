"""The overview of both ledgers, and the board: what stands in which state, where, and since when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from bot.console.ledgers import asked, views
from bot.console.visit import Visit
from store.books import board
from store.books import views as saved
from store.books.board import Cell, Column
from store.staff.absence import standing_in
from store.words import Ledger


async def front(visit: Visit) -> web.Response:
    """Both ledgers at a glance."""
    async with visit.read() as tx:
        who = await standing_in(tx, visit.who, visit.at)
        columns = await board.board(tx, who, visit.language, visit.at)
        kept = await views.described(tx, visit, await saved.listed(tx, visit.who))
    facts: dict[str, Any] = {
        "sums": {ledger.value: _sum(columns, ledger) for ledger in Ledger},
        "bars": {ledger.value: _bars(visit, columns, ledger) for ledger in Ledger},
        "views": kept[:8],
    }
    return visit.page("ledgers/front.html", **facts)


async def show(visit: Visit) -> web.Response:
    """Column by column, for all counties or one."""
    county = visit.query.get("county", "").strip()
    async with visit.read() as tx:
        who = await standing_in(tx, visit.who, visit.at)
        bureaus = await board.bureaus(tx, visit.language)
        county = county if county in dict(bureaus) else ""
        columns = await board.board(tx, who, visit.language, visit.at, county)
    there = {code for column in columns for code in column.counties}
    matrix = {ledger.value: _places(columns, ledger, bureaus) for ledger in Ledger}
    seen = [one for one in bureaus if one[0] in there or county]
    return visit.page("ledgers/board.html", columns=columns, county=county, counties=seen, matrix=matrix)


def _sum(columns: Sequence[Column], ledger: Ledger) -> Cell:
    return sum((column.all for column in columns if column.ledger is ledger), Cell())


def _bars(visit: Visit, columns: Sequence[Column], ledger: Ledger) -> list[dict[str, Any]]:
    path = visit.path(asked.PLACES[ledger])
    return [
        {"words": one.words, "value": one.all.total, "href": f"{path}?state={one.state}", "tone": ""}
        for one in columns
        if one.ledger is ledger and one.all.total
    ]


def _places(columns: Sequence[Column], ledger: Ledger, bureaus: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The counties that have anything open, when there are several."""
    there = {code for column in columns if column.ledger is ledger for code in column.counties}
    found = [one for one in bureaus if one[0] in there]
    return found if len(found) > 1 else []

"""Where entries had their page before the ledgers had rooms of their own: old links lead on."""

from __future__ import annotations

from aiohttp import web

from bot.console import page
from bot.console.ledgers.cases import NUMBER
from bot.console.rooms import PATH
from bot.console.visit import NotThere, Visit


async def moved(visit: Visit) -> web.Response:
    number = visit.parts["number"]
    if not NUMBER.fullmatch(number):
        raise NotThere
    return page.go(f"{PATH}/ledgers/{number}")

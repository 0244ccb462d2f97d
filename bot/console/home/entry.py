"""One entry: what it is, its history, and the verbs that need no more words than their name."""

from __future__ import annotations

import re
from typing import Any

from aiohttp import web

from bot.console.visit import NotThere, Visit
from store.lookups import answer
from store.rules import LAWS
from store.words import Ask, Item, Ledger, Lookup, ledger_of

_NUMBER = re.compile(r"(XS|WT)-\d{4}-\d{6,9}")


async def show(visit: Visit) -> web.Response:
    number = visit.parts["number"]
    item = await _item(visit, number)
    ledger = ledger_of(number)
    about, _blank, past = item.detail.partition("\n\n")
    state = LAWS[ledger].states[item.data["state"]]
    facts: dict[str, Any] = {
        "number": number,
        "state": state.en if visit.language == "en" else state.zh,
        "light": item.data.get("light", ""),
        "about": about.splitlines()[1:],
        "past": past.splitlines(),
        "verbs": [verb for verb in item.data["verbs"] if _bare(ledger, item.data["state"], verb["verb"])],
        "more": any(not _bare(ledger, item.data["state"], verb["verb"]) for verb in item.data["verbs"]),
    }
    return visit.page("home/entry.html", **facts)


async def use(visit: Visit) -> web.Response:
    """A verb from the table of moves, through the desk like every other wish."""
    number, verb = visit.parts["number"], visit.parts["verb"]
    item = await _item(visit, number)
    ledger = ledger_of(number)
    if verb not in LAWS[ledger].verbs or not _bare(ledger, item.data["state"], verb):
        raise NotThere
    return visit.go(visit.path(f"entry/{number}"), await visit.press(Ask(ledger, verb, number)))


async def _item(visit: Visit, number: str) -> Item:
    """The entry, or the same "not found" whether it is hidden or nowhere."""
    if not _NUMBER.fullmatch(number):
        raise NotThere
    async with visit.read() as tx:
        found = await answer(tx, Lookup("entry", {"number": number}, visit.language), visit.who, visit.at)
    if not found.items or found.items[0].value != number:
        raise NotThere
    return found.items[0]


def _bare(ledger: Ledger, state: str, verb: str) -> bool:
    """Whether the law asks for nothing but the verb."""
    moves = [move for move in LAWS[ledger].moves if move.verb == verb and state in move.sources]
    return bool(moves) and not any(move.needs for move in moves)

"""One entry: what it is, its history, and the verbs that need no more words than their name."""

from __future__ import annotations

import re
from typing import Any

from aiohttp import web

from bot.console.visit import NotThere, Visit
from store.law.rules import LAWS
from store.reading import front
from store.reading.lookups import answer
from store.words import Ask, Item, Ledger, Lookup, ledger_of

_NUMBER = re.compile(r"(XS|WT)-\d{4}-\d{6,9}")


async def show(visit: Visit) -> web.Response:
    number = visit.parts["number"]
    item = await _item(visit, number)
    ledger = ledger_of(number)
    about, _blank, past = item.detail.partition("\n\n")
    async with visit.read() as tx:
        row = await front.one(tx, number, visit.language, visit.at)
    facts: dict[str, Any] = {
        "vault": bool(visit.session.vault),
        "number": number,
        "row": row,
        "about": list(map(_pair, about.splitlines()[1:])),
        "past": [_step(line) for line in past.splitlines()[1:]],
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


def _pair(line: str) -> tuple[str, str]:
    """A line of the chat's text as name and value; one without a name stands alone."""
    name, found, value = line.replace(": ", "：", 1).partition("：")
    return (name, value) if found and len(name) < 20 else ("", line)


def _step(line: str) -> dict[str, str]:
    return {"when": "", "title": "", "text": line.lstrip("· ")}


def _bare(ledger: Ledger, state: str, verb: str) -> bool:
    """Whether the law asks for nothing but the verb."""
    moves = [move for move in LAWS[ledger].moves if move.verb == verb and state in move.sources]
    return bool(moves) and not any(move.needs for move in moves)

"""One indicator: what it says, what it is worth from when on, how much it is used, and what was done to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web
from markupsafe import Markup

from bot.console.charts import Point, both, line
from bot.console.library import wording
from bot.console.visit import NotThere, Visit
from bot.texts import _
from store.clock.workdays import local_day, midnight
from store.db import Tx
from store.library import uses
from store.library.offers import free_code, parents_for, usual_weight
from store.library.recording import SINCE_EVER, changes, history
from store.library.tree import may_edit
from store.master.indicators import Indicator, Library, load
from store.staff.people import names_of


@dataclass(frozen=True, slots=True)
class Values:
    """What an indicator is worth from a day on. `by` is empty for what it came with."""

    row: Mapping[str, Any]
    since: datetime | None
    by: str
    now: bool
    later: bool


async def show(visit: Visit) -> web.Response:
    return await shown(visit)


async def shown(visit: Visit, status: int = 200, form: str = "") -> web.Response:
    """The page; again with what was typed in one of its forms (`form`) when something was wrong with that."""
    async with visit.read() as tx:
        library = await load(tx, visit.at)
        one = library.get(visit.parts["code"])
        if one is None:
            raise NotThere
        facts = await _facts(tx, visit, library, one)
    editing = _editing(visit, library, one) if may_edit(visit.who) else {}
    return visit.page("library/indicator.html", status, one=one, form=form, **facts, **editing)


async def _facts(tx: Tx, visit: Visit, library: Library, one: Indicator) -> dict[str, Any]:
    since = uses.recent(visit.at)
    counts = await uses.by_code(tx, visit.who, midnight(since), visit.at)
    months = await uses.by_month(tx, visit.who, one.code, visit.at)
    done, dated = await changes(tx, one.code, 30), await history(tx, one.code)
    names = await names_of(tx, {row["set_by"] for row in (*done, *dated)})
    return {
        "editor": may_edit(visit.who),
        "above": _above(library, one),
        "below": [
            (child, uses.beginning(counts, child.code)) for child in library.values() if child.parent == one.code
        ],
        "used": await uses.used(tx, visit.who, one.code, midnight(since), visit.at),
        "since": f"{since}",
        "days": uses.RECENT,
        "drawing": _drawing(visit, months, one.code),
        "values": _values(visit, dated, names),
        "steps": [wording.change(visit, row, names) for row in done],
        "words": {
            name: visit.t(words)
            for names_ in (wording.SIDES, wording.NATURES, wording.ORIGINS)
            for name, words in names_.items()
        },
        "departments": dict(wording.departments(visit)),
        "heaviest": max((row["weight"] for row in dated), default=one.weight),
    }


def _editing(visit: Visit, library: Library, one: Indicator) -> dict[str, Any]:
    """What the forms offer."""
    places = [node for node in parents_for(library, one.side) if _can_hang(one, node)]
    return {
        "today": f"{local_day(visit.at)}",
        "tomorrow": f"{local_day(visit.at) + timedelta(days=1)}",
        "offered": free_code(library, one.code),
        "usual": usual_weight(library, one.code),
        "places": [(node.code, f"{node.code} {node.name(visit.language)}") for node in places],
        "origins": wording.options(visit, wording.ORIGINS),
    }


def _can_hang(one: Indicator, node: Indicator) -> bool:
    """Whether its code lets it hang below that node."""
    return one.code.startswith(node.code) and node.code not in (one.code, one.parent)


def _above(library: Library, one: Indicator) -> list[Indicator]:
    """What it hangs below, the root first."""
    found: list[Indicator] = []
    at = one.parent
    while at:
        found.insert(0, library[at])
        at = library[at].parent
    return found


def _values(visit: Visit, dated: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> list[Values]:
    """The newest first; empty when they have never changed."""
    past = [row["valid_from"] for row in dated if row["valid_from"] <= visit.at]
    found = []
    for row in reversed(dated):
        since = row["valid_from"] if row["valid_from"] > SINCE_EVER else None
        by = names.get(row["set_by"], row["set_by"]) if since else ""
        found.append(Values(row, since, by, row["valid_from"] == max(past), row["valid_from"] > visit.at))
    return found


def _drawing(visit: Visit, months: Sequence[uses.Month], code: str) -> Markup:
    """The clues month by month; each point opens its list."""
    points = [
        Point(
            f"{month.first:%y-%m}",
            float(month.clues),
            href=wording.clues_of(code, **{"from": f"{month.first}", "to": f"{month.last}"}),
            shown=f"{month.clues}",
        )
        for month in months
    ]
    told = visit.t(_("Clues month by month"))
    return both(lambda width: line(told, "", points, width=width, height=170))

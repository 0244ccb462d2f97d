"""The tree of indicators: to look through, to search, and to see how much each branch is used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import web

from bot.console.library import wording
from bot.console.lists import Listing
from bot.console.visit import Visit
from store.clock.workdays import midnight
from store.library import others, uses
from store.library.recording import changes
from store.library.tree import may_edit
from store.master.indicators import Indicator, Library, load
from store.master.pinyin import plain
from store.staff.people import names_of
from store.words import Json

FILTERS = ("words", "side", "nature", "origin", "active")
_OPEN_TO = 2
"""Levels that stand open at first."""


@dataclass(slots=True)
class Node:
    """An indicator in the tree, with what hangs below it. `count`: clues of the last 90 days that begin so."""

    one: Indicator
    level: int
    count: int
    cases: str  # the address of those clues
    fits: bool
    below: list[Node] = field(default_factory=list)


async def show(visit: Visit) -> web.Response:
    """The whole tree, or what fits the filters with what stands above it."""
    view = visit.view((), filters=FILTERS)
    since = uses.recent(visit.at)
    async with visit.read() as tx:
        library = await load(tx, visit.at)
        counts = await uses.by_code(tx, visit.who, midnight(since), visit.at)
        share = await others.share(tx, visit.who, midnight(since), visit.at)
    fitting = {code for code, one in library.items() if _fits(one, view.filters)}
    roots = _nodes(library, counts, f"{since}", fitting)
    return visit.page(
        "library/tree.html",
        listing=Listing(view, [library[code] for code in fitting], len(fitting)),
        roots=roots,
        opened=None if view.filters or visit.query.get("open") == "all" else _OPEN_TO,
        total=sum(one.leaf and one.active for one in library.values()),
        unused=sum(one.leaf and one.active and not counts.get(one.code) for one in library.values()),
        share=share,
        target=others.TARGET,
        days=uses.RECENT,
        editor=may_edit(visit.who),
        departments=dict(wording.departments(visit)),
        choices={
            "side": wording.options(visit, wording.SIDES),
            "nature": wording.options(visit, wording.NATURES),
            "origin": wording.options(visit, wording.ORIGINS),
            "active": wording.options(visit, wording.ACTIVE),
        },
    )


def _nodes(library: Library, counts: Mapping[str, int], since: str, fitting: set[str]) -> list[Node]:
    """The roots of the tree. Parents come before children, as their codes do."""
    nodes: dict[str, Node] = {}
    for code, one in library.items():
        above = nodes.get(one.parent or "")
        cases = wording.clues_of(code, **{"from": since})
        node = Node(one, above.level + 1 if above else 1, uses.beginning(counts, code), cases, code in fitting)
        nodes[code] = node
        if above:
            above.below.append(node)
    for node in reversed(nodes.values()):
        node.below = [one for one in node.below if one.fits or one.below]
    roots = [node for node in nodes.values() if node.level == 1 and (node.fits or node.below)]
    return sorted(roots, key=lambda node: node.one.internal)  # shops before staff, as everybody reports


def _fits(one: Indicator, filters: Mapping[str, Json]) -> bool:
    words = plain(str(filters.get("words", "")))
    said = plain(" ".join((one.name_zh, one.name_en, *one.keywords)))
    return (
        (one.code.startswith(words.upper()) or all(word in said for word in words.split()))
        and filters.get("side", one.side) == one.side
        and filters.get("nature", one.nature) == one.nature
        and filters.get("origin", one.origin) == one.origin
        and filters.get("active", "yes") == ("yes" if one.active else "no")
    )


async def history(visit: Visit) -> web.Response:
    """What was done to the library lately, and by whom."""
    async with visit.read() as tx:
        rows = await changes(tx)
        names = await names_of(tx, {row["set_by"] for row in rows})
    steps = [wording.change(visit, row, names) for row in rows]
    return visit.page("library/changes.html", steps=steps)

"""Fields that are found in the books: words are typed, what fits is offered, one of it is picked. No script needed."""

from __future__ import annotations

from bot.console.visit import Visit
from store.reading.lookups import answer
from store.words import Item, Json, Lookup


async def offered(visit: Visit, kind: str, name: str, **query: Json) -> tuple[Item, ...]:
    """What the sheet's `<name>_words` find, the one already picked (`<name>`) first.

    `kind`: see store/reading/lookups.py."""
    picked, words = visit.sheet.text(name, 100), visit.sheet.text(f"{name}_words", 100)
    found = [*(await _ask(visit, kind, picked, query)), *(await _ask(visit, kind, words, query))]
    first = [item for item in found if item.value == picked]
    rest = [item for item in found if item.value != picked]
    known = {item.value: item for item in (*first, *(rest if words else ()))}
    return tuple(known.values())


def picked(visit: Visit, name: str, items: tuple[Item, ...]) -> str:
    """The value that was picked, if it is one of those offered; else nothing."""
    value = visit.sheet.text(name, 100)
    return value if any(item.value == value for item in items) else ""


async def _ask(visit: Visit, kind: str, words: str, query: dict[str, Json]) -> tuple[Item, ...]:
    if not words:
        return ()
    async with visit.read() as tx:
        found = await answer(tx, Lookup(kind, {"words": words, **query}, visit.language), visit.who, visit.at)
    return found.items

"""What an address asks a ledger for, and the fields and chips that say so on the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from sqlalchemy import select

from bot.console.visit import Visit
from bot.texts import _
from store import tables
from store.books import board
from store.books.filters import BUSINESS, NAMES, Filters
from store.books.told import chips
from store.clock.workdays import local_day
from store.db import Tx
from store.law.rules import LAWS
from store.law.standing import DEPARTMENTS
from store.words import Ledger, Level, words_of

PLACES: Mapping[Ledger, str] = {Ledger.CLUE: "clues", Ledger.PROBLEM: "problems"}
Options = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Choices:
    """The drop-downs of the filter bar."""

    counties: Options
    departments: Options
    states: Options
    lights: Options
    sources: Options


async def choices(tx: Tx, visit: Visit, ledger: Ledger) -> Choices:
    """What can be chosen, in the visitor's language."""
    t, language = visit.t, visit.language
    states = [(name, words_of({"zh": one.zh, "en": one.en}, language)) for name, one in LAWS[ledger].states.items()]
    return Choices(
        counties=await board.bureaus(tx, language),
        departments=[(one.value, words_of(DEPARTMENTS[one], language)) for one in BUSINESS],
        states=[("open", t(_("All that is open"))), ("closed", t(_("All that is no longer open"))), *states],
        lights=[("overdue", t(_("Overdue"))), ("yellow", t(_("Due soon"))), ("green", t(_("In time")))],
        sources=[("staff", t(_("Staff"))), ("feed", t(_("Provincial data"))), ("tip", t(_("Anonymous tips")))],
    )


async def names(tx: Tx, filters: Filters, language: str) -> dict[str, str]:
    """What the codes in filters are called: bureaus, shops, people, indicators."""
    given, found = filters.given, {}
    if "county" in given:
        found["county"] = board.named(await board.bureaus(tx, language), given["county"])
    person, shop, kind = tables.person.c, tables.merchant.c, tables.indicator.c
    for name in ("person", "reporter"):
        if name in given:
            row = await tx.execute(select(person.name).where(person.id_lower == given[name].lower()))
            found[name] = row.scalar_one_or_none() or given[name]
    if "shop" in given:
        row = await tx.execute(select(shop.name).where(shop.licence_no == given["shop"]))
        found["shop"] = row.scalar_one_or_none() or given["shop"]
    if "indicator" in given:
        named = kind.name_en if language == "en" else kind.name_zh
        row = await tx.execute(select(named).where(kind.code == given["indicator"].upper()))
        label = row.scalar_one_or_none()
        found["indicator"] = f"{given['indicator'].upper()} {label}" if label else given["indicator"].upper()
    return found


def worded(filters: Filters, language: str, called: Mapping[str, str]) -> dict[str, str]:
    """Each filter in words, for its chip."""
    return chips(filters, language, called)


def quick(visit: Visit, ledger: Ledger, filters: Filters) -> Sequence[tuple[str, str, bool]]:
    """The filters people want most: (words, address, whether it is on). County and department stay as they are."""
    t, yesterday = visit.t, (local_day(visit.at) - timedelta(days=1)).isoformat()
    wanted: list[tuple[str, dict[str, str]]] = [
        (t(_("Waiting for me")), {"mine": "1"}),
        (t(_("Overdue")), {"light": "overdue"}),
        (t(_("Overdue since yesterday")), {"overdue_on": yesterday}),
        (t(_("Due soon")), {"light": "yellow"}),
        (t(_("Open")), {"state": "open"}),
    ]
    if ledger is Ledger.PROBLEM:
        wanted.append((t(_("Suspended")), {"state": "suspended"}))
        wanted.append((t(_("Nudged")), {"nudged": "1"}))
    place = {name: filters.given[name] for name in ("county", "department") if name in filters.given}
    path = visit.path(PLACES[ledger])
    rest = {name: text for name, text in filters.given.items() if name not in place}
    shown = []
    for words, query in wanted:
        on = rest == query
        shown.append((words, address(path, place if on else {**place, **query}), on))
    return shown


def places(visit: Visit, ledger: Ledger, filters: Filters, counties: Options) -> Sequence[tuple[str, str, bool]]:
    """One link for each county, everything else staying as it is; for those who see more than one."""
    if visit.who.level is not Level.CITY:
        return ()
    path, here = visit.path(PLACES[ledger]), filters.given.get("county", "")
    rest = {name: text for name, text in filters.given.items() if name != "county"}
    one_each = [(name, address(path, {**rest, "county": code}), code == here) for code, name in counties]
    return [(visit.t(_("All counties")), address(path, rest), not here), *one_each]


def address(path: str, query: Mapping[str, str]) -> str:
    """A path with what stands behind its "?"."""
    kept = {name: query[name] for name in (*NAMES, "sort") if query.get(name)}
    return f"{path}?{urlencode(kept)}" if kept else path

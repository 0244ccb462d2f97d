"""What people read of the ledgers: their tasks, their reports, what they search, the ledger page by page.

Every answer is cut to what the asker may see (`scope.py`). Pages have 8 items.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, cast, func, literal, or_, select

from store import tables
from store.clocks import load_clocks
from store.db import Tx
from store.entries import SELECT_CLUES, entry_of
from store.geo import distance_m, spot, to_wgs84
from store.given import tidy
from store.people import PAGE, escape
from store.phrases import day_ago, one_line, shop_name
from store.rules import LAWS, NO_LICENCE, state_name
from store.scope import held_by, sees
from store.texts import _, said
from store.words import Entry, Found, Item, Json, Ledger, Lookup, Person, words_of
from store.workdays import SHANGHAI, Calendar, load_calendar

clue = tables.clue.c
OPEN = tuple(name for name, state in LAWS[Ledger.CLUE].states.items() if state.open)


async def look_tasks(tx: Tx, lookup: Lookup, who: Person, at: datetime) -> Found:
    """What waits for me, most urgent first."""
    waiting = and_(clue.state.in_(OPEN), held_by(who), sees(who))
    return await _page(tx, lookup, at, waiting, clue.due_at)


async def look_mine(tx: Tx, lookup: Lookup, who: Person, at: datetime) -> Found:
    """What I reported, newest first."""
    return await _page(tx, lookup, at, clue.reporter == who.id, clue.reported_at.desc())


async def look_find(tx: Tx, lookup: Lookup, who: Person, at: datetime) -> Found:
    """Entries by number, shop, licence, person, indicator or text, and by when they were reported; newest first."""
    fits = [*_between(lookup.query), *_named(str(lookup.query.get("words") or "").strip())]
    if not fits:
        return Found(lookup, ())
    return await _page(tx, lookup, at, and_(*fits, sees(who)), clue.reported_at.desc())


def _between(query: Mapping[str, Json]) -> Iterator[ColumnElement[bool]]:
    """Reported on the days from `since` to `until`, both included."""
    for name, fits in (("since", clue.reported_at.__ge__), ("until", clue.reported_at.__lt__)):
        if query.get(name):
            day = date.fromisoformat(query[name]) + timedelta(days=name == "until")
            yield fits(datetime.combine(day, time(), SHANGHAI))


def _named(words: str) -> Iterator[ColumnElement[bool]]:
    if not words:
        return
    like = f"%{escape(words)}%"
    shop, kind, person = tables.merchant.c, tables.indicator.c, tables.person.c
    shops = select(shop.licence_no).where(or_(shop.licence_no == words, shop.name.ilike(like), shop.owner.ilike(like)))
    kinds = select(kind.code).where(
        or_(kind.code.ilike(f"{escape(words)}%"), kind.name_zh.ilike(like), kind.name_en.ilike(like))
    )
    people = select(person.id).where(or_(person.id_lower == words.lower(), person.name.ilike(like)))
    yield or_(
        clue.number.ilike(like),
        clue.text.ilike(like),
        clue.merchant.in_(shops),
        clue.indicator.in_(kinds),
        clue.reporter.in_(people),
    )


async def look_ledger(tx: Tx, lookup: Lookup, who: Person, at: datetime) -> Found:
    """How many entries per state; or, with `state`, those entries, newest first."""
    ledger, state = Ledger(lookup.query.get("ledger") or Ledger.CLUE), lookup.query.get("state")
    if ledger not in LAWS:
        return Found(lookup, ())
    if state:
        return await _page(tx, lookup, at, and_(clue.state == state, sees(who)), clue.reported_at.desc())
    query = select(clue.state, func.count()).where(sees(who)).group_by(clue.state)
    counts = {row[0]: row[1] for row in await tx.execute(query)}
    items = (
        Item(
            name, f"{words_of(state_name(ledger, name), lookup.language)} {counts[name]}", data={"count": counts[name]}
        )
        for name in LAWS[ledger].states
        if name in counts
    )
    return Found(lookup, tuple(items), sum(counts.values()))


async def look_duplicates(tx: Tx, lookup: Lookup, who: Person, at: datetime) -> Found:
    """Clues like the one being reported: same shop or close by, same indicator group, not long ago."""
    given, clocks = tidy(lookup.query.get("fields") or {}), await load_clocks(tx, at)
    near = await _like(tx, given, clocks.duplicate_metres)
    if near is None:
        return Found(lookup, ())
    since = clue.reported_at > at - timedelta(days=clocks.duplicate_days)
    fresh = and_(since, clue.state.not_in(("archived", "unfounded", "transferred")))
    mine = or_(clue.reporter == who.id, held_by(who)).label("mine")
    query = SELECT_CLUES.add_columns(mine).where(near, fresh, sees(who)).order_by(clue.reported_at.desc()).limit(PAGE)
    items = []
    for row in await tx.execute(query):
        entry = entry_of(row)
        why = _why(entry, given, clocks.duplicate_metres)
        if why:
            ago = day_ago(row.reported_at, at, lookup.language)
            label = f"{entry.number} · {said(why, lookup.language)} · {ago}"
            items.append(Item(entry.number, label, shop_name(entry.fields, lookup.language), {"append": row.mine}))
    return Found(lookup, tuple(items), len(items))


async def _like(tx: Tx, given: Mapping[str, Json], metres: int) -> ColumnElement[bool] | None:
    """The condition for "same shop or close by, same group"; None when too little is known yet."""
    licence, place = given.get("merchant"), given.get("place") or {}
    near: list[ColumnElement[bool]] = []
    if licence and licence not in NO_LICENCE:
        near.append(clue.merchant == licence)
    if "lat" in place:
        # A little wider than asked, for the plane is not the globe; `_why` measures again.
        here = spot(*to_wgs84(place["lat"], place["lon"], place["datum"]))
        circle = func.circle(cast(literal(here, tables.Point()), tables.Point()), literal(metres * 1.02 / 1000))
        near.append(clue.spot.op("<@")(circle))
    if not near:
        return None
    if not given.get("indicator"):
        return or_(*near)
    indicator = tables.indicator.c
    group = select(indicator.parent_code).where(indicator.code == given["indicator"]).scalar_subquery()
    return and_(or_(*near), clue.indicator.in_(select(indicator.code).where(indicator.parent_code == group)))


def _why(entry: Entry, given: Mapping[str, Json], metres: int) -> str | None:
    fields, place = entry.fields, given.get("place") or {}
    if fields["merchant"] and fields["merchant"] == given.get("merchant"):
        return _("same shop")
    if fields["lat"] is None or "lat" not in place:
        return None
    lat, lon = to_wgs84(place["lat"], place["lon"], place["datum"])
    return _("close by") if distance_m(lat, lon, fields["lat"], fields["lon"]) <= metres else None


async def _page(tx: Tx, lookup: Lookup, at: datetime, where: ColumnElement[bool], order: Any) -> Found:
    """One page of entries, each as one line."""
    page = max(0, int(lookup.query.get("page") or 0))
    total = (await tx.execute(select(func.count()).select_from(tables.clue).where(where))).scalar_one()
    # The page first, its names after: nobody looks up the names of what is not shown.
    order = (order, clue.number.desc())
    shown = select(clue.number).where(where).order_by(*order).limit(PAGE).offset(page * PAGE)
    numbers = list((await tx.execute(shown)).scalars())
    rows = await tx.execute(SELECT_CLUES.where(clue.number.in_(numbers)).order_by(*order))
    calendar = await load_calendar(tx, at)
    items = tuple(_item(entry_of(row), lookup.language, at, calendar) for row in rows)
    return Found(lookup, items, total)


def _item(entry: Entry, language: str, at: datetime, calendar: Calendar) -> Item:
    data = {"ledger": entry.ledger.value, "state": entry.state}
    return Item(entry.number, one_line(entry, language, at, calendar), data=data)

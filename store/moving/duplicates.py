"""Is it known already? Clues like the one being reported, and open problems of the same shop."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, cast, func, literal, or_, select

from store import tables
from store.clock.clocks import load_clocks
from store.db import Tx
from store.law.given import tidy
from store.law.rules import NO_LICENCE
from store.law.scope import held_by, sees
from store.master.geo import distance_m, spot, to_wgs84
from store.moving.entries import SELECT_CLUES, entry_of
from store.reading.phrases import day_ago, shop_name
from store.staff.people import PAGE
from store.texts import _, said
from store.words import Entry, Found, Item, Json, Lookup, Person

clue = tables.clue.c


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

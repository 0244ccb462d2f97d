"""Import of merchants: the licensed shops, up to some hundred thousand in one file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select, text

from store import tables
from store.db import Tx
from store.master.geo import distance_m, in_china, spot, to_wgs84
from store.master.imports.fields import (
    Column,
    code,
    digits,
    maybe_userid,
    maybe_words,
    number,
    one_of,
    one_of_or_none,
    words,
)
from store.master.imports.kinds import Kind, Reading, Record, Row
from store.master.merchants import grams
from store.master.pinyin import initials
from store.texts import _
from store.words import Datum

FIELD_ROLES = ("customer_manager", "market_inspector", "delivery_worker")
_POSITION = ("lat", "lon", "datum")
_FAR_M = 5_000  # outside a county's box: boxes are good to some kilometres (places.csv)
_MANY = 1_000  # from so many changes on, the index and the planner's figures are brought up to date at once

_Box = tuple[float, float, float, float]


class Merchants(Kind):
    """Positions are kept in WGS-84, with the datum the file gave them in."""

    key, table, stored_key = "licence_no", tables.merchant, "licence_no"
    columns = (
        Column("licence_no", digits(12)),
        Column("name", words()),
        Column("owner", maybe_words(100)),
        Column("address", maybe_words(), needed=False),
        Column("county_code", code),
        Column("lat", number(-90, 90, empty=True), needed=False),
        Column("lon", number(-180, 180, empty=True), needed=False),
        Column("datum", one_of_or_none(*Datum), needed=False),
        Column("grade", maybe_words(40), needed=False),
        Column("status", one_of("open", "suspended", "closed", empty="open"), needed=False),
        *(Column(role, maybe_userid, needed=False) for role in FIELD_ROLES),
    )

    def __init__(self) -> None:
        self.counties: set[str] = set()
        self.people: dict[str, str] = {}
        self.boxes: dict[str, _Box] = {}

    async def prepare(self, tx: Tx) -> None:
        unit, place = tables.unit.c, tables.place.c
        self.counties = set((await tx.execute(select(unit.code).where(unit.kind.in_(("county", "city"))))).scalars())
        people = await tx.execute(select(tables.person.c.id_lower, tables.person.c.id))
        self.people = {row.id_lower: row.id for row in people}
        bounds = select(place.adcode, place.min_lat, place.min_lon, place.max_lat, place.max_lon)
        self.boxes = {row[0]: (row[1], row[2], row[3], row[4]) for row in await tx.execute(bounds)}
        # New index entries are gathered and sorted in memory instead of being placed one by one.
        await tx.execute(text("SET LOCAL maintenance_work_mem = '256MB'"))
        await tx.execute(text("SET LOCAL gin_pending_list_limit = '1GB'"))

    def stored(self, present: frozenset[str]) -> list[str]:
        names = [name for name in super().stored(present) if name not in _POSITION]
        return [*names, "initials", "grams", *([*_POSITION, "spot"] if present.issuperset(_POSITION) else ())]

    def records(self, rows: Iterator[Row], reading: Reading) -> Iterator[Record]:
        whole_position = reading.columns.issuperset(_POSITION)
        for row in rows:
            given = row.values
            self._check_people(row)
            if given["county_code"] not in self.counties:
                row.wrong(
                    "county_code", _("There is no county “{code}”. Import the units first."), code=given["county_code"]
                )
            position = self._position(row) if whole_position else {}
            if row.fine:
                letters = initials(given["name"])
                found_by = grams(given["name"], given["owner"], letters, given["county_code"])
                yield {**given, **position, "initials": letters, "grams": found_by}

    def _check_people(self, row: Row) -> None:
        for role in FIELD_ROLES:
            userid = row.values.get(role)
            if userid and not (person := self.people.get(userid.lower())):
                row.wrong(role, _("There is no member of staff “{userid}”. Import the staff first."), userid=userid)
            elif userid:
                row.values[role] = person

    def _position(self, row: Row) -> dict[str, Any]:
        """`lat`, `lon`, `datum` and `spot` as they are stored; all None for a shop without a position."""
        lat, lon, datum = (row.values[name] for name in _POSITION)
        if lat is None and lon is None:
            return {"datum": None, "spot": None}
        for name in _POSITION:
            if row.values[name] is None:
                row.wrong(name, _("A position needs lat, lon and datum."))
                return {}
        if not in_china(lat, lon):
            swapped = _("This position is not in China. Are lat and lon swapped?")
            row.wrong("lat", swapped if in_china(lon, lat) else _("This position is not in China."))
            return {}
        lat, lon = to_wgs84(lat, lon, datum)
        self._note_far(row, lat, lon)
        return {"lat": lat, "lon": lon, "datum": datum, "spot": spot(lat, lon)}

    def _note_far(self, row: Row, lat: float, lon: float) -> None:
        box = self.boxes.get(row.values["county_code"])
        if not box:
            return
        south, west, north, east = box
        if south <= lat <= north and west <= lon <= east:
            return
        away = distance_m(lat, lon, min(max(lat, south), north), min(max(lon, west), east))
        if away > _FAR_M:
            row.note("lat", _("The shop lies {km} km outside its county."), km=round(away / 1000))

    async def finish(self, tx: Tx, changed: int) -> None:
        if changed >= _MANY:
            # Left to autovacuum, the gathered entries would slow every search until it comes by.
            await tx.execute(text("SELECT gin_clean_pending_list('merchant_grams_idx')"))
            await tx.execute(text("ANALYZE merchant"))

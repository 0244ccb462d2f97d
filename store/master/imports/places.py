"""Imports of places (counties with centre and box) and of the working-day calendar."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from store import tables
from store.db import Tx
from store.master.geo import in_china
from store.master.imports.fields import Column, day, digits, maybe_words, number, one_of, words
from store.master.imports.kinds import Kind, Reading, Record, Row
from store.texts import _

_adcode = digits(6)


class Places(Kind):
    """A place's adcode is its county's unit code. Degrees are WGS-84."""

    key, table, stored_key = "adcode", tables.place, "adcode"
    columns = (
        Column("adcode", _adcode),
        Column("name_zh", words()),
        Column("name_en", words()),
        Column("kind", words(40)),
        Column("parent_adcode", lambda cell: _adcode(cell) if cell else None),
        *(Column(name, number(-90, 90)) for name in ("lat", "min_lat", "max_lat")),
        *(Column(name, number(-180, 180)) for name in ("lon", "min_lon", "max_lon")),
    )

    def __init__(self) -> None:
        self.known: set[str] = set()
        self.units: set[str] = set()

    async def prepare(self, tx: Tx) -> None:
        self.known = set((await tx.execute(select(tables.place.c.adcode))).scalars())
        self.units = set((await tx.execute(select(tables.unit.c.code))).scalars())

    def records(self, rows: Iterator[Row], reading: Reading) -> Iterator[Record]:
        kept = list(rows)
        self.known.update(reading.keys)
        for row in kept:
            self._check(row)
            if row.fine:
                yield row.values

    def _check(self, row: Row) -> None:
        given = row.values
        if given["parent_adcode"] and given["parent_adcode"] not in self.known:
            missing = _("There is no place “{code}”, in the file or in the books.")
            row.wrong("parent_adcode", missing, code=given["parent_adcode"])
        for name in ("lat", "lon"):
            low, here, high = given[f"min_{name}"], given[name], given[f"max_{name}"]
            if not low <= here <= high:
                row.wrong(
                    name, _("The centre, {here}, is not between {low} and {high}."), here=here, low=low, high=high
                )
        if row.fine and not in_china(given["lat"], given["lon"]):
            row.wrong("lat", _("This position is not in China."))
        if self.units and given["adcode"] not in self.units:
            row.note("adcode", _("There is no unit of this code; shops and reports will not find this place."))


class Calendar(Kind):
    """Days that differ from Monday to Friday. They go before the days that came with the service."""

    key, table, stored_key = "date", tables.calendar_day, "date"
    columns = (
        Column("date", day),
        Column("kind", one_of("working", "off")),
        Column("name", maybe_words(100), needed=False),
    )

    def stored(self, present: frozenset[str]) -> list[str]:
        return [*super().stored(present), "source"]

    def records(self, rows: Iterator[Row], reading: Reading) -> Iterator[Record]:
        for row in rows:
            yield {**row.values, "source": "import"}

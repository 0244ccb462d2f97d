"""Synthetic shops, as many as wanted and always the same ones: for the demo, the tests and the benches."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from store.samples.sample_names import BRANDS, GIVEN, ROADS, SURNAMES, TOWNS, TRADES

DATA = Path(__file__).parents[1] / "data"
FIELD_ROLES = ("customer_manager", "market_inspector", "delivery_worker")


@dataclass(frozen=True, slots=True)
class County:
    """A county as `data/places.csv` has it; degrees in WGS-84."""

    code: str
    name_zh: str
    name_en: str
    lat: float
    lon: float
    min_lat: float
    min_lon: float
    max_lat: float
    max_lon: float

    def holds(self, lat: float, lon: float) -> bool:
        """Whether a position lies in the county's box."""
        return self.min_lat <= lat <= self.max_lat and self.min_lon <= lon <= self.max_lon


def counties() -> list[County]:
    """The nine counties and districts of the city."""
    with (DATA / "places.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["parent_adcode"]]
    bounds = ("lat", "lon", "min_lat", "min_lon", "max_lat", "max_lon")
    return [
        County(row["adcode"], row["name_zh"], row["name_en"], **{name: float(row[name]) for name in bounds})
        for row in rows
    ]


def shops(count: int, staff: Mapping[str, Sequence[Sequence[str]]] | None = None) -> Iterator[dict[str, Any]]:
    """`count` shops with the columns of the merchants import, spread evenly over the counties.

    `staff` gives, per county code, the userids of its customer managers, market inspectors and delivery workers.
    """
    where = counties()
    chance = Random(153)  # noqa: S311 - nothing secret: the same shops every time
    for index in range(count):
        county = where[index % len(where)]
        yield _shop(chance, county, index // len(where) + 1, staff.get(county.code) if staff else None)


def _shop(chance: Random, county: County, serial: int, staff: Sequence[Sequence[str]] | None) -> dict[str, Any]:
    lat, lon = _somewhere(chance, county)
    owner = chance.choice(SURNAMES) + chance.choice(GIVEN)
    holder = 2 if chance.random() < 0.08 else 1
    return {
        "licence_no": f"{county.code}{holder}{serial:05d}",
        "name": _name(chance, county, owner),
        "owner": owner,
        "address": f"{county.name_zh}{chance.choice(TOWNS)}{chance.choice(ROADS)}{chance.randint(1, 299)}号",
        "county_code": county.code,
        "lat": lat,
        "lon": lon,
        "datum": "wgs84",
        "grade": str(chance.randint(1, 30)),
        "status": chance.choices(("open", "suspended", "closed"), (95, 3, 2))[0],
        **{role: chance.choice(people) for role, people in zip(FIELD_ROLES, staff or (), strict=False)},
    }


def _name(chance: Random, county: County, owner: str) -> str:
    """Most shops are called by a lucky word and a trade; some begin with the county or the owner."""
    kind = chance.random()
    first = county.name_zh[:-1] if kind < 0.15 else owner[0] + "记" if kind < 0.2 else ""
    second = chance.choice(BRANDS) + (chance.choice(BRANDS) if kind > 0.8 else "")
    return first + second + chance.choice(TRADES)


def _somewhere(chance: Random, county: County) -> tuple[float, float]:
    """Thick around the county's seat, thin towards its edges, never outside its box."""
    while True:
        lat = chance.gauss(county.lat, (county.max_lat - county.min_lat) / 6)
        lon = chance.gauss(county.lon, (county.max_lon - county.min_lon) / 6)
        if county.holds(lat, lon):
            return round(lat, 6), round(lon, 6)

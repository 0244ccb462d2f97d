"""The whole profile of a shop: who it is, its score taken apart, what is open and what was, what stands around it.

Everything is within the scope of whoever reads: entries and photos that they may not see are not there, in counts
neither. The score itself is one number for everybody who may read the profile.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from store import tables
from store.db import Tx
from store.profile import around, visits
from store.profile.advice import advice, level_name
from store.profile.around import Day, Entries, Neighbour, Photo
from store.profile.people import Served, served_by
from store.profile.reading import reads
from store.profile.score import Score, score
from store.profile.visits import Visit
from store.words import Person


@dataclass(frozen=True, slots=True)
class Shop:
    """Master data; `place` is latitude and longitude in WGS-84 degrees."""

    licence_no: str
    name: str
    owner: str
    address: str
    county_code: str
    county_zh: str
    county_en: str
    place: tuple[float, float] | None
    grade: str
    status: str  # open | suspended | closed


@dataclass(frozen=True, slots=True)
class Profile:
    """Everything. `level` and `advice` are in the reader's language; `seen` are those of the score's problems that the
    reader may open, from where `around.evidence` leads on."""

    shop: Shop
    served_by: tuple[Served, ...]
    score: Score
    level: str
    advice: str
    seen: frozenset[str]
    running: Entries
    past: Entries
    visits: tuple[Visit, ...]
    neighbours: tuple[Neighbour, ...]
    photos: tuple[Photo, ...]
    days: tuple[Day, ...]


async def profile(tx: Tx, who: Person, licence_no: str, as_of: datetime) -> Profile | None:
    """The profile of a shop; None when there is no such shop, or not for `who`.

    Score, visits and the course of the score are as of that moment; entries are those that there were then, as they
    stand today; master data, neighbours and photos are today's.
    """
    shop = await master(tx, who, licence_no)
    if shop is None:
        return None
    found = await score(tx, licence_no, as_of)
    counted = [one.number for group in found.dimensions for kind in group.indicators for one in kind.problems]
    running, past = await around.entries(tx, who, licence_no, as_of)
    return Profile(
        shop,
        await served_by(tx, licence_no),
        found,
        level_name(found.level, who.language),
        advice(found, who.language),
        await around.visible(tx, who, counted),
        running,
        past,
        tuple(await visits.history(tx, licence_no, as_of)),
        await around.neighbours(tx, who, licence_no, shop.place),
        await around.photos(tx, who, licence_no),
        await around.days(tx, licence_no, as_of),
    )


async def master(tx: Tx, who: Person, licence_no: str) -> Shop | None:
    """Master data of a shop whose profile `who` may read."""
    shop, county = tables.merchant.c, tables.unit.c
    columns = (shop.licence_no, shop.name, shop.owner, shop.address, shop.county_code, shop.grade, shop.status)
    query = select(*columns, shop.lat, shop.lon, county.name_zh, county.name_en).select_from(
        tables.merchant.outerjoin(tables.unit, county.code == shop.county_code)
    )
    row = (await tx.execute(query.where(shop.licence_no == licence_no, reads(who)))).one_or_none()
    if row is None:
        return None
    place = None if row.lat is None or row.lon is None else (row.lat, row.lon)
    names = (row.name_zh or "", row.name_en or "")
    return Shop(row.licence_no, row.name, row.owner, row.address, row.county_code, *names, place, row.grade, row.status)

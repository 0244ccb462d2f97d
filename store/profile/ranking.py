"""Shops by score: the lists from which one goes to a profile, and how many stand at which level where (features.md
G04).
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from store import tables
from store.db import Tx
from store.profile.reading import reads
from store.tables.profile import shop_score
from store.words import Person

PAGE = 50
STANDING_OUT = ("key", "watch")

_shop, _kept = tables.merchant.c, shop_score.c
_SCORED = shop_score.join(tables.merchant, _shop.licence_no == _kept.licence_no)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A shop in a list, with what each source adds to its score."""

    licence_no: str
    name: str
    county_code: str
    score: float
    level: str
    city: float
    province: float
    outflow: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """One page of a list, and how many shops the whole of it has."""

    shops: tuple[Ranked, ...]
    total: int


async def ranking(
    tx: Tx, who: Person, levels: tuple[str, ...] = STANDING_OUT, county: str | None = None, page: int = 0
) -> Ranking:
    """The shops at these levels whose profiles `who` may read, the highest score first; pages count from 0."""
    wanted = [_kept.level.in_(levels), _kept.level != "service", reads(who)]
    if county:
        wanted.append(_kept.county_code == county)
    columns = (_kept.licence_no, _shop.name, _kept.county_code, _kept.score, _kept.level)
    parts = (_kept.city, _kept.province, _kept.outflow)
    query = select(*columns, *parts, func.count().over().label("total")).select_from(_SCORED).where(*wanted)
    rows = (
        await tx.execute(query.order_by(_kept.score.desc(), _kept.licence_no).limit(PAGE).offset(page * PAGE))
    ).all()
    return Ranking(tuple(Ranked(*row[:-1]) for row in rows), rows[0].total if rows else 0)


async def by_level(tx: Tx, who: Person) -> dict[tuple[str, str], int]:
    """How many shops stand out, by county code and level, of those whose profiles `who` may read."""
    query = select(_kept.county_code, _kept.level, func.count()).select_from(_SCORED)
    rows = await tx.execute(query.where(_kept.level != "service", reads(who)).group_by(_kept.county_code, _kept.level))
    return {(county, level): count for county, level, count in rows}

"""Diversion: what flowed out of each county, in and out of the province, over its sales, against the cap (features.md
G12 to G14)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, func, select

from store import tables
from store.db import Tx
from store.feeds.forecast import Point, forecast
from store.tables.feeds import feed_outflow, feed_target
from store.words import Level, Person

TOP = 3
"""Whoever is among the first so many and above the cap is warned (features.md G12)."""
QUARTERS_AHEAD = 2
_HISTORY = 20


@dataclass(frozen=True, slots=True)
class Standing:
    """A county in a quarter. Quantities in cartons; `share` is the outflow over the sales, None without a target;
    `rank` 1 is the worst, equal shares have equal ranks; `warned`: above the cap and among the first three."""

    county: str
    name_zh: str
    name_en: str
    quarter: str
    out_of_province: float
    in_province: float
    sales: float | None
    cap: float | None
    rank: int | None = None
    warned: bool = False

    @property
    def outflow(self) -> float:
        return self.out_of_province + self.in_province

    @property
    def share(self) -> float | None:
        return self.outflow / self.sales if self.sales else None

    @property
    def above(self) -> bool:
        """Whether more flowed out than the cap allows."""
        return self.share is not None and self.cap is not None and self.share > self.cap


@dataclass(frozen=True, slots=True)
class Line:
    """A county's shares by quarter, the oldest first, and the quarters to come. Nothing can be below zero."""

    quarters: tuple[str, ...]
    shares: tuple[float, ...]
    ahead: tuple[str, ...]
    points: tuple[Point, ...]


async def standings(tx: Tx, who: Person, quarter: str) -> list[Standing]:
    """The counties of a quarter as `who` may see them, the worst first; ranks are among all counties of the city."""
    ranked = rank(await _quarter(tx, quarter))
    return [one for one in ranked if who.level is Level.CITY or one.county == who.bureau]


def rank(counties: Sequence[Standing]) -> list[Standing]:
    """The worst first, with ranks and warnings; counties without sales to measure by come last, without a rank."""
    with_sales = (one for one in counties if one.share is not None)
    measured = sorted(with_sales, key=lambda one: (-(one.share or 0), one.county))
    shares = [one.share for one in measured]
    ranked = []
    for one in measured:
        place = shares.index(one.share) + 1
        ranked.append(replace(one, rank=place, warned=one.above and place <= TOP))
    return [*ranked, *sorted((one for one in counties if one.share is None), key=lambda one: one.county)]


async def quarters(tx: Tx) -> list[str]:
    """The quarters of which anything is known, the newest first."""
    known = select(feed_target.c.quarter).where(feed_target.c.replaced_by.is_(None))
    flowed = select(feed_outflow.c.quarter).where(feed_outflow.c.replaced_by.is_(None))
    return sorted(set((await tx.execute(known.union(flowed))).scalars()), reverse=True)


async def line(tx: Tx, county: str, until: str, ahead: int = QUARTERS_AHEAD) -> Line:
    """How a county's share went up to a quarter, and how it is expected to go on."""
    target = feed_target.c
    measured = select(target.quarter, target.sales).where(
        target.county_code == county, target.replaced_by.is_(None), target.quarter <= until
    )
    rows = (await tx.execute(measured.order_by(target.quarter.desc()).limit(_HISTORY))).all()[::-1]
    flowed = await _flowed(tx, feed_outflow.c.quarter.in_([row.quarter for row in rows]))
    shares = tuple(sum(flowed.get((county, row.quarter), (0.0, 0.0))) / row.sales for row in rows)
    coming, following = [], until
    for _step in range(ahead if rows else 0):
        following = after(following)
        coming.append(following)
    points = tuple(_not_below_zero(point) for point in forecast(shares, len(coming)))
    return Line(tuple(row.quarter for row in rows), shares, tuple(coming), points)


def after(quarter: str) -> str:
    """The quarter that follows."""
    year, number = int(quarter[:4]), int(quarter[-1])
    return f"{year + 1}-Q1" if number == 4 else f"{year}-Q{number + 1}"


async def _quarter(tx: Tx, quarter: str) -> list[Standing]:
    """Every county of the city, also those of which nothing is known."""
    unit, target = tables.unit.c, feed_target
    same = (target.c.county_code == unit.code) & (target.c.quarter == quarter) & target.c.replaced_by.is_(None)
    rows = await tx.execute(
        select(unit.code, unit.name_zh, unit.name_en, target.c.sales, target.c.cap)
        .select_from(tables.unit.outerjoin(target, same))
        .where(unit.kind == "county")
        .order_by(unit.code)
    )
    flowed = await _flowed(tx, feed_outflow.c.quarter == quarter)
    found = []
    for row in rows:
        out, within = flowed.get((row.code, quarter), (0.0, 0.0))
        found.append(Standing(row.code, row.name_zh, row.name_en, quarter, out, within, row.sales, row.cap))
    return found


async def _flowed(tx: Tx, when: ColumnElement[bool]) -> Mapping[tuple[str, str], tuple[float, float]]:
    """By county and quarter, what flowed out of the province and within it."""
    own, shop = feed_outflow.c, tables.merchant.c
    sums = (
        func.coalesce(func.sum(own.quantity).filter(own.direction == direction), 0.0)
        for direction in ("out_of_province", "in_province")
    )
    query = select(shop.county_code, own.quarter, *sums).where(
        shop.licence_no == own.licence_no, own.replaced_by.is_(None), when
    )
    rows = await tx.execute(query.group_by(shop.county_code, own.quarter))
    return {(row[0], row[1]): (row[2], row[3]) for row in rows}


def _not_below_zero(point: Point) -> Point:
    low, high = (None if bound is None else max(0.0, bound) for bound in (point.low, point.high))
    return Point(max(0.0, point.value), low, high)

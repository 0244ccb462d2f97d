"""Diversion looked at closely: month by month with a forecast, shop by shop, record by record (features.md G14)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from store.db import Tx
from store.feeds.forecast import Point, forecast

MONTHS, MONTHS_AHEAD = 24, 3
_SHOWN = 100

# A record that is known by its quarter alone counts a third in each month of it, as sales do.
_MONTHS = text("""
WITH sold AS (
    SELECT quarter, sum(sales) / 3 AS sales FROM feed_target
    WHERE replaced_by IS NULL AND (CAST(:county AS text) IS NULL OR county_code = :county) AND quarter <= :until
    GROUP BY quarter
), flowed AS (
    SELECT f.quarter, CASE WHEN f.period LIKE '____-Q_' THEN NULL ELSE left(f.period, 7) END AS month,
           sum(f.quantity) AS cartons
    FROM feed_outflow f JOIN merchant m USING (licence_no)
    WHERE f.replaced_by IS NULL AND f.quarter <= :until AND (CAST(:county AS text) IS NULL OR m.county_code = :county)
    GROUP BY 1, 2
), months AS (
    SELECT s.quarter, s.sales, left(s.quarter, 4) || '-' ||
           lpad(((right(s.quarter, 1)::int - 1) * 3 + n)::text, 2, '0') AS month
    FROM sold s CROSS JOIN generate_series(1, 3) AS n
)
SELECT m.month, m.sales, coalesce((SELECT sum(f.cartons) FROM flowed f WHERE f.month = m.month), 0) + coalesce(
       (SELECT sum(f.cartons) / 3 FROM flowed f WHERE f.quarter = m.quarter AND f.month IS NULL), 0) AS cartons
FROM months m WHERE m.month <= :month ORDER BY m.month DESC LIMIT :months
""")
_SHOPS = text("""
SELECT f.licence_no, m.name, sum(f.quantity) FILTER (WHERE f.direction = 'out_of_province') AS out_of_province,
       sum(f.quantity) FILTER (WHERE f.direction = 'in_province') AS in_province, count(*) AS records, s.score, s.level
FROM feed_outflow f JOIN merchant m USING (licence_no) LEFT JOIN shop_score s USING (licence_no)
WHERE f.replaced_by IS NULL AND f.quarter = :quarter AND m.county_code = :county
GROUP BY f.licence_no, m.name, s.score, s.level ORDER BY sum(f.quantity) DESC, f.licence_no LIMIT :shown
""")
_RECORDS = text("""
SELECT f.licence_no, m.name, f.period, f.direction, f.quantity, f.source
FROM feed_outflow f JOIN merchant m USING (licence_no)
WHERE f.replaced_by IS NULL AND f.quarter = :quarter AND m.county_code = :county
ORDER BY f.period DESC, f.quantity DESC, f.licence_no, f.source LIMIT :shown
""")


@dataclass(frozen=True, slots=True)
class Month:
    """Cartons that flowed out of a county (or the city) in a month, and a third of what the quarter sells."""

    month: str  # "2026-07"
    cartons: float
    sales: float

    @property
    def share(self) -> float:
        return self.cartons / self.sales


@dataclass(frozen=True, slots=True)
class Course:
    """The months that have been, the oldest first, and what is expected of the next ones; shares, not cartons."""

    months: tuple[Month, ...]
    ahead: tuple[str, ...]
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class OfShop:
    """A shop whose cartons were found elsewhere in a quarter."""

    licence_no: str
    name: str
    out_of_province: float
    in_province: float
    records: int
    score: float
    level: str

    @property
    def cartons(self) -> float:
        return self.out_of_province + self.in_province


@dataclass(frozen=True, slots=True)
class Find:
    """One record as the province sent it."""

    licence_no: str
    name: str
    period: str
    direction: str
    quantity: float
    source: str


async def course(tx: Tx, county: str | None, until: str, today: str) -> Course:
    """How the share went month by month until a quarter, and how it is expected to go on; None is the whole city.

    `today` is the month that runs ("2026-11"): it is not over, so it is neither shown nor forecast from.
    """
    given = {"county": county, "until": until, "month": min(_last(until), _before(today)), "months": MONTHS}
    rows = (await tx.execute(_MONTHS, given)).all()
    months = tuple(Month(row.month, row.cartons, row.sales) for row in reversed(rows))
    ahead: list[str] = []
    for _step in range(MONTHS_AHEAD if months else 0):
        ahead.append(_after((ahead or [months[-1].month])[-1]))
    points = forecast([one.share for one in months], len(ahead))
    return Course(months, tuple(ahead), tuple(_not_below_zero(point) for point in points))


async def shops(tx: Tx, county: str, quarter: str) -> Sequence[OfShop]:
    """The shops of a county whose cartons were found elsewhere, the most first; a hundred at most."""
    rows = await tx.execute(_SHOPS, {"county": county, "quarter": quarter, "shown": _SHOWN})
    return [
        OfShop(
            *(row.licence_no, row.name, row.out_of_province or 0.0, row.in_province or 0.0, row.records),
            *(row.score or 0.0, row.level or "service"),
        )
        for row in rows
    ]


async def finds(tx: Tx, county: str, quarter: str) -> Sequence[Find]:
    """The records of a county, the newest first; a hundred at most."""
    rows = await tx.execute(_RECORDS, {"county": county, "quarter": quarter, "shown": _SHOWN})
    return [Find(*row) for row in rows]


def _last(quarter: str) -> str:
    """The last month of a quarter."""
    return f"{quarter[:4]}-{int(quarter[-1]) * 3:02d}"


def _after(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year + 1}-01" if number == 12 else f"{year}-{number + 1:02d}"


def _before(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year - 1}-12" if number == 1 else f"{year}-{number - 1:02d}"


def _not_below_zero(point: Point) -> Point:
    low, high = (None if bound is None else max(0.0, bound) for bound in (point.low, point.high))
    return Point(max(0.0, point.value), low, high)

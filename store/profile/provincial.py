"""What provincial data say of one shop, as it was known at a moment: its score, and the cartons that flowed out.

A row counts from the moment its batch came until the one that says it anew (`replaced_by`), so a score of the past is
made of what was in the books that day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text

from store.clock.workdays import local_day
from store.db import Tx
from store.profile.arithmetic import faded, half_lives
from store.profile.scale import Scale

_KNOWN = """
JOIN batch b ON b.id = f.batch AND b.at <= :at
LEFT JOIN batch r ON r.id = f.replaced_by AND r.at <= :at
WHERE f.licence_no = :shop AND r.id IS NULL
"""
_SCORES = text(f"""
SELECT DISTINCT ON (f.model) f.model, f.score, f.day, f.batch FROM feed_score f {_KNOWN} AND f.day <= :day
ORDER BY f.model, f.day DESC
""")  # noqa: S608 - nothing but constants
_OUTFLOW = text(f"""
SELECT f.quarter, f.period, f.direction, f.quantity, f.source, f.batch, quarter_end(f.quarter) AS ends
FROM feed_outflow f {_KNOWN} ORDER BY f.quarter DESC, f.period DESC, f.direction, f.source
""")  # noqa: S608 - nothing but constants


@dataclass(frozen=True, slots=True)
class Provincial:
    """A score that the provincial bureau gave (0 to 100, more is worse): of which model, as of which day, by which
    import batch."""

    model: str
    score: float
    day: date
    batch: int


@dataclass(frozen=True, slots=True)
class Found:
    """Cartons of the shop that turned up elsewhere. `cartons` is what is left of `quantity` by direction and time."""

    quarter: str
    period: str
    direction: str  # out_of_province | in_province
    quantity: float
    source: str
    batch: int
    cartons: float


async def scores(tx: Tx, licence_no: str, at: datetime) -> list[Provincial]:
    """The newest score of each provincial model, the worst first: that one counts."""
    rows = await tx.execute(_SCORES, {"shop": licence_no, "at": at, "day": local_day(at)})
    return sorted((Provincial(row.model, row.score, row.day, row.batch) for row in rows), key=lambda one: -one.score)


async def outflow(tx: Tx, licence_no: str, at: datetime, scale: Scale) -> list[Found]:
    """Every find, the newest quarter first."""
    found = []
    for row in await tx.execute(_OUTFLOW, {"shop": licence_no, "at": at}):
        counts = scale.in_province if row.direction == "in_province" else scale.out_of_province
        left = row.quantity * counts * faded(max(half_lives(row.ends, at, scale), 0.0))
        found.append(Found(row.quarter, row.period, row.direction, row.quantity, row.source, row.batch, left))
    return found


def total(found: Sequence[Found]) -> float:
    """Cartons that count."""
    return sum(one.cartons for one in found)

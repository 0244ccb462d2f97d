"""Weighted counts (features.md G15): confirmed problems times the points of their kinds, as of the period's end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from store.clock.workdays import SHANGHAI
from store.db import Tx
from store.master.indicators import values_on
from store.reports.tallies import Facts


@dataclass(frozen=True, slots=True)
class Part:
    """So many confirmed problems of one indicator, at so many points each."""

    indicator: str
    n: int
    weight: float

    @property
    def points(self) -> float:
        return self.n * self.weight


async def weights(tx: Tx, day: date) -> Mapping[str, float]:
    """Points of every indicator at the end of that day."""
    values = values_on(datetime.combine(day + timedelta(days=1), time(), SHANGHAI))
    rows = await tx.execute(select(values.c.code, values.c.weight))
    return {row.code: row.weight for row in rows}


def parts(found: Mapping[tuple[str, ...], Facts], weight: Mapping[str, float]) -> dict[str, list[Part]]:
    """Answers by (something, indicator): what the points of each are made of, the weightiest first."""
    grouped: defaultdict[str, list[Part]] = defaultdict(list)
    for (value, indicator), facts in found.items():
        if facts.problems["confirmed"]:
            grouped[value].append(Part(indicator, facts.problems["confirmed"], weight.get(indicator, 0.0)))
    return {value: sorted(mine, key=lambda part: (-part.points, part.indicator)) for value, mine in grouped.items()}

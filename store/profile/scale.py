"""What makes a score: shares, half-life and levels, as dated rows of `setting` that an administrator changes.

Keys are the field names of `Scale` with the prefix "score."; a row counts from its `valid_from` until a newer one of
the same key, so a score of the past is made with the numbers of its day. The weights of the tree are dated likewise
(`indicator_value`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime

from sqlalchemy import select

from store.db import Tx
from store.tables import setting
from store.words import Json

PREFIX = "score."


@dataclass(frozen=True, slots=True)
class Scale:
    """Ours throughout: the source asks for one number of several parts and names none (features.md G02)."""

    half_life_days: float = 180.0
    city_points: float = 80.0  # what confirmed problems may add to the hundred at most
    city_half: float = 20.0  # points of the tree that fill the half of it: two grave cases, fresh
    province_points: float = 30.0
    outflow_points: float = 30.0
    outflow_half: float = 10.0  # cartons
    out_of_province: float = 1.0  # what a carton counts that was found there
    in_province: float = 0.5
    uncoded: float = 4.0  # points of a confirmed problem without an indicator
    watch: float = 40.0
    key: float = 70.0
    rearm: float = 5.0  # so far below the line a score must fall before crossing it counts again

    @property
    def sound(self) -> bool:
        """Whether these numbers make scores from 0 to 100 that only grow with what is added."""
        positive = (self.half_life_days, self.city_half, self.outflow_half)
        shares = (self.city_points, self.province_points, self.outflow_points)
        counts = (self.out_of_province, self.in_province, self.uncoded, self.rearm)
        return (
            all(one > 0 for one in positive)
            and all(0 <= one <= 100 for one in shares)
            and all(one >= 0 for one in counts)
            and 0 < self.watch < self.key <= 100
        )


async def load_scale(tx: Tx, at: datetime) -> Scale:
    """The scale as it stood at that moment."""
    keys = [PREFIX + one.name for one in fields(Scale)]
    rows = await tx.execute(
        select(setting.c.key, setting.c.value)
        .where(setting.c.key.in_(keys), setting.c.valid_from <= at)
        .distinct(setting.c.key)
        .order_by(setting.c.key, setting.c.valid_from.desc())
    )
    changed: dict[str, Json] = {row.key.removeprefix(PREFIX): float(row.value) for row in rows}
    return replace(Scale(), **changed)

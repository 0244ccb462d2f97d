"""Folding: what changed is taken into the sums of its days and months, some at a time, by one replica.

Sums and deltas together always say the same, before, while and after they are folded: a fold is one transaction.
"""

from __future__ import annotations

from sqlalchemy import text

from store.db import Tx
from store.reports.columns import ADDED, COUNTED, KEY, SUMMED, grained, named

LOCK = 7153_0900
"""The advisory lock of whoever folds."""

PAGE = 10_000
_FOLD = text(f"""
WITH gone AS (DELETE FROM report_delta WHERE id IN (SELECT id FROM report_delta ORDER BY id LIMIT :page)
              RETURNING sign, {named(COUNTED)}),
     added AS (
         INSERT INTO report_sum (grain, {named(KEY)}, {named(ADDED)})
         SELECT grain, {named(KEY)}, {SUMMED} FROM ({grained("gone")}) AS s GROUP BY grain, {named(KEY)}
         ON CONFLICT (grain, {named(KEY)})
         DO UPDATE SET {", ".join(f"{name} = report_sum.{name} + excluded.{name}" for name in ADDED)})
SELECT count(*) FROM gone
""")  # noqa: S608 - nothing but constants
_SWEEP = text("DELETE FROM report_sum WHERE " + " AND ".join(f"{name} = 0" for name in ADDED))  # noqa: S608


async def fold(tx: Tx, page: int = PAGE) -> int:
    """Take the oldest changes into the sums; how many there were. The caller holds `LOCK`."""
    count: int = (await tx.execute(_FOLD, {"page": page})).scalar_one()
    return count


async def sweep(tx: Tx) -> int:
    """Drop sums of nothing."""
    return (await tx.execute(_SWEEP)).rowcount

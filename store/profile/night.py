"""When all scores are counted anew: every night, and as soon as weights, scale or provincial data have changed.

A run is a row of `score_run`. Whoever runs holds `LOCK` (`store.db.alone`), takes the shops span by span, each in a
transaction of its own, and may be stopped at any time: what is not done is due again.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select, text, update

from store.clock.workdays import SHANGHAI, local_day
from store.db import Tx
from store.profile.scale import PREFIX
from store.tables.profile import score_run

LOCK = 0x153_0006
HOUR = 3
"""Of the night, in Shanghai: when yesterday's snapshots are of the past."""

# A change counts from the moment it is valid; a batch from when it came or was taken back.
_CHANGED = text("""
SELECT 'weights' AS why FROM setting WHERE key LIKE :scale AND valid_from > :last AND valid_from <= :at
UNION ALL SELECT 'weights' FROM indicator_value WHERE valid_from > :last AND valid_from <= :at
UNION ALL SELECT 'import' FROM batch WHERE kind IN ('scores', 'outflow') AND greatest(at, undone_at) > :last
LIMIT 1
""")


async def wanted(tx: Tx, at: datetime) -> str | None:
    """Why all scores are to be counted anew now: night, weights or import; None: they need not be."""
    done = select(score_run.c.began_at).where(score_run.c.done_at.is_not(None))
    last = (await tx.execute(done.order_by(score_run.c.began_at.desc()).limit(1))).scalar_one_or_none()
    if last is None:
        return "night"
    changed = {"scale": f"{PREFIX}%", "last": last, "at": at}
    why: str | None = (await tx.execute(_CHANGED, changed)).scalar_one_or_none()
    if why is None and local_day(last) < local_day(at) and at.astimezone(SHANGHAI).hour >= HOUR:
        why = "night"
    return why


async def begun(tx: Tx, why: str, at: datetime) -> int:
    """Note that a run begins; its number."""
    run = insert(score_run).values(began_at=at, why=why).returning(score_run.c.id)
    return int((await tx.execute(run)).scalar_one())


async def done(tx: Tx, run: int, shops: int, righted: int, at: datetime) -> None:
    """Note that a run has been through all shops, and how many tallies it found wrong."""
    row = update(score_run).where(score_run.c.id == run)
    await tx.execute(row.values(done_at=at, shops=shops, righted=righted))

"""How the mail room is: what waits, what was given up, and which doors are shut; for /metrics, /readyz and `doctor`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from notifier.wire import wire

LATE = timedelta(seconds=60)
"""A due letter that waits longer, with its door open and its address not limited, means that nobody delivers."""

STRUCK_WITHIN = timedelta(minutes=5)
"""The clock looks every minute; what it should have done five minutes ago, nobody does."""

# Settled letters are counted as they leave (the number of attempts), never here: there are millions of them.
_WAITING = """
SELECT CASE WHEN state = 'ready' AND not_before > now.at THEN 'held' ELSE state END AS shown, count(*) AS many,
       greatest(0, extract(epoch FROM max(now.at - not_before)))::float8 AS oldest
FROM letter, (SELECT clock_timestamp() + $1::interval AS at) AS now
WHERE stage = 'open' GROUP BY shown
UNION ALL
SELECT 'dead', count(*), coalesce(extract(epoch FROM clock_timestamp() - min(settled_at)), 0)::float8
FROM letter WHERE stage = 'dead'
"""
# Only the head of an address's queue counts: the others wait for it, and a door that is shut is told of by itself.
_LATE = """
SELECT count(*) FROM (
  SELECT FROM letter l
  WHERE l.stage = 'open' AND l.state IN ('ready', 'uncertain', 'held')
    AND l.not_before < (SELECT clock_timestamp() + $1::interval - $2::interval)
    AND l.id = (SELECT o.id FROM letter o WHERE o.door = l.door AND o.address = l.address AND o.stage = 'open'
                ORDER BY o.id LIMIT 1)
    AND l.door = ANY ($3::text[])
    AND NOT EXISTS (SELECT FROM door_state s
                    WHERE s.door = l.door AND (s.paused_until > clock_timestamp() OR s.broken IS NOT NULL))
  LIMIT 1000) AS late
"""
_UNSTRUCK = """
SELECT count(*) FROM (
  (SELECT FROM clue WHERE next_at < (SELECT clock_timestamp() + $1::interval - $2::interval) LIMIT 1000)
  UNION ALL
  (SELECT FROM problem WHERE next_at < (SELECT clock_timestamp() + $1::interval - $2::interval) LIMIT 1000)) AS missed
"""
_SHUT = """
SELECT door, coalesce(broken, 'paused') AS why FROM door_state
WHERE broken IS NOT NULL OR paused_until > clock_timestamp()
"""


@dataclass(frozen=True, slots=True)
class MailHealth:
    """`waiting`: by state, how many and for how many seconds the oldest was due (`dead`: given up, for a person to
    see). `late`: letters past their target that nothing explains. `unstruck`: entries whose hour passed and nobody
    struck it. `shut`: doors, and why."""

    waiting: Mapping[str, tuple[int, float]]
    late: int
    unstruck: int
    shut: Mapping[str, str]

    @property
    def well(self) -> bool:
        """Whether letters leave and hours strike as they should."""
        return self.late == 0 and self.unstruck == 0


async def examine(engine: AsyncEngine, shift: timedelta, doors: tuple[str, ...], late: timedelta = LATE) -> MailHealth:
    """The mail room's health as all replicas share it; `doors` are those that are open here."""
    async with wire(engine) as conn:
        waiting = {row["shown"]: (row["many"], row["oldest"]) for row in await conn.fetch(_WAITING, shift)}
        behind = await conn.fetchval(_LATE, shift, late, list(doors))
        unstruck = await conn.fetchval(_UNSTRUCK, shift, STRUCK_WITHIN)
        shut = {row["door"]: row["why"] for row in await conn.fetch(_SHUT)}
    return MailHealth(waiting, behind, unstruck, shut)

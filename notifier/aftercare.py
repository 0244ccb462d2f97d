"""Letters that will not arrive by themselves, and those that wait for the hours: listed for an administrator, who may
send the former again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from notifier.wire import within
from store.db import Tx

_STUCK = """
SELECT l.id, l.state, l.purpose, l.number, l.door, p.name AS person, l.reason, l.attempts,
       coalesce(l.settled_at, l.started_at, l.created_at) AS at
FROM letter l LEFT JOIN person p ON p.id = l.person_id
WHERE l.stage = 'dead' OR (l.stage = 'open' AND l.state = 'uncertain')
ORDER BY l.id LIMIT $1
"""
_WAITING = """
SELECT l.id, l.purpose, l.number, l.door, p.name AS person, l.not_before AS at
FROM letter l LEFT JOIN person p ON p.id = l.person_id
WHERE l.stage = 'open' AND l.state = 'held' AND l.not_before > clock_timestamp() + $1::interval
ORDER BY l.not_before, l.id LIMIT $2
"""
_HELD = """
SELECT count(*) AS many, min(not_before) AS next FROM letter
WHERE stage = 'open' AND state = 'held' AND not_before > clock_timestamp() + $1::interval
"""
# The frozen bytes stay, so that the other side can still tell a repeat; only who travelled in a bundle speaks for
# itself now. Whoever has no working address any more is not written to in vain.
AGAIN = """
UPDATE letter l
SET state = 'ready', attempts = 0, repeats = 0, reason = NULL, owner = NULL, lease_until = NULL, started_at = NULL,
    settled_at = NULL, not_before = clock_timestamp() + $2::interval, bundle = NULL,
    body = CASE WHEN bundle IS NULL THEN body END, body_sha256 = CASE WHEN bundle IS NULL THEN body_sha256 END
FROM contact c
WHERE l.id = ANY ($1::bigint[]) AND (l.stage = 'dead' OR (l.stage = 'open' AND l.state = 'uncertain'))
  AND c.door = l.door AND c.address = l.address AND c.person_id = l.person_id AND c.off_at IS NULL
RETURNING l.id
"""


@dataclass(frozen=True, slots=True)
class Stuck:
    """A letter that was given up (`dead`) or of which nobody knows whether it arrived (`uncertain`), since `at`."""

    id: int
    state: str
    purpose: str
    number: str | None
    door: str
    person: str | None
    reason: str | None
    attempts: int
    at: datetime


async def stuck(tx: Tx, most: int = 200) -> list[Stuck]:
    """Those letters, the oldest first."""
    return [Stuck(**row) for row in await (await within(tx)).fetch(_STUCK, most)]


@dataclass(frozen=True, slots=True)
class Held:
    """A letter that waits for the sending hours, and when it may leave (the office's time)."""

    id: int
    purpose: str
    number: str | None
    door: str
    person: str | None
    at: datetime


async def held(tx: Tx, shift: timedelta, most: int = 200) -> list[Held]:
    """Letters that wait for the sending hours, those that leave first at the top."""
    return [Held(**row) for row in await (await within(tx)).fetch(_WAITING, shift, most)]


async def count_held(tx: Tx, shift: timedelta) -> tuple[int, datetime | None]:
    """How many letters wait for the sending hours, and when the first of them leaves (the office's time)."""
    row = await (await within(tx)).fetchrow(_HELD, shift)
    return row["many"], row["next"]


async def send_again(engine: AsyncEngine, letters: Sequence[int], shift: timedelta) -> set[int]:
    """Put these letters into the queue once more; those that were stuck and have somebody at their address."""
    async with engine.begin() as tx:
        rows = await (await within(tx)).fetch(AGAIN, list(letters), shift)
    return {row["id"] for row in rows}

"""The mail room's queue as an administrator looks after it: what waits, what was given up, and what to do with it.

Never what a letter says: only what it is about, for whom, through which door, and why it is here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from notifier.aftercare import AGAIN
from notifier.wire import within
from store.db import Tx

STATES = ("dead", "uncertain", "retry", "held", "ready")
"""States in which somebody may want to look at a letter."""
AT_ONCE = 500

_LISTED = """
SELECT l.id, l.state, l.purpose, l.number, l.door, l.address, p.name AS person, l.person_id, l.reason, l.attempts,
       l.not_before, coalesce(l.settled_at, l.started_at, l.created_at) AS at, count(*) OVER () AS total
FROM letter l LEFT JOIN person p ON p.id = l.person_id
WHERE (l.stage = 'dead' OR l.stage = 'open') AND ($1::text[] IS NULL OR l.state = ANY ($1))
  AND ($2::text IS NULL OR l.door = $2) AND ($3::text IS NULL OR l.purpose = $3)
  AND ($4::text IS NULL OR p.name ILIKE $4 OR l.person_id ILIKE $4 OR l.number ILIKE $4)
ORDER BY l.id LIMIT $5 OFFSET $6
"""
_QUEUES = """
SELECT door, CASE WHEN stage = 'dead' THEN 'dead' WHEN state IN ('claimed', 'started') THEN 'leaving'
                  WHEN state IN ('uncertain', 'retry', 'held') THEN state
                  WHEN not_before > clock_timestamp() + $1::interval THEN 'held' ELSE 'ready' END AS shown,
       count(*) AS many, min(coalesce(settled_at, created_at)) AS oldest
FROM letter WHERE stage IN ('dead', 'open') GROUP BY door, shown ORDER BY door, shown
"""
_SHUT = """
SELECT door, broken, paused_until FROM door_state WHERE broken IS NOT NULL OR paused_until > clock_timestamp()
ORDER BY door
"""
# A letter on its way, or in a bundle with others, keeps its course: only what lies still can be laid aside.
_PARK = """
UPDATE letter SET state = 'dead', reason = $2, owner = NULL, lease_until = NULL, settled_at = clock_timestamp()
WHERE id = ANY ($1::bigint[]) AND stage = 'open' AND state IN ('held', 'ready', 'retry', 'uncertain')
  AND bundle IS NULL AND purpose <> 'card_update'
RETURNING id
"""
_GIVE_UP = """
UPDATE letter SET state = 'obsolete', reason = $2, owner = NULL, lease_until = NULL
WHERE id = ANY ($1::bigint[]) AND stage = 'dead' RETURNING id
"""
_STATE_OF = "SELECT id, state FROM letter WHERE id = ANY ($1::bigint[]) FOR UPDATE"
_PURPOSES = "SELECT DISTINCT purpose FROM letter WHERE stage IN ('dead', 'open') ORDER BY purpose LIMIT 100"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A letter that is not settled, or was given up (`dead`). `at`: since when it is as it is."""

    id: int
    state: str
    purpose: str
    number: str | None
    door: str
    address: str
    person: str | None
    person_id: str
    reason: str | None
    attempts: int
    not_before: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class Queue:
    """How many letters of a door are in a state, and since when the oldest of them is there."""

    door: str
    state: str
    many: int
    oldest: datetime


async def listed(tx: Tx, filters: Mapping[str, str], start: int, size: int) -> tuple[list[Waiting], int]:
    """Letters that fit, the oldest first, and how many there are. `state` is one of `STATES` or `all`; without it the
    dead and the uncertain; `door`, `purpose`, and `words` in a name, userid or number."""
    state = filters.get("state", "")
    states = None if state == "all" else [state] if state in STATES else ["dead", "uncertain"]
    words = filters.get("words")
    like = f"%{words}%" if words else None
    wanted = (states, filters.get("door"), filters.get("purpose"), like)
    rows = await (await within(tx)).fetch(_LISTED, *wanted, size, start)
    found = [Waiting(**{name: value for name, value in row.items() if name != "total"}) for row in rows]
    return found, rows[0]["total"] if rows else 0


async def purposes(tx: Tx) -> list[str]:
    """What the letters that are not settled are for."""
    return [row["purpose"] for row in await (await within(tx)).fetch(_PURPOSES)]


async def queues(tx: Tx, shift: timedelta) -> list[Queue]:
    """What waits, by door and state."""
    return [
        Queue(row["door"], row["shown"], row["many"], row["oldest"])
        for row in await (await within(tx)).fetch(_QUEUES, shift)
    ]


async def shut(tx: Tx) -> dict[str, str]:
    """Doors that do not send just now, and why (empty: a pause that the other side asked for)."""
    return {row["door"]: row["broken"] or "" for row in await (await within(tx)).fetch(_SHUT)}


async def states_of(tx: Tx, letters: Sequence[int]) -> dict[int, str]:
    """The state of each of these letters, which nobody changes until the commit."""
    return {row["id"]: row["state"] for row in await (await within(tx)).fetch(_STATE_OF, list(letters))}


async def again(tx: Tx, letters: Sequence[int], shift: timedelta) -> set[int]:
    """Put dead and uncertain ones into the queue once more; those that somebody is reached by."""
    return {row["id"] for row in await (await within(tx)).fetch(AGAIN, list(letters), shift)}


async def park(tx: Tx, letters: Sequence[int], reason: str) -> set[int]:
    """Take letters that have not left out of the queue; they lie with the dead and can be sent again."""
    return {row["id"] for row in await (await within(tx)).fetch(_PARK, list(letters), reason)}


async def give_up(tx: Tx, letters: Sequence[int], reason: str) -> set[int]:
    """Lay dead letters aside for good."""
    return {row["id"] for row in await (await within(tx)).fetch(_GIVE_UP, list(letters), reason)}

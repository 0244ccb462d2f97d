"""The way through the mail room: claim, start, settle and reap, each one statement on the database's clock.

A letter is `claimed` by one owner for a lease, marked `started` before the call and settled after it. Whoever dies
in between leaves a mark from which the reaper knows what may have happened (mailroom.md, rules 3 to 5).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from store.db import Driver
from store.words import Address, Json

# The subselects make the clock a constant, so that it can serve an index; the oldest open letter of an address is
# looked up row by row, because any join would read the whole queue.
_CLAIM = """
WITH due AS MATERIALIZED (
  SELECT l.id, l.state FROM letter l
  WHERE l.door = $1 AND l.stage = 'open' AND l.state IN ('ready', 'retry', 'uncertain', 'held')
    AND l.not_before <= (SELECT clock_timestamp() + $3::interval)
    AND l.id = (SELECT o.id FROM letter o
                WHERE o.door = $1 AND o.address = l.address AND o.stage = 'open'
                  AND (o.state <> 'held' OR o.not_before <= clock_timestamp() + $3::interval)
                ORDER BY o.id LIMIT 1)
    AND NOT EXISTS (SELECT FROM door_state s WHERE s.door = $1 AND s.paused_until > clock_timestamp())
  ORDER BY l.not_before, l.id
  LIMIT (SELECT CASE WHEN EXISTS (SELECT FROM door_state s WHERE s.door = $1 AND s.broken IS NOT NULL)
                     THEN 1 ELSE $4::int END)
  FOR UPDATE OF l SKIP LOCKED
), mine AS (
  UPDATE letter l SET state = 'claimed', owner = $2, lease_until = clock_timestamp() + $5::interval
  FROM due WHERE l.id = due.id
  RETURNING l.id, l.key, l.address, l.person_id, l.template, l.facts::text AS facts, l.urgent, l.attempts,
            l.repeats, l.bundle, l.body, l.started_at, l.not_before, due.state AS was
)
SELECT m.*, p.language, clock_timestamp() AS at, clock_timestamp() - m.started_at AS doubtful_for,
       c.off_at IS NULL AND c.person_id IS NOT NULL AND p.active AS reachable,
       coalesce(s.parallel, 32) AS parallel, s.broken IS NOT NULL AS broken
FROM mine m
LEFT JOIN contact c ON c.door = $1 AND c.address = m.address AND c.person_id = m.person_id
LEFT JOIN person p ON p.id = m.person_id
LEFT JOIN door_state s ON s.door = $1
ORDER BY m.not_before, m.id
"""
_START = """
UPDATE letter l
SET state = 'started', started_at = coalesce(l.started_at, clock_timestamp()),
    lease_until = clock_timestamp() + $6::interval, body = d.body, body_sha256 = d.sha, repeats = l.repeats + d.again
FROM unnest($2::bigint[], $3::bytea[], $4::text[], $5::int[]) AS d(id, body, sha, again), contact c, person p
WHERE l.id = d.id AND l.state = 'claimed' AND l.owner = $1 AND l.lease_until > clock_timestamp()
  AND c.door = l.door AND c.address = l.address AND c.person_id = l.person_id AND c.off_at IS NULL
  AND p.id = l.person_id AND p.active
  AND NOT EXISTS (SELECT FROM door_state s WHERE s.door = l.door AND s.paused_until > clock_timestamp())
RETURNING l.id
"""
_SETTLED = """
  UPDATE letter l
  SET state = d.state, attempts = l.attempts + d.counts, ref = coalesce(d.ref, l.ref), reason = d.reason,
      owner = NULL, lease_until = NULL,
      started_at = CASE WHEN d.arrived THEN l.started_at END,
      not_before = CASE WHEN d.state IN ('sent', 'dead') THEN l.not_before
                        ELSE clock_timestamp() + $2::interval + d.after END,
      settled_at = CASE WHEN d.state IN ('sent', 'dead') THEN clock_timestamp() END,
      left_at = CASE WHEN NOT d.arrived THEN NULL WHEN l.state = 'started' OR l.left_at IS NULL THEN clock_timestamp()
                     ELSE l.left_at END
  FROM unnest($3::bigint[], $4::text[], $5::text[], $6::text[], $7::interval[], $8::int[], $9::bool[])
    AS d(id, state, ref, reason, after, counts, arrived)
  WHERE l.id = d.id AND l.owner = $1 AND l.state IN ('claimed', 'started')
  RETURNING l.id, l.state, l.ref, l.reason, l.settled_at, l.started_at
"""
# Whoever travelled in a bundle shares its fate; a bundle that was refused is taken apart.
_SETTLED_WITH_BUNDLES = f"""
WITH done AS ({_SETTLED}), carried AS (
  UPDATE letter m
  SET state = CASE WHEN done.state = 'sent' THEN 'sent' WHEN done.started_at IS NULL THEN 'ready' ELSE 'dead' END,
      ref = done.ref, reason = done.reason,
      settled_at = CASE WHEN done.started_at IS NOT NULL THEN done.settled_at END,
      started_at = CASE WHEN done.started_at IS NOT NULL THEN m.started_at END,
      bundle = CASE WHEN done.started_at IS NOT NULL THEN m.bundle END,
      body = CASE WHEN done.started_at IS NOT NULL THEN m.body END,
      body_sha256 = CASE WHEN done.started_at IS NOT NULL THEN m.body_sha256 END
  FROM done
  WHERE done.state IN ('sent', 'dead') AND m.bundle = done.id AND m.id <> done.id AND m.state = 'started'
)
SELECT id FROM done
"""  # noqa: S608 (nothing but our own text)
_REAP = """
UPDATE letter
SET state = CASE WHEN started_at IS NOT NULL THEN 'uncertain' WHEN attempts > 0 THEN 'retry' ELSE 'ready' END,
    attempts = attempts + (state = 'started')::int, owner = NULL, lease_until = NULL
WHERE id IN (SELECT id FROM letter
             WHERE door = $1 AND stage = 'open' AND not_before <= (SELECT clock_timestamp() + $2::interval)
               AND state IN ('claimed', 'started') AND lease_until < clock_timestamp()
             LIMIT 1000 FOR UPDATE SKIP LOCKED)
RETURNING id
"""
_PAUSE = """
INSERT INTO door_state AS s (door, paused_until, broken) VALUES ($1, clock_timestamp() + $2::interval, $3)
ON CONFLICT (door) DO UPDATE
SET paused_until = greatest(s.paused_until, excluded.paused_until), broken = coalesce(excluded.broken, s.broken)
"""
# The sending hours are over: this letter waits until they open, and with it what queues behind it for the same address.
_HOLD = """
UPDATE letter SET state = 'held', not_before = $5, owner = NULL, lease_until = NULL
WHERE door = $1 AND address = $2 AND stage = 'open' AND NOT urgent AND started_at IS NULL AND bundle IS NULL
  AND (state IN ('ready', 'retry') OR (state = 'claimed' AND owner = $3 AND id = $4))
"""
_MEND = "UPDATE door_state SET broken = NULL, paused_until = NULL WHERE door = $1 AND broken IS NOT NULL"
_FEWER = """
INSERT INTO door_state AS s (door, parallel) VALUES ($1, $2)
ON CONFLICT (door) DO UPDATE SET parallel = least(s.parallel, excluded.parallel)
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A letter in our hands until the lease ends."""

    id: int
    key: str
    to: Address
    person: str
    language: str
    template: str
    facts: Mapping[str, Json]
    urgent: bool
    was: str  # the state it was claimed from
    at: datetime  # when it was claimed, by the database's clock
    attempts: int
    repeats: int
    bundle: int | None
    body: bytes | None  # frozen by an earlier attempt
    doubtful_for: timedelta | None  # since the first call that may have reached the other side, if any did
    reachable: bool  # the contact is not off and the person is active
    parallel: int  # how many letters of this door may be on their way
    broken: bool  # the door is: this letter finds out whether it still is

    @property
    def doubtful(self) -> bool:
        """It may have arrived already."""
        return self.doubtful_for is not None

    @property
    def carries(self) -> bool:
        """Its bytes speak for other letters, too."""
        return self.bundle == self.id


@dataclass(frozen=True, slots=True)
class Start:
    """The exact bytes that are about to leave; `again` counts a repeat in doubt."""

    id: int
    body: bytes
    sha256: str
    again: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a letter: a state, and when it may be tried again. `arrived`: it reached them, or may have."""

    id: int
    state: str  # sent | dead | retry | uncertain | ready
    ref: str | None = None
    reason: str | None = None
    after: timedelta = timedelta()
    counts: bool = False
    arrived: bool = False
    bundle: bool = False
    code: str | None = None  # what changes the card that was shown


async def claim(
    conn: Driver, door: str, owner: str, shift: timedelta, limit: int = 100, lease: timedelta = timedelta(seconds=30)
) -> list[Claimed]:
    """Lease due letters of an open door, oldest first, and of each address only the oldest open one."""
    return [_claimed(row, door) for row in await conn.fetch(_CLAIM, door, owner, shift, limit, lease)]


async def start(
    conn: Driver, owner: str, starts: Sequence[Start], lease: timedelta = timedelta(seconds=30)
) -> set[int]:
    """Mark letters as started, their bytes frozen. Only those that come back may be sent: the others are not ours
    any more, obsolete, addressed to somebody who left, or their door is paused."""
    rows = await conn.fetch(
        _START,
        owner,
        [start.id for start in starts],
        [start.body for start in starts],
        [start.sha256 for start in starts],
        [int(start.again) for start in starts],
        lease,
    )
    return {row["id"] for row in rows}


async def settle(conn: Driver, owner: str, verdicts: Sequence[Verdict], shift: timedelta) -> set[int]:
    """Write what became of letters that are still ours; the others were settled by somebody else."""
    statement = _SETTLED_WITH_BUNDLES if any(verdict.bundle for verdict in verdicts) else _SETTLED
    rows = await conn.fetch(
        statement,
        owner,
        shift,
        [verdict.id for verdict in verdicts],
        [verdict.state for verdict in verdicts],
        [verdict.ref for verdict in verdicts],
        [verdict.reason for verdict in verdicts],
        [verdict.after for verdict in verdicts],
        [int(verdict.counts) for verdict in verdicts],
        [verdict.arrived for verdict in verdicts],
    )
    return {row["id"] for row in rows}


async def reap(conn: Driver, door: str, shift: timedelta) -> int:
    """Take letters of a door back from owners whose lease ended; how many."""
    return len(await conn.fetch(_REAP, door, shift))


async def hold(conn: Driver, owner: str, letter: Claimed, until: datetime) -> None:
    """Nothing that is not urgent leaves for this letter's address before `until` (the office's time)."""
    await conn.execute(_HOLD, letter.to.door, letter.to.id, owner, letter.id, until)


async def pause(conn: Driver, door: str, after: timedelta, broken: str | None = None) -> None:
    """Hold every letter of a door in all replicas; `broken` says why an administrator must act."""
    await conn.execute(_PAUSE, door, after, broken)


async def mend(conn: Driver, door: str) -> None:
    """A broken door let something through: it is whole again."""
    await conn.execute(_MEND, door)


async def fewer(conn: Driver, door: str, parallel: int) -> None:
    """At most so many letters of this door on their way, in every replica."""
    await conn.execute(_FEWER, door, parallel)


def _claimed(row: Mapping[str, Json], door: str) -> Claimed:
    return Claimed(
        id=row["id"],
        key=row["key"],
        to=Address(door, row["address"]),
        person=row["person_id"],
        language=row["language"] or "zh",
        template=row["template"],
        facts=json.loads(row["facts"]),
        urgent=row["urgent"],
        was=row["was"],
        at=row["at"],
        attempts=row["attempts"],
        repeats=row["repeats"],
        bundle=row["bundle"],
        body=row["body"],
        doubtful_for=row["doubtful_for"],
        reachable=bool(row["reachable"]),
        parallel=row["parallel"],
        broken=row["broken"],
    )

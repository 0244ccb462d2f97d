"""How much each door's other side takes, and what one address may still get: judged before the call, for all replicas.

WeCom drops what exceeds 30 messages a minute or 1000 an hour to one member, silently (wecom.md §11). A message counts
from the moment it left until its window has passed since its answer was written, so that no replica's clock and no
slow answer can let a 31st through.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from notifier.leases import Claimed
from store.db import Driver

# The queue behind a letter is counted as far as 200.
_JUDGE = """
SELECT a.id, min(r.most - t.sent) AS room,
       max(CASE WHEN t.sent >= r.most THEN t.oldest + r.span - clock_timestamp() END) AS wait,
       (SELECT count(*) FROM (
          SELECT FROM letter w WHERE w.door = $1 AND w.address = a.address AND w.id > a.id AND w.stage = 'open'
            AND w.state = 'ready' LIMIT 200) AS behind) AS waiting
FROM unnest($2::bigint[], $3::text[]) AS a(id, address)
CROSS JOIN unnest($4::int[], $5::interval[]) AS r(most, span)
CROSS JOIN LATERAL (
  SELECT count(*) AS sent, min(x.left_at) AS oldest FROM (
    SELECT m.left_at FROM letter m
    WHERE m.door = $1 AND m.address = a.address AND m.left_at > (SELECT clock_timestamp() - r.span)
    ORDER BY m.left_at DESC LIMIT r.most) AS x) AS t
GROUP BY a.id, a.address
"""
# A bucket that drips: each call reserves its place in time and learns how long to wait for it.
_TAKE = """
INSERT INTO door_state AS s (door, spent_until) VALUES ($1, clock_timestamp() + $2::interval)
ON CONFLICT (door) DO UPDATE SET spent_until = greatest(s.spent_until, clock_timestamp()) + $2::interval
RETURNING greatest(spent_until - clock_timestamp() - $3::interval, interval '0')
"""
# The rest of a queue that must wait anyway leaves the list of what is due, so that nobody reads over it.
_DEFER = """
UPDATE letter SET not_before = clock_timestamp() + $4::interval + $5::interval
WHERE door = $1 AND address = $2 AND id > $3 AND stage = 'open' AND state = 'ready'
  AND not_before < clock_timestamp() + $4::interval + $5::interval
"""


@dataclass(frozen=True, slots=True)
class Manners:
    """What the other side of a door takes."""

    each: tuple[tuple[int, timedelta], ...]  # messages to one address in any such span
    burst: int | None = None  # at most so many at once to everybody together …
    every: timedelta = timedelta()  # … and then one more in each such time
    forgives: timedelta = timedelta()  # how long the same bytes sent again are shown only once
    longest: int = 2000  # bytes of one text
    pictures: bool = False  # whether it shows pictures (notifier/reporting.py)


_SECOND, _MINUTE, _HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)

MANNERS: Mapping[str, Manners] = {
    # The envelope asks for a duplicate check of three to four hours (wecom.md §7).
    "wecom": Manners(each=((30, _MINUTE), (1000, _HOUR)), forgives=timedelta(hours=3), pictures=True),
    # About one message a second to one chat and 30 to all; 10 at once and 20 a second never exceed it.
    "telegram": Manners(each=((1, _SECOND),), burst=10, every=_SECOND / 20, pictures=True),
    # A program of another house: as it comes, in its order; it tells repeats by their id.
    "hook": Manners(each=((100_000, _MINUTE),), forgives=timedelta(days=30), longest=60_000),
}
_CAREFUL = Manners(each=((20, _MINUTE),))


def manners(door: str) -> Manners:
    """What is known of that door; an unknown one is treated with care."""
    return MANNERS.get(door, _CAREFUL)


@dataclass(frozen=True, slots=True)
class Permit:
    """What an address may get now: `room` more messages while `waiting` letters queue behind; else `wait` so long."""

    room: int
    waiting: int = 0
    wait: timedelta = timedelta()

    @property
    def together(self) -> int:
        """How many letters the next message must carry so that each of the others still has one of its own."""
        return max(1, 1 + self.waiting - self.room + 1)


async def judge(conn: Driver, door: str, letters: Sequence[Claimed], known: Manners) -> dict[int, Permit]:
    """The permit of each letter, from what left for its address lately."""
    rows = await conn.fetch(
        _JUDGE,
        door,
        [letter.id for letter in letters],
        [letter.to.id for letter in letters],
        [most for most, _ in known.each],
        [span for _, span in known.each],
    )
    return {row["id"]: Permit(row["room"], row["waiting"], row["wait"] or timedelta()) for row in rows}


async def take(conn: Driver, door: str, count: int, known: Manners) -> timedelta:
    """Reserve `count` calls at a door that is paced as a whole; how long to wait before them."""
    if known.burst is None:
        return timedelta()
    wait: timedelta = await conn.fetchval(_TAKE, door, count * known.every, known.burst * known.every)
    return wait


async def defer(conn: Driver, letter: Claimed, wait: timedelta, shift: timedelta) -> None:
    """Whatever queues behind this letter waits as long as it does."""
    await conn.execute(_DEFER, letter.to.door, letter.to.id, letter.id, shift, wait)

"""What does not fit an address's limit travels together: one message that lists several letters."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta

from notifier import leases, render
from notifier.leases import Claimed, Start
from store.db import Driver

_FOLLOWERS = """
SELECT id, template, facts::text AS facts FROM letter
WHERE door = $1 AND address = $2 AND id > $3 AND stage = 'open' AND body IS NULL AND person_id = $4
  AND (state = 'ready' OR (state = 'held' AND not_before <= (SELECT clock_timestamp() + $6::interval)))
  AND template NOT IN ('card_update', 'picture')
ORDER BY id LIMIT $5 FOR UPDATE
"""
# They have no lease of their own: they share the fate of the letter that carries them.
_CARRY = """
UPDATE letter
SET bundle = $1, body = $3, body_sha256 = $4, state = 'started', started_at = coalesce(started_at, clock_timestamp())
WHERE id = ANY ($2::bigint[])
"""


async def start(
    conn: Driver,
    owner: str,
    letter: Claimed,
    count: int,
    envelope: Callable[[str], bytes],
    longest: int,
    lease: timedelta,
    shift: timedelta,
) -> bytes | None:
    """Freeze one message for this letter and up to `count` - 1 that queue behind it, and mark them all as started.

    None, with nothing changed, when there is nothing to put together or the letter must not be sent. Raises what
    rendering raises.
    """
    async with conn.transaction():
        rows = await conn.fetch(_FOLLOWERS, letter.to.door, letter.to.id, letter.id, letter.person, count - 1, shift)
        told = [(letter.template, letter.facts), *((row["template"], json.loads(row["facts"])) for row in rows)]
        text, fit = render.bundle(told, letter.language, longest)
        if fit < 2:
            return None
        body = envelope(text)
        sha256 = hashlib.sha256(body).hexdigest()
        if not await leases.start(conn, owner, [Start(letter.id, body, sha256)], lease):
            return None
        ids = [letter.id, *(row["id"] for row in rows[: fit - 1])]
        await conn.execute(_CARRY, letter.id, ids, body, sha256)
        return body

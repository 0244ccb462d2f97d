"""What waits: letters and files not yet settled, for metrics and for `doctor`."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from store.db import Tx

_LETTERS = text("""
SELECT state, count(*) AS many,
       greatest(0, extract(epoch FROM clock_timestamp() + :shift - min(not_before)))::float AS oldest
FROM letter WHERE state NOT IN ('sent', 'dead', 'obsolete') GROUP BY state
""")
_MEDIA = text("""
SELECT count(*) AS many,
       coalesce(greatest(0, extract(epoch FROM clock_timestamp() + :shift - min(received_at))), 0)::float AS oldest
FROM evidence WHERE state = 'wanted'
""")


async def letters(tx: Tx, shift: timedelta) -> dict[str, tuple[int, float]]:
    """By state: how many, and for how many seconds the oldest one has been due."""
    return {row.state: (row.many, row.oldest) for row in await tx.execute(_LETTERS, {"shift": shift})}


async def media(tx: Tx, shift: timedelta) -> tuple[int, float]:
    """How many files are still to be fetched, and for how many seconds the oldest one has waited."""
    row = (await tx.execute(_MEDIA, {"shift": shift})).one()
    return row.many, row.oldest

"""What a door itself tells all replicas and `doctor`: why it stopped, and when it was last called."""

from __future__ import annotations

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncEngine

_BROKEN = text(
    "INSERT INTO door_state (door, broken) VALUES (:door, :why)"
    " ON CONFLICT (door) DO UPDATE SET broken = excluded.broken"
)
_HEARD = text(
    "INSERT INTO door_state (door, checked_at) VALUES (:door, clock_timestamp())"
    " ON CONFLICT (door) DO UPDATE SET checked_at = excluded.checked_at"
)


async def broken(engine: AsyncEngine, door: str, why: str) -> None:
    """Raise the alarm: an administrator must act. The mail room tries one letter at a time until one gets through."""
    await _write(engine, _BROKEN, door=door, why=why)


async def heard(engine: AsyncEngine, door: str) -> None:
    """A genuine call from the other side arrived."""
    await _write(engine, _HEARD, door=door)


async def _write(engine: AsyncEngine, statement: TextClause, **values: str) -> None:
    async with engine.begin() as tx:
        await tx.execute(statement, values)

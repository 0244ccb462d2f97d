"""Access tokens shared by all replicas: one row each, refreshed under that row's lock.

`expires_at` is not when the other side lets the token die but until when we use it: five minutes less.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncEngine

MARGIN = timedelta(minutes=5)

# A row to lock must exist before anybody has a token.
_PLACEHOLDER = text("INSERT INTO token VALUES (:name, '', 'epoch') ON CONFLICT (name) DO NOTHING")
_LOCKED = text(
    "SELECT value, expires_at, expires_at - clock_timestamp() AS remains FROM token WHERE name = :name FOR UPDATE"
)
_STORE = text(
    "UPDATE token SET value = :value, expires_at = clock_timestamp() + :use WHERE name = :name"
    " RETURNING value, expires_at, expires_at - clock_timestamp() AS remains"
)
_DROP = text("UPDATE token SET expires_at = 'epoch' WHERE name = :name AND value = :value AND expires_at = :until")


@dataclass(frozen=True, slots=True)
class Granted:
    """What the other side answered: the token, and for how long from now it is good."""

    value: str
    lasts: timedelta


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it stands in its row. Two grants of the same value (WeCom repeats a token while it lives) differ
    in `expires_at`, so "drop this one" never drops its successor."""

    value: str
    expires_at: datetime  # until when we use it, by the database clock
    left: timedelta  # the same, counted from the moment of reading


async def refresh(engine: AsyncEngine, name: str, ask: Callable[[], Awaitable[Granted]]) -> Token:
    """The usable token `name`: the stored one, or a new one from `ask`.

    The row stays locked while the other side is asked, on purpose: however many replicas find the token spent,
    one asks and the others wait for its answer. `ask` needs a time-out of its own; what it raises comes through.
    """
    async with engine.begin() as tx:
        await tx.execute(_PLACEHOLDER, {"name": name})
        found = _token((await tx.execute(_LOCKED, {"name": name})).one())
        if found.left > timedelta():
            return found
        granted = await ask()
        use = max(granted.lasts - MARGIN, granted.lasts / 2)
        stored = await tx.execute(_STORE, {"name": name, "value": granted.value.encode(), "use": use})
        return _token(stored.one())


async def drop(engine: AsyncEngine, name: str, spent: Token) -> None:
    """Mark exactly that token as unusable; nothing happens when another one already stands in its place."""
    async with engine.begin() as tx:
        await tx.execute(_DROP, {"name": name, "value": spent.value.encode(), "until": spent.expires_at})


def _token(row: Row[Any]) -> Token:
    return Token(row.value.decode(), row.expires_at, row.remains)

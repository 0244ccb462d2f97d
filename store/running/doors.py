"""What the books know of a door: when it last worked, why it stopped, its tokens, what went wrong lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from store import tables
from store.db import Tx

_LATELY = 200_000
"""Letters that are looked through for the last one that arrived."""
_letter, _state, _token = tables.letter.c, tables.door_state.c, tables.token.c


@dataclass(frozen=True, slots=True)
class DoorFacts:
    """`checked_at`: the last genuine call from outside; `tokens`: name and end; `errors`: when and why, newest first.
    Moments are the database's, not the office's."""

    broken: str | None
    paused_until: datetime | None
    checked_at: datetime | None
    parallel: int
    sent_at: datetime | None
    tokens: list[tuple[str, datetime]]
    errors: list[tuple[datetime, str]]


async def facts_of(tx: Tx, door: str, errors: int = 5) -> DoorFacts:
    """Everything that is known of that door."""
    row = (await tx.execute(select(tables.door_state).where(_state.door == door))).one_or_none()
    newest = (await tx.execute(select(func.max(_letter.id)))).scalar_one() or 0
    sent = select(_letter.settled_at).where(
        _letter.id > newest - _LATELY, _letter.door == door, _letter.state == "sent"
    )
    tokens = select(_token.name, _token.expires_at).where(_token.name.like(f"{door}%")).order_by(_token.name)
    dead = select(_letter.settled_at, _letter.reason).where(_letter.stage == "dead", _letter.door == door)
    waiting = select(_letter.created_at, _letter.reason).where(
        _letter.stage == "open", _letter.door == door, _letter.reason.is_not(None)
    )
    wrong = [
        (at, reason)
        for query in (dead.order_by(_letter.settled_at.desc()), waiting.order_by(_letter.id.desc()))
        for at, reason in await tx.execute(query.limit(errors))
        if at and reason
    ]
    return DoorFacts(
        broken=row.broken if row else None,
        paused_until=row.paused_until if row else None,
        checked_at=row.checked_at if row else None,
        parallel=row.parallel if row else 32,
        sent_at=(await tx.execute(sent.order_by(_letter.id.desc()).limit(1))).scalar_one_or_none(),
        tokens=[(one.name, one.expires_at) for one in await tx.execute(tokens)],
        errors=sorted(wrong, reverse=True)[:errors],
    )

"""Moves of the ledgers as letters to programs: thin events, to be read in full through the open interface."""

from __future__ import annotations

from datetime import UTC, datetime

from store.db import Tx
from store.sharing.hooks import DOOR, hearing
from store.words import Address, Letter, Moved

PURPOSE = "hook"


async def hooked(tx: Tx, moved: Moved, at: datetime) -> list[Letter]:
    """One letter for every hook that hears of this move. Of an internal matter it does not say who acted."""
    entry = moved.entry
    data = {
        "ledger": str(entry.ledger),
        "number": entry.number,
        "seq": moved.seq,
        "verb": moved.verb,
        "before": moved.before,
        "state": entry.state,
        "by": None if entry.fields.get("internal") else moved.by.id,
        "at": moved.at.astimezone(UTC).isoformat(),
    }
    return [
        Letter(
            key=f"hook:{one.id}:{entry.number}:{moved.seq}",
            to=Address(DOOR, one.id),
            person=one.person,
            purpose=PURPOSE,
            template="hook",
            facts={"payload": {"type": "entry.moved", "timestamp": data["at"], "data": data}},
            not_before=at,
            urgent=True,
        )
        for one in await hearing(tx, moved)
    ]

"""What need not be said any more, because the entry moved on before its letters left (mailroom.md §1.8)."""

from __future__ import annotations

from collections.abc import Mapping

from notifier import outbox
from notifier.notices import ACTED, CALLS, DECIDED, DECISIONS, WARNS
from store.db import Tx
from store.moving.tasks import waiting
from store.words import Json, Ledger, Moved


async def cancel(tx: Tx, moved: Moved) -> int:
    """Make obsolete, in the transaction of the move, what it overtakes; how many letters.

    A call to act is overtaken when whoever it calls has acted or has nothing to do here any more; a warning by every
    such move and by the next warning, so that after an outage people hear of the newest only.
    """
    entry = moved.entry
    if moved.before == entry.state and moved.verb not in ACTED | {"warn"}:
        return 0
    ledger, reason = str(entry.ledger), f"{moved.verb}: {entry.state}"
    count = await outbox.obsolete(tx, ledger, entry.number, reason, WARNS)
    if moved.before != entry.state:
        return count + await outbox.obsolete(tx, ledger, entry.number, reason, CALLS, still_called(moved))
    if moved.verb in DECIDED:
        count += await outbox.obsolete(tx, ledger, entry.number, reason, DECISIONS)
    return count + await outbox.obsolete(tx, ledger, entry.number, reason, CALLS, only_for=done_with(moved))


def still_called(moved: Moved) -> list[str]:
    """Whoever has something to do in the entry as before: assistants, while the main task changes hands."""
    return [task["person"] for task in _waiting(moved) if task["person"] != moved.by.id]


def done_with(moved: Moved) -> list[str]:
    """Whoever acted just now, and those whose task is with others or over."""
    if moved.entry.ledger is not Ledger.PROBLEM:
        return [moved.by.id]
    left = {task["person"] for task in _waiting(moved)}
    return [moved.by.id, *{task["person"] for task in moved.entry.fields["tasks"]} - left]


def _waiting(moved: Moved) -> list[Mapping[str, Json]]:
    if moved.entry.ledger is not Ledger.PROBLEM:
        return []
    return waiting(moved.entry.fields["tasks"], "main", "assisting", "recheck")

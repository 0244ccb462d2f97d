"""What need not be said any more, because the entry moved on before its letters left (mailroom.md §1.8)."""

from __future__ import annotations

from notifier import outbox
from notifier.notices import ACTED, CALLS, WARNS
from store.db import Tx
from store.tasks import waiting
from store.words import Ledger, Moved


async def cancel(tx: Tx, moved: Moved) -> int:
    """Make obsolete, in the transaction of the move, what it overtakes; how many letters.

    A call to act is overtaken when whoever it calls has acted or has nothing to do here any more; a warning by every
    such move and by the next warning, so that after an outage people hear of the newest only.
    """
    entry = moved.entry
    acted = moved.before != entry.state or moved.verb in ACTED
    if not acted and moved.verb != "warn":
        return 0
    ledger, reason = str(entry.ledger), f"{moved.verb}: {entry.state}"
    count = await outbox.obsolete(tx, ledger, entry.number, reason, WARNS)
    if acted:
        count += await outbox.obsolete(tx, ledger, entry.number, reason, CALLS, still_called(moved))
    return count


def still_called(moved: Moved) -> list[str]:
    """Whoever has something to do in the entry as before: assistants while the main task changes hands."""
    if moved.entry.ledger is not Ledger.PROBLEM:
        return []
    tasks = waiting(moved.entry.fields["tasks"], "main", "assisting", "recheck")
    return [task["person"] for task in tasks if task["person"] != moved.by.id]

"""What the clock must know of an entry, read off its columns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from store.clock.deadlines import Rung, Watch
from store.law.given import moment
from store.words import Json


def watch_of(fields: Mapping[str, Json]) -> Watch:
    """What the clock must know of an entry with these columns."""
    tasks = [task for task in fields.get("tasks", ()) if task["state"] == "assigned" and task.get("receive_by")]
    receive = {str(task["id"]): instant(task["receive_by"]) for task in tasks if fields["state"] != "suspended"}
    due = instant(fields["due_at"]) if fields["due_at"] else None
    return Watch(instant(fields["since"] or fields["last_at"]), due, receive, frozenset(fields.get("warned") or ()))


def ladder_of(ladder: tuple[Rung, ...], state: str) -> tuple[Rung, ...]:
    """The rungs that count in a state: a suspended matter runs under no light, it is only reviewed on its day."""
    return tuple(rung for rung in ladder if rung.days == 0) if state == "suspended" else ladder


def instant(value: Json) -> datetime:
    """A moment as a column about to be written or as an entry's field has it."""
    at: datetime = value if isinstance(value, datetime) else moment(value)
    return at

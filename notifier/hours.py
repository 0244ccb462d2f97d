"""When letters may leave: 08:30 to 18:00 on working days (lifecycle.md §4), unless an administrator chose otherwise.

The row `mail.hours` of `setting` holds "always" or {"opens": "08:30", "closes": "18:00"}; it counts from its day on
(`loop153 setting`). `LOOP153_SENDING_HOURS=always` overrides it for one process: demos and tests run at any hour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from time import monotonic

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from store import db
from store.chosen_forms import HOURS
from store.clock.workdays import Calendar, load_calendar, local_day, next_open
from store.db import Tx
from store.tables import setting
from store.words import Letter

ALWAYS, WORKING = "always", "working"
_FRESH = 60.0  # seconds for which a replica trusts what it read


@dataclass(frozen=True, slots=True)
class Hours:
    """The working calendar with the hours in which letters leave; `always`: at any time."""

    calendar: Calendar
    always: bool = False

    def opens(self, at: datetime) -> datetime:
        """`at` itself when letters may leave then, else the next moment at which they may."""
        return at if self.always else next_open(self.calendar, at)


async def load_hours(tx: Tx, at: datetime, mode: str = WORKING) -> Hours:
    """The sending hours as they stand at that moment; `mode` is what this process was told."""
    calendar = await load_calendar(tx, at)
    if mode == ALWAYS:
        return Hours(calendar, always=True)
    rows = select(setting.c.value).where(setting.c.key == HOURS, setting.c.valid_from <= at)
    chosen = (await tx.execute(rows.order_by(setting.c.valid_from.desc()).limit(1))).scalar_one_or_none()
    if chosen == ALWAYS:
        return Hours(calendar, always=True)
    if isinstance(chosen, dict):
        opens, closes = time.fromisoformat(chosen["opens"]), time.fromisoformat(chosen["closes"])
        calendar = replace(calendar, opens=opens, closes=closes)
    return Hours(calendar)


def fit(letters: Sequence[Letter], at: datetime, hours: Hours) -> list[Letter]:
    """The letters as they may leave: held until the hours open, or, when they are urgent, saying why they pass.

    A deadline in a year without an official table is marked as provisional (暂定, mailroom.md §1.9).
    """
    return [_fitted(letter, at, hours) for letter in letters]


async def fitted(tx: Tx, letters: Sequence[Letter], at: datetime, mode: str) -> list[Letter]:
    """`fit` by the books."""
    return fit(letters, at, await load_hours(tx, at, mode)) if letters else []


def _fitted(letter: Letter, at: datetime, hours: Hours) -> Letter:
    due = letter.facts.get("due_at")
    if due and local_day(datetime.fromisoformat(due)).year not in hours.calendar.official:
        letter = replace(letter, facts={**letter.facts, "provisional": True})
    wanted = max(letter.not_before, at)
    leaves = hours.opens(wanted)
    if leaves == wanted:
        return letter
    if letter.urgent:
        return replace(letter, facts={**letter.facts, "after_hours": True})
    return replace(letter, not_before=leaves)


class Opening:
    """The sending hours as one replica knows them, read anew every minute."""

    def __init__(self, engine: AsyncEngine, mode: str) -> None:
        self._engine, self._mode = engine, mode
        self._hours: Hours | None = Hours(Calendar(), always=True) if mode == ALWAYS else None
        self._until = float("inf") if mode == ALWAYS else 0.0

    async def hours(self, shift: timedelta) -> Hours:
        """What counts now. Raises what the database raises."""
        if self._hours is None or monotonic() > self._until:
            async with self._engine.connect() as connection:
                self._hours = await load_hours(connection, await db.now(connection) + shift, self._mode)
            self._until = monotonic() + _FRESH
        return self._hours

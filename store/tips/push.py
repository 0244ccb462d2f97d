"""Who is to be told that the vault wants them: one wish a person, batched, with jitter, without a word of what.

The wish is written with the tip; the letter (notifier/tips.py) is made when the batch is due. A batch begins at fixed
hours, so neither the wish nor the letter says when a tip came.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from store import tables
from store.clock.workdays import SHANGHAI, Calendar, is_working_day, load_calendar, local_day
from store.db import Tx

BATCHES = (time(9, 30), time(14, 30))
JITTER = 45 * 60
"""Seconds after the beginning of a batch within which each letter of it leaves."""


async def want(tx: Tx, people: Sequence[str], kind: str, at: datetime) -> None:
    """Tell these people in the next batch (kind: news | late), or at once (alarm)."""
    table, calendar = tables.tip_push, await load_calendar(tx, at)
    for person in dict.fromkeys(people):
        when = at if kind == "alarm" else next_batch(calendar, at) + timedelta(seconds=secrets.randbelow(JITTER))
        wish = insert(table).values(person_id=person, kind=kind, not_before=when)
        sooner = {"not_before": func.least(table.c.not_before, wish.excluded.not_before)}
        await tx.execute(wish.on_conflict_do_update(index_elements=["person_id", "kind"], set_=sooner))


async def take(tx: Tx, at: datetime) -> list[tuple[str, str]]:
    """The wishes that are due, taken away: (userid, kind)."""
    table = tables.tip_push
    due = (
        select(table.c.person_id, table.c.kind)
        .where(table.c.not_before <= at)
        .order_by(table.c.person_id)
        .with_for_update(skip_locked=True)
    )
    rows = [(row.person_id, row.kind) for row in await tx.execute(due)]
    for person, kind in rows:
        await tx.execute(delete(table).where(table.c.person_id == person, table.c.kind == kind))
    return rows


def next_batch(calendar: Calendar, at: datetime) -> datetime:
    """The first hour of a batch after `at`, on a working day."""
    day = local_day(at)
    while True:
        hours = BATCHES if is_working_day(calendar, day) else ()
        moments = (datetime.combine(day, hour, SHANGHAI) for hour in hours)
        if first := next((one for one in moments if one > at), None):
            return first
        day += timedelta(days=1)

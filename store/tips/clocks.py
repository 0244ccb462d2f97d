"""The clocks of tips: acknowledge within 7 days, feed back within 3 months, erase 90 days after the end.

A warning that was given is noted in the tip's row, by its name and the day it is about. So it does not matter when, how
often or on how many replicas the clock strikes, whether it was moved, or how long nobody was there: what was missed is
made up for once, by the latest warning alone, and nothing is said twice.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Row, or_, select, update

from store import tables
from store.clock.workdays import SHANGHAI, Calendar, load_calendar, local_day, move_working_days
from store.db import Tx
from store.tips import push
from store.tips.audit import note
from store.tips.ending import erase
from store.tips.holding import readers_of
from store.tips.nouns import Tampered
from store.tips.terms import Terms, load_terms
from store.words import TIP_LINE

log = logging.getLogger(__name__)
HOUR = time(8, 30)
"""When on its day a warning strikes."""
PAGE = 500


@dataclass(frozen=True, slots=True)
class Reminder:
    """One warning: its slot, when it is due, and whether others than its officers hear, too."""

    slot: str
    at: datetime
    late: bool


def warnings(row: Row[Any], terms: Terms, calendar: Calendar) -> Iterator[Reminder]:
    """Every warning that a tip's terms bring with them, as long as they are not kept: before, on the day, after."""
    kept = {"acknowledge": row.acknowledged_on, "feedback": row.feedback_on or row.closed_on}
    for name, until in (("acknowledge", row.acknowledge_by), ("feedback", row.feedback_by)):
        if kept[name] is not None:
            continue
        steps = (("before", -terms.warn_days), ("due", 0), ("late", terms.escalate_days))
        for step, days in (*steps, ("very_late", terms.escalate_days + 4)):
            when = move_working_days(calendar, datetime.combine(until, HOUR, SHANGHAI), days)
            yield Reminder(f"{name}:{step}:{until.isoformat()}", when, "late" in step)


async def strike(tx: Tx, at: datetime) -> int:
    """Warn of the terms of every open tip and erase what was kept long enough; how many tips it touched."""
    terms, calendar, tip = await load_terms(tx, at), await load_calendar(tx, at), tables.tip
    waiting = or_(tip.c.acknowledged_on.is_(None), tip.c.feedback_on.is_(None))
    query = select(tip).where(tip.c.status.in_(("received", "acknowledged", "working")), waiting)
    count = 0
    for row in (await tx.execute(query.order_by(tip.c.number).with_for_update(skip_locked=True))).all():
        count += await _warn(tx, row, terms, calendar, at)
    return count + await _erase_old(tx, local_day(at), at)


async def _warn(tx: Tx, row: Row[Any], terms: Terms, calendar: Calendar, at: datetime) -> bool:
    passed = [one for one in warnings(row, terms, calendar) if one.at <= at and one.slot not in row.warned]
    if not passed:
        return False
    slots, tip = sorted({*row.warned, *(one.slot for one in passed)}), tables.tip
    await tx.execute(update(tip).where(tip.c.number == row.number).values(warned=slots))
    late = max(passed, key=lambda one: one.at).late
    people = [*await readers_of(tx, row.number), *(row.escalates if late else ())]
    await push.want(tx, people, "late" if late else "news", at)
    return True


async def _erase_old(tx: Tx, today: date, at: datetime) -> int:
    """Closed tips whose retention is over."""
    tip = tables.tip.c
    query = select(tip.number).where(tip.status == "closed", tip.erase_on <= today).order_by(tip.number).limit(PAGE)
    numbers = list((await tx.execute(query.with_for_update(skip_locked=True))).scalars())
    for number in numbers:
        await erase(tx, number, {}, at)
    return len(numbers)


async def alarm(tx: Tx, fault: Tampered, at: datetime) -> None:
    """Note that a tip was tampered with, and have those who may know of it told at once by a constant sentence. Call it
    in a transaction of its own, after the one that raised was rolled back."""
    log.critical("a record of the vault is not as it was written")
    await note(tx, TIP_LINE.id, "tampered", fault.number, at)
    tip = tables.tip.c
    others = (await tx.execute(select(tip.escalates).where(tip.number == fault.number))).scalar_one_or_none()
    await push.want(tx, [*await readers_of(tx, fault.number), *(others or ())], "alarm", at)

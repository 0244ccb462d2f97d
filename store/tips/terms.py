"""How long things may take in the tip line: the law's terms, and the dated settings that change them.

Days are calendar days, as in the law; a term that ends on a day off ends on the last working day before it.
"""

from __future__ import annotations

import calendar as months
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from store.clock.workdays import SHANGHAI, Calendar, is_working_day, load_calendar, local_day
from store.db import Tx
from store.tables import setting
from store.words import Json

PREFIX = "tip."


@dataclass(frozen=True, slots=True)
class Terms:
    """Keys of `setting` are these names with the prefix "tip."."""

    acknowledge_days: int = 7
    feedback_months: int = 3
    retention_days: int = 90
    warn_days: int = 2  # working days before a term ends
    escalate_days: int = 1  # working days after it
    among: int = 2  # routine checks beside each one that a tip asks for


@dataclass(frozen=True, slots=True)
class Due:
    """The two terms of a tip that is filed today."""

    acknowledge_by: date
    feedback_by: date


async def load_terms(tx: Tx, at: datetime) -> Terms:
    """The terms as they stand at that moment."""
    keys = [PREFIX + one.name for one in fields(Terms)]
    rows = await tx.execute(
        select(setting.c.key, setting.c.value)
        .where(setting.c.key.in_(keys), setting.c.valid_from <= at)
        .distinct(setting.c.key)
        .order_by(setting.c.key, setting.c.valid_from.desc())
    )
    changed: dict[str, Json] = {row.key.removeprefix(PREFIX): row.value for row in rows}
    return replace(Terms(), **changed)


async def due_of(tx: Tx, at: datetime) -> Due:
    """Until when a tip filed at that moment is acknowledged and fed back."""
    return dues(await load_terms(tx, at), await load_calendar(tx, at), local_day(at))


def dues(terms: Terms, calendar: Calendar, filed: date) -> Due:
    """The same, of a day."""
    acknowledge = filed + timedelta(days=terms.acknowledge_days)
    feedback = add_months(filed, terms.feedback_months)
    return Due(last_working(calendar, filed, acknowledge), last_working(calendar, filed, feedback))


def add_months(day: date, count: int) -> date:
    """The same day so many months later, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, months.monthrange(year, month + 1)[1]))


def last_working(calendar: Calendar, filed: date, day: date) -> date:
    """`day`, or the last working day before it that comes after the filing; else the first one after it."""
    one = day
    while one > filed:
        if is_working_day(calendar, one):
            return one
        one -= timedelta(days=1)
    while not is_working_day(calendar, day):
        day += timedelta(days=1)
    return day


def coarse(at: datetime) -> datetime:
    """The beginning of the day it is: the finest time that the ledger learns of a tip."""
    return datetime.combine(local_day(at), time(), SHANGHAI)

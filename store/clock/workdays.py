"""Working days and working hours in Asia/Shanghai: pure arithmetic over a frozen calendar.

A year is official once its table is known (mailroom.md §1.9). Until then it is projected, Monday to Friday without the
holidays whose date is fixed by law, and every date that rests on it is provisional (暂定).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar
from sqlalchemy import extract, func, select
from sqlalchemy.dialects.postgresql import insert

from store.db import Tx
from store.remembered import once
from store.tables import calendar_day

SHANGHAI = ZoneInfo("Asia/Shanghai")
OPENS, CLOSES = time(8, 30), time(18, 0)
_DAY = timedelta(days=1)

FIXED_HOLIDAYS = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
"""(month, day) that 《全国年节及纪念日放假办法》 fixes by the solar calendar, for years without a table."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days that differ from Monday-to-Friday, the years whose table is official, and the hours of a working day."""

    off: frozenset[date] = frozenset()
    working: frozenset[date] = frozenset()
    official: frozenset[int] = frozenset()
    opens: time = OPENS
    closes: time = CLOSES


@dataclass(frozen=True, slots=True)
class Due:
    """A moment that was computed over working days; `provisional` when a year without an official table had a say."""

    at: datetime
    provisional: bool = False


def local_day(at: datetime) -> date:
    """The day it is in Shanghai at that moment."""
    return at.astimezone(SHANGHAI).date()


def midnight(day: date) -> datetime:
    """When a day begins in Shanghai."""
    return _moment(day, time())


def is_working_day(calendar: Calendar, day: date) -> bool:
    """Whether people work on that day."""
    if day in calendar.working:
        return True
    if day in calendar.off or (day.year not in calendar.official and (day.month, day.day) in FIXED_HOLIDAYS):
        return False
    return day.weekday() < 5


def add_working_days(calendar: Calendar, at: datetime, days: int) -> Due:
    """The end of office hours on the `days`-th working day after the day of `at`; 0 is that day or the next one worked.

    The day itself does not count: what arrives on Tuesday with one working day is due on Wednesday at 18:00.
    """
    day, left, provisional = local_day(at), days, False
    if days == 0 and not is_working_day(calendar, day):
        left = 1
    while left > 0:
        day += _DAY
        provisional = provisional or day.year not in calendar.official
        left -= is_working_day(calendar, day)
    return Due(_moment(day, calendar.closes), provisional)


def move_working_days(calendar: Calendar, at: datetime, days: int) -> datetime:
    """The same time of day so many working days later, or earlier when `days` is negative; 0 is `at` itself."""
    local, step = at.astimezone(SHANGHAI), _DAY if days > 0 else -_DAY
    day, left = local.date(), abs(days)
    while left > 0:
        day += step
        left -= is_working_day(calendar, day)
    return _moment(day, local.time())


def working_days_between(calendar: Calendar, start: datetime, end: datetime) -> int:
    """How many working days begin after the day of `start` and not after the day of `end`; 0 when `end` comes first."""
    first, last = local_day(start), local_day(end)
    return sum(is_working_day(calendar, first + n * _DAY) for n in range(1, (last - first).days + 1))


def closing(calendar: Calendar, day: date) -> datetime:
    """The end of office hours on that day, worked or not."""
    return _moment(day, calendar.closes)


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Whether `at` lies in the hours of a working day."""
    local = at.astimezone(SHANGHAI)
    return is_working_day(calendar, local.date()) and calendar.opens <= local.time() < calendar.closes


def next_open(calendar: Calendar, at: datetime) -> datetime:
    """`at` itself in working hours, else the next moment they begin."""
    if is_open(calendar, at):
        return at
    local = at.astimezone(SHANGHAI)
    day = local.date() if local.time() < calendar.opens else local.date() + _DAY
    while not is_working_day(calendar, day):
        day += _DAY
    return _moment(day, calendar.opens)


def add_working_hours(calendar: Calendar, at: datetime, hours: float) -> Due:
    """The moment after so many working hours; the clock stands still outside office hours."""
    left, now = timedelta(hours=hours), next_open(calendar, at)
    provisional = local_day(now).year not in calendar.official
    while (rest := _moment(local_day(now), calendar.closes) - now) < left:
        left -= rest
        now = next_open(calendar, now + rest)
        provisional = provisional or local_day(now).year not in calendar.official
    return Due((now + left).astimezone(UTC), provisional)


def working_time_between(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """How much working time lies between two moments; nothing when `end` comes first.

    Days far apart are not all walked: past 60 days it stops counting, which no clock of ours outlasts.
    """
    total, day = timedelta(), local_day(start)
    last = min(local_day(end), day + 60 * _DAY)
    while day <= last:
        if is_working_day(calendar, day):
            begins, ends = _moment(day, calendar.opens), _moment(day, calendar.closes)
            total += max(timedelta(), min(ends, end) - max(begins, start))
        day += _DAY
    return total


async def load_calendar(tx: Tx, at: datetime) -> Calendar:
    """The calendar around `at`: from the year before to two years after."""
    first = date(local_day(at).year - 1, 1, 1)
    return await once(tx, ("calendar", first), lambda: _load(tx, first))


async def _load(tx: Tx, first: date) -> Calendar:
    days = select(calendar_day.c.date, calendar_day.c.kind).where(
        calendar_day.c.date >= first, calendar_day.c.date < first.replace(year=first.year + 4)
    )
    rows = (await tx.execute(days)).all()
    return Calendar(
        off=frozenset(row.date for row in rows if row.kind == "off"),
        working=frozenset(row.date for row in rows if row.kind == "working"),
        official=frozenset(row.date.year for row in rows),
    )


async def seed_calendar(tx: Tx) -> int:
    """Fill in the official years that `chinese_calendar` knows and the table does not; how many days were added."""
    year = extract("year", calendar_day.c.date)
    known = set((await tx.execute(select(year).group_by(year))).scalars())
    days = [
        {"date": day, "kind": kind, "name": name, "source": "chinesecalendar"}
        for kind, table in (("off", chinese_calendar.holidays), ("working", chinese_calendar.workdays))
        for day, name in table.items()
        # A holiday that falls on a weekend is off anyway; it is kept, as it names the day.
        if day.year not in known
    ]
    if days:
        await tx.execute(insert(calendar_day).on_conflict_do_nothing(), days)
    return len(days)


async def unofficial_years(tx: Tx, years: tuple[int, ...]) -> tuple[int, ...]:
    """Which of these years have no official table yet: what `doctor` and the November reminder ask."""
    year = extract("year", calendar_day.c.date)
    rows = await tx.execute(select(func.distinct(year)).where(year.in_(years)))
    return tuple(one for one in years if one not in {int(found) for found in rows.scalars()})


def _moment(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, SHANGHAI).astimezone(UTC)

"""Working days and hours: make-up days, holidays, and years whose table is not out yet."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from store.clock.workdays import (
    SHANGHAI,
    Calendar,
    Due,
    add_working_days,
    add_working_hours,
    is_open,
    is_working_day,
    load_calendar,
    next_open,
    seed_calendar,
    unofficial_years,
    working_time_between,
)

OFFICIAL = Calendar(
    off=frozenset(day for day in chinese_calendar.holidays if day.year == 2026),
    working=frozenset(day for day in chinese_calendar.workdays if day.year == 2026),
    official=frozenset({2026}),
)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda naive: naive.replace(tzinfo=UTC))  # noqa: DTZ001


def at(text: str) -> datetime:
    """A moment in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 10, 10), True),  # a Saturday that makes up for the National Day week
        (date(2026, 10, 3), False),
        (date(2026, 10, 8), True),
        (date(2026, 10, 11), False),
        (date(2026, 11, 17), True),
        (date(2027, 1, 1), False),  # no table yet, but New Year is New Year
        (date(2027, 1, 4), True),
    ],
)
def test_which_days_are_worked(day: date, worked: bool) -> None:
    assert is_working_day(OFFICIAL, day) is worked


@pytest.mark.parametrize(
    ("start", "days", "due", "provisional"),
    [
        ("2026-11-17 10:00", 1, "2026-11-18 18:00", False),
        ("2026-11-20 17:59", 2, "2026-11-24 18:00", False),  # Friday
        ("2026-11-21 09:00", 1, "2026-11-23 18:00", False),  # Saturday
        ("2026-11-21 09:00", 0, "2026-11-23 18:00", False),
        ("2026-11-23 09:00", 0, "2026-11-23 18:00", False),
        ("2026-10-01 09:00", 3, "2026-10-10 18:00", False),  # 8, 9 and the make-up Saturday
        ("2026-12-29 10:00", 2, "2026-12-31 18:00", False),
        ("2026-12-29 10:00", 5, "2027-01-06 18:00", True),
        ("2026-11-17 00:30", 1, "2026-11-18 18:00", False),  # still the 16th in UTC
    ],
)
def test_adding_working_days(start: str, days: int, due: str, provisional: bool) -> None:
    assert add_working_days(OFFICIAL, at(start), days) == Due(at(due).astimezone(UTC), provisional)


@pytest.mark.parametrize(
    ("start", "hours", "due", "provisional"),
    [
        ("2026-11-17 10:00", 4, "2026-11-17 14:00", False),
        ("2026-11-17 16:00", 4, "2026-11-18 10:30", False),
        ("2026-11-17 20:00", 1, "2026-11-18 09:30", False),
        ("2026-10-03 12:00", 1, "2026-10-08 09:30", False),
        ("2026-12-31 17:00", 2, "2027-01-04 09:30", True),
        ("2026-11-17 08:30", 9.5, "2026-11-17 18:00", False),
    ],
)
def test_adding_working_hours(start: str, hours: float, due: str, provisional: bool) -> None:
    assert add_working_hours(OFFICIAL, at(start), hours) == Due(at(due).astimezone(UTC), provisional)


@pytest.mark.parametrize(
    ("start", "opens"),
    [
        ("2026-11-17 08:00", "2026-11-17 08:30"),
        ("2026-11-17 08:30", "2026-11-17 08:30"),
        ("2026-11-17 18:00", "2026-11-18 08:30"),
        ("2026-10-03 12:00", "2026-10-08 08:30"),
        ("2026-10-10 12:00", "2026-10-10 12:00"),
    ],
)
def test_when_the_office_opens(start: str, opens: str) -> None:
    assert next_open(OFFICIAL, at(start)) == at(opens)


@given(MOMENTS, st.floats(0.1, 60))
def test_working_hours_added_are_the_working_time_between(start: datetime, hours: float) -> None:
    due = add_working_hours(OFFICIAL, start, hours).at
    between = working_time_between(OFFICIAL, start, due)
    assert abs(between - timedelta(hours=hours)) < timedelta(milliseconds=1)


@given(MOMENTS, st.integers(0, 30), st.integers(0, 30))
def test_more_days_are_never_earlier(start: datetime, some: int, more: int) -> None:
    due, later = (add_working_days(OFFICIAL, start, days) for days in sorted((some, more)))
    assert due.at <= later.at
    assert is_open(OFFICIAL, due.at - timedelta(minutes=1))


async def test_the_calendar_is_seeded_once_and_read_around_a_moment(engine: AsyncEngine) -> None:
    async with engine.begin() as tx:
        assert await seed_calendar(tx) > 700
        assert await seed_calendar(tx) == 0
        calendar = await load_calendar(tx, at("2026-11-17 10:00"))
        assert await unofficial_years(tx, (2026, 2027)) == (2027,)
    assert calendar.official == {2025, 2026}
    assert add_working_days(calendar, at("2026-10-01 09:00"), 3) == add_working_days(
        OFFICIAL, at("2026-10-01 09:00"), 3
    )

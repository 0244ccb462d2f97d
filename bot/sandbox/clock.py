"""The office time as the sandbox sees it: read, moved forward, and the next working day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

import chinese_calendar

OFFICE_ZONE = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """The clock that the whole office follows; the sandbox only asks and pushes."""

    def now(self) -> datetime:
        """The office time, aware."""

    async def shift(self, delta: timedelta) -> None:
        """Move the office time forward by `delta`."""


class StillClock:
    """A clock that only moves when it is pushed: what tests use."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at

    async def shift(self, delta: timedelta) -> None:
        self._at += delta


class RunningClock:
    """The real time plus whatever it was pushed: what a stand-alone sandbox uses."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    async def shift(self, delta: timedelta) -> None:
        self._ahead += delta


def until_next_working_day(now: datetime) -> timedelta:
    """From now to the same time of day on the next working day in China, make-up days included."""
    today = now.astimezone(OFFICE_ZONE).date()
    days = 1
    while not _works(today + timedelta(days=days)):
        days += 1
    return timedelta(days=days)


def _works(day: date) -> bool:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:  # a year whose official table is not out yet
        return day.weekday() < 5

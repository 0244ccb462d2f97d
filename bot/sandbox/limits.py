"""How often the cloud lets things happen (D90312, D90454): sliding windows per member, fixed ones per API."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.sandbox.clock import OFFICE_ZONE


@dataclass(frozen=True, slots=True)
class Limits:
    """The documented figures, and one that is not: WeCom only says that frequent `gettoken` calls are blocked."""

    member_minute: int = 30
    member_hour: int = 1_000
    api_minute: int = 10_000
    api_hour: int = 150_000
    gettoken_minute: int = 60
    ticket_hour: int = 100
    person_times_per_seat: int = 200
    response_code: timedelta = timedelta(hours=72)


UNLIMITED = Limits(*(10**9,) * 7)
"""For benchmarks, which want to measure the bot and not the cloud's patience."""


class Pace:
    """At most so many per key in any window of that length; the excess is not counted itself."""

    def __init__(self, most: int, window: timedelta) -> None:
        self._most, self._window = most, window
        self._times: dict[str, deque[datetime]] = defaultdict(deque)

    def room(self, key: str, now: datetime) -> bool:
        times = self._times[key]
        while times and now - times[0] >= self._window:
            times.popleft()
        return len(times) < self._most

    def count(self, key: str, now: datetime) -> None:
        self._times[key].append(now)


class Quota:
    """So many calls per key in a fixed window; when it is spent, blocked for one more window's length."""

    def __init__(self, most: int, window: timedelta) -> None:
        self._most, self._window = most, window
        self._since: dict[str, tuple[datetime, int]] = {}
        self._blocked: dict[str, datetime] = {}

    def allow(self, key: str, now: datetime) -> bool:
        if key in self._blocked:
            if now < self._blocked[key]:
                return False
            del self._blocked[key]
        since, used = self._since.get(key, (now, 0))
        if now - since >= self._window:
            since, used = now, 0
        self._since[key] = (since, used + 1)
        if used + 1 > self._most:
            self._blocked[key] = now + self._window
            return False
        return True


class DayQuota:
    """Person-times an app may send per calendar day in China: seats x 200 (D90454)."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._day, self._used = "", 0

    def allow(self, people: int, now: datetime) -> bool:
        day = now.astimezone(OFFICE_ZONE).date().isoformat()
        if day != self._day:
            self._day, self._used = day, 0
        if self._used + people > self._most:
            return False
        self._used += people
        return True

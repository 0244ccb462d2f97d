"""Periods as people type them in a search, in Chinese and English: 今天, 上周, 11月, 11月1日到15日, last 7 days.

All days are those of Asia/Shanghai. What lies ahead is not meant: in January, "11月" is last year's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from conversations.days import MONTHS, NUMBERS, Rest, days
from conversations.moments import SHANGHAI, weekdays_kept
from conversations.numerals import fold
from store.words import Json

Period = tuple[date, date]
"""The first and the last day, both included."""

_LONGEST = 5  # words of a period: "from 1 november to 15 november" has its two ends read apart
_TO = re.compile(r"\s*(?:到|至|~|—|–|\bto\b|\buntil\b|\s-\s)\s*")


def split(words: str, now: datetime) -> Mapping[str, Json]:
    """A search as the books take it: {words, since, until}, the last two as ISO days where a period was named.

    Only whole words name a period, so a shop called 今天便利店 is still found by its name.
    """
    parts, today = words.split(), now.astimezone(SHANGHAI).date()
    for size in range(min(len(parts), 2 * _LONGEST + 2), 0, -1):
        for at in range(len(parts) - size + 1):
            found = read(" ".join(parts[at : at + size]), today)
            if found:
                rest = " ".join(parts[:at] + parts[at + size :])
                return {"words": rest, "since": found[0].isoformat(), "until": found[1].isoformat()}
    return {"words": words}


def read(text: str, today: date) -> Period | None:
    """The period that the whole text names; None when it names none."""
    said = weekdays_kept(fold(text).lower()).removeprefix("from ").removeprefix("从")
    ends = _TO.split(said)
    if len(ends) == 2:
        first, last = _one(ends[0], today), _one(_completed(ends[1], ends[0]), today)
        return (first[0], last[1]) if first and last and first[0] <= last[1] else None
    return _one(said, today) if len(ends) == 1 else None


def _completed(end: str, start: str) -> str:
    """11月1日到15日: the end is in the month of the start."""
    month = re.match(r"((?:\d{4}年)?\d{1,2}月)\d", start)
    return f"{month[1]}{end}" if month and re.fullmatch(r"\d{1,2}[日号]", end) else end


def _one(said: str, today: date) -> Period | None:
    if not said or said.isdigit():
        return None
    for pattern, period in _PERIODS:
        if match := pattern.fullmatch(said):
            return period(match, today)
    rest = Rest(said)
    named = list(days(rest, today))
    if not named or rest.text.strip():
        return None
    day = next((one for one in named if one <= today), named[0])
    return day, day


def _week(back: int) -> Callable[[re.Match[str], date], Period]:
    def period(match: re.Match[str], today: date) -> Period:
        monday = today - timedelta(days=today.weekday(), weeks=back)
        return monday, monday + timedelta(days=6)

    return period


def _this_month(match: re.Match[str], today: date) -> Period:
    return _month_of(today)


def _last_month(match: re.Match[str], today: date) -> Period:
    return _month_of(today.replace(day=1) - timedelta(days=1))


def _year(match: re.Match[str], today: date) -> Period:
    year = {"今": today.year, "本": today.year, "this": today.year, "去": today.year - 1, "last": today.year - 1}
    of = year.get(match[1]) or int(match[1])
    return date(of, 1, 1), date(of, 12, 31)


def _month(match: re.Match[str], today: date) -> Period | None:
    year, name = match["year"], match["month"]
    month = int(name) if name.isdigit() else MONTHS.index(name[:3]) + 1
    if not 1 <= month <= 12:
        return None
    return _month_of(date(int(year) if year else today.year - (month > today.month), month, 1))


def _lately(match: re.Match[str], today: date) -> Period:
    """The last so many days, today included."""
    count, unit = int(NUMBERS.get(match[1] or "1", match[1] or "1")), match[2][0]
    length = {"天": 1, "日": 1, "d": 1, "周": 7, "星": 7, "礼": 7, "w": 7}.get(unit, 30)
    return today - timedelta(days=count * length - 1), today


def _month_of(day: date) -> Period:
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


_NAMES = "|".join(MONTHS)
# Without a year only in full: Mark, Jan and May are people.
_FULL = "january|february|march|april|june|july|august|september|october|november|december"
_PERIODS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], Period | None]], ...] = tuple(
    (re.compile(pattern), period)
    for pattern, period in (
        (r"(?:本|这|这个)(?:周|星期|礼拜)|this week", _week(0)),
        (r"上个?(?:周|星期|礼拜)|last week", _week(1)),
        (r"本月|这个?月|this month", _this_month),
        (r"上个?月|last month", _last_month),
        (r"(今|本|去|20\d{2})年", _year),
        (r"(this|last) year", _year),
        (r"(?:(?P<year>20\d{2})年)?(?P<month>\d{1,2})月份?", _month),
        (r"(?P<year>20\d{2})[-/.](?P<month>\d{1,2})", _month),
        (rf"(?P<month>{_FULL})(?P<year>)", _month),
        (rf"(?P<month>(?:{_NAMES})[a-z]*)\.? (?P<year>20\d{{2}})", _month),
        (r"最?近(?:的)?(\d{1,2})?个?(天|日|周|星期|礼拜|月)", _lately),
        (r"(?:the )?(?:last|past) (\d{1,2}|an?|one|two|three|four|five) (days?|weeks?|months?)", _lately),
    )
)

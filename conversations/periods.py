"""Periods as people type them in a search: 10月, 上月, 本周, 10-01至10-15, 2026年, last week."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from conversations.moments import SHANGHAI
from conversations.numerals import fold

_BETWEEN = re.compile(r"\.\.|至|到|~|—|–")
_DAY = re.compile(r"(?:(\d{4})[-年/.])?(\d{1,2})[-月/.](\d{1,2})[日号]?")
_MONTH = re.compile(r"(\d{4})[-年/.](\d{1,2})月?|(\d{1,2})月份?")
_YEAR = re.compile(r"(20\d{2})年?")
_WORDS = {
    "今天": "today", "今日": "today", "昨天": "yesterday", "昨日": "yesterday",
    "本周": "this-week", "这周": "this-week", "上周": "last-week",
    "本月": "this-month", "这个月": "this-month", "上月": "last-month", "上个月": "last-month",
    "今年": "this-year", "本年": "this-year", "去年": "last-year",
}  # fmt: skip
_TWO_WORDS = re.compile(r"\b(this|last) (week|month|year)\b")

Days = tuple[date, date]
"""The first and the last day."""


def plain(words: str, now: datetime) -> str:
    """The search with every period in it written as days, which is how the books read it."""
    today = now.astimezone(SHANGHAI).date()
    joined = re.sub(r"\s*(至|\.\.|~)\s*", r"\1", _TWO_WORDS.sub(r"\1-\2", fold(words)))
    found = ((word, period(word, today)) for word in joined.split())
    return " ".join(f"{days[0]}..{days[1]}" if days else word for word, days in found)


def period(word: str, today: date) -> Days | None:
    """The days that a word names, both included; None when it names none. What has no year was the last such time."""
    parts = _BETWEEN.split(word)
    if len(parts) == 2 and all(parts):
        first, last = _one(parts[0], today), _one(parts[1], today)
        return (first[0], last[1]) if first and last and first[0] <= last[1] else None
    return _one(word, today)


def _one(word: str, today: date) -> Days | None:
    try:
        return _named(_WORDS.get(word, word), today) or _written(word, today)
    except ValueError:  # the 31st of February
        return None


def _named(word: str, today: date) -> Days | None:
    monday = today - timedelta(days=today.weekday())
    match word:
        case "today":
            return today, today
        case "yesterday":
            return today - timedelta(days=1), today - timedelta(days=1)
        case "this-week":
            return monday, monday + timedelta(days=6)
        case "last-week":
            return monday - timedelta(days=7), monday - timedelta(days=1)
        case "this-month":
            return _month(today.year, today.month)
        case "last-month":
            before = today.replace(day=1) - timedelta(days=1)
            return _month(before.year, before.month)
        case "this-year" | "last-year":
            year = today.year - (word == "last-year")
            return date(year, 1, 1), date(year, 12, 31)
    return None


def _written(word: str, today: date) -> Days | None:
    if day := _DAY.fullmatch(word):
        found = date(int(day[1] or today.year), int(day[2]), int(day[3]))
        if not day[1] and found > today:
            found = found.replace(year=today.year - 1)
        return found, found
    if month := _MONTH.fullmatch(word):
        number = int(month[2] or month[3])
        return _month(int(month[1] or today.year - (number > today.month)), number)
    if year := _YEAR.fullmatch(word):
        return date(int(year[1]), 1, 1), date(int(year[1]), 12, 31)
    return None


def _month(year: int, month: int) -> Days:
    first = date(year, month, 1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)

"""Days and times as people type them, in Chinese and English: 昨天 下午3点, 20日上午, 3天前, last Friday 3 pm.

What is left open (which month, which year, morning or evening) gives several readings, the likeliest first; the
question's own constraint then picks. All times are Asia/Shanghai.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from conversations.days import NUMBERS, Rest, days
from conversations.numerals import arabic, fold

SHANGHAI = ZoneInfo("Asia/Shanghai")
_LONGEST = 60

_PARTS = {
    "凌晨": 3, "清晨": 6, "早上": 8, "早晨": 8, "今早": 8, "上午": 10, "中午": 12, "下午": 15, "傍晚": 18, "晚上": 20,
    "夜里": 22, "夜间": 22, "早": 8, "晚": 20, "morning": 10, "noon": 12, "afternoon": 15, "evening": 19, "night": 21,
}  # fmt: skip
"""The hour that a part of the day stands for when no hour is said."""
_FILLERS = re.compile(r"大概|大约|左右|前后|许|的时候|时候|的|around|about|at|on|in|the|of|[\s,.;、]")


@dataclass(frozen=True, slots=True)
class Heard:
    """What a text says of a day and a time. `days`: readings, likeliest first; empty when no day is named."""

    days: tuple[date, ...] = ()
    clock: time | None = None
    exact: datetime | None = None  # "just now", "two hours ago"
    vague: bool = False  # at most a part of the day was named
    unclear: bool = False  # 3点 may be 15:00


def hear(text: str, now: datetime) -> Heard | None:
    """None when anything in the text is not understood: better to ask again than to note half of it."""
    here = now.astimezone(SHANGHAI).replace(second=0, microsecond=0)
    folded = fold(text).lower()
    if not folded or len(folded) > _LONGEST:
        return None
    rest = Rest(weekdays_kept(folded))
    exact = _exact(rest, here)
    if exact:
        return None if _FILLERS.sub("", rest.text) else Heard(exact=exact)
    try:
        heard = _clock(rest, tuple(days(rest, here.date())))
    except ValueError:
        return None  # 25 o'clock
    return heard if (heard.days or heard.clock) and not _FILLERS.sub("", rest.text) else None


def days_of(heard: Heard, now: datetime) -> Iterator[date]:
    """The days that were meant, likeliest first."""
    if heard.exact:
        yield heard.exact.date()
    yield from heard.days or (now.astimezone(SHANGHAI).date(),)


def moments_of(heard: Heard, now: datetime) -> Iterator[datetime]:
    """The moments that were meant, likeliest first. A day without a time means noon, or now when it is today; a
    part of today that has not come yet means now."""
    here = now.astimezone(SHANGHAI).replace(second=0, microsecond=0)
    if heard.exact:
        yield heard.exact
        return
    for day in heard.days or (here.date(), here.date() - timedelta(days=1)):
        at = datetime.combine(day, heard.clock or time(12), SHANGHAI)
        if heard.unclear:
            yield at + timedelta(hours=12)
        yield here if heard.vague and day == here.date() and (heard.clock is None or at > here) else at


def weekdays_kept(text: str) -> str:
    """Chinese numerals in digits, but 周三 stays a weekday."""
    parts = re.split(r"((?:周|星期|礼拜)[一二三四五六日天])", text)
    return "".join(part if at % 2 else arabic(part) for at, part in enumerate(parts))


def _exact(rest: Rest, here: datetime) -> datetime | None:
    if rest.take(r"刚才|刚刚|现在|just now|right now|\bnow\b"):
        return here
    if rest.take(r"(?<!个)半个?小时(?:之|以)?前"):
        return here - timedelta(minutes=30)
    number = r"(\d{1,3}(?:\.5)?|\b(?:half an|an?|one|two|three|four|five))"
    if match := rest.take(rf"{number}\s*个?半?(小时|钟头|分钟|hours?|hrs?|minutes?|mins?)\s*(?:之|以)?(?:前|ago)"):
        count = float(NUMBERS.get(match[1], match[1]))
        minutes = match[2][0] in "分m"
        half = 0.5 if "半" in match[0] else 0.0
        return here - timedelta(minutes=count if minutes else (count + half) * 60)
    return None


def _clock(rest: Rest, named: tuple[date, ...]) -> Heard:
    """The time beside the days. Raises ValueError for an hour that no clock has."""
    part = rest.take("|".join(sorted(_PARTS, key=len, reverse=True)))
    hour_of_part = _PARTS[part[0]] if part else None
    for read in (_with_colon, _with_hours, _with_am_pm):
        if found := read(rest):
            hour, minute, late = found
            unclear = read is _with_hours and part is None and 1 <= hour <= 6
            return Heard(named, time(_in_part(hour, hour_of_part, late), minute), unclear=unclear)
    return Heard(named, time(hour_of_part) if hour_of_part is not None else None, vague=True)


def _with_colon(rest: Rest) -> tuple[int, int, bool | None] | None:
    match = rest.take(r"(?<!\d)(\d{1,2}):(\d{2})(?::\d{2}(?:\.\d+)?)?(?:\s*(am|pm)\b|\+08:?00)?(?!\d)")
    return (int(match[1]), int(match[2]), None if match[3] is None else match[3] == "pm") if match else None


def _with_hours(rest: Rest) -> tuple[int, int, bool | None] | None:
    match = rest.take(r"(?<!\d)(\d{1,2})\s*[点时](?:钟|整)?(?:(半)|(1|3)刻|(\d{1,2})分?)?")
    if not match:
        return None
    minute = 30 if match[2] else 15 * int(match[3]) if match[3] else int(match[4] or 0)
    return int(match[1]), minute, None


def _with_am_pm(rest: Rest) -> tuple[int, int, bool | None] | None:
    match = rest.take(r"(?<!\d)(\d{1,2})\s*(am|pm)\b|\b(\d{1,2}) o'?clock")
    return (int(match[1] or match[3]), 0, match[2] == "pm" if match[2] else None) if match else None


def _in_part(hour: int, part: int | None, late: bool | None) -> int:
    """下午3点 is 15, 12 am is 0. 晚上12点 is no hour of that day (24): on which day it fell must be asked."""
    if late is not None:
        return hour % 12 + (12 if late else 0) if 1 <= hour <= 12 else 99
    if part is None or hour > 12:
        return hour
    if hour == 12:
        return 24 if part >= 18 else 0 if part < 6 else 12
    return hour + 12 if part >= 15 or (part == 12 and hour < 3) else hour

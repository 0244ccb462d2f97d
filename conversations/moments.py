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

from conversations.numerals import arabic, fold

SHANGHAI = ZoneInfo("Asia/Shanghai")
_LONGEST = 60

_DAYS = {
    "大前天": -3, "前天": -2, "昨天": -1, "昨日": -1, "今天": 0, "今日": 0, "当天": 0, "明天": 1, "明日": 1, "后天": 2,
    "day before yesterday": -2, "yesterday": -1, "today": 0, "day after tomorrow": 2, "tomorrow": 1,
}  # fmt: skip
_SHORT_DAYS = {"昨": -1, "今": 0, "明": 1}  # 昨晚, 今早: only before a part of the day
_PARTS = {
    "凌晨": 3, "清晨": 6, "早上": 8, "早晨": 8, "今早": 8, "上午": 10, "中午": 12, "下午": 15, "傍晚": 18, "晚上": 20,
    "夜里": 22, "夜间": 22, "早": 8, "晚": 20, "morning": 10, "noon": 12, "afternoon": 15, "evening": 19, "night": 21,
}  # fmt: skip
"""The hour that a part of the day stands for when no hour is said."""
_WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
_ENGLISH_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMBERS = {"an": "1", "a": "1", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "half an": "0.5"}
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
    rest = _Rest(_weekdays_kept(folded))
    exact = _exact(rest, here)
    if exact:
        return None if _FILLERS.sub("", rest.text) else Heard(exact=exact)
    try:
        heard = _clock(rest, tuple(_days(rest, here.date())))
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


class _Rest:
    """The text that is not understood yet."""

    def __init__(self, text: str) -> None:
        self.text = text

    def take(self, pattern: str) -> re.Match[str] | None:
        """Cut out the first place that fits, if there is one."""
        match = re.search(pattern, self.text)
        if match:
            self.text = f"{self.text[: match.start()]} {self.text[match.end() :]}"
        return match


def _weekdays_kept(text: str) -> str:
    """Chinese numerals in digits, but 周三 stays a weekday."""
    parts = re.split(r"((?:周|星期|礼拜)[一二三四五六日天])", text)
    return "".join(part if at % 2 else arabic(part) for at, part in enumerate(parts))


def _exact(rest: _Rest, here: datetime) -> datetime | None:
    if rest.take(r"刚才|刚刚|现在|just now|right now|\bnow\b"):
        return here
    if rest.take(r"(?<!个)半个?小时(?:之|以)?前"):
        return here - timedelta(minutes=30)
    number = r"(\d{1,3}(?:\.5)?|\b(?:half an|an?|one|two|three|four|five))"
    if match := rest.take(rf"{number}\s*个?半?(小时|钟头|分钟|hours?|hrs?|minutes?|mins?)\s*(?:之|以)?(?:前|ago)"):
        count = float(_NUMBERS.get(match[1], match[1]))
        minutes = match[2][0] in "分m"
        half = 0.5 if "半" in match[0] else 0.0
        return here - timedelta(minutes=count if minutes else (count + half) * 60)
    return None


def _days(rest: _Rest, today: date) -> Iterator[date]:
    for read in (_written_out, _relative, _counted, _weekday, _month_and_day):
        found = list(read(rest, today))
        if found:
            yield from found
            return


def _written_out(rest: _Rest, _today: date) -> Iterator[date]:
    match = rest.take(r"(?<!\d)(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)\s*[日号]?t?")
    match = match or rest.take(r"(?<!\d)(20\d{2})([01]\d)([0-3]\d)(?!\d)")
    if match:
        yield from _valid(*map(int, match.groups()))


def _relative(rest: _Rest, today: date) -> Iterator[date]:
    for word in sorted(_DAYS, key=len, reverse=True):
        if rest.take(rf"(?:the )?{word}"):
            yield today + timedelta(days=_DAYS[word])
            return
    if rest.take(r"\blast (?=night|evening)"):
        yield today - timedelta(days=1)
    elif rest.take(r"\bthis (?=morning|afternoon|evening)|\bto(?=night)"):
        yield today
    elif match := rest.take(r"([昨今明])(?=早|晚|凌晨|上午|下午|中午|夜里)"):
        yield today + timedelta(days=_SHORT_DAYS[match[1]])


def _counted(rest: _Rest, today: date) -> Iterator[date]:
    if match := rest.take(
        r"(\d{1,3}|\b(?:an?|one|two|three|four|five))\s*个?(天|日|周|星期|礼拜|days?|weeks?)\s*(?:之|以)?(?:前|ago)"
    ):
        count = int(_NUMBERS.get(match[1], match[1]))
        yield today - timedelta(days=count * (1 if match[2][0] in "天日d" else 7))


def _weekday(rest: _Rest, today: date) -> Iterator[date]:
    if match := rest.take(r"(上上|上|下|这|本)?个?(?:周|星期|礼拜)([一二三四五六日天])"):
        weeks = {"上上": -2, "上": -1, "下": 1}.get(match[1] or "", 0)
        monday = today - timedelta(days=today.weekday())
        day = monday + timedelta(days=_WEEKDAYS[match[2]], weeks=weeks)
        yield day
        if not match[1]:
            yield day - timedelta(weeks=1)
    elif match := rest.take(rf"(?:\b(last|next|this) )?\b({'|'.join(_ENGLISH_DAYS)})(?:[a-z]{{0,6}})\b"):
        ahead = (_ENGLISH_DAYS.index(match[2]) - today.weekday()) % 7
        yield today + timedelta(days=ahead - 7 if match[1] != "next" else ahead or 7)
        if match[1] != "last":
            yield today + timedelta(days=ahead)


def _month_and_day(rest: _Rest, today: date) -> Iterator[date]:
    months = "|".join(_MONTHS)
    year = 0
    if match := rest.take(r"(?<!\d)(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?"):
        month, day = int(match[1]), int(match[2])
    elif match := rest.take(rf"\b({months})[a-z]*\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(\d{{4}}))?"):
        month, day, year = _MONTHS.index(match[1]) + 1, int(match[2]), int(match[3] or 0)
    elif match := rest.take(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?({months})[a-z]*\.?(?:\s+(\d{{4}}))?"):
        month, day, year = _MONTHS.index(match[2]) + 1, int(match[1]), int(match[3] or 0)
    elif match := rest.take(r"(?<![\d:])(\d{1,2})[-/.](\d{1,2})(?![\d:])"):
        month, day = int(match[1]), int(match[2])
    elif match := rest.take(r"(上个?月|本月|这个?月)?(?<!\d)(\d{1,2})\s*[日号]"):
        yield from _this_month(int(match[2]), today, back=(match[1] or "").startswith("上"))
        return
    else:
        return
    for one in (year,) if year else (today.year, today.year - 1, today.year + 1):
        yield from _valid(one, month, day)


def _this_month(day: int, today: date, back: bool) -> Iterator[date]:
    last = today.replace(day=1) - timedelta(days=1)
    if not back:
        yield from _valid(today.year, today.month, day)
    yield from _valid(last.year, last.month, day)


def _valid(year: int, month: int, day: int) -> Iterator[date]:
    try:
        yield date(year, month, day)
    except ValueError:
        return


def _clock(rest: _Rest, days: tuple[date, ...]) -> Heard:
    """The time beside the days. Raises ValueError for an hour that no clock has."""
    part = rest.take("|".join(sorted(_PARTS, key=len, reverse=True)))
    hour_of_part = _PARTS[part[0]] if part else None
    for read in (_with_colon, _with_hours, _with_am_pm):
        if found := read(rest):
            hour, minute, late = found
            unclear = read is _with_hours and part is None and 1 <= hour <= 6
            return Heard(days, time(_in_part(hour, hour_of_part, late), minute), unclear=unclear)
    return Heard(days, time(hour_of_part) if hour_of_part is not None else None, vague=True)


def _with_colon(rest: _Rest) -> tuple[int, int, bool | None] | None:
    match = rest.take(r"(?<!\d)(\d{1,2}):(\d{2})(?::\d{2}(?:\.\d+)?)?(?:\s*(am|pm)\b|z|\+08:?00)?(?!\d)")
    return (int(match[1]), int(match[2]), None if match[3] is None else match[3] == "pm") if match else None


def _with_hours(rest: _Rest) -> tuple[int, int, bool | None] | None:
    match = rest.take(r"(?<!\d)(\d{1,2})\s*[点时](?:钟|整)?(?:(半)|(1|3)刻|(\d{1,2})分?)?")
    if not match:
        return None
    minute = 30 if match[2] else 15 * int(match[3]) if match[3] else int(match[4] or 0)
    return int(match[1]), minute, None


def _with_am_pm(rest: _Rest) -> tuple[int, int, bool | None] | None:
    match = rest.take(r"(?<!\d)(\d{1,2})\s*(am|pm)\b|\b(\d{1,2}) o'?clock")
    return (int(match[1] or match[3]), 0, match[2] == "pm" if match[2] else None) if match else None


def _in_part(hour: int, part: int | None, late: bool | None) -> int:
    """下午3点 is 15, 晚上12点 midnight (24 is not an hour: refused), 12 am is 0."""
    if late is not None:
        return hour % 12 + (12 if late else 0) if 1 <= hour <= 12 else 99
    if part is not None and hour < 12:
        return hour + 12 if part >= 15 or (part == 12 and hour < 3) else hour
    return hour

"""Days as people type them, in Chinese and English: 昨天, 3天前, 上周五, 20号, 11月20日, last Friday, 20 November."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

_DAYS = {
    "大前天": -3, "前天": -2, "昨天": -1, "昨日": -1, "今天": 0, "今日": 0, "当天": 0, "明天": 1, "明日": 1, "后天": 2,
    "day before yesterday": -2, "yesterday": -1, "today": 0, "day after tomorrow": 2, "tomorrow": 1,
}  # fmt: skip
_SHORT_DAYS = {"昨": -1, "今": 0, "明": 1}  # 昨晚, 今早: only before a part of the day
_WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
_ENGLISH_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
NUMBERS = {"an": "1", "a": "1", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "half an": "0.5"}


class Rest:
    """The text that is not understood yet."""

    def __init__(self, text: str) -> None:
        self.text = text

    def take(self, pattern: str) -> re.Match[str] | None:
        """Cut out the first place that fits, if there is one."""
        match = re.search(pattern, self.text)
        if match:
            self.text = f"{self.text[: match.start()]} {self.text[match.end() :]}"
        return match


def days(rest: Rest, today: date) -> Iterator[date]:
    """Takes the day out of the text: its readings, likeliest first; none when no day is named."""
    for read in (_written_out, _relative, _counted, _weekday, _month_and_day):
        found = list(read(rest, today))
        if found:
            yield from found
            return


def _written_out(rest: Rest, _today: date) -> Iterator[date]:
    match = rest.take(r"(?<!\d)(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)\s*[日号]?t?")
    match = match or rest.take(r"(?<!\d)(20\d{2})([01]\d)([0-3]\d)(?!\d)")
    if match:
        yield from _valid(*map(int, match.groups()))


def _relative(rest: Rest, today: date) -> Iterator[date]:
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


def _counted(rest: Rest, today: date) -> Iterator[date]:
    if match := rest.take(
        r"(\d{1,3}|\b(?:an?|one|two|three|four|five))\s*个?(天|日|周|星期|礼拜|days?|weeks?)\s*(?:之|以)?(?:前|ago)"
    ):
        count = int(NUMBERS.get(match[1], match[1]))
        yield today - timedelta(days=count * (1 if match[2][0] in "天日d" else 7))


def _weekday(rest: Rest, today: date) -> Iterator[date]:
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


def _month_and_day(rest: Rest, today: date) -> Iterator[date]:
    months = "|".join(MONTHS)
    year = 0
    if match := rest.take(r"(?<!\d)(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?"):
        month, day = int(match[1]), int(match[2])
    elif match := rest.take(rf"\b({months})[a-z]*\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(\d{{4}}))?"):
        month, day, year = MONTHS.index(match[1]) + 1, int(match[2]), int(match[3] or 0)
    elif match := rest.take(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?({months})[a-z]*\.?(?:\s+(\d{{4}}))?"):
        month, day, year = MONTHS.index(match[2]) + 1, int(match[1]), int(match[3] or 0)
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

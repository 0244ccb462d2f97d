"""Periods of reports: this week, month, quarter, year or any days, the one before, and which sums make one up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

EARLIEST = date(2000, 1, 1)
LONGEST = timedelta(days=3660)
_DAY = timedelta(days=1)


class Span(StrEnum):
    """How a period was chosen."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    DAYS = "days"


@dataclass(frozen=True, slots=True)
class Period:
    """Days in Shanghai, both ends included."""

    span: Span
    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError("a period must not end before it begins")

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    def before(self, today: date | None = None) -> Period:
        """The one to compare with. A period that still runs is compared with as many days of the one before."""
        if self.span is Span.DAYS:
            return Period(self.span, self.start - (self.end - self.start) - _DAY, self.start - _DAY)
        whole = of_span(self.span, self.start - _DAY)
        if today is None or not self.start <= today < self.end:
            return whole
        return Period(self.span, whole.start, min(whole.start + (today - self.start), whole.end))

    def pieces(self) -> tuple[tuple[date, date] | None, tuple[tuple[date, date], ...]]:
        """(first days of the first and last whole month in it, what days remain): which sums make it up."""
        first = self.start if self.start.day == 1 else _next_month(self.start)
        after = _next_month(self.end) if (self.end + _DAY).day == 1 else self.end.replace(day=1)
        if first >= after:
            return None, ((self.start, self.end),)
        rest = []
        if self.start < first:
            rest.append((self.start, first - _DAY))
        if after <= self.end:
            rest.append((after, self.end))
        return (first, (after - _DAY).replace(day=1)), tuple(rest)


def of_span(span: Span, day: date) -> Period:
    """The week, month, quarter or year that a day lies in."""
    if span is Span.WEEK:
        start = day - timedelta(days=day.weekday())
        return Period(span, start, start + timedelta(days=6))
    if span is Span.MONTH:
        start = day.replace(day=1)
        return Period(span, start, _next_month(day) - _DAY)
    if span is Span.QUARTER:
        start = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
        return Period(span, start, _next_month(_next_month(_next_month(start))) - _DAY)
    if span is Span.YEAR:
        return Period(span, date(day.year, 1, 1), date(day.year, 12, 31))
    return Period(Span.DAYS, day, day)


def _next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def asked(query: Mapping[str, str], today: date) -> tuple[Period, dict[str, str]]:
    """The period that an address asks for, and what is wrong with it: reasons by field (`order`, `day`, `long`)."""
    span = query.get("period", "")
    if not (query.get("from") or query.get("to")):
        known = Span(span) if span in tuple(Span) and span != Span.DAYS else Span.MONTH
        back = query.get("back", "")
        period = of_span(known, today)
        if back.isascii() and back.isdigit() and len(back) < 4:
            for _step in range(int(back)):
                period = period.before()
        return period, {}
    wrong: dict[str, str] = {}
    days: dict[str, date] = {"from": today.replace(day=1), "to": today}
    for name in days:
        try:
            days[name] = date.fromisoformat(query[name]) if query.get(name) else days[name]
        except ValueError:
            wrong[name] = "day"
    if not wrong and days["to"] < days["from"]:
        wrong["to"] = "order"
    if not wrong and (days["to"] - days["from"] > LONGEST or days["from"] < EARLIEST or days["to"].year > 2999):
        wrong["from"] = "long"
    return (of_span(Span.MONTH, today) if wrong else Period(Span.DAYS, days["from"], days["to"])), wrong

"""The charts of the reports: where it stands, how it went, where it lies. Every bar and point leads to its list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial

from markupsafe import Markup

from bot.console.charts import WIDE, Mark, Point, Stack, bars, heat, line, stacked
from bot.console.reports.looks import Look
from bot.console.reports.numbers import Number, Told
from bot.texts import _, said
from store.reports.figures import Cut
from store.reports.periods import Period, Span, of_span
from store.reports.tallies import Facts


def to_zero(look: Look, by_bureau: Mapping[str, Facts], width: int = WIDE) -> Markup:
    """What is still open, county by county: in time, due soon, overdue."""
    t, stacks = _speaker(look), []
    for code, facts in by_bureau.items():
        told = Told.of(look, facts, replace(look.cut, county=code))
        parts = (
            _mark(t(_("In time")), told.in_time),
            _mark(t(_("Due soon")), told.near("problem"), "warn"),
            _mark(t(_("Overdue")), told.overdue("problem"), "bad"),
            _mark(t(_("Suspended")), told.in_state("problem", "suspended"), "soft"),
        )
        stacks.append(Stack(look.bureaus.get(code, code), parts, told.open("problem").href))
    return stacked(t(_("Problems still open")), t(_("By county: in time, due soon, overdue.")), stacks, width=width)


def months(look: Look, by_month: Mapping[str, Facts], width: int = WIDE) -> Markup:
    """Clues reported, month by month; the running month is not finished and stands apart."""
    t, points = _speaker(look), []
    for start, facts in sorted(by_month.items()):
        period = month_of(start)
        told = Told.of(look, facts, period=period)
        number, label = told.clues(), month_words(start, look.language)
        points.append(Point(label, number.value, href=number.href, ahead=period.end >= look.today))
    return line(t(_("Clues by month")), t(_("The running month is not finished.")), points, width=width)


def closing(look: Look, by_month: Mapping[str, Facts], width: int = WIDE) -> Markup:
    """Within how many days half of what was closed was closed, month by month."""
    t, points = _speaker(look), []
    for start, facts in sorted(by_month.items()):
        period = month_of(start)
        number = Told.of(look, facts, period=period).days(0.5)
        value = number.value if number.href else None
        ahead = period.end >= look.today
        points.append(
            Point(month_words(start, look.language), value, href=number.href, shown=number.shown, ahead=ahead)
        )
    return line(
        t(_("Days to close, by month")),
        t(_("Half of the problems were closed within so many days.")),
        points,
        width=width,
    )


def where(look: Look, matrix: Mapping[tuple[str, ...], Facts], width: int = WIDE) -> Markup:
    """Open problems by county and responsible department."""
    t, departments = _speaker(look), look.departments
    rows = []
    for code, name in look.bureaus.items():
        marks = []
        for department, words in departments.items():
            facts = matrix.get((code, department), Facts())
            number = Told.of(look, facts, Cut(code, department, look.cut.indicator)).open("problem")
            marks.append(Mark(words, number.value, number.href))
        if any(mark.value for mark in marks):
            rows.append((name, marks))
    title = t(_("Open problems by county and responsible department"))
    return heat(title, t(_("The darker, the more.")), list(departments.values()), rows, width=width)


def foremost(title: str, note: str, names: Sequence[tuple[str, Number]], width: int = WIDE) -> Markup:
    """A few things with the most of something."""
    return bars(
        title, note, [Mark(name, number.value, number.href, shown=number.shown) for name, number in names], width=width
    )


def _mark(words: str, number: Number, tone: str = "") -> Mark:
    return Mark(words, number.value, number.href, tone)


def month_of(start: str) -> Period:
    """The month that begins on an ISO day."""
    return of_span(Span.MONTH, date.fromisoformat(start))


def month_words(start: str, language: str) -> str:
    """ "11月" or "Nov"."""
    day = date.fromisoformat(start)
    return f"{day.month}月" if language != "en" else f"{day:%b}"


def _speaker(look: Look) -> Callable[[str], str]:
    return partial(said, language=look.language)

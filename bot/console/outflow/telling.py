"""How a county's diversion is told: why it is warned, its course as a line, and the same in figures."""

from __future__ import annotations

from dataclasses import replace

from bot.console.charts import Mark, Point, both, line
from bot.console.visit import Visit
from bot.texts import _
from store.feeds.forecast import Point as Expected
from store.feeds.found import Course
from store.feeds.outflow import TOP, Standing
from store.words import words_of

_UNKNOWN = _("No sales are known for this quarter, so there is no share and no rank.")
_WARNED = _(
    "{name} is warned because both are true: its share of {share} is above the cap of {cap}, and it is number {rank},"
    " among the worst {top}."
)
_ABOVE = _(
    "{name} is not warned: its share of {share} is above the cap of {cap}, but it is number {rank}, not among the"
    " worst {top}."
)
_WITHIN_TOP = _("{name} is not warned: it is number {rank}, but its share of {share} is within the cap of {cap}.")
_WITHIN = _("{name} is not warned: its share of {share} is within the cap of {cap}, and it is number {rank}.")
_COURSE = _(
    "Last {last} in {month}. For {ahead}, {share} is expected, with a chance of four in five between {low} and {high}."
)


def percent(share: float | None, places: int = 2) -> str:
    """A share as people read it; a dash for one that cannot be told."""
    return "–" if share is None else f"{100 * share:.{places}f} %"


def bounds(point: Expected) -> tuple[str, str, str]:
    """What is expected, and between which shares."""
    return percent(point.value), percent(point.low), percent(point.high)


def name_of(visit: Visit, one: Standing) -> str:
    return words_of({"zh": one.name_zh, "en": one.name_en}, visit.language)


def explained(visit: Visit, one: Standing) -> dict[str, str]:
    """Why a county is warned, or is not: the two conditions and how they are met."""
    name = name_of(visit, one)
    if one.share is None or one.cap is None:
        return {"name": name, "county": one.county, "text": visit.t(_UNKNOWN)}
    facts = {"name": name, "share": percent(one.share), "cap": percent(one.cap), "rank": one.rank, "top": TOP}
    sentence = _WARNED if one.warned else _ABOVE if one.above else _WITHIN_TOP
    if not one.above and (one.rank or TOP + 1) > TOP:
        sentence = _WITHIN
    return {"name": name, "county": one.county, "text": visit.t(sentence, **facts)}


def drawn(visit: Visit, course: Course, cap: float | None, name: str) -> str:
    """The line by month in percent, with what is expected; empty for fewer than two months."""
    months = course.months
    if len(months) < 2:
        return ""
    limit = Mark(visit.t(_("cap")), 100 * cap, shown=percent(cap)) if cap else None
    title = visit.t(_("{name}: diversion over sales, by month"), name=name)
    facts = {"last": percent(months[-1].share), "month": months[-1].month, "ahead": course.ahead[-1]}
    desc = visit.t(_COURSE, **facts, **_expected(course.points[-1]))
    points = _points(visit, course)
    return both(lambda width: line(title, desc, points, limit=limit, width=width, height=240))


def _points(visit: Visit, course: Course) -> list[Point]:
    """Values in percent. The band begins at the last month that is known."""
    points = [Point(one.month[2:], 100 * one.share, shown=percent(one.share)) for one in course.months]
    last = points[-1].value
    points[-1] = replace(points[-1], low=last, high=last)
    for month, one in zip(course.ahead, course.points, strict=True):
        words = visit.t(_("{share} expected, between {low} and {high}"), **_expected(one))
        low, high = (None if bound is None else 100 * bound for bound in (one.low, one.high))
        points.append(Point(month[2:], 100 * one.value, low, high, shown=words, ahead=True))
    return points


def _expected(point: Expected) -> dict[str, str]:
    share, low, high = bounds(point)
    return {"share": share, "low": low, "high": high}


def in_figures(course: Course) -> list[tuple[str, str, str]]:
    """The drawing in figures, the newest first."""
    ahead = [
        (month, percent(point.value), f"{percent(point.low)} – {percent(point.high)}")
        for month, point in zip(course.ahead, course.points, strict=True)
    ]
    past = [(one.month, percent(one.share), "") for one in course.months]
    return [*past, *ahead][::-1]

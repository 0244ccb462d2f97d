"""How a county's diversion is told: why it is warned, its course as a line, and the same in figures."""

from __future__ import annotations

from bot.console.shops import drawing
from bot.console.shops.drawing import Dot, Rule
from bot.console.visit import Visit
from bot.texts import _
from store.feeds.forecast import Point
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


def bounds(point: Point) -> tuple[str, str, str]:
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
    """The line by month, with what is expected; empty for fewer than two months."""
    months = course.months
    if len(months) < 2:
        return ""
    dots = _dots(visit, course)
    rules = (Rule(cap, visit.t(_("cap {cap}"), cap=percent(cap)), "bad"),) if cap else ()
    title = visit.t(_("{name}: diversion over sales, by month"), name=name)
    facts = {"last": percent(months[-1].share), "month": months[-1].month, "ahead": course.ahead[-1]}
    desc = visit.t(_COURSE, **facts, **_expected(course.points[-1]))
    top = max(one.share for one in months) * 1.05
    return drawing.line(dots, rules, title=title, desc=desc, said=lambda share: percent(share, 1), top=top)


def _dots(visit: Visit, course: Course) -> list[Dot]:
    last = len(course.months) + len(course.ahead) - 1
    ticked = range(0, last - 3, 6)
    dots = [
        Dot(n / last, one.share, f"{one.month}: {percent(one.share)}", one.month if n in ticked else "")
        for n, one in enumerate(course.months)
    ]
    for n, (month, point) in enumerate(zip(course.ahead, course.points, strict=True), start=len(course.months)):
        sentence = _("{month}: {share} expected, between {low} and {high}")
        words = visit.t(sentence, month=month, **_expected(point))
        dots.append(Dot(n / last, point.value, words, month if n == last else "", point.low, point.high, ahead=True))
    return dots


def _expected(point: Point) -> dict[str, str]:
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

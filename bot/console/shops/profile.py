"""One shop's profile: its score, why it is what it is, and everything that stands around it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.console.charts import Mark, Point, both, line
from bot.console.shops import drawing, wording
from bot.console.shops.drawing import Pin
from bot.console.visit import NotThere, Visit
from bot.texts import _
from store.clock.workdays import SHANGHAI, load_calendar, local_day
from store.feeds.rules import BY_NAME, reason
from store.feeds.shops import orders_of, warnings_of
from store.law.standing import supervises
from store.profile import around
from store.profile.arithmetic import faded, half_lives
from store.profile.page import Profile, profile
from store.profile.score import Score
from store.reading.front import row_of
from store.words import Role, words_of

_FIRST = date(2015, 1, 1)
_STEPS = 24
"""Points of the line at most."""


async def show(visit: Visit) -> web.StreamResponse:
    licence_no, as_of = visit.parts["licence_no"], _as_of(visit)
    async with visit.read() as tx:
        found = await profile(tx, visit.who, licence_no, as_of)
        if found is None:
            raise NotThere
        calendar = await load_calendar(tx, visit.at)
        seen = [number for number in _numbers(found.score) if number in found.seen]
        facts: dict[str, Any] = {
            "proofs": await around.proofs(tx, visit.who, seen),
            "orders": await _orders(tx, visit, licence_no),
            "running": [row_of(one, visit.language, visit.at, calendar) for one in found.running.shown],
            "past": [row_of(one, visit.language, visit.at, calendar) for one in found.past.shown],
        }
    today = as_of >= visit.at - timedelta(minutes=1)
    return visit.page(
        "shops/profile.html",
        profile=found,
        shop=found.shop,
        score=found.score,
        level=wording.level(visit, found.score.level),
        why=_why(visit, found.score),
        county=words_of({"zh": found.shop.county_zh, "en": found.shop.county_en}, visit.language),
        condition=visit.t(wording.STATUS[found.shop.status]),
        today=today,
        day=local_day(as_of).isoformat(),
        last=local_day(visit.at).isoformat(),
        parts=_parts(visit, found.score),
        course=_course(visit, found),
        plan=_plan(visit, found),
        visits=[_visit(visit, one) for one in found.visits],
        may_ask=today and may_ask(visit) and all(one.over_at or one.outcome not in _UNDER_WAY for one in found.visits),
        may_report=today,
        roles={key: visit.t(text) for key, text in wording.ROLES.items()},
        directions={key: visit.t(text) for key, text in wording.DIRECTIONS.items()},
        level_of=lambda key: wording.level(visit, key),
        number=wording.number,
        metres=lambda away: wording.metres(visit, away),
        faded=lambda since: _faded(found.score, since),
        days_ago=lambda since: max(0, (local_day(as_of) - local_day(since)).days),
        **facts,
    )


_UNDER_WAY = ("waiting", "reviewing", "visiting")


def may_ask(visit: Visit) -> bool:
    """Who sends somebody to look: supervision, heads of departments, leaders."""
    return supervises(visit.who) or visit.who.role in (Role.LEADER, Role.DEPARTMENT_HEAD)


def _as_of(visit: Visit) -> datetime:
    """The end of the day that was asked for, or now."""
    try:
        day = date.fromisoformat(visit.query.get("as_of", ""))
    except ValueError:
        return visit.at
    if not _FIRST <= day < local_day(visit.at):
        return visit.at
    return datetime.combine(day, time(23, 59, 59), SHANGHAI)


def _numbers(score: Score) -> list[str]:
    return [one.number for group in score.dimensions for kind in group.indicators for one in kind.problems]


def _faded(score: Score, since: datetime) -> int:
    """Percent of a problem's points that are left."""
    return round(100 * faded(half_lives(since, score.at, score.scale)))


def _why(visit: Visit, score: Score) -> str:
    """The score in one sentence: what adds most, in the words of whoever looks after the shop."""
    heavy = [(one.adds, one.kind.name(visit.language)) for one in score.dimensions]
    heavy += [(score.parts.province, visit.t(_("the province's score")))]
    heavy += [(score.parts.outflow, visit.t(_("cartons found elsewhere")))]
    heavy = sorted((one for one in heavy if one[0] >= 0.05), key=lambda one: -one[0])[:3]
    if not heavy:
        return visit.t(_("Nothing is known against this shop."))
    comma = "、" if visit.language == "zh" else ", "
    named = comma.join(visit.t(_("{name} ({adds} points)"), name=name, adds=f"{adds:.1f}") for adds, name in heavy)
    count = len(_numbers(score))
    if count:
        sentence = _("{score} of 100, from {count} confirmed cases and provincial data; most of it: {parts}.")
        if visit.language == "en" and count == 1:
            sentence = _("{score} of 100, from one confirmed case and provincial data; most of it: {parts}.")
    else:
        sentence = _("{score} of 100, from provincial data alone: {parts}.")
    return visit.t(sentence, score=f"{score.value:.1f}", count=count, parts=named)


def _parts(visit: Visit, score: Score) -> list[dict[str, Any]]:
    """The three sources with what each adds and could add at most."""
    scale = score.scale
    return [
        {
            "key": "city",
            "words": visit.t(_("Confirmed cases")),
            "adds": score.parts.city,
            "most": scale.city_points,
        },
        {
            "key": "province",
            "words": visit.t(_("The province's score")),
            "adds": score.parts.province,
            "most": scale.province_points,
        },
        {
            "key": "outflow",
            "words": visit.t(_("Cartons found elsewhere")),
            "adds": score.parts.outflow,
            "most": scale.outflow_points,
        },
    ]


def _course(visit: Visit, found: Profile) -> str:
    """The score over time as a line; empty when there is but one day."""
    days = [(one.day, one.score) for one in found.days if one.day < local_day(found.score.at)]
    days.append((local_day(found.score.at), found.score.value))
    if len(days) < 2:
        return ""
    scale, now = found.score.scale, found.score.value
    level, name = (scale.watch, _("watch")) if now < scale.watch else (scale.key, _("key control"))
    limit = Mark(visit.t(name), level, shown=f"{level:g}")
    points = [Point(f"{day:%m-%d}", value, shown=f"{value:.1f} ({day.isoformat()})") for day, value in _evenly(days)]
    facts = {"first": f"{days[0][1]:.1f}", "since": days[0][0].isoformat(), "last": f"{now:.1f}"}
    desc = visit.t(_("From {first} on {since} to {last}. Higher is worse."), **facts)
    title = visit.t(_("The score over time"))
    return both(lambda width: line(title, desc, points, limit=limit, width=width))


def _evenly(days: list[tuple[date, float]]) -> list[tuple[date, float]]:
    """The score at even steps of time; between two days that are known it stayed within a point."""
    first, last = days[0][0].toordinal(), days[-1][0].toordinal()
    count = min(_STEPS, last - first)
    steps = [date.fromordinal(round(last - n * (last - first) / count)) for n in range(count, -1, -1)]
    return [(step, [value for day, value in days if day <= step][-1]) for step in steps]


def _plan(visit: Visit, found: Profile) -> str:
    """The neighbours on a plan; empty when nobody knows where the shop is."""
    if found.shop.place is None:
        return ""
    pins = [Pin(*found.shop.place, found.shop.name, here=True, tone=wording.LEVELS[found.score.level][1])]
    for one in found.neighbours:
        words = f"{one.name} · {one.score:.1f} · {wording.metres(visit, one.metres)}"
        pins.append(Pin(*one.place, words, wording.LEVELS[one.level][1], visit.path(one.licence_no)))
    title = visit.t(_("Shops around {name}"), name=found.shop.name)
    desc = visit.t(_("{n} shops nearby; north is up. The list beside it says the same."), n=len(pins) - 1)
    return drawing.around(pins, title=title, desc=desc, metres=lambda away: wording.metres(visit, away))


async def _orders(tx: AsyncConnection, visit: Visit, licence_no: str) -> list[dict[str, Any]]:
    """The last order cycles, the newest first, with what the rules said of them."""
    rows, warned = await orders_of(tx, licence_no, 4), await warnings_of(tx, licence_no)
    cycles: dict[str, dict[str, Any]] = {}
    for row in rows:
        one = cycles.setdefault(row.cycle, {"cycle": row.cycle, "brands": [], "quantity": 0.0, "amount": 0.0})
        one["brands"].append((row.brand, row.quantity))
        one["quantity"] += row.quantity
        one["amount"] += row.amount
    for row in warned:
        if row.cycle in cycles and row.rule in BY_NAME:
            words = reason(BY_NAME[row.rule], row.cycle, row.facts, visit.language)
            cycles[row.cycle].setdefault("warnings", []).append({"words": words, "clue": row.clue})
    return [cycles[cycle] for cycle in sorted(cycles, reverse=True)]


def _visit(visit: Visit, one: Any) -> dict[str, Any]:
    words, tone = wording.VISITS[one.outcome]
    return {"visit": one, "words": visit.t(words), "tone": tone}

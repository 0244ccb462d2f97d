"""The calendar: a year at a glance, one day changed with a look at the deadlines that move, a year by a file."""

from __future__ import annotations

import calendar as months
from dataclasses import dataclass
from datetime import date
from typing import Any

from aiohttp import web
from babel.dates import get_day_names, get_month_names

from bot.console.running import changing, wording
from bot.console.visit import NotThere, Visit
from bot.texts import _
from store.chosen_forms import Unfit
from store.clock.workdays import is_working_day, load_calendar, local_day
from store.running import journal
from store.running.calendar import moving
from store.running.calendar import year as table_of
from store.running.changing import books
from store.running.journal import token
from store.texts import said
from store.words import Json


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of the picture."""

    day: date
    worked: bool
    name: str
    special: bool  # it differs from what its weekday says
    today: bool


async def shown(visit: Visit) -> web.StreamResponse:
    """A year, this one unless the address names another."""
    today = local_day(visit.at)
    given = visit.query.get("year", "")
    number = int(given) if given.isascii() and given.isdigit() and len(given) == 4 else today.year
    if not today.year - 5 <= number <= today.year + 2:
        raise NotThere
    async with visit.read() as tx:
        days = await table_of(tx, number) or {}
        noted, _total = await journal.listed(tx, ("calendar", "import"), 0, 30)
        mine = [one for one in noted if one.kind == "calendar" or one.subject.startswith("calendar")][:8]
        told = await wording.told(visit, tx, mine)
    facts: dict[str, Any] = {
        "year": number,
        "years": range(today.year - 1, today.year + 3),
        "months": _months(visit, number, days, today),
        "weekdays": [get_day_names("narrow", locale=_locale(visit))[(n) % 7] for n in range(7)],
        "official": bool(days),
        "named": [(date.fromisoformat(day), kind, name) for day, (kind, name) in days.items()],
        "kinds": wording.DAYS,
        "told": told,
    }
    return visit.page("running/calendar.html", **facts)


Month = tuple[str, list[list[Cell | None]]]
"""A name and its weeks, Monday first."""


def _months(visit: Visit, number: int, days: dict[str, list[str]], today: date) -> list[Month]:
    names = get_month_names("wide", context="stand-alone", locale=_locale(visit))
    weeks = months.Calendar(firstweekday=0)
    return [
        (
            names[month],
            [
                [_cell(date(number, month, day), days, today) if day else None for day in week]
                for week in weeks.monthdayscalendar(number, month)
            ],
        )
        for month in range(1, 13)
    ]


def _cell(day: date, days: dict[str, list[str]], today: date) -> Cell:
    kind, name = days.get(day.isoformat(), ["", ""])
    worked = kind == "working" or (not kind and day.weekday() < 5)
    return Cell(day, worked, name, bool(kind) and worked != (day.weekday() < 5), day == today)


def _locale(visit: Visit) -> str:
    return "en" if visit.language == "en" else "zh_CN"


# --- one day --------------------------------------------------------------------------------------------------


async def day(visit: Visit) -> web.StreamResponse:
    return await _day(visit)


async def _day(visit: Visit, status: int = 200, moving: int | None = None) -> web.Response:
    the_day = _date(visit)
    subject = the_day.isoformat()
    async with visit.read() as tx:
        state = await books()["calendar"].state(tx, subject)
        worked = is_working_day(await load_calendar(tx, visit.at), the_day)
    facts = {"day": the_day, "state": state, "seen": token(state), "worked": worked, "moving": moving}
    told = await changing.history(visit, "calendar", subject)
    options = wording.options(visit, wording.DAYS)
    return visit.page("running/day.html", status, **facts, options=options, told=told)


async def save(visit: Visit) -> web.StreamResponse:
    """Look first which deadlines move; then let it count."""
    the_day, sheet = _date(visit), visit.sheet
    kind = sheet.text("kind", 10)
    after: Json = {"kind": kind, "name": sheet.text("name", 120)} if kind != "plain" else None
    if sheet.text("step") == "look":
        count = await _moving(visit, the_day, after)
        return await _day(visit, 200 if count is not None else 422, count)
    done = await changing.wish(visit, "calendar", the_day.isoformat(), after, field="kind")
    if done is None:
        return await _day(visit, 422)
    return visit.go(
        f"{visit.path('calendar')}?year={the_day.year}", changing.say(visit, done, _("The day is changed."))
    )


async def _moving(visit: Visit, the_day: date, after: Json) -> int | None:
    """How many open matters would move. None when it cannot be done."""
    try:
        async with visit.write() as work:
            return await moving(work.tx, the_day.isoformat(), after, work.at)
    except Unfit as unfit:
        visit.sheet.errors["kind"] = said(unfit.sentence, visit.language, unfit.facts)
        return None


def _date(visit: Visit) -> date:
    try:
        found = date.fromisoformat(visit.parts["day"])
    except ValueError:
        raise NotThere from None
    today = local_day(visit.at)
    if not today.year - 5 <= found.year <= today.year + 2:
        raise NotThere
    return found

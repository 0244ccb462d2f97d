"""The list of shops: how many stand out where, the ranking by score, and the search."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.console.lists import Column, Listing, View
from bot.console.shops import wording
from bot.console.visit import Visit
from bot.texts import _
from store.master import merchants, packcode
from store.profile.ranking import MOST, Wanted, by_level, grades, ranking
from store.profile.reading import oversees
from store.staff.names import counties, named_like
from store.words import FieldRole, Level

COLUMNS = (
    Column("name", _("Shop"), head=True),
    Column("score", _("Score")),
    Column("parts", _("What it is made of")),
    Column("county", _("County")),
    Column("grade", _("Grade")),
)
_FILTERS = ("words", "level", "county", "grade", "role", "staff")


async def show(visit: Visit) -> web.StreamResponse:
    view = visit.view(COLUMNS, filters=_FILTERS)
    words = view.filters.get("words", "")
    if packcode.looks_like(words):
        return visit.go(f"{visit.path('trace')}?code={''.join(words.split())}")
    async with visit.read() as tx:
        units = await counties(tx, visit.language)
        wanted = await _wanted(tx, visit, view)
        counts = await by_level(tx, visit.who) if oversees(visit.who) else {}
        standing_out = _standing_out(counts, wanted) if oversees(visit.who) else None
        found = await ranking(tx, visit.who, wanted, view.start, view.size, standing_out)
        known_grades = await grades(tx)
    return visit.page(
        "shops/list.html",
        listing=Listing(view, found.shops, found.total),
        capped=found.total == MOST,
        counties=[(code, name) for code, name in units.items() if _mine(visit, code)],
        county_names=units,
        drill=_drill(visit, counts, units),
        grades=[(grade, grade) for grade in sorted(known_grades, key=_grade)],
        levels=[(key, visit.t(text)) for key, (text, _tone) in wording.LEVELS.items()],
        roles=[(key, visit.t(text)) for key, text in wording.ROLES.items()],
        level_of=lambda key: wording.level(visit, key),
        number=wording.number,
        labels=_labels(visit, view, units),
        filters=view.filters,
    )


async def _wanted(tx: AsyncConnection, visit: Visit, view: View) -> Wanted:
    """The filters of the address; what makes no sense in them is passed over."""
    given = view.filters
    role = given.get("role", "")
    staff = given.get("staff", "")
    words = given.get("words", "")
    return Wanted(
        levels=(given["level"],) if given.get("level") in wording.LEVELS else (),
        county=given.get("county", ""),
        grade=given.get("grade", ""),
        staff=tuple(await named_like(tx, staff)) if staff else None,
        role=FieldRole(role) if role in wording.ROLES else None,
        licences=tuple(await merchants.matching(tx, words, visit.who.bureau)) if words else None,
    )


def _standing_out(counts: dict[tuple[str, str], int], wanted: Wanted) -> int:
    """How many of those that stand out are wanted."""
    fits = [
        count
        for (county, level), count in counts.items()
        if (not wanted.levels or level in wanted.levels) and wanted.county in ("", county)
    ]
    return sum(fits)


def _mine(visit: Visit, code: str) -> bool:
    return visit.who.level is Level.CITY or visit.who.bureau == code


def _drill(visit: Visit, counts: dict[tuple[str, str], int], units: dict[str, str]) -> list[dict[str, Any]]:
    """One row for each county: how many shops at which level, each a link; those with most first."""
    rows = [
        {"code": code, "name": name, "key": counts.get((code, "key"), 0), "watch": counts.get((code, "watch"), 0)}
        for code, name in units.items()
        if _mine(visit, code) and counts
    ]
    return sorted(rows, key=lambda one: (-int(one["key"]), -int(one["watch"]), str(one["code"])))


def _labels(visit: Visit, view: View, units: dict[str, str]) -> dict[str, str]:
    """What the chips of the filters that are set say."""
    given = view.filters
    named = {
        "words": given.get("words", ""),
        "level": visit.t(wording.LEVELS[given["level"]][0]) if given.get("level") in wording.LEVELS else "",
        "county": units.get(given.get("county", ""), given.get("county", "")),
        "grade": visit.t(_("grade {grade}"), grade=given.get("grade", "")),
        "staff": visit.t(_("served by {name}"), name=given.get("staff", "")),
        "role": visit.t(wording.ROLES[given["role"]]) if given.get("role") in wording.ROLES else "",
    }
    return {key: words for key, words in named.items() if key in given and words}


def _grade(grade: str) -> tuple[int, str]:
    """Grades as people count them: 2 before 10."""
    return (int(grade), "") if grade.isdecimal() else (1_000, grade)

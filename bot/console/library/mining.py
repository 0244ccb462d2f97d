"""What recurs among "other": how much of it there is, what it says, and making an indicator of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web
from markupsafe import Markup

from bot.console.charts import Mark, Point, both, line
from bot.console.library import wording
from bot.console.rooms import PATH, Tile
from bot.console.visit import NotThere, Visit
from bot.texts import _
from conversations import outcomes
from conversations.catalogue import speech
from store.clock.workdays import midnight
from store.law.standing import supervises
from store.library import others, uses
from store.library.offers import Offer, free_code, offered, parents_for, usual_weight
from store.library.others import Recurring
from store.library.tree import New, may_edit
from store.master.imports import fields
from store.master.imports.report import Wrong
from store.master.indicators import Library, load
from store.words import Department, Refused, Role

_LOOK_BACK = 180
"""Days of reports that are grouped."""
_TICKS = 200
"""Cases that one form re-codes; the rest is offered again afterwards."""
_IN_SIGHT = 4


@dataclass(frozen=True, slots=True)
class Group:
    """What recurs, as it is offered."""

    key: str  # the number of the case in its middle
    phrase: str  # what most of them say
    cases: Sequence[tuple[str, str]]  # number and text, the most typical first
    more: int
    other: str
    other_name: str
    offer: Offer
    parents: Sequence[tuple[str, str]]


def admits(visit: Visit) -> bool:
    """Whoever sees cases of more than their own: an administrator sees none."""
    return supervises(visit.who) or visit.who.role is Role.LEADER


async def tile(visit: Visit) -> Tile | None:
    """The share of the last 90 days, for the front page of those whom it tells something."""
    if not admits(visit):
        return None
    async with visit.read() as tx:
        share = await others.share(tx, visit.who, midnight(uses.recent(visit.at)), visit.at)
    if not share.coded:
        return None
    tone = "bad" if share.share >= others.TARGET else ""
    more = visit.t(_("target: less than {percent} %"), percent=f"{100 * others.TARGET:.0f}")
    what = visit.t(_("reported as “other”"))
    return Tile(f"{100 * share.share:.1f}%", what, f"{PATH}/library/others", tone, more)


async def show(visit: Visit) -> web.StreamResponse:
    return await _shown(visit)


async def _shown(visit: Visit, status: int = 200) -> web.Response:
    if not admits(visit):
        raise NotThere
    since = midnight(uses.recent(visit.at))
    async with visit.read() as tx:
        library = await load(tx, visit.at)
        share = await others.share(tx, visit.who, since, visit.at)
        codes = await others.by_code(tx, visit.who, since, visit.at)
        months = await others.course(tx, visit.who, visit.at)
        found = await others.recurring(tx, visit.who, visit.at - timedelta(days=_LOOK_BACK), visit.at)
    day = f"{uses.recent(visit.at)}"
    return visit.page(
        "library/others.html",
        status,
        share=share,
        target=others.TARGET,
        days=uses.RECENT,
        back=_LOOK_BACK,
        codes=[(library[code], count, wording.clues_of(code, **{"from": day})) for code, count in codes],
        drawing=_drawing(visit, months),
        groups=[_group(visit, library, one) for one in found],
        editor=may_edit(visit.who) and supervises(visit.who),
        departments=wording.departments(visit),
        in_sight=_IN_SIGHT,
    )


def _group(visit: Visit, library: Library, found: Recurring) -> Group:
    cases = list(zip(found.group.keys, found.texts, strict=True))
    places = parents_for(library, library[found.other].side)
    parents = [(one.code, f"{one.code} {one.name(visit.language)}") for one in places if len(one.code) > 1]
    name, offer = library[found.other].name(visit.language), offered(library, found)
    more = max(0, len(cases) - _TICKS)
    return Group(found.group.middle, found.group.phrase, cases[:_TICKS], more, found.other, name, offer, parents)


async def promote(visit: Visit) -> web.StreamResponse:
    """Make an indicator of it and re-code the cases that are ticked. Each group has a form of its own: `key`."""
    if not (admits(visit) and may_edit(visit.who)):
        raise NotThere
    key = visit.sheet.text("key", 40)
    try:
        async with visit.write() as work:
            new = _new(visit, key, await load(work.tx, work.at))
            done = await others.promote(work.tx, visit.who, visit.sheet.all(f"case-{key}")[:_TICKS], new, work.at)
            await work.tell(*done.moved)
    except Wrong as fault:
        visit.sheet.errors[f"group-{key}"] = wording.told(visit, fault)
    except Refused as no:
        visit.sheet.errors[f"group-{key}"] = outcomes.refused(speech(visit.language), no, {})
    if visit.sheet.errors:
        return await _shown(visit, 422)
    say = _("{code} “{name}” is in the library now, and {count} cases have its code.")
    code, name = done.indicator.code, done.indicator.name(visit.language)
    return visit.go(visit.path(code), visit.t(say, code=code, name=name, count=len(done.moved)))


def _new(visit: Visit, key: str, library: Library) -> New:
    """The indicator that a group's form describes. An empty code is the next free one below its parent."""

    def given(name: str, most: int = 40) -> str:
        return visit.sheet.text(f"{name}-{key}", most)

    parent, department, weight = given("parent"), given("department"), given("weight")
    return New(
        code=given("code") or free_code(library, parent),
        parent=parent,
        name_zh=given("name_zh", 201),
        name_en=given("name_en", 201),
        weight=float(fields.number(0, 1000)(weight)) if weight else usual_weight(library, parent),
        department=Department(department) if department in tuple(Department) else None,
        keywords=(given("phrase", 60),),
    )


def _drawing(visit: Visit, months: Sequence[others.Month]) -> Markup:
    """The share month by month with the target, in percent."""
    points = [
        Point(f"{one.first:%y-%m}", 100 * one.of.share if one.of.coded else None, shown=f"{100 * one.of.share:.1f} %")
        for one in months
    ]
    limit = Mark(visit.t(_("Target")), 100 * others.TARGET, shown=f"{100 * others.TARGET:.0f} %")
    told = visit.t(_("Share of “other” month by month"))
    return both(lambda width: line(told, "", points, limit=limit, width=width, height=190))

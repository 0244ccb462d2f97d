"""The reports room: the city, a county or a department at a glance, and every figure as a way to its list."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from aiohttp import web

from bot.console.charts import HALF, both
from bot.console.reports import drawings, gathering, paper
from bot.console.reports.looks import SPANS, Look, look
from bot.console.reports.numbers import Told
from bot.console.reports.places import RANKED, places
from bot.console.reports.tables import COLUMNS, ROLE_COLUMNS, Line, listing, named
from bot.console.rooms import Room, get
from bot.console.visit import NotThere, Visit
from bot.texts import _
from store.reports.figures import along, counted, together
from store.reports.names import kinds
from store.reports.tallies import Facts
from store.reports.viewing import viewpoint

TABS = {
    "": _("At a glance"),
    "counties": _("Counties"),
    "departments": _("Departments"),
    "indicators": _("Indicators"),
    "months": _("Months"),
    "people": _("Field roles"),
    "ranking": _("Ranking"),
}
ROLES = {
    "customer_manager": _("Customer managers"),
    "market_inspector": _("Market inspectors"),
    "delivery_worker": _("Delivery workers"),
    "": _("Others"),
}


async def _glance(visit: Visit) -> web.Response:
    async with visit.read() as tx:
        view = await look(visit, tx)
        facts = await gathering.glance(tx, view)
    told = Told.of(view, facts.whole)
    was = Told.of(view, facts.before, period=view.before)
    top = sorted(facts.by_kind.items(), key=lambda one: (-one[1].problems.n, one[0]))[:8]
    kinds_told = [
        (facts.kinds[code].name, Told.of(view, of, replace(view.cut, indicator=code)).problems())
        for code, of in top
        if of.problems.n and code in facts.kinds
    ]
    charts = {
        "zero": both(lambda width: drawings.to_zero(view, facts.by_bureau, width), HALF),
        "months": both(lambda width: drawings.months(view, facts.months, width), HALF),
        "closing": both(lambda width: drawings.closing(view, facts.months, width), HALF),
        "where": both(lambda width: drawings.where(view, facts.matrix, width), HALF),
        "kinds": both(
            lambda width: drawings.foremost(visit.t(_("What problems are about")), "", kinds_told, width), 960
        ),
    }
    ranking = places(view, facts.by_bureau, facts.parts, facts.kinds, "points", "county")
    return _page(
        visit,
        view,
        "",
        "glance",
        told=told,
        was=was,
        facts=facts,
        charts=charts,
        ranking=ranking[:3],
        several=len(view.bureaus) > 1,
    )


async def _counties(visit: Visit) -> web.Response:
    async with visit.read() as tx:
        view = await look(visit, tx)
        found = along(await gathering.by(tx, view, ("bureau",)), 0)
    lines = [
        Line(
            code,
            name,
            Told.of(view, found.get(code, Facts()), replace(view.cut, county=code)),
            view.path("departments", county=code),
        )
        for code, name in view.bureaus.items()
    ]
    columns = named(COLUMNS, _("County"))
    return _page(
        visit,
        view,
        "counties",
        "table",
        listing=listing(view, "counties", visit.query, columns, lines),
        whole=Told.of(view, together(found.values())),
    )


async def _departments(visit: Visit) -> web.Response:
    async with visit.read() as tx:
        view = await look(visit, tx)
        found = along(await gathering.by(tx, view, ("department",)), 0)
    lines = [
        Line(
            code,
            name,
            Told.of(view, found.get(code, Facts()), replace(view.cut, department=code)),
            view.path("indicators", department=code),
        )
        for code, name in view.departments.items()
    ]
    columns = named(COLUMNS, _("Department"))
    note = visit.t(_("Clues count for the department that reported them, problems for the one responsible."))
    return _page(
        visit,
        view,
        "departments",
        "table",
        listing=listing(view, "departments", visit.query, columns, lines),
        whole=Told.of(view, together(found.values())),
        note=note,
    )


async def _indicators(visit: Visit) -> web.Response:
    async with visit.read() as tx:
        view = await look(visit, tx)
        library = await kinds(tx, visit.language)
        if view.cut.indicator and view.cut.indicator not in library:
            raise NotThere
        found = along(await gathering.by(tx, view, ("indicator",)), 0)
    folded = gathering.folded(found, gathering.below(library, view.cut.indicator))
    deeper = [library[code] for code, facts in folded.items() if not facts.empty]
    lines = []
    for kind in deeper:
        href = view.path("indicators", indicator=kind.code) if gathering.below(library, kind.code) else ""
        lines.append(
            Line(
                kind.code,
                f"{kind.code} {kind.name}",
                Told.of(view, folded[kind.code], replace(view.cut, indicator=kind.code)),
                href,
            )
        )
    trail = [
        (f"{kind.code} {kind.name}", view.path("indicators", indicator=kind.code))
        for kind in gathering.above(library, view.cut.indicator)
    ]
    columns = named(COLUMNS, _("Indicator"))
    here = library.get(view.cut.indicator)
    return _page(
        visit,
        view,
        "indicators",
        "table",
        listing=listing(view, "indicators", visit.query, columns, lines),
        whole=Told.of(view, together(found.values())),
        trail=trail,
        here=here,
    )


async def _months(visit: Visit) -> web.Response:
    async with visit.read() as tx:
        view = await look(visit, tx)
        found = await gathering.months(tx, view)
    lines = []
    for start, facts in sorted(found.items(), reverse=True):
        period = drawings.month_of(start)
        days = {"from": period.start.isoformat(), "to": period.end.isoformat(), "period": "", "back": ""}
        lines.append(Line(start, start[:7], Told.of(view, facts, period=period), view.path(**days)))
    columns = tuple(column for column in named(COLUMNS, _("Month")) if column.key not in ("open", "overdue"))
    charts = {
        "months": both(lambda width: drawings.months(view, found, width), HALF),
        "closing": both(lambda width: drawings.closing(view, found, width), HALF),
    }
    return _page(
        visit, view, "months", "table", listing=listing(view, "months", visit.query, columns, lines), charts=charts
    )


async def _people(visit: Visit) -> web.Response:
    async with visit.read() as tx:
        view = await look(visit, tx)
        found = along(await counted(tx, view.asker, view.period, view.cut, ("role",)), 0)
    lines = [
        Line(role, visit.t(name), Told.of(view, found.get(role, Facts()), role=role or "none"))
        for role, name in ROLES.items()
    ]
    return _page(visit, view, "people", "table", listing=listing(view, "people", visit.query, ROLE_COLUMNS, lines))


async def _ranking(visit: Visit) -> web.Response:
    of = "department" if visit.query.get("of") == "department" else "county"
    by = visit.query.get("by", "points")
    if by not in RANKED:
        by = "points"
    async with visit.read() as tx:
        view = await look(visit, tx)
        column = "department" if of == "department" else "bureau"
        found = along(await gathering.by(tx, view, (column,)), 0)
        parts = await gathering.kind_points(tx, view, column)
        library = await kinds(tx, visit.language)
    ranking = places(view, found, parts, library, by, of)
    return _page(visit, view, "ranking", "ranking", ranking=ranking, by=by, of=of, ranked=RANKED)


async def _paper(visit: Visit) -> web.StreamResponse:
    async with visit.read() as tx:
        view = await look(visit, tx)
        facts = await gathering.glance(tx, view)
    return await paper.answer(visit, view, facts)


def _page(visit: Visit, view: Look, page: str, template: str, **facts: Any) -> web.Response:
    tabs = [
        {"words": visit.t(name), "href": view.path(key), "current": key == page}
        for key, name in TABS.items()
        if key != "counties" or len(view.bureaus) > 1
    ]
    visit.sheet.errors.update(view.wrong)
    return visit.page(f"reports/{template}.html", look=view, tabs=tabs, tab=page, spans=SPANS, **facts)


ROOM = Room(
    key="reports",
    name=_("Reports"),
    icon="chart",
    admits=lambda visit: viewpoint(visit.who) is not None,
    routes=(
        get("", _glance),
        get("/counties", _counties),
        get("/departments", _departments),
        get("/indicators", _indicators),
        get("/months", _months),
        get("/people", _people),
        get("/ranking", _ranking),
        get("/report.pdf", _paper),
    ),
)

"""The ranking of counties in a quarter, and one county: why it is warned, how it went, which shops it comes from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from aiohttp import web

from bot.console.outflow.telling import bounds, drawn, explained, in_figures, name_of, percent
from bot.console.shops import wording
from bot.console.visit import NotThere, Visit
from bot.texts import _
from store.clock.workdays import local_day
from store.feeds import found as close
from store.feeds import outflow
from store.feeds.outflow import TOP, Standing
from store.words import Level

_QUARTER = re.compile(r"\d{4}-Q[1-4]")


async def ranking(visit: Visit) -> web.StreamResponse:
    """All counties that the visitor may see, the worst first."""
    async with visit.read() as tx:
        known = await outflow.quarters(tx)
        quarter = _quarter(visit, known)
        rows = await outflow.standings(tx, visit.who, quarter) if quarter else []
        whole = visit.who.level is Level.CITY
        where = None if whole else visit.who.bureau
        course = await close.course(tx, where, quarter, _today(visit)) if quarter else None
    name = visit.t(_("The whole city")) if whole or not rows else name_of(visit, rows[0])
    return visit.page(
        "outflow/ranking.html",
        quarter=quarter,
        running=quarter == _running(visit),
        quarters=known,
        rows=[_row(visit, one) for one in rows],
        warned=[explained(visit, one) for one in rows if one.warned],
        above=[one for one in rows if one.above and not one.warned],
        total=_total(rows),
        whole=whole,
        drawn=drawn(visit, course, _common_cap(rows), name) if course else "",
        table=in_figures(course) if course else [],
        percent=percent,
        top=TOP,
    )


async def county(visit: Visit) -> web.StreamResponse:
    """One county, as far as it is the visitor's to see."""
    async with visit.read() as tx:
        known = await outflow.quarters(tx)
        quarter = _quarter(visit, known)
        rows = await outflow.standings(tx, visit.who, quarter) if quarter else []
        mine = next((one for one in rows if one.county == visit.parts["county"]), None)
        if mine is None:
            raise NotThere
        course = await close.course(tx, mine.county, quarter, _today(visit))
        shops = await close.shops(tx, mine.county, quarter)
        finds = await close.finds(tx, mine.county, quarter)
        line = await outflow.line(tx, mine.county, quarter)
    return visit.page(
        "outflow/county.html",
        quarter=quarter,
        running=quarter == _running(visit),
        quarters=known,
        one=mine,
        name=name_of(visit, mine),
        explained=explained(visit, mine),
        drawn=drawn(visit, course, mine.cap, name_of(visit, mine)),
        table=in_figures(course),
        before=[*zip(line.quarters, line.shares, strict=True)][::-1],
        ahead=[(name, *bounds(point)) for name, point in zip(line.ahead, line.points, strict=True)],
        shops=shops,
        finds=finds,
        directions={key: visit.t(text) for key, text in wording.DIRECTIONS.items()},
        level_of=lambda key: wording.level(visit, key),
        number=wording.number,
        percent=percent,
    )


def _quarter(visit: Visit, known: Sequence[str]) -> str:
    """The one asked for, or the newest that is not to come."""
    asked = visit.query.get("quarter", "")
    if _QUARTER.fullmatch(asked) and asked in known:
        return asked
    return next((one for one in known if one <= _running(visit)), known[0] if known else "")


def _running(visit: Visit) -> str:
    day = local_day(visit.at)
    return f"{day.year}-Q{(day.month - 1) // 3 + 1}"


def _today(visit: Visit) -> str:
    day = local_day(visit.at)
    return f"{day.year}-{day.month:02d}"


def _row(visit: Visit, one: Standing) -> dict[str, Any]:
    if one.warned:
        words, tone = _("warned"), "bad"
    elif one.above:
        words, tone = _("above the cap"), "warn"
    elif one.share is None:
        words, tone = _("no sales known"), "plain"
    else:
        words, tone = _("within the cap"), "good"
    return {"one": one, "name": name_of(visit, one), "words": visit.t(words), "tone": tone}


def _total(rows: Sequence[Standing]) -> dict[str, float | None]:
    sales = sum(one.sales or 0.0 for one in rows)
    out, within = sum(one.out_of_province for one in rows), sum(one.in_province for one in rows)
    return {"out": out, "in": within, "sales": sales, "share": (out + within) / sales if sales else None}


def _common_cap(rows: Sequence[Standing]) -> float | None:
    caps = {one.cap for one in rows if one.cap is not None}
    return caps.pop() if len(caps) == 1 else None

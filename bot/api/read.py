"""What the open interface tells: entries, shops, indicators, codes. All of it within the caller's scope."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from bot.api import models
from bot.api.call import Call
from bot.api.problems import Problem
from bot.texts import _
from store import tables
from store.books import listing
from store.books.filters import Filters
from store.books.listing import Spot
from store.clock.workdays import SHANGHAI
from store.law.scope import visible
from store.master import packcode
from store.master.merchants import look as look_shops
from store.profile import page as profiles
from store.profile import tracing
from store.profile.people import Served
from store.reading.export import picked
from store.sharing import hooks as hooked
from store.sharing.hooks import Hook
from store.texts import said as told
from store.words import Ledger, Lookup, ledger_of, words_of

_NUMBER = re.compile(r"(XS|WT)-\d{4}-\d{6,9}")
_LICENCE = re.compile(r"\d{12}")


# --- entries ----------------------------------------------------------------------------------------------


async def clues(call: Call) -> models.Entries:
    return await _entries(call, Ledger.CLUE)


async def problems(call: Call) -> models.Entries:
    return await _entries(call, Ledger.PROBLEM)


async def _entries(call: Call, ledger: Ledger) -> models.Entries:
    """A page in the order of the list, which a stranger to the caller's scope is not counted in."""
    asked: models.EntriesQuery = call.query
    given = asked.model_dump(by_alias=True, mode="json", exclude={"sort", "after", "limit", "lines"}, exclude_none=True)
    filters, faults = Filters.of(ledger, {name: str(value) for name, value in given.items()})
    if faults:
        errors = [
            {"field": str(facts.get("name", "")), "detail": told(words, call.language, facts)}
            for words, facts in faults
        ]
        raise Problem(422, errors=errors)
    spot = Spot.of(asked.after) if asked.after else None
    if asked.after and spot is None:
        raise Problem(422, errors=[{"field": "after", "detail": call.t(_("Take it from the page before, as it is."))}])
    async with call.read() as tx:
        page = await listing.page(
            tx, filters, call.who, call.language, call.at, sort=asked.sort, spot=spot, size=asked.limit
        )
        numbers = [line.row.number for line in page.lines]
        items = await picked(tx, ledger, numbers, lines=asked.lines)
    after = page.after.text if page.after else None
    total = page.total if page.total is not None and page.total <= listing.MOST else None
    return models.Entries(items=[models.Entry(**one) for one in items], next=after, total=total)


async def entry(call: Call) -> models.Entry:
    number = call.parts["number"]
    if not _NUMBER.fullmatch(number):
        raise Problem(404)
    async with call.read() as tx:
        if not await visible(tx, call.who, number):
            raise Problem(404)
        found = await picked(tx, ledger_of(number), [number], lines=call.query.lines)
    return models.Entry(**found[0])


# --- shops ------------------------------------------------------------------------------------------------


async def shops(call: Call) -> models.Shops:
    async with call.read() as tx:
        found = await look_shops(tx, Lookup("merchant", {"words": call.query.words}, call.language), call.who)
    items = [models.Shop(licence_no=str(one.value), name=one.label, note=one.detail) for one in found.items]
    return models.Shops(items=items, total=max(found.total, len(items)))


async def shop(call: Call) -> models.Profile:
    licence_no = call.parts["licence_no"]
    if not _LICENCE.fullmatch(licence_no):
        raise Problem(404)
    day = call.query.as_of
    as_of = datetime.combine(day + timedelta(days=1), time(), SHANGHAI) - timedelta(seconds=1) if day else call.at
    async with call.read() as tx:
        found = await profiles.profile(tx, call.who, licence_no, min(as_of, call.at))
    if found is None:
        raise Problem(404)
    one, score = found.shop, found.score
    made_of = [
        models.Worth(
            indicator=kind.kind.code,
            name=words_of({"zh": kind.kind.name_zh, "en": kind.kind.name_en}, call.language),
            adds=round(kind.adds, 4),
            problems=[each.number for each in kind.problems if each.number in found.seen],
        )
        for group in score.dimensions
        for kind in group.indicators
    ]
    return models.Profile(
        licence_no=one.licence_no,
        name=one.name,
        owner=one.owner,
        address=one.address,
        county=one.county_code,
        status=one.status,
        score=round(score.value, 4),
        level=score.level,  # type: ignore[arg-type]
        advice=found.advice,
        city=round(score.parts.city, 4),
        provincial=round(score.parts.province, 4),
        outflow=round(score.parts.outflow, 4),
        made_of=made_of,
        served_by=[_served(each) for each in found.served_by],
        open=[each.number for each in found.running.shown],
        as_of=score.at.astimezone(UTC).isoformat(),
    )


def _served(one: Served) -> models.Served:
    return models.Served(role=str(one.role), id=one.id, name=one.name)


# --- the rest ---------------------------------------------------------------------------------------------


async def indicators(call: Call) -> models.Indicators:
    async with call.read() as tx:
        rows = await tx.execute(select(tables.indicator).order_by(tables.indicator.c.code))
        items = [_indicator(row) for row in rows]
    return models.Indicators(items=items)


def _indicator(row: Any) -> models.Indicator:
    named = (
        "code",
        "name_zh",
        "name_en",
        "side",
        "nature",
        "level",
        "weight",
        "severity",
        "due_working_days",
        "active",
    )
    values = {name: getattr(row, name) for name in named}
    return models.Indicator(**values, parent=row.parent_code, department=row.responsible_department)


async def trace(call: Call) -> models.Trace:
    try:
        async with call.read() as tx:
            found = await tracing.trace(tx, call.who, call.query.code, call.at)
    except packcode.PackCodeFault as fault:
        raise Problem(422, errors=[{"field": "code", "detail": fault.text(call.language)}]) from None
    return models.Trace(
        code=found.code.text,
        licence_no=found.code.licence_no,
        sorted_on=found.sorted_on,
        name=found.name,
        address=found.address,
        served_by=[_served(one) for one in found.served_by],
        doubts=[one.text(call.language) for one in found.doubts],
        seized=len(found.seized),
        score=round(found.score.value, 4) if found.score else None,
        open=[one.number for one in found.running.shown] if found.running else [],
    )


async def hooks(call: Call) -> models.Hooks:
    async with call.read() as tx:
        return models.Hooks(items=[as_hook(one) for one in await hooked.of(tx, call.who.id)])


def as_hook(one: Hook, secret: str | None = None) -> models.Hook:
    return models.Hook(id=one.id, name=one.name, url=one.url, verbs=list(one.verbs), active=one.active, secret=secret)

"""The editors' forms: add, rename, value, move, switch and withdraw. Each is one dated, recorded change."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.console.library import leaf, wording
from bot.console.visit import NotThere, Visit
from bot.texts import _
from store.clock.workdays import local_day, midnight
from store.library import tree
from store.library.tree import New
from store.master.imports import fields
from store.master.imports.report import Wrong
from store.master.indicators import load
from store.words import Department

_NAME = 200
_weight, _severity, _days = fields.number(0, 1000), fields.whole(1, 5), fields.whole(1, 365)
Handler = Callable[[Visit], Awaitable[web.StreamResponse]]


def _form(form: str, field: str) -> Callable[[Handler], Handler]:
    """A form of the indicator's page: only for editors, and what the books say against it stands at `field`."""

    def wrap(handler: Handler) -> Handler:
        async def serve(visit: Visit) -> web.StreamResponse:
            async with visit.read() as tx:
                known = visit.parts["code"] in await load(tx, visit.at)
            if not known or not tree.may_edit(visit.who):
                raise NotThere
            try:
                return await handler(visit)
            except Wrong as fault:
                if not visit.sheet.errors:
                    visit.sheet.errors[field] = wording.told(visit, fault)
                return await leaf.shown(visit, 422, form)

        return serve

    return wrap


@_form("add", "new_code")
async def add(visit: Visit) -> web.StreamResponse:
    """A new one below this one."""
    sheet, parent = visit.sheet, visit.parts["code"]
    department = sheet.text("new_department")
    new = New(
        code=sheet.text("new_code", 40),
        parent=parent,
        name_zh=sheet.text("new_name_zh", _NAME + 1),
        name_en=sheet.text("new_name_en", _NAME + 1),
        weight=_read(visit, "new_weight", _weight) or 0.0,
        severity=_read(visit, "new_severity", _severity),
        due_working_days=_read(visit, "new_days", _days),
        department=Department(department) if department in tuple(Department) else None,
        keywords=tuple(sheet.text("new_keywords", 500).replace("，", "|").replace(",", "|").split("|")),
        legal_basis=sheet.text("new_basis", 2000),
        origin="province" if sheet.text("new_origin") == "province" else "city",
    )
    async with visit.write() as work:
        added = await tree.add(work.tx, visit.who, new, work.at)
    return visit.go(visit.path(added.code), visit.t(_("Added as {code}. It is offered from now on."), code=added.code))


@_form("rename", "name_zh")
async def rename(visit: Visit) -> web.StreamResponse:
    sheet, code = visit.sheet, visit.parts["code"]
    async with visit.write() as work:
        names = sheet.text("name_zh", _NAME + 1), sheet.text("name_en", _NAME + 1)
        await tree.rename(work.tx, visit.who, code, *names, work.at)
    return visit.go(visit.path(code), visit.t(_("Renamed. The code stays.")))


@_form("value", "valid_from")
async def value(visit: Visit) -> web.StreamResponse:
    """Other values, from today or a later day on."""
    sheet, code = visit.sheet, visit.parts["code"]
    department = sheet.text("department")
    weight, severity, days = (
        _read(visit, "weight", _weight),
        _read(visit, "severity", _severity),
        _read(visit, "days", _days),
    )
    since = _read(visit, "valid_from", fields.day)
    async with visit.write() as work:
        later = midnight(since) if since and since != local_day(work.at) else None
        await tree.revalue(
            work.tx,
            visit.who,
            code,
            work.at,
            valid_from=later,
            weight=weight,
            severity=severity,
            department=Department(department) if department in tuple(Department) else None,
            due_working_days=days,
        )
    say = (
        _("Set. It counts from that day on.")
        if later
        else _("Set. It counts from now on; what was judged before stays.")
    )
    return visit.go(visit.path(code), visit.t(say))


@_form("move", "parent")
async def move(visit: Visit) -> web.StreamResponse:
    code = visit.parts["code"]
    async with visit.write() as work:
        await tree.move(work.tx, visit.who, code, visit.sheet.text("parent", 40), work.at)
    return visit.go(visit.path(code), visit.t(_("Moved, with all that is below it. The codes stay.")))


@_form("switch", "active")
async def switch(visit: Visit) -> web.StreamResponse:
    """Out of use, or into use again."""
    code, on = visit.parts["code"], visit.sheet.text("active") == "yes"
    async with visit.write() as work:
        await (tree.reactivate if on else tree.deactivate)(work.tx, visit.who, code, work.at)
    say = _("It is offered again.") if on else _("It is offered no more. Cases that have it keep it.")
    return visit.go(visit.path(code), visit.t(say))


@_form("values", "withdraw")
async def withdraw(visit: Visit) -> web.StreamResponse:
    """Take back values that were set for a later day."""
    code, given = visit.parts["code"], visit.sheet.text("valid_from", 40)
    try:
        since = datetime.fromisoformat(given)
    except ValueError:
        raise NotThere from None
    if since.tzinfo is None:
        raise NotThere
    async with visit.write() as work:
        await tree.withdraw(work.tx, visit.who, code, since, work.at)
    return visit.go(visit.path(code), visit.t(_("Withdrawn. What counts now goes on.")))


def _read(visit: Visit, name: str, reader: fields.Reader) -> Any:
    """What stands in a field; None for nothing. What is wrong with it is said at that field."""
    given = visit.sheet.text(name, 60)
    if not given:
        return None
    try:
        return reader(fields.cleaned(given))
    except Wrong as fault:
        visit.sheet.errors[name] = wording.told(visit, fault)
        raise

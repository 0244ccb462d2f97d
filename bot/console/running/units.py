"""Units: the tree of bureaus and departments, one unit, adding and closing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.console.running import changing, people, wording
from bot.console.visit import NotThere, Visit
from bot.texts import _
from store.running import roster
from store.running.changing import books
from store.running.journal import token
from store.words import Json

_EMPTY: Mapping[str, Json] = {
    "parent_code": None,
    "name_zh": "",
    "name_en": "",
    "kind": "department",
    "department": None,
    "closed": False,
}


async def tree(visit: Visit) -> web.StreamResponse:
    """Every unit, closed ones on demand."""
    closed = visit.query.get("closed") == "yes"
    async with visit.read() as tx:
        branches = await roster.tree(tx, closed=closed)
    return visit.page("running/units.html", branches=branches, closed=closed, kinds=wording.UNIT_KINDS)


async def one(visit: Visit) -> web.StreamResponse:
    return await show(visit)


async def show(visit: Visit, status: int = 200) -> web.Response:
    code = visit.parts["code"]
    async with visit.read() as tx:
        state = await books()["unit"].state(tx, code)
        if state is None:
            raise NotThere
        parents = await people.unit_options(visit, tx)
        branch = next(found for found in await roster.tree(tx, closed=True) if found.code == code)
    told = await changing.history(visit, "unit", code)
    facts = {"code": code, "state": state, "seen": token(state), "branch": branch, "told": told}
    return visit.page("running/unit.html", status, **facts, **_choices(visit, parents))


def _choices(visit: Visit, parents: list[tuple[str, str]]) -> dict[str, Any]:
    return {
        "parents": parents,
        "kinds": wording.options(visit, wording.UNIT_KINDS),
        "departments": wording.departments(visit),
    }


def _given(visit: Visit) -> dict[str, Json]:
    sheet = visit.sheet
    return {
        "parent_code": sheet.text("parent_code", 80) or None,
        "name_zh": " ".join(sheet.text("name_zh", 300).split()),
        "name_en": " ".join(sheet.text("name_en", 300).split()),
        "kind": sheet.text("kind", 20),
        "department": sheet.text("department", 20) or None,
    }


async def save(visit: Visit) -> web.StreamResponse:
    return await _change(visit, _given(visit), _("Saved."), "name_zh")


async def close(visit: Visit) -> web.StreamResponse:
    return await _change(visit, {"closed": True}, _("The unit is closed. What it did keeps its name."), "close")


async def reopen(visit: Visit) -> web.StreamResponse:
    return await _change(visit, {"closed": False}, _("The unit is open again."), "close")


async def _change(visit: Visit, fields: Mapping[str, Json], sentence: str, field: str) -> web.StreamResponse:
    code = visit.parts["code"]
    async with visit.read() as tx:
        state = await books()["unit"].state(tx, code)
    if state is None:
        raise NotThere
    done = await changing.wish(visit, "unit", code, {**state, **fields}, field=field)
    if done is None:
        return await show(visit, 422)
    return visit.go(visit.path(f"units/{code}"), changing.say(visit, done, sentence))


async def new(visit: Visit) -> web.StreamResponse:
    return await _new(visit)


async def _new(visit: Visit, status: int = 200) -> web.Response:
    async with visit.read() as tx:
        parents = await people.unit_options(visit, tx)
    above = {**_EMPTY, "parent_code": visit.query.get("under") or None}
    return visit.page("running/new_unit.html", status, state=above, **_choices(visit, parents))


async def add(visit: Visit) -> web.StreamResponse:
    code = visit.sheet.text("code", 80)
    async with visit.read() as tx:
        there = await books()["unit"].state(tx, code) is not None
    if there:
        visit.sheet.errors["code"] = visit.t(_("There is a unit with this code already."))
    done = None if there else await changing.wish(visit, "unit", code, {**_EMPTY, **_given(visit)}, field="code")
    if done is None:
        return await _new(visit, 422)
    return visit.go(visit.path(f"units/{code}"), changing.say(visit, done, _("The unit is in the tree now.")))

"""People: the roster with filters, one person with all that belongs to them, taking on, leaving, coming back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from aiohttp import web

from bot.console.lists import Column, Listing
from bot.console.pickers import offered, picked
from bot.console.running import changing, wording
from bot.console.visit import NotThere, Visit
from bot.texts import _
from store.clock.workdays import local_day
from store.running import journal, roster
from store.running.absences import subject_of
from store.running.changing import Changed, books
from store.running.journal import token
from store.words import Json

COLUMNS = (
    Column("name", _("Name"), sorts=True, head=True),
    Column("id", _("Userid")),
    Column("unit", _("Unit"), sorts=True),
    Column("role", _("Office role"), sorts=True),
    Column("state", _("State")),
)
FILTERS = ("words", "unit", "role", "field_role", "active", "reached", "away")
_EMPTY: Mapping[str, Json] = {
    "name": "",
    "unit_code": "",
    "role": "field_staff",
    "field_role": None,
    "language": "zh",
    "active": True,
    "contacts": {},
}


async def listed(visit: Visit) -> web.StreamResponse:
    """The roster."""
    view = visit.view(COLUMNS, default="unit", filters=FILTERS)
    async with visit.read() as tx:
        rows, total = await roster.listed(tx, view.filters, view.sort, view.start, view.size, visit.at)
        units = await unit_options(visit, tx)
    chosen = {**wording.ROLES, **wording.FIELD_ROLES, "yes": _("On the roster"), "no": _("Left"), "all": _("All")}
    labels = {name: visit.t(chosen[key]) for name, key in view.filters.items() if key in chosen}
    labels |= {name: dict(units).get(code, code) for name, code in view.filters.items() if name == "unit"}
    labels |= {name: words for name, words in view.filters.items() if name == "words"}
    if "reached" in view.filters:
        labels["reached"] = visit.t(_("Cannot be reached"))
    if "away" in view.filters:
        labels["away"] = visit.t(_("Away today"))
    return visit.page(
        "running/people.html", listing=Listing(view, rows, total), units=units, labels=labels, **_choices(visit)
    )


async def unit_options(visit: Visit, tx: Any) -> list[tuple[str, str]]:
    """Open units, indented by how deep they lie."""
    found = await roster.tree(tx)
    return [(one.code, "\u3000" * one.depth + one.names["en" if visit.language == "en" else "zh"]) for one in found]


def _choices(visit: Visit) -> dict[str, Any]:
    return {
        "roles": wording.options(visit, wording.ROLES),
        "field_roles": wording.options(visit, wording.FIELD_ROLES),
        "role_words": wording.ROLES,
        "field_role_words": wording.FIELD_ROLES,
        "languages": [("zh", "中文"), ("en", "English")],
    }


# --- one person -----------------------------------------------------------------------------------------------


async def show(visit: Visit, status: int = 200) -> web.Response:
    """One person: what they are, what they hold, when they are away, what was changed."""
    userid = visit.parts["userid"]
    today = local_day(visit.at)
    async with visit.read() as tx:
        state = await books()["person"].state(tx, userid)
        if state is None:
            raise NotThere
        facts: dict[str, Any] = {
            "units": await unit_options(visit, tx),
            "holds": await roster.holds(tx, userid),
            "absences": await roster.absences(tx, userid, today),
        }
    found = {
        "heirs": await offered(visit, "colleague", "heir"),
        "stand_ins": await offered(visit, "colleague", "substitute"),
        "told": await changing.history(visit, "person", userid),
    }
    mine = {"userid": userid, "state": state, "seen": token(state), "today": today.isoformat()}
    return visit.page("running/person.html", status, **mine, **facts, **found, **_choices(visit))


async def one(visit: Visit) -> web.StreamResponse:
    return await show(visit)


async def save(visit: Visit) -> web.StreamResponse:
    """What the form says of them."""
    userid = visit.parts["userid"]
    async with visit.read() as tx:
        state = await books()["person"].state(tx, userid)
    if state is None:
        raise NotThere
    done = await changing.wish(visit, "person", userid, {**state, **given(visit)}, field="name")
    if done is None:
        return await show(visit, 422)
    return visit.go(visit.path(f"people/{userid}"), changing.say(visit, done, _("Saved.")))


def given(visit: Visit) -> dict[str, Json]:
    """What was filled in about a person."""
    sheet = visit.sheet
    contacts = {door: sheet.text(door, 80).lower() for door in ("wecom", "telegram")}
    return {
        "name": " ".join(sheet.text("name", 80).split()),
        "unit_code": sheet.text("unit_code", 80),
        "role": sheet.text("role", 40),
        "field_role": sheet.text("field_role", 40) or None,
        "language": sheet.text("language", 5),
        "contacts": {door: address for door, address in contacts.items() if address},
    }


async def new(visit: Visit) -> web.StreamResponse:
    return await _new(visit)


async def _new(visit: Visit, status: int = 200) -> web.Response:
    async with visit.read() as tx:
        units = await unit_options(visit, tx)
    return visit.page("running/new_person.html", status, units=units, state=_EMPTY, **_choices(visit))


async def add(visit: Visit) -> web.StreamResponse:
    """Somebody new; in WeCom they are reached under their userid unless the form says otherwise."""
    userid = visit.sheet.text("userid", 80)
    after = {**_EMPTY, **given(visit)}
    after["contacts"] = {"wecom": userid.lower(), **after["contacts"]}
    async with visit.read() as tx:
        if await books()["person"].state(tx, userid):
            visit.sheet.errors["userid"] = visit.t(_("Somebody has this userid already. Search for them in the list."))
    done = None if visit.sheet.errors else await changing.wish(visit, "person", userid, after, field="userid")
    if done is None:
        return await _new(visit, 422)
    return visit.go(visit.path(f"people/{userid}"), visit.t(_("{name} is on the roster now."), name=after["name"]))


# --- leaving, coming back -------------------------------------------------------------------------------------


async def leave(visit: Visit) -> web.StreamResponse:
    """They leave: what they hold goes to the heir, else to their substitute or whoever sits above them."""
    userid = visit.parts["userid"]
    heirs = await offered(visit, "colleague", "heir")
    heir = picked(visit, "heir", heirs)
    if visit.sheet.text("step") == "find":
        return await show(visit)
    if visit.sheet.text("heir_words") and not heir:
        visit.sheet.errors["heir"] = visit.t(_("Please search for the person and choose them."))
        return await show(visit, 422)
    done = await _set_active(visit, userid, active=False, heir=heir)
    if done is None:
        return await show(visit, 422)
    sentence = changing.say(visit, done, _("They have left the roster and are signed out everywhere."))
    return visit.go(visit.path(f"people/{userid}"), sentence)


async def back(visit: Visit) -> web.StreamResponse:
    """They come back, with the role and unit they had."""
    userid = visit.parts["userid"]
    done = await _set_active(visit, userid, active=True)
    if done is None:
        return await show(visit, 422)
    return visit.go(visit.path(f"people/{userid}"), changing.say(visit, done, _("They are on the roster again.")))


async def _set_active(visit: Visit, userid: str, *, active: bool, heir: str = "") -> Changed | None:
    async with visit.read() as tx:
        state = await books()["person"].state(tx, userid)
    if state is None:
        raise NotThere
    return await changing.wish(visit, "person", userid, {**state, "active": active}, field="heir", given={"heir": heir})


# --- absences -------------------------------------------------------------------------------------------------


async def away(visit: Visit) -> web.StreamResponse:
    """Note an absence with its substitute."""
    userid = visit.parts["userid"]
    items = await offered(visit, "colleague", "substitute")
    if visit.sheet.text("step") == "find":
        return await show(visit)
    days = {name: _day(visit, name) for name in ("from_day", "to_day")}
    substitute = picked(visit, "substitute", items)
    if visit.sheet.text("substitute_words") and not substitute:
        visit.sheet.errors["substitute"] = visit.t(_("Please search for the person and choose them."))
    if visit.sheet.errors or not (days["from_day"] and days["to_day"]):
        return await show(visit, 422)
    after = {"to_day": days["to_day"].isoformat(), "substitute": substitute or None}
    done = await changing.wish(visit, "absence", subject_of(userid, days["from_day"]), after, field="to_day")
    if done is None:
        return await show(visit, 422)
    return visit.go(visit.path(f"people/{userid}"), changing.say(visit, done, _("The absence is noted.")))


async def present(visit: Visit) -> web.StreamResponse:
    """Take an absence away, or end it today."""
    userid, first = visit.parts["userid"], visit.sheet.text("from_day", 10)
    try:
        begins = date.fromisoformat(first)
    except ValueError:
        raise NotThere from None
    done = await changing.wish(visit, "absence", subject_of(userid, begins), None, field="to_day")
    if done is None:
        return await show(visit, 422)
    target = visit.sheet.text("back", 300)
    here = target if target == visit.path("absences") else visit.path(f"people/{userid}")
    return visit.go(here, changing.say(visit, done, _("The absence is taken away.")))


def _day(visit: Visit, name: str) -> date | None:
    try:
        return date.fromisoformat(visit.sheet.text(name, 10))
    except ValueError:
        visit.sheet.errors[name] = visit.t(_("Please choose a day."))
        return None


async def absences(visit: Visit) -> web.StreamResponse:
    """Who is away now or soon."""
    today = local_day(visit.at)
    async with visit.read() as tx:
        rows = await roster.all_absences(tx, today)
        found, _total = await journal.listed(tx, ("absence",), 0, 10)
        told = await wording.told(visit, tx, found)
    return visit.page("running/absences.html", rows=rows, today=today, told=told)

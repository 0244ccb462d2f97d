"""The open interface as an administrator looks after it: keys, and who is told of moves."""

from __future__ import annotations

from datetime import timedelta

from aiohttp import web

from bot.console.sharing.parts import administers, first, number, tabs, wrong
from bot.console.visit import NotThere, Visit
from bot.hook.guarding import refusal
from bot.texts import _
from store.master.imports.report import Wrong
from store.sharing import hooks, keys
from store.sharing.keys import RIGHTS, WRITING
from store.sharing.naming import one_named
from store.sharing.scopes import units_for
from store.texts import said as told
from store.words import words_of

_LASTS = {"30": _("30 days"), "90": _("90 days"), "365": _("a year")}


async def show(visit: Visit) -> web.Response:
    return await _show(visit)


async def _show(visit: Visit, status: int = 200) -> web.Response:
    _check(visit)
    async with visit.read() as tx:
        known = await keys.listed(tx)
        told_of = await hooks.of(tx)
        units = await units_for(tx, visit.who, bureaus=True)
    rights = [(key, told(words, visit.language), key) for key, words in RIGHTS.items()]
    lasts = [(days, visit.t(words)) for days, words in _LASTS.items()]
    bureaus = [(code, words_of(names, visit.language)) for code, names in units]
    facts = {"keys": known, "hooks": told_of, "rights": rights, "lasts": lasts, "bureaus": bureaus}
    here = tabs(visit, "interface")
    names = {right: words for right, words, _key in rights}
    return visit.page("sharing/interface.html", status, tabs=here, names=names, **facts)


async def make(visit: Visit) -> web.Response:
    """A key, shown this once."""
    _check(visit)
    sheet = visit.sheet
    name, rights = " ".join(sheet.text("name", 60).split()), [one for one in sheet.all("rights") if one in RIGHTS]
    person, unit = sheet.text("person", 60), sheet.text("unit", 40)
    days = int(sheet["lasts"]) if sheet["lasts"] in _LASTS else 90
    if not name:
        sheet.errors["name"] = visit.t(_("A name is needed."))
    if not rights:
        sheet.errors["rights"] = visit.t(_("Please tick what it may do."))
    if bool(person) == bool(unit):
        sheet.errors["person"] = visit.t(_("Name a person, or choose a bureau to read: one of the two."))
    elif unit and WRITING.intersection(rights):
        sheet.errors["rights"] = visit.t(_("A key that only reads for a bureau cannot have rights that write."))
    made = None
    async with visit.write() as work:
        try:
            userid = (await one_named(work.tx, person)).id if person and not sheet.errors else None
        except Wrong as fault:
            wrong(visit, "person", fault)
        bureaus = [code for code, _names in await units_for(work.tx, visit.who, bureaus=True)]
        if unit and unit not in bureaus:
            sheet.errors["unit"] = visit.t(_("Please choose a bureau."))
        if not sheet.errors and await first(visit, work):
            ends = work.at + timedelta(days=days)
            made = await keys.make(work.tx, visit.who, name, rights, ends, work.at, person=userid, unit=unit or None)
    if sheet.errors:
        return await _show(visit, 422)
    if made is None:
        return visit.go(visit.path("interface"))
    rows = [(visit.t(_("Key")), made), (visit.t(_("Address")), f"{visit.office.settings.address}/api/v1")]
    title = visit.t(_("The key is made"))
    return visit.page("sharing/told.html", rows=rows, back=visit.path("interface"), title=title)


async def revoke(visit: Visit) -> web.Response:
    _check(visit)
    async with visit.write() as work:
        await keys.revoke(work.tx, visit.who, number(visit), work.at)
    return visit.go(visit.path("interface"), visit.t(_("Revoked: it is good for nothing any more.")))


async def add_hook(visit: Visit) -> web.Response:
    """Somebody who is told of moves; its secret is shown this once."""
    _check(visit)
    sheet = visit.sheet
    name, url = " ".join(sheet.text("hook_name", 60).split()), sheet.text("url", 500)
    verbs = [one for one in sheet.text("verbs", 600).replace(",", " ").split() if one.replace("_", "").isalpha()]
    if not name:
        sheet.errors["hook_name"] = visit.t(_("A name is needed."))
    if why := refusal(url, inside=visit.office.settings.hooks_inside):
        sheet.errors["url"] = visit.t(why)
    secret = None
    async with visit.write() as work:
        try:
            person = await one_named(work.tx, sheet.text("hook_person", 60))
        except Wrong as fault:
            wrong(visit, "hook_person", fault)
        else:
            if not sheet.errors and await first(visit, work):
                seal = visit.office.seal
                _made, secret = await hooks.add(work.tx, seal, person.id, name, url, verbs, visit.who, work.at)
    if sheet.errors:
        return await _show(visit, 422)
    if secret is None:
        return visit.go(visit.path("interface"))
    title = visit.t(_("It is told from now on"))
    rows = [(visit.t(_("Secret of its signatures")), secret), (visit.t(_("Address")), url)]
    return visit.page("sharing/told.html", rows=rows, back=visit.path("interface"), title=title)


async def drop_hook(visit: Visit) -> web.Response:
    _check(visit)
    async with visit.write() as work:
        gone = await hooks.drop(work.tx, visit.parts["id"])
    if gone is None:
        raise NotThere
    return visit.go(visit.path("interface"), visit.t(_("It is told nothing any more.")))


def _check(visit: Visit) -> None:
    if not administers(visit):
        raise NotThere

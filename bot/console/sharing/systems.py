"""The way into other systems: links for everybody whom they are for; setting them up for administrators."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.console.sharing.parts import administers, choices, first, scope_of, tabs
from bot.console.visit import NotThere, Visit
from bot.portal.asking import bad_address
from bot.texts import _
from store.sharing import partners
from store.sharing.partners import ICONS, Details, Partner
from store.sharing.scopes import Scope, allowed, described

_MOST_REDIRECTS = 10


async def listed(visit: Visit) -> web.Response:
    async with visit.read() as tx:
        mine = await partners.open_to(tx, visit.who)
        everyone = await partners.everyone(tx) if administers(visit) else []
        scopes = await described(tx, [one.scope for one in everyone], visit.language)
    rows = list(zip(everyone, scopes, strict=True))
    admin = administers(visit)
    return visit.page("sharing/systems.html", tabs=tabs(visit, "systems"), mine=mine, rows=rows, admin=admin)


async def new(visit: Visit) -> web.Response:
    _check(visit)
    return await _form(visit, None)


async def add(visit: Visit) -> web.Response:
    _check(visit)
    given = _given(visit)
    if visit.sheet.errors:
        return await _form(visit, None, 422)
    async with visit.write() as work:
        if not await first(visit, work):
            return visit.go(visit.path("systems"))
        scope = await allowed(work.tx, visit.who, scope_of(visit))
        made, secret = await partners.add(work.tx, visit.who, Details(*given, scope), work.at)
    return _told(visit, made, secret)


async def edit(visit: Visit) -> web.Response:
    return await _form(visit, await _one(visit))


async def change(visit: Visit) -> web.Response:
    one = await _one(visit)
    given = _given(visit)
    if visit.sheet.errors:
        return await _form(visit, one, 422)
    async with visit.write() as work:
        scope = await allowed(work.tx, visit.who, scope_of(visit))
        await partners.change(work.tx, visit.who, one.id, Details(*given, scope), work.at)
    return visit.go(visit.path("systems"), visit.t(_("Changed.")))


async def renew_secret(visit: Visit) -> web.Response:
    one = await _one(visit)
    async with visit.write() as work:
        secret = await partners.renew_secret(work.tx, visit.who, one.id, work.at)
    return _told(visit, one.id, secret)


async def switch(visit: Visit) -> web.Response:
    one = await _one(visit)
    async with visit.write() as work:
        await partners.switch(work.tx, visit.who, one.id, work.at, active=not one.active)
    said = visit.t(_("Closed: nobody gets in from here.")) if one.active else visit.t(_("Open again."))
    return visit.go(visit.path("systems"), said)


def _told(visit: Visit, made: str, secret: str) -> web.Response:
    """The secret, this once."""
    issuer = f"{visit.office.settings.address}/oidc"
    rows = [(visit.t(_("Client id")), made), (visit.t(_("Client secret")), secret), (visit.t(_("Issuer")), issuer)]
    title = visit.t(_("The system is set up"))
    return visit.page("sharing/told.html", rows=rows, back=visit.path("systems"), title=title)


def _check(visit: Visit) -> None:
    if not administers(visit):
        raise NotThere


async def _one(visit: Visit) -> Partner:
    _check(visit)
    async with visit.read() as tx:
        one = await partners.one(tx, visit.parts["id"])
    if one is None:
        raise NotThere
    return one


def _given(visit: Visit) -> tuple[str, str, str, list[str]]:
    """Name, icon, start address and redirect addresses, with a fault at each that cannot be."""
    sheet, inside = visit.sheet, visit.office.settings.hooks_inside
    name, start = " ".join(sheet.text("name", 60).split()), sheet.text("start", 500)
    icon = sheet.text("icon", 20) if sheet.text("icon", 20) in ICONS else ICONS[0]
    redirects = [line.strip() for line in sheet.text("redirects", 4000).splitlines() if line.strip()]
    if not name:
        sheet.errors["name"] = visit.t(_("A name is needed."))
    if bad_address(start, inside=inside):
        sheet.errors["start"] = visit.t(_("Please write an address that begins with https://"))
    if not redirects or len(redirects) > _MOST_REDIRECTS:
        sheet.errors["redirects"] = visit.t(_("Between one and ten addresses are needed, one a line."))
    wrong = next((one for one in redirects if bad_address(one, inside=inside)), None)
    if wrong:
        sheet.errors["redirects"] = visit.t(_("This is no whole https address: {address}"), address=wrong[:80])
    return name, icon, start, redirects


def _icons(visit: Visit) -> list[tuple[str, str]]:
    return [(icon, visit.t(_ICONS[icon])) for icon in ICONS]


_ICONS = {
    "globe": _("globe"),
    "shop": _("shop front"),
    "chart": _("chart"),
    "list": _("list"),
    "book": _("open book"),
    "seal": _("seal"),
    "file": _("sheet of paper"),
    "person": _("person"),
    "gear": _("wheel"),
    "send": _("paper plane"),
}


async def _form(visit: Visit, one: Partner | None, status: int = 200) -> web.Response:
    async with visit.read() as tx:
        offered = await choices(tx, visit)
    typed = bool(visit.sheet.values)
    scope = scope_of(visit) if typed else (one.scope if one else Scope())
    facts: dict[str, Any] = {"one": one, "offered": offered, "chosen": scope, "typed": typed}
    return visit.page("sharing/system_form.html", status, icon_choices=_icons(visit), **facts)

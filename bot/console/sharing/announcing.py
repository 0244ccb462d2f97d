"""Announcements: the list, one with who has read it, making one, reminding, withdrawing."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from aiohttp import web

from bot.console.lists import Listing
from bot.console.sharing.parts import choices, day_of, first, number, scope_of, tabs
from bot.console.visit import NotThere, Visit
from bot.texts import _
from notifier import announcing
from store.clock.workdays import SHANGHAI
from store.sharing import announcements, documents
from store.sharing.announcements import Announcement
from store.sharing.scopes import Scope, allowed, described, publishes

SIZE = 20
_SHOWN = 200  # readers by name


def address(visit: Visit, kind: str, of: int) -> str:
    """The whole address of a page, for letters."""
    return f"{visit.office.settings.address}{visit.path(f'{kind}/{of}')}"


async def listed(visit: Visit) -> web.Response:
    view = visit.view((), size=SIZE)
    async with visit.read() as tx:
        found, total = await announcements.listed(tx, visit.who, visit.at, view.start, view.size)
    listing = Listing(view, found, total)
    here, mine = tabs(visit, "announcements"), publishes(visit.who)
    return visit.page("sharing/announcements.html", listing=listing, tabs=here, publishes=mine)


async def show(visit: Visit) -> web.Response:
    """To open it is to have read it."""
    async with visit.write() as work:
        one = await _one(work.tx, visit)
        if one.read_at is None and not one.withdrawn:
            await announcements.mark_read(work.tx, one.id, visit.who, "console", work.at)
            await announcing.read(work.tx, one.id, visit.who.id)
            one = await _one(work.tx, visit)
        readers = await announcements.readers(work.tx, one.id) if one.mine else []
        (scope,) = await described(work.tx, [one.scope], visit.language)
        paper = await documents.one(work.tx, visit.who, one.document) if one.document else None
    facts: dict[str, Any] = {
        "one": one,
        "readers": readers[:_SHOWN],
        "hidden": max(0, len(readers) - _SHOWN),
        "scope": scope,
    }
    soon = one.reminded_at is not None and one.reminded_at > visit.at - announcements.REMIND_EVERY
    return visit.page("sharing/announcement.html", **facts, paper=paper, reminded=soon)


async def _one(tx: Any, visit: Visit) -> Announcement:
    one = await announcements.one(tx, visit.who, number(visit), visit.at)
    if one is None:
        raise NotThere
    return one


async def new(visit: Visit) -> web.Response:
    if not publishes(visit.who):
        raise NotThere
    return await _form(visit, Scope())


async def publish(visit: Visit) -> web.Response:
    if not publishes(visit.who):
        raise NotThere
    sheet = visit.sheet
    title, text = " ".join(sheet.text("title", 120).split()), sheet.text("text", 8000)
    if not title:
        sheet.errors["title"] = visit.t(_("A title is needed."))
    if not text:
        sheet.errors["text"] = visit.t(_("Please write what people should know."))
    last = day_of(visit, "until")
    if sheet.errors:
        return await _form(visit, scope_of(visit), 422)
    until = datetime.combine(last + timedelta(days=1), time(), SHANGHAI) if last else None
    async with visit.write() as work:
        if not await first(visit, work):
            return visit.go(visit.path("announcements"))
        scope = await allowed(work.tx, visit.who, scope_of(visit))
        paper = await documents.one(work.tx, visit.who, sheet.number("document") or 0)
        made, people = await announcements.publish(
            work.tx, visit.who, title, text, scope, until, paper.id if paper else None, work.at
        )
        one = await announcements.one(work.tx, visit.who, made, work.at)
        assert one
        whom = [each.id for each in people]
        await work.post(await announcing.announced(work.tx, one, whom, address(visit, "announcements", made), work.at))
    said = visit.t(_("Announced to {n} people. Who has read it stands below."), n=len(people))
    return visit.go(visit.path(f"announcements/{made}"), said)


async def remind(visit: Visit) -> web.Response:
    """Tell those who have not read it once more."""
    async with visit.write() as work:
        one = await _mine(work.tx, visit)
        round_, people = await announcements.remind(work.tx, one.id, work.at)
        url = address(visit, "announcements", one.id)
        await work.post(await announcing.announced(work.tx, one, people, url, work.at, round_))
    if not round_:
        words = visit.t(_("They were reminded a short while ago. Please give them four hours."))
        return visit.go(visit.path(f"announcements/{one.id}"), words, "warn")
    return visit.go(visit.path(f"announcements/{one.id}"), visit.t(_("Reminded: {n}."), n=len(people)))


async def withdraw(visit: Visit) -> web.Response:
    async with visit.write() as work:
        one = await _mine(work.tx, visit)
        await announcements.withdraw(work.tx, visit.who, one.id, work.at)
        await announcing.withdrawn(work.tx, one.id)
    return visit.go(visit.path(f"announcements/{one.id}"), visit.t(_("Withdrawn: nobody else is shown it any more.")))


async def _mine(tx: Any, visit: Visit) -> Announcement:
    one = await _one(tx, visit)
    if not one.mine:
        raise NotThere
    return one


async def _form(visit: Visit, scope: Scope, status: int = 200) -> web.Response:
    async with visit.read() as tx:
        offered = await choices(tx, visit)
        papers, _total = await documents.search(tx, visit.who, "", "", 0, 30)
    facts = {"chosen": scope, "offered": offered, "papers": [(one.id, one.title) for one in papers]}
    return visit.page("sharing/announce.html", status, **facts)

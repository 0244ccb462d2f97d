"""Threads: mine, one to read and answer, a new one beside an entry or without one."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

from aiohttp import web

from bot.console.lists import Listing
from bot.console.sharing.announcing import address
from bot.console.sharing.parts import day_of, first, number, tabs, wrong
from bot.console.visit import NotThere, Visit
from bot.housework import Work
from bot.texts import _
from notifier import announcing
from store.law.scope import visible
from store.master.imports.report import Wrong
from store.sharing import replies, threads
from store.sharing.naming import named, one_named
from store.sharing.replies import Told
from store.sharing.threads import Thread
from store.words import Person

SIZE = 20
_NUMBER = re.compile(r"(XS|WT)-\d{4}-\d{6,9}")
_TEXT = 8000


async def listed(visit: Visit) -> web.Response:
    view = visit.view((), filters=("closed",), size=SIZE)
    closed = view.filters.get("closed") == "1"
    async with visit.read() as tx:
        found, total = await threads.mine(tx, visit.who, view.start, view.size, closed=closed)
    listing = Listing(view, found, total)
    return visit.page(
        "sharing/threads.html", tabs=tabs(visit, "threads"), listing=listing, closed=closed, today=visit.at.date()
    )


async def show(visit: Visit) -> web.Response:
    return await _show(visit)


async def _show(visit: Visit, status: int = 200) -> web.Response:
    """Everything that was said; reading it is noted."""
    async with visit.write() as work:
        one = await _one(work.tx, visit)
        posts = await threads.read(work.tx, visit.who, one.id)
        await threads.saw(work.tx, visit.who, one.id, one.posts)
        people = await threads.people(work.tx, one.id)
    others = [(each.id, each.name) for each in people if each.id != visit.who.id]
    return visit.page("sharing/thread.html", status, one=one, posts=posts, people=people, others=others)


async def _one(tx: Any, visit: Visit) -> Thread:
    one = await threads.one(tx, visit.who, number(visit))
    if one is None:
        raise NotThere
    return one


# --- a new one --------------------------------------------------------------------------------------------


async def new(visit: Visit) -> web.Response:
    beside = visit.query.get("beside", "")
    return await _form(visit, beside)


async def ask(visit: Visit) -> web.Response:
    sheet = visit.sheet
    beside = sheet.text("beside", 30)
    title, text = " ".join(sheet.text("title", 120).split()), sheet.text("text", _TEXT)
    if not title:
        sheet.errors["title"] = visit.t(_("A title is needed."))
    if not text:
        sheet.errors["text"] = visit.t(_("Please write what you ask or tell."))
    due_on = day_of(visit, "due_on")
    async with visit.write() as work:
        if not sheet.errors and not await first(visit, work):
            return visit.go(visit.path("threads"))
        people = await _people(visit, work, "people")
        answerer = await _people(visit, work, "assignee")
        if not people and not answerer and "@" not in text and not sheet.errors:
            sheet.errors["people"] = visit.t(_("Please name somebody to talk to."))
        if len(answerer) > 1:
            sheet.errors["assignee"] = visit.t(_("One person answers; the others take part."))
        made = await _asked(visit, work, [*people, *answerer], answerer, due_on) if not sheet.errors else None
    if made is None:
        return await _form(visit, beside, 422)
    return visit.go(visit.path(f"threads/{made}"), visit.t(_("Sent. Everybody in it is told.")))


async def _asked(
    visit: Visit, work: Work, others: list[Person], answerer: list[Person], due_on: date | None
) -> int | None:
    """The number of the new thread; None, with a fault at its field, when somebody may not take part."""
    sheet, who = visit.sheet, answerer[0].id if answerer else None
    title, beside = " ".join(sheet.text("title", 120).split()), sheet.text("beside", 30) or None
    text = sheet.text("text", _TEXT)
    try:
        async with work.tx.begin_nested():
            told = await replies.ask(
                work.tx, visit.who, title, text, others, work.at, number=beside, assignee=who, due_on=due_on
            )
    except Wrong as fault:
        wrong(visit, "people", fault)
        return None
    await _tell(visit, work, told)
    return told.thread


async def _people(visit: Visit, work: Work, field: str) -> list[Person]:
    try:
        return await named(work.tx, visit.sheet.text(field, 1000))
    except Wrong as fault:
        wrong(visit, field, fault)
        return []


async def _form(visit: Visit, beside: str, status: int = 200) -> web.Response:
    """Beside an entry only for whoever may see it."""
    if beside:
        async with visit.read() as tx:
            if not _NUMBER.fullmatch(beside) or not await visible(tx, visit.who, beside):
                raise NotThere
    return visit.page("sharing/ask.html", status, beside=beside)


# --- within one -------------------------------------------------------------------------------------------


async def reply(visit: Visit) -> web.Response:
    text = visit.sheet.text("text", _TEXT)
    if not text:
        visit.sheet.errors["text"] = visit.t(_("Please write something first."))
        return await _show(visit, 422)

    async def act(work: Work, one: Thread) -> Told:
        return await replies.reply(work.tx, visit.who, one.id, text, work.at)

    return await _acted(visit, "text", act)


async def assign(visit: Visit) -> web.Response:
    due_on = day_of(visit, "due_on")

    async def act(work: Work, one: Thread) -> Told:
        to = await one_named(work.tx, visit.sheet.text("assignee", 200))
        text = visit.sheet.text("text", _TEXT)
        return await replies.assign(work.tx, visit.who, one.id, to, due_on, text, work.at)

    if visit.sheet.errors:
        return await _show(visit, 422)
    return await _acted(visit, "assignee", act)


async def close(visit: Visit) -> web.Response:
    async def act(work: Work, one: Thread) -> Told:
        return await replies.close(work.tx, visit.who, one.id, visit.sheet.text("text", _TEXT), work.at)

    return await _acted(visit, "text", act)


async def reopen(visit: Visit) -> web.Response:
    async def act(work: Work, one: Thread) -> Told:
        return await replies.reopen(work.tx, visit.who, one.id, work.at)

    return await _acted(visit, "text", act)


async def _acted(visit: Visit, field: str, act: Callable[[Work, Thread], Awaitable[Told]]) -> web.Response:
    """Do it and tell whom it concerns; a fault stands at its field."""
    async with visit.write() as work:
        one = await _one(work.tx, visit)
        if await first(visit, work):
            try:
                async with work.tx.begin_nested():
                    told = await act(work, one)
            except Wrong as fault:
                wrong(visit, field, fault)
            else:
                await _tell(visit, work, told)
    if visit.sheet.errors:
        return await _show(visit, 422)
    return visit.go(visit.path(f"threads/{one.id}"))


async def _tell(visit: Visit, work: Work, told: Told) -> None:
    await work.post(await announcing.told(work.tx, told, address(visit, "threads", told.thread), work.at))

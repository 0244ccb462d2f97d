"""Coming back with a receipt: the dialogue with the officer, more words and files, a new receipt, the end of a tip."""

from __future__ import annotations

import secrets
from datetime import datetime

from aiohttp import web

from bot.texts import _, said
from bot.tips import words
from bot.web.tip import interview, keeping, session
from bot.web.tip.call import Call, Ended, Foreign, from_our_page
from bot.web.tip.filing import pick_places, washed
from bot.web.tip.posted import Posted, posted
from bot.web.tip.session import Visit
from store import tips
from store.db import Tx
from store.tips import Held, TipFile, receipts

SENT = _("It has been added.")
NOTHING = _("Please write something, or choose a file.")
LONG = _("That is longer than {most} characters. Please send it in parts.")
GIVEN = _("Thank you. It is sealed; only the custodian can open it.")
NOT_GIVEN = _("Just now there is nobody who could keep it apart, so it was not kept.")
SURE = _("Please tick the box first.")
_MOST_TEXT = 10_000
_DUMMY = receipts.new()
"""Stands in for what cannot be a receipt, so that it takes the same way."""


async def enter(call: Call) -> web.StreamResponse:
    """Where a receipt is typed."""
    return call.page("return", "return", gone=False)


async def open_(call: Call) -> web.StreamResponse:
    """A receipt was posted. Good or not, the same is written and the same is answered: the next page looks it up."""
    if not from_our_page(call.request):
        raise Foreign
    async with posted(call.request, call.hall) as form:
        typed = form.one("receipt")
    visit = session.new()
    visit.held = (receipts.parse(typed) if len(typed) <= 1000 else None) or _DUMMY
    async with call.books() as (tx, at):
        await session.end(tx, call.token, at)
        await session.save(tx, visit, at)
    return call.with_cookie(call.see("talk"), visit)


async def show(call: Call) -> web.StreamResponse:
    """The dialogue; for a receipt from a chat its status; for any other receipt the same page, whatever is wrong."""
    async with call.visit() as (tx, at, visit):
        held = await found(tx, visit, at)
        return await _drawn(call, tx, visit, held, at)


async def found(tx: Tx, visit: Visit, at: datetime) -> Held:
    """The tip of this visit. Raises `Lost`."""
    if visit.held is None:
        raise Ended
    held = await tips.find(tx, visit.held, at)
    if held is None:
        raise Lost
    return held


class Lost(Exception):
    """No tip has this receipt: it is unknown, mistyped, erased or deleted, and nobody is told which."""


async def _drawn(
    call: Call, tx: Tx, visit: Visit, held: Held, at: datetime, wrong: str = "", typed: str = ""
) -> web.Response:
    talk = await tips.read(tx, held, at)
    return call.page(
        "talk" if held.full else "renew",
        "talk",
        422 if wrong else 200,
        talk=talk,
        told=interview.told(call.office.forms, talk.answers, call.language, at) if held.full else (),
        asks=talk.identity == "none" and any(one.kind == "identity_asked" for one in talk.messages),
        stands=said(words.STATUS.get(talk.status, words.STATUS["received"]), call.language),
        csrf=visit.csrf,
        once=secrets.token_hex(8),
        said=visit.saying(),
        wrong=wrong,
        typed=typed,
        today=at.date(),
    )


async def say(call: Call) -> web.StreamResponse:
    """Words, a file, or both."""
    await call.there()
    async with posted(call.request, call.hall) as form:
        cleaned, wrong = await washed(call, form)
        text = form.one("text").strip()
        if not wrong:
            wrong = _unfit(call, text, form)
        async with call.visit(form) as (tx, at, visit):
            held = await found(tx, visit, at)
            if wrong:
                return await _drawn(call, tx, visit, held, at, wrong, text)
            if visit.take(form.one("once")):
                files = [TipFile(cleaned.kind, cleaned.mime, cleaned.data)] if cleaned is not None else []
                await tips.say(tx, held, text, files, at)
                out = words.removed(cleaned.removed, call.language) if cleaned is not None else ""
                visit.said = " ".join(filter(None, (said(SENT, call.language), out)))
    return call.see("talk#last")


def _unfit(call: Call, text: str, form: Posted) -> str:
    if not text and form.file is None:
        return said(NOTHING, call.language)
    return said(LONG, call.language, most=_MOST_TEXT) if len(text) > _MOST_TEXT else ""


async def file(call: Call) -> web.StreamResponse:
    """The bytes of a file of the dialogue, to be saved; its name says nothing."""
    async with posted(call.request, call.hall) as form, call.visit(form) as (tx, at, visit):
        held = await found(tx, visit, at)
        talk = await tips.read(tx, held, at)
        every = [*talk.files, *(one for message in talk.messages for one in message.files)]
        wanted = next((one for one in every if one.id == form.one("file")), None)
        if wanted is None:
            return call.see("talk")
        data = await tips.file_bytes(tx, held, wanted.id)
    headers = {"Content-Disposition": f'attachment; filename="{wanted.name}"'}
    return web.Response(body=data, content_type=wanted.mime, headers=headers)


async def identity(call: Call) -> web.StreamResponse:
    """Who the tipster is, for the custodian alone."""
    async with posted(call.request, call.hall) as form:
        text = form.one("identity").strip()[:2000]
        try:
            async with call.visit(form) as (tx, at, visit):
                held = await found(tx, visit, at)
                if text and held.full and visit.take(form.one("once")):
                    await tips.give_identity(tx, held, text, at)
                    visit.said = said(GIVEN, call.language)
        except tips.NoOfficer:
            async with call.visit(form) as (tx, at, visit):
                visit.said = said(NOT_GIVEN, call.language)
    return call.see("talk")


# --- a new receipt, and the end ---------------------------------------------------------------------------


async def renew(call: Call) -> web.StreamResponse:
    """A receipt that a chat has seen is replaced at its first use here."""
    async with posted(call.request, call.hall) as form, call.visit(form) as (tx, at, visit):
        held = await found(tx, visit, at)
        if held.full:
            return call.see("talk")
        if visit.fresh is None:
            visit.fresh = await tips.rotate(tx, held, at)
            visit.places = pick_places(len(visit.fresh.words(keeping.SCRIPTS[0])))
    return call.see("receipt")


async def ask_delete(call: Call) -> web.StreamResponse:
    """Are you sure?"""
    async with call.visit() as (tx, at, visit):
        held = await found(tx, visit, at)
        return call.page("delete", "delete", csrf=visit.csrf, wrong="") if held.full else call.see("talk")


async def delete(call: Call) -> web.StreamResponse:
    """For good, at once."""
    async with posted(call.request, call.hall) as form, call.visit(form) as (tx, at, visit):
        held = await found(tx, visit, at)
        if not held.full:
            return call.see("talk")
        if form.one("sure") != "yes":
            return call.page("delete", "delete", 422, csrf=visit.csrf, wrong=said(SURE, call.language))
        await tips.delete(tx, held, at)
        await session.finish(tx, visit, at)
    return call.without_cookie(call.see("deleted"))


async def end(call: Call) -> web.StreamResponse:
    """The dialogue is put away."""
    async with posted(call.request, call.hall) as form, call.visit(form) as (tx, at, visit):
        await session.finish(tx, visit, at)
    return call.without_cookie(call.see("ended"))

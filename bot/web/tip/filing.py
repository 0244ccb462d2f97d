"""Telling something: the front page, the form question by question, the review, and handing it in."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from bot.texts import _, said
from bot.tips import words
from bot.tips.clean import Cleaned, Unclean
from bot.web.tip import interview, session
from bot.web.tip.call import Call, Foreign, from_our_page
from bot.web.tip.posted import Posted, posted
from bot.web.tip.session import Visit
from conversations.scene import Scene
from store import tips
from store.db import Tx
from store.tips import drafts
from store.tips.filing import has_custodian
from store.words import Json

_MOST_EVER = 40  # files that one visit may bring, those taken back included
ENOUGH = _("That is as many files as fit. More can follow after you have sent this.")
NO_FILE = _("Please choose a photo or a PDF first, or go on without.")
PLACES = 2
"""How many characters of the receipt are asked for before the page lets go."""


async def front(call: Call) -> web.StreamResponse:
    """What this is, what it cannot promise, and the way in. Nothing is written, no cookie is set."""
    async with call.books() as (tx, at):
        open_ = await tips.can_take(tx, at)
    onion = call.office.settings.onion_url
    return call.page("front", open=open_, notice=call.notice, onion=onion if call.notice != "onion" else None)


async def begin(call: Call) -> web.StreamResponse:
    """A new visit with an empty form; what the browser held before is over."""
    if not from_our_page(call.request):
        raise Foreign
    async with posted(call.request, call.hall), call.books() as (tx, at):
        if not await tips.can_take(tx, at):
            return call.page("closed", status=503)
        await session.end(tx, call.token, at)
        unasked = () if await has_custodian(tx, at) else ("identity",)
        visit = session.new()
        visit.draft = interview.begin(call.office.forms, at, unasked)
        await session.save(tx, visit, at)
    return call.with_cookie(call.see("new"), visit)


async def show(call: Call) -> web.StreamResponse:
    """The question that is open now, or the review."""
    async with call.visit() as (_tx, at, visit):
        if visit.fresh is not None:
            return call.see("receipt")
        return _drawn(call, visit, at)


def _drawn(call: Call, visit: Visit, at: datetime, wrong: str = "", typed: str | None = None) -> web.Response:
    scene = _scene(call, visit, at)
    files = [_Shown(one, place, _removed(visit, one, call)) for place, one in _numbered(scene)]
    known: dict[str, Json] = {"csrf": visit.csrf, "once": secrets.token_hex(8), "wrong": wrong, "files": files}
    status = 422 if wrong else 200
    asked = interview.asked(scene)
    if asked is None:
        return call.page("review", "new", status, rows=interview.review(scene), notice=call.notice, **known)
    return call.page("step", "new", status, asked=asked, value=asked.value if typed is None else typed, **known)


@dataclass(frozen=True, slots=True)
class _Shown:
    """A file in the form, by its place; it has no other name here."""

    id: str
    place: int
    removed: str


def _numbered(scene: Scene) -> list[tuple[int, str]]:
    return list(enumerate(interview.files(scene), 1))


def _removed(visit: Visit, file_id: str, call: Call) -> str:
    return words.removed(visit.removed.get(file_id, ()), call.language)


def _scene(call: Call, visit: Visit, at: datetime) -> Scene:
    if visit.draft is None:
        raise session.NoDraft
    return interview.scene_of(call.office.forms, visit.draft, call.language, at)


# --- what was posted --------------------------------------------------------------------------------------


async def take(call: Call) -> web.StreamResponse:
    """One posted step. What came already is not taken again, and every repetition leads to the same page."""
    await call.there()
    async with posted(call.request, call.hall) as form:
        wish, _sep, what = form.one("do").partition(":")
        if wish == "submit":
            return await _submit(call, form)
        cleaned, wrong = await washed(call, form)
        async with call.visit(form) as (tx, at, visit):
            if visit.fresh is not None:
                return call.see("receipt")
            if cleaned is not None and not wrong:
                wrong = await _keep(call, tx, visit, cleaned, form, at)
            if wish in ("next", "add") and not wrong:
                wrong = _answered(call, visit, form, wish, at)
            elif not wrong:
                _moved(call, visit, wish, what, at)
            if wrong:
                return _drawn(call, visit, at, wrong, form.one("answer"))
            return call.see("new")


async def washed(call: Call, form: Posted) -> tuple[Cleaned | None, str]:
    """The file without what tells of its maker, or why it is not taken."""
    if form.file is None:
        return None, ""
    try:
        return await call.office.tips.clean(form.file), ""
    except Unclean as refused:
        return None, words.unclean(refused.reason, call.language)


async def _keep(call: Call, tx: Tx, visit: Visit, cleaned: Cleaned, form: Posted, at: datetime) -> str:
    """The file with the draft; the same form twice brings it once."""
    if not visit.take(form.one("once")):
        return ""
    scene = _scene(call, visit, at)
    key = interview.room_for_file(scene, cleaned.kind)
    if key is None or len(visit.removed) >= _MOST_EVER:
        return said(ENOUGH, call.language)
    kept = await drafts.keep_file(tx, session.DOOR, visit.token, cleaned.kind, cleaned.mime, cleaned.data, at)
    visit.removed[kept] = list(cleaned.removed)
    visit.draft = interview.with_file(scene, key, kept)
    return ""


def _answered(call: Call, visit: Visit, form: Posted, wish: str, at: datetime) -> str:
    """Take the answer; what is wrong with it, or ""."""
    scene = _scene(call, visit, at)
    key, given = form.one("ask"), form.fields.get("answer", ())
    if "files" in form.fields:
        if wish == "add":
            return "" if form.file is not None else said(NO_FILE, call.language)
        visit.draft, wrong = interview.enough(scene, key)
        return wrong
    visit.draft, wrong = interview.answer(scene, key, given)
    return wrong


def _moved(call: Call, visit: Visit, wish: str, what: str, at: datetime) -> None:
    """Back, another answer again, one file less. Anything else changes nothing."""
    scene = _scene(call, visit, at)
    if wish == "back":
        visit.draft = interview.back(scene)
    elif wish == "edit":
        visit.draft = interview.edit(scene, what)
    elif wish == "remove":
        visit.draft = interview.without_file(scene, what)


async def _submit(call: Call, form: Posted) -> web.StreamResponse:
    """Seal it and go to the receipt. A form handed in twice has one receipt: the one that is still shown."""
    try:
        async with call.visit(form) as (tx, at, visit):
            if visit.fresh is not None:
                return call.see("receipt")
            scene = _scene(call, visit, at)
            answers = interview.finished(scene)
            if answers is None:
                return call.see("new")
            wanted = interview.files(scene)
            kept = await drafts.files(tx, session.DOOR, visit.token, at) if wanted else {}
            sent = [tips.TipFile(*kept[one]) for one in wanted if one in kept]
            receipt = await tips.file_tip(tx, answers, sent, door=session.DOOR, notice=call.notice, chat=False, at=at)
            await session.sent(tx, visit, at)
            visit.fresh, visit.places = receipt, pick_places(len(receipt.words("zh")))
    except tips.NoOfficer:
        async with call.visit(form) as (tx, at, visit):
            await session.finish(tx, visit, at)
        return call.without_cookie(call.page("unsent", status=503))
    return call.see("receipt")


def pick_places(count: int) -> tuple[int, ...]:
    """Which characters of a receipt are asked for, from 1; one of each half, so that both were written down."""
    half = count // PLACES
    return tuple(part * half + secrets.randbelow(half) + 1 for part in range(PLACES))

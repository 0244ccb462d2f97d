"""What an officer writes into a tip: answers, the wish for a name, the end; and what the custodian releases."""

from __future__ import annotations

from aiohttp import web

from bot.console.sheets import Upload
from bot.console.tips import wording
from bot.console.tips.keeping import key_of, opened_of, unlocked
from bot.console.tips.reading import facts, shown
from bot.console.visit import NotThere, Visit
from bot.texts import _
from bot.tips.clean import Unclean
from bot.tips.words import UNCLEAN
from store import tips
from store.tips import TipFile

FILES = 30 * 1024 * 1024
"""Bytes of the attachments of one answer."""
_MOST_FILES = 3
_MOST = 8000
_TIP = "tip"


@unlocked
async def answer(visit: Visit) -> web.StreamResponse:
    """A message to the tipster; attachments are cleaned like theirs, of the officer's traces."""
    sheet = visit.sheet
    text, sent = sheet.text("text", _MOST), sheet.files("files")
    if not text:
        sheet.errors["text"] = visit.t(_("Please write what the tipster should read."))
    if len(sent) > _MOST_FILES:
        sheet.errors["files"] = visit.t(_("At most three files at once, please."))
    files = await _cleaned(visit, sent) if not sheet.errors else []
    if sheet.errors:
        return await shown(visit, 422)
    async with visit.write() as work:
        feedback = sheet.text("feedback") == "yes"
        await tips.answer(work.tx, opened_of(visit), text, files, visit.at, feedback=feedback)
    return visit.go(visit.path(_TIP), visit.t(_("Sent. The tipster reads it the next time they use their receipt.")))


async def _cleaned(visit: Visit, sent: tuple[Upload, ...]) -> list[TipFile]:
    files = []
    for one in sent:
        try:
            done = await visit.office.tips.clean(one.data)
        except Unclean as fault:
            visit.sheet.errors["files"] = visit.t(UNCLEAN.get(fault.reason, UNCLEAN["broken"]))
            break
        files.append(TipFile(done.kind, done.mime, done.data))
    return files


@unlocked
async def acknowledge(visit: Visit) -> web.StreamResponse:
    async with visit.write() as work:
        await tips.acknowledge(work.tx, opened_of(visit), visit.at)
    return visit.go(visit.path(_TIP), visit.t(_("The tipster is told that their tip was read.")))


# --- who it is ----------------------------------------------------------------------------------------------------


@unlocked
async def ask_identity(visit: Visit) -> web.StreamResponse:
    reason = visit.sheet.text("reason", _MOST)
    if not reason:
        visit.sheet.errors["reason"] = visit.t(_("A reason is needed; it stays with the tip."))
        return await shown(visit, 422)
    async with visit.write() as work:
        await tips.ask_identity(work.tx, opened_of(visit), reason, visit.at)
    return visit.go(visit.path(_TIP), visit.t(_("Asked. The tip shows it here as soon as there is an answer.")))


@unlocked
async def show_identity(visit: Visit) -> web.StreamResponse:
    """Shown in the answer to a form only, and written down each time."""
    async with visit.write() as work:
        found = await tips.identity(work.tx, opened_of(visit), visit.at)
    if found is None:
        return visit.go(visit.path(_TIP), visit.t(_("It was not released to you.")), "warn")
    return await shown(visit, identity=found)


@unlocked
async def release(visit: Visit) -> web.StreamResponse:
    """The custodian lets one officer read who the tipster is."""
    key, sheet = key_of(visit), visit.sheet
    if key is None or sheet.text("sure") != "yes":
        return visit.go(
            visit.path(), visit.t(_("Please tick that you have weighed the reason. Nothing was released.")), "warn"
        )
    async with visit.write() as work:
        await tips.release_identity(work.tx, key, sheet.text("number", 40), sheet.text("officer", 100), visit.at)
    return visit.go(visit.path(), visit.t(_("Released to this officer alone. It is written down.")))


# --- the end ------------------------------------------------------------------------------------------------------


@unlocked
async def closing(visit: Visit) -> web.StreamResponse:
    return await _closing(visit)


async def _closing(visit: Visit, status: int = 200) -> web.Response:
    opened = opened_of(visit)
    async with visit.write() as work:
        told = await tips.read(work.tx, opened, visit.at)
    if told.status == "closed":
        raise NotThere
    outcomes = [(key, visit.t(words)) for key, words in wording.OUTCOMES.items()]
    return visit.page("tips/close.html", status, **facts(visit, opened, told), outcomes=outcomes)


@unlocked
async def close(visit: Visit) -> web.StreamResponse:
    sheet = visit.sheet
    outcome, text = sheet.text("outcome", 40), sheet.text("text", _MOST)
    if outcome not in wording.OUTCOMES:
        sheet.errors["outcome"] = visit.t(_("Please choose what came of it."))
    if not text:
        sheet.errors["text"] = visit.t(_("Please tell the tipster what came of it, as far as you may."))
    if sheet.errors:
        return await _closing(visit, 422)
    async with visit.write() as work:
        await tips.close(work.tx, opened_of(visit), outcome, text, visit.at)
    return visit.go(
        visit.path(), visit.t(_("The tip is closed. The tipster still reads your message until it is erased."))
    )

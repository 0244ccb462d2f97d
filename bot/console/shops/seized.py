"""Lists of seized pack codes: brought in by file, and the picture they give by shop and by who serves it."""

from __future__ import annotations

import asyncio
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.console.lists import Column, Listing
from bot.console.sheets import Upload
from bot.console.shops import wording
from bot.console.visit import NotThere, Visit
from bot.texts import _
from store.clock.workdays import local_day
from store.profile import seizures
from store.profile.seizures import Seizure, may_trace

LARGEST = 20 * 1024 * 1024
COLUMNS = (
    Column("title", _("List"), head=True),
    Column("kind", _("Where it was found")),
    Column("seized_on", _("Day")),
    Column("codes", _("Codes"), number=True),
)
KINDS = {"local": _("at home"), "in_province": _("elsewhere in the province"), "out_province": _("beyond the province")}


async def show(visit: Visit) -> web.StreamResponse:
    if not may_trace(visit.who):
        raise NotThere
    return await _show(visit)


async def _show(visit: Visit, status: int = 200, report: Any = None) -> web.Response:
    """The lists, and what all of this year's say together."""
    view = visit.view(COLUMNS)
    today = local_day(visit.at)
    since = date(today.year - 1, today.month, 1)
    async with visit.read() as tx:
        lists, total = await seizures.lists(tx, view.start, view.size)
        shops = await seizures.by_shop(tx, visit.who, since, today)
        staff = await seizures.by_staff(tx, visit.who, since, today)
    return visit.page(
        "shops/seized.html",
        status,
        listing=Listing(view, lists, total),
        shops=shops[:30],
        staff=staff[:30],
        report=report,
        today=today.isoformat(),
        **_words(visit),
    )


def _words(visit: Visit) -> dict[str, Any]:
    return {
        "kinds": [(key, visit.t(text)) for key, text in KINDS.items()],
        "kind_of": {key: visit.t(text) for key, text in KINDS.items()},
        "roles": {key: visit.t(text) for key, text in wording.ROLES.items()},
        "level_of": lambda key: wording.level(visit, key),
    }


async def one(visit: Visit) -> web.StreamResponse:
    """What one list shows."""
    if not may_trace(visit.who):
        raise NotThere
    number = int(visit.parts["seizure"])
    async with visit.read() as tx:
        about = await seizures.seizure_of(tx, number)
        if about is None:
            raise NotThere
        shops = await seizures.by_shop(tx, visit.who, date.min, date.max, number)
        staff = await seizures.by_staff(tx, visit.who, date.min, date.max, number)
    return visit.page("shops/seizure.html", about=about, shops=shops, staff=staff, **_words(visit))


async def bring(visit: Visit) -> web.StreamResponse:
    """A file of codes: all of it, or nothing and why, row by row."""
    if not may_trace(visit.who):
        raise NotThere
    sheet = visit.sheet
    sent = sheet.files("file")
    try:
        day = date.fromisoformat(sheet.text("seized_on", 10))
    except ValueError:
        day = None
    if not sent:
        sheet.errors["file"] = visit.t(_("Please choose a file with a column “code”."))
    if not sheet.text("title", 200):
        sheet.errors["title"] = visit.t(_("Please give the list a name."))
    if sheet.text("kind", 20) not in KINDS:
        sheet.errors["kind"] = visit.t(_("Please choose where the cartons were found."))
    if day is None or day > local_day(visit.at):
        sheet.errors["seized_on"] = visit.t(_("Please give the day on which they were found; not one to come."))
    if sheet.errors or day is None:
        return await _show(visit, 422)
    about = Seizure(sheet.text("title", 200), sheet.text("kind", 20), sheet.text("place", 200), day)
    report = await _bring(visit, sent[0], about)
    if not report.ok:
        return await _show(visit, 422, report)
    sentence = _("{added} codes brought in, {known} were known already.")
    return visit.go(visit.path("seized"), visit.t(sentence, added=report.added, known=report.unchanged))


async def _bring(visit: Visit, sent: Upload, about: Seizure) -> Any:
    with tempfile.TemporaryDirectory(prefix="loop153-") as folder:
        path = Path(folder) / file_name(sent.name)
        await asyncio.to_thread(path.write_bytes, sent.data)
        async with visit.write() as work:
            return await seizures.bring(work.tx, visit.who, path, about, work.at)


def file_name(name: str) -> str:
    """A file's name as it may stand in a folder."""
    kept = "".join("_" if one in '/\\:*?"<>|' else one for one in name).strip(". ")
    return kept[-100:] or "file.csv"

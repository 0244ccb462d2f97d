"""Exports: asked for under a list, written in the background, fetched here by whoever asked."""

from __future__ import annotations

import re
from urllib.parse import quote

import obstore
from aiohttp import web

from bot.console.ledgers import asked
from bot.console.page import HEADERS
from bot.console.visit import NotThere, Visit
from bot.texts import _
from bot.work.exporting import file_of, numbers_of
from store.books import exports
from store.books.exports import Job, TooMany
from store.books.filters import NAMES
from store.books.layout import TITLES
from store.books.told import told_filters
from store.books.writing import MIMES
from store.casefiles import links
from store.db import Tx
from store.staff.absence import standing_in
from store.texts import said
from store.words import Ledger

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_BUSY = _("Five of your exports are still being written. Please wait until one is done.")
_HIDDEN = _("Your post or what you may see has changed since this file was written. Please export it anew.")
_BEGUN = _("The export has begun. This page shows how far it is; you may close it.")
Shown = tuple[Job, str, str]
"""A job, its filters in words, and the address of the list it came from."""


async def listed(visit: Visit) -> web.Response:
    async with visit.read() as tx:
        jobs = [await _shown(tx, visit, job) for job in await exports.mine(tx, visit.who)]
    return visit.page("ledgers/exports.html", jobs=jobs)


async def ask(visit: Visit) -> web.Response:
    """A file of exactly what the list shows."""
    sheet = visit.sheet
    if sheet["ledger"] not in tuple(Ledger) or sheet["format"] not in MIMES:
        raise NotThere
    ledger = Ledger(sheet["ledger"])
    query = {name: sheet[name] for name in (*NAMES, "sort") if sheet[name]}
    try:
        async with visit.write() as work:
            job = await exports.ask(work.tx, visit.who, ledger, query, sheet["format"], visit.language, work.at)
    except TooMany:
        return visit.go(visit.path("exports"), visit.t(_BUSY), "warn")
    return visit.go(visit.path(f"exports/{job}"), visit.t(_BEGUN))


async def show(visit: Visit) -> web.Response:
    """How far it is; the page looks again by itself until the file is there."""
    job = await _mine(visit)
    async with visit.read() as tx:
        shown = await _shown(tx, visit, job)
    page = visit.page("ledgers/export.html", shown=shown, title=said(TITLES[job.ledger], visit.language))
    if job.state in ("waiting", "running"):
        page.headers["Refresh"] = "2"
    return page


async def fetch(visit: Visit) -> web.StreamResponse:
    """The file, if whoever asked for it may still see all of it."""
    job = await _mine(visit)
    if job.state != "done":
        raise NotThere
    objects = visit.office.objects
    try:
        listed = bytes(await (await obstore.get_async(objects, numbers_of(job))).bytes_async())
        found = await obstore.get_async(objects, file_of(job))
    except FileNotFoundError:
        raise NotThere from None
    async with visit.write() as work:
        who = await standing_in(work.tx, visit.who, work.at)
        allowed = await exports.still_sees(work.tx, who, job, listed.decode("ascii").split())
        if allowed:
            await links.note_taken(work.tx, visit.who.id, "ledger_export", job.id, work.at)
    if not allowed:
        return visit.go(visit.path(f"exports/{job.id}"), visit.t(_HIDDEN), "warn")
    return await _sent(visit, job, found)


async def _sent(visit: Visit, job: Job, found: obstore.GetResult) -> web.StreamResponse:
    """The bytes as they lie in the store, piece by piece."""
    name = f"{job.ledger.prefix}-{job.asked_at:%Y%m%d-%H%M}.{job.format}"
    headers = {
        **HEADERS,
        "Content-Type": MIMES[job.format],
        "Content-Length": str(found.meta["size"]),
        "Content-Disposition": f"attachment; filename=\"{name}\"; filename*=UTF-8''{quote(name)}",
    }
    response = web.StreamResponse(headers=headers)
    await response.prepare(visit.request)
    async for piece in found.stream(min_chunk_size=256 * 1024):
        await response.write(bytes(piece))
    await response.write_eof()
    return response


async def _mine(visit: Visit) -> Job:
    """One's own job, or the same "not found" as for one that never was."""
    if not _ID.fullmatch(visit.parts["job"]):
        raise NotThere
    async with visit.read() as tx:
        job = await exports.one(tx, visit.who, visit.parts["job"])
    if job is None:
        raise NotThere
    return job


async def _shown(tx: Tx, visit: Visit, job: Job) -> Shown:
    filters = job.filters
    words = told_filters(filters, visit.language, await asked.names(tx, filters, visit.language))
    query = {name: str(value) for name, value in job.query.items()}
    return job, words, asked.address(visit.path(asked.PLACES[job.ledger]), query)

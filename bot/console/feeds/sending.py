"""A file on its way in: sent, checked, and brought in when somebody says so."""

from __future__ import annotations

import re
from typing import Any

from aiohttp import web

from bot.console.feeds import batchlog, wording
from bot.console.page import HEADERS
from bot.console.sheets import Upload
from bot.console.visit import NotThere, Visit
from bot.texts import _
from bot.work.imports import AT_ONCE, keep, work_one
from bot.work.imports import drop as drop_file
from store.feeds import FEEDS, jobs
from store.feeds.jobs import Job

_AGAIN = "4"
"""Seconds until the browser asks again how far it is."""
_ENDINGS = (".csv", ".txt", ".xlsx")
_NOT_IN_NAMES = re.compile(r'[/\\:*?"<>|\x00-\x1f]')
EXAMPLES = {
    "orders": ("411422100001", "2026-31", "黄山(新制皖烟)", "12", "1380", "10.8.23.7", "2026-07-28 09:15"),
    "scores": ("411422100001", "2026-07-01", "36.5", ""),
    "outflow": ("411422100001", "35", "2026-07", "out_of_province", "协查〔2026〕031号"),
    "targets": ("411422", "2026-Q3", "9600", "1.5%"),
}


async def take(visit: Visit) -> web.StreamResponse:
    """Put a file down for checking; a small one is checked before the answer."""
    sheet = visit.sheet
    kind, sent = sheet.text("kind", 20), sheet.files("file")
    if kind not in FEEDS:
        sheet.errors["kind"] = visit.t(_("Please choose what the file holds."))
    if not sent:
        sheet.errors["file"] = visit.t(_("Please choose a file: CSV or XLSX."))
    elif not sent[0].name.lower().endswith(_ENDINGS):
        sheet.errors["file"] = visit.t(_("“{name}” is neither CSV nor XLSX."), name=sent[0].name)
    if sheet.errors:
        return await batchlog.shown(visit, 422)
    number = await _put_down(visit, kind, sent[0])
    if sent[0].size <= AT_ONCE:
        await work_one(visit.office, number)
    return visit.go(visit.path(f"job/{number}"))


async def _put_down(visit: Visit, kind: str, sent: Upload) -> int:
    assert sent.file is not None
    name = _NOT_IN_NAMES.sub("_", sent.name).strip(". ")[-100:]
    path = await keep(visit.office.objects, sent.file)
    async with visit.write() as work:
        return await jobs.put_down(work.tx, kind, name, path, sent.size, visit.who.id, work.at)


async def job(visit: Visit) -> web.StreamResponse:
    """How far a file is, what the check found, and the buttons."""
    one = await _job(visit)
    words, tone = wording.JOBS[one.state]
    page = visit.page(
        "feeds/job.html",
        job=one,
        kind=visit.t(wording.KINDS[one.kind][0]),
        state=visit.t(words),
        tone=tone,
        percent=round(100 * one.share),
        outcome=one.outcome,
    )
    if one.waiting:
        page.headers["Refresh"] = _AGAIN
    return page


async def bring(visit: Visit) -> web.StreamResponse:
    one = await _job(visit)
    async with visit.write() as work:
        decided = await jobs.decide(work.tx, one.id, "to_bring", work.at)
    if not decided:
        return visit.go(visit.path(f"job/{one.id}"), visit.t(_("This file does not wait for that any more.")), "warn")
    if one.size <= AT_ONCE:
        await work_one(visit.office, one.id)
    return visit.go(visit.path(f"job/{one.id}"))


async def drop(visit: Visit) -> web.StreamResponse:
    one = await _job(visit)
    async with visit.write() as work:
        decided = await jobs.decide(work.tx, one.id, "dropped", work.at)
    if decided:
        await drop_file(visit.office.objects, one.object)
    sentence = _("Dropped. Nothing was changed.") if decided else _("This file does not wait for that any more.")
    return visit.go(visit.path(), visit.t(sentence), "good" if decided else "warn")


async def _job(visit: Visit) -> Job:
    async with visit.read() as tx:
        one = await jobs.job_of(tx, int(visit.parts["number"]))
    if one is None:
        raise NotThere
    return one


async def template(visit: Visit) -> web.StreamResponse:
    """A CSV with the columns that a kind has, and one row as an example."""
    kind = visit.parts["kind"]
    if kind not in FEEDS:
        raise NotThere
    columns = [column.name for column in FEEDS[kind].columns]
    text = "\ufeff" + ",".join(columns) + "\r\n" + ",".join(EXAMPLES[kind]) + "\r\n"
    headers: dict[str, Any] = {**HEADERS, "Content-Disposition": f'attachment; filename="{kind}.csv"'}
    return web.Response(body=text.encode(), content_type="text/csv", charset="utf-8", headers=headers)

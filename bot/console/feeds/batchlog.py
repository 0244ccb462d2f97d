"""The log of batches: what came when, what was wrong with it, and taking one back."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.console.feeds import wording
from bot.console.visit import NotThere, Visit
from bot.texts import _
from store.feeds import FEEDS, batches, jobs
from store.feeds.batches import Batch
from store.master.imports.report import Wrong
from store.texts import said as books_say

_SIZE = 30


async def show(visit: Visit) -> web.StreamResponse:
    return await shown(visit)


async def shown(visit: Visit, status: int = 200) -> web.Response:
    """The form to send a file, what is on its way, and the log; `?before=` looks further back."""
    asked, kind = visit.query.get("before", ""), visit.query.get("kind", "")
    before = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 16 else None
    async with visit.read() as tx:
        kind = kind if kind in FEEDS else ""
        rows = await batches.batches(tx, kind=kind or None, before=before, limit=_SIZE + 1)
        under_way = await jobs.unfinished(tx)
    return visit.page(
        "feeds/log.html",
        status,
        rows=[_row(visit, one) for one in rows[:_SIZE]],
        older=rows[_SIZE - 1].id if len(rows) > _SIZE else None,
        under_way=[_under_way(visit, one) for one in under_way],
        kinds=[(key, visit.t(name), visit.t(note)) for key, (name, note) in wording.KINDS.items()],
        kind_of=_kind_of(visit),
        only=kind,
        columns={key: [(column.name, column.needed) for column in feed.columns] for key, feed in FEEDS.items()},
    )


def _kind_of(visit: Visit) -> dict[str, str]:
    return {key: visit.t(name) for key, (name, _note) in wording.KINDS.items()}


def _row(visit: Visit, one: Batch) -> dict[str, Any]:
    words, tone = wording.BATCHES[one.state]
    return {"batch": one, "words": visit.t(words), "tone": tone}


def _under_way(visit: Visit, one: jobs.Job) -> dict[str, Any]:
    words, tone = wording.JOBS[one.state]
    return {"job": one, "words": visit.t(words), "tone": tone, "percent": round(100 * one.share)}


async def one(visit: Visit) -> web.StreamResponse:
    """One batch with its faults."""
    return await _one(visit)


async def _one(visit: Visit) -> web.Response:
    async with visit.read() as tx:
        batch = await batches.batch_of(tx, int(visit.parts["number"]))
    if batch is None:
        raise NotThere
    return visit.page("feeds/batch.html", kind=_kind_of(visit)[batch.kind], **_row(visit, batch))


async def undo(visit: Visit) -> web.StreamResponse:
    """Take a batch back: the books are as though it had never come."""
    number = int(visit.parts["number"])
    async with visit.read() as tx:
        if await batches.batch_of(tx, number) is None:
            raise NotThere
    back = visit.path(f"batch/{number}")
    if visit.sheet.text("sure") != "yes":
        return visit.go(back, visit.t(_("Please tick the box first. Nothing was changed.")), "warn")
    try:
        async with visit.write() as work:
            undone = await batches.undo(work.tx, number, visit.who.id, work.at)
    except Wrong as no:
        return visit.go(back, books_say(no.sentence, visit.language, no.facts), "warn")
    sentence = _("Batch {number} is undone: {rows} rows are out of the books again.")
    return visit.go(back, visit.t(sentence, number=number, rows=undone.rows))

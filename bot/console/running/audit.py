"""The audit: who changed, opened, took out or brought in what, and when; as a list with filters and as a file."""

from __future__ import annotations

import csv
import io
from typing import Any

from aiohttp import web

from bot.console import page
from bot.console.lists import Column, Listing
from bot.console.running import wording
from bot.console.visit import NotThere, Visit
from bot.texts import _
from store.reading.writers import harmless
from store.running import audit, journal
from store.running.audit import Line

COLUMNS = (
    Column("at", _("When"), head=True),
    Column("by", _("By whom")),
    Column("sort", _("Action")),
    Column("subject", _("About")),
)
HEADER = (_("When"), _("Userid"), _("Name"), _("Sort"), _("Action"), _("About"))
FILTERS = ("sort", "person", "from", "to", "words")
SORTS = {
    "change": _("Change by an administrator"),
    "sign_in": _("Sign-in"),
    "taken": _("Taken out of the books"),
    "library": _("Indicator library"),
    "feed": _("Provincial data"),
    "sharing": _("Shared"),
    "partner": _("Partner systems and keys"),
}
WHAT = {
    "console_in_wecom": _("signed in from WeCom"),
    "console_in_telegram": _("signed in from Telegram"),
    "console_in_cli": _("signed in by a link of the server"),
    "console_out": _("signed out"),
    "case_file": _("took a case file"),
    "added": _("added"),
    "changed": _("changed"),
    "renamed": _("renamed"),
    "moved": _("moved"),
    "valued": _("gave other values"),
    "withdrawn": _("withdrew a value"),
    "deactivated": _("switched off"),
    "reactivated": _("switched on again"),
    "promoted": _("made of recurring texts"),
    "orders": _("brought in orders"),
    "scores": _("brought in scores"),
    "outflow": _("brought in outflow"),
    "targets": _("brought in targets"),
    "undone": _("took a batch back"),
    "export": _("asked for a file of a ledger"),
    "document": _("uploaded a document"),
    "announcement": _("announced"),
    "partner": _("connected a partner system"),
    "api_key": _("made a key of the interface"),
    "hook": _("made a hook"),
}


async def listed(visit: Visit) -> web.StreamResponse:
    view = visit.view(COLUMNS, filters=FILTERS)
    async with visit.read() as tx:
        lines, total = await audit.listed(tx, view.filters, view.start, view.size)
    labels = {name: value for name, value in view.filters.items() if name != "sort"}
    if (sort := view.filters.get("sort", "")) in SORTS:
        labels["sort"] = visit.t(SORTS[sort])
    facts: dict[str, Any] = {
        "sorts": wording.options(visit, SORTS),
        "sort_words": SORTS,
        "what_words": {**WHAT, **wording.KINDS},
        "labels": labels,
        "file": view.address.replace("/audit", "/audit.csv", 1),
    }
    return visit.page("running/audit.html", listing=Listing(view, lines, total), **facts)


async def one(visit: Visit) -> web.StreamResponse:
    """One change with all that differs, what came with it, and a button that takes it back."""
    number = visit.parts["id"]
    if not number.isdigit() or len(number) > 18:
        raise NotThere
    async with visit.read() as tx:
        change = await journal.one(tx, int(number))
        if change is None:
            raise NotThere
        parts = (await journal.parts(tx, change.id))[:200]
        told, within = await wording.told(visit, tx, [change]), await wording.told(visit, tx, parts)
    return visit.page("running/change.html", told=told, parts=within)


async def file(visit: Visit) -> web.StreamResponse:
    """What the list shows, as CSV; no cell of it is taken for a formula."""
    view = visit.view(COLUMNS, filters=FILTERS)
    async with visit.read() as tx:
        lines, _total = await audit.listed(tx, view.filters, 0, audit.MOST)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([visit.t(words) for words in HEADER])
    writer.writerows([harmless(cell) for cell in row] for row in _rows(visit, lines))
    headers = {**page.HEADERS, "Content-Disposition": 'attachment; filename="audit.csv"'}
    return web.Response(body=out.getvalue().encode("utf-8-sig"), content_type="text/csv", headers=headers)


def _rows(visit: Visit, lines: list[Line]) -> list[list[str]]:
    words = {**WHAT, **wording.KINDS}
    return [
        [moment, by, name, visit.t(SORTS[sort]), visit.t(words.get(what, what)), subject]
        for moment, by, name, sort, what, subject in audit.rows(lines)
    ]

"""The library as a file: taken out, or brought in with the difference shown before anything is applied."""

from __future__ import annotations

import io
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aiohttp import web

from bot.console.library import wording
from bot.console.page import HEADERS
from bot.console.sheets import Upload
from bot.console.visit import NotThere, Visit
from bot.texts import _
from store.clock.workdays import local_day
from store.library.files import COLUMNS, Difference, bring, difference, write_csv, write_xlsx
from store.library.tree import may_edit
from store.master.imports.report import Remark, Wrong

LARGEST = 4 * 1024 * 1024
"""Bytes; the whole library is some 60 kB."""
_KEPT = "library.file"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class _Kept:
    """The file whose difference was shown. It waits in this process only: whoever comes back too late, or to another
    replica, is asked for it again."""

    upload: Upload
    seal: str


# --- out ----------------------------------------------------------------------------------------------------------


async def csv(visit: Visit) -> web.Response:
    text = io.StringIO()
    async with visit.write() as work:  # values that have come into force by now are written down first
        await write_csv(work.tx, text, work.at)
    return _download(visit, text.getvalue().encode(), "text/csv", "csv")


async def xlsx(visit: Visit) -> web.Response:
    book = io.BytesIO()
    async with visit.write() as work:
        await write_xlsx(work.tx, book, work.at)
    return _download(visit, book.getvalue(), _XLSX, "xlsx")


def _download(visit: Visit, data: bytes, kind: str, ending: str) -> web.Response:
    day = local_day(visit.at)
    named, plain = visit.t(_("indicators")), f"indicators-{day}.{ending}"
    name = f"{named}-{day}.{ending}"
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    return web.Response(body=data, content_type=kind, headers={**HEADERS, "Content-Disposition": disposition})


# --- in -----------------------------------------------------------------------------------------------------------


async def choose(visit: Visit) -> web.StreamResponse:
    """The form that a file is chosen in."""
    _check(visit)
    return _page(visit)


async def compare(visit: Visit) -> web.StreamResponse:
    """Show what the chosen file would change. Nothing is applied by this."""
    _check(visit)
    chosen = visit.sheet.files("file")
    if len(chosen) != 1:
        visit.sheet.errors["file"] = visit.t(_("Please choose one file."))
        return _page(visit, 422)
    return await _compared(visit, chosen[0])


async def apply(visit: Visit) -> web.StreamResponse:
    """Bring the file in whose difference was shown; as it was shown, or not at all."""
    _check(visit)
    kept = visit.memory.get(_KEPT)
    if not isinstance(kept, _Kept) or kept.seal != visit.sheet.text("seal", 100):
        visit.sheet.errors["file"] = visit.t(_("Too much time has passed. Please choose the file again."))
        return _page(visit, 422)
    try:
        async with _on_disk(kept.upload) as path, visit.write() as work:
            found = await difference(work.tx, path, work.at)
            report = await bring(work.tx, visit.who, path, work.at, kept.seal)
    except Wrong as fault:
        return await _compared(visit, kept.upload, wording.told(visit, fault))
    if not report.ok:  # the same rows were fine when they were shown
        return await _compared(visit, kept.upload)
    visit.memory.pop(_KEPT, None)
    say = visit.t(_("Applied: {added} added, {changed} changed."), added=len(found.added), changed=len(found.changed))
    return visit.go(visit.path(), say)


async def _compared(visit: Visit, upload: Upload, warning: str = "") -> web.Response:
    async with _on_disk(upload) as path, visit.write() as work:
        found = await difference(work.tx, path, work.at)
    if found.refused or found.empty:
        visit.memory.pop(_KEPT, None)
    else:
        visit.memory[_KEPT] = _Kept(upload, found.seal)
    changed = [(one, list(wording.differences(visit, one))) for one in found.changed]
    facts = {"found": found, "changed": changed, "warning": warning, "tally": _tally(found)}
    status = 409 if warning else 422 if found.refused else 200
    return _page(
        visit, status, name=upload.name, faults=_said(visit, found.refused), notes=_said(visit, found.notes), **facts
    )


def _tally(found: Difference) -> list[tuple[str, int]]:
    """How many changes of each sort."""
    kinds = [kind for one in found.changed for kind in one.kinds]
    return [(kind, kinds.count(kind)) for kind in wording.KINDS if kind in kinds]


def _said(visit: Visit, remarks: tuple[Remark, ...]) -> list[str]:
    return [remark.text(visit.language) for remark in remarks]


def _page(visit: Visit, status: int = 200, **facts: Any) -> web.Response:
    shown = {"columns": COLUMNS, "largest": LARGEST >> 20, "kinds": wording.KINDS, "show": wording.value}
    return visit.page("library/file.html", status, visit=visit, **shown, **facts)


def _check(visit: Visit) -> None:
    if not may_edit(visit.who):
        raise NotThere


@asynccontextmanager
async def _on_disk(upload: Upload) -> AsyncIterator[Path]:
    """The upload as a file of its own name, for as long as it is read."""
    name = upload.name.replace("\\", "/").rpartition("/")[2].strip(". ")[-60:] or "library.csv"
    with tempfile.TemporaryDirectory(prefix="loop153-") as folder:
        path = Path(folder) / name
        path.write_bytes(upload.data)
        yield path

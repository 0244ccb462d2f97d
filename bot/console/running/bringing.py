"""Files that are brought in: chosen, shown as a difference with every fault by row and column, then taken or not.

The file that was shown is the file that is taken: it waits in the session's memory until then.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.console.running import changing, wording
from bot.console.visit import NotThere, Visit
from bot.texts import _
from store.chosen_forms import Unfit
from store.running.bringing import KINDS, Brought, Difference, bring
from store.running.changing import Changed
from store.texts import said

FILES = 20 * 1024 * 1024
"""Bytes of one file: some hundred thousand rows."""
_SHOWN = 200
"""Differences on the page; the rest is counted."""
TITLES = {
    "staff": _("Bring in people"),
    "units": _("Bring in units"),
    "calendar": _("Bring in a calendar"),
}
COLUMNS = {
    "staff": "userid, name, unit_code, role, field_role, telegram_id",
    "units": "code, parent_code, name_zh, name_en, kind, department",
    "calendar": "date, kind, name",
}
BACK = {"staff": "people", "units": "units", "calendar": "calendar"}


async def choose(visit: Visit) -> web.StreamResponse:
    return _form(visit)


def _form(visit: Visit, status: int = 200, **facts: Any) -> web.Response:
    kind = _kind(visit)
    shown = {"title": TITLES[kind], "columns": COLUMNS[kind], "kind": kind, "back": visit.path(BACK[kind])}
    return visit.page("running/bring.html", status, **{"brought": None, **shown, **facts})


def _kind(visit: Visit) -> str:
    kind = visit.parts["kind"]
    if kind not in KINDS:
        raise NotThere
    return kind


async def look(visit: Visit) -> web.StreamResponse:
    """Read the file, show what it would change, and write nothing."""
    kind, files = _kind(visit), visit.sheet.files("file")
    if not files:
        visit.sheet.errors["file"] = visit.t(_("Please choose a file."))
        return _form(visit, 422)
    name, data = files[0].name, files[0].data
    try:
        async with _lying(name, data) as file, visit.write() as work, work.tx.begin_nested() as trial:
            brought = await bring(work.tx, kind, file, visit.who.id, work.at, preview=True)
            await trial.rollback()
    except Unfit as unfit:
        visit.sheet.errors["file"] = said(unfit.sentence, visit.language, unfit.facts)
        return _form(visit, 422)
    if brought.report.ok:
        visit.memory[f"bring-{kind}"] = (name, data)
    return _form(visit, 200 if brought.report.ok else 422, **_told(visit, kind, brought))


async def take(visit: Visit) -> web.StreamResponse:
    """Write what was shown."""
    kind = _kind(visit)
    kept = visit.memory.pop(f"bring-{kind}", None)
    if kept is None:
        return visit.go(
            visit.path(f"bring/{kind}"), visit.t(_("The file is not at hand any more: choose it again.")), "warn"
        )
    name, data = kept
    try:
        async with _lying(name, data) as file, visit.write() as work:
            brought = await bring(work.tx, kind, file, visit.who.id, work.at)
            await work.tell(*brought.moved)
    except Unfit as unfit:
        return visit.go(visit.path(f"bring/{kind}"), said(unfit.sentence, visit.language, unfit.facts), "warn")
    if not brought.report.ok:  # the books moved on since it was shown
        return _form(visit, 422, **_told(visit, kind, brought))
    done = Changed(brought.number, brought.moved)
    return visit.go(visit.path(BACK[kind]), changing.say(visit, done, _("The file is in the books.")))


@asynccontextmanager
async def _lying(name: str, data: bytes) -> AsyncIterator[Path]:
    """The bytes as a file for a moment, under the name that its faults are told with."""
    safe = Path(name.replace("\\", "/")).name or "file"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / safe[:100]
        await asyncio.to_thread(file.write_bytes, data)
        yield file


def _told(visit: Visit, kind: str, brought: Brought) -> dict[str, Any]:
    about = KINDS[kind][0]
    shown = [_row(visit, about, one) for one in brought.differences[:_SHOWN]]
    return {
        "brought": brought,
        "faults": [one.text(visit.language) for one in brought.report.faults],
        "notes": [one.text(visit.language) for one in brought.report.notes],
        "differences": shown,
        "more": len(brought.differences) - len(shown),
        "moving": brought.moving,
    }


def _row(visit: Visit, about: str, one: Difference) -> dict[str, Any]:
    name = (one.after or {}).get("name") or (one.after or {}).get("name_zh") or ""
    return {
        "subject": one.subject,
        "name": name,
        "new": one.before is None,
        "rows": wording.differences(visit, about, one.before, one.after) if one.before is not None else [],
    }

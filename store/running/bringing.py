"""Files that administrators bring in: checked whole, shown as a difference, written with one change for each row."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select

from store.clock.recount import affected, recount
from store.clock.workdays import load_calendar
from store.db import Tx
from store.master.imports import Progress, import_file
from store.master.imports.report import Report
from store.running import journal, people, units
from store.running.calendar import year
from store.running.changing import in_turn
from store.running.people import somebody_keeps_the_keys
from store.tables import calendar_day
from store.words import Json, Moved

States = dict[str, Json]


async def _years(tx: Tx) -> States:
    rows = await tx.execute(select(func.extract("year", calendar_day.c.date)).distinct())
    return {str(int(found)): await year(tx, int(found)) for found in rows.scalars()}


KINDS: Mapping[str, tuple[str, Callable[[Tx], Awaitable[States]]]] = {
    "staff": ("person", people.states),
    "units": ("unit", units.states),
    "calendar": ("calendar", _years),
}
"""Kinds of files: what they change, and how it stands."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What a file would change, or changed, about one subject."""

    subject: str
    before: Json
    after: Json

    @property
    def differing(self) -> list[str]:
        before, after = self.before or {}, self.after or {}
        return sorted(name for name in {*before, *after} if before.get(name) != after.get(name))


@dataclass(frozen=True, slots=True)
class Brought:
    """The report of the import, what differs afterwards, the lines of the ledgers, its number in the journal, and how
    many open matters get another deadline."""

    report: Report
    differences: tuple[Difference, ...]
    moved: tuple[Moved, ...] = ()
    number: int | None = None
    moving: int = 0


async def bring(
    tx: Tx,
    kind: str,
    file: Path,
    by: str,
    at: datetime,
    *,
    server: bool = False,
    preview: bool = False,
    progress: Progress | None = None,
) -> Brought:
    """Bring in a file, `kind` being one of `KINDS`; nothing when any row is at fault. For a preview the caller rolls
    back, and no deadline is counted anew. `server`: by whoever may run commands there, as when
    nobody is on the roster yet.

    Raises `Unfit` for anybody else who is no administrator, or when no administrator would be left.
    """
    by = by if server else await in_turn(tx, by)
    about, read = KINDS[kind]
    before, calendar = await read(tx), await load_calendar(tx, at)
    report = await import_file(tx, kind, file, progress=progress, at=at, by=by)
    if not report.ok:
        return Brought(report, ())
    after = await read(tx)
    differences = tuple(
        Difference(subject, before.get(subject), state)
        for subject, state in after.items()
        if before.get(subject) != state
    )
    if kind == "staff" and not server:
        await somebody_keeps_the_keys(tx)
    moved: list[Moved] = []
    moving = 0
    if kind == "calendar":
        moving = len(await affected(tx, calendar, at))
        moved = [] if preview else await recount(tx, calendar, at)
    counts = {"added": report.added, "changed": report.changed, "unchanged": report.unchanged}
    number = await journal.note(tx, "import", f"{kind}: {file.name}", None, counts, by, at) if differences else None
    for one in differences:
        await journal.note(tx, about, one.subject, one.before, one.after, by, at, part_of=number)
    return Brought(report, differences, tuple(moved), number, moving)

"""Provincial data: orders, scores, outflow, sales targets, by file or by API; each import is a batch, to be undone.

A batch is taken whole or not at all; the same content is taken once; what was wrong is in the log by file, row and
column. The rules on orders judge what came in the same transaction (`judging.py`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from store.db import Tx
from store.feeds.batches import Batch, lock, log, taken
from store.feeds.judging import judge
from store.feeds.kinds import FEEDS as FEEDS
from store.feeds.kinds import Feed
from store.feeds.staging import Staged, staged
from store.master.imports import Progress, headed, read_rows, told
from store.master.imports.files import Sheet, open_sheet
from store.master.imports.kinds import Reading
from store.master.imports.report import Remarks, Report, Wrong
from store.texts import _, said
from store.words import Json


@dataclass(frozen=True, slots=True)
class Brought:
    """The outcome of an import. `batch` is its number in the log, None for a dry run and for content that `earlier`
    brought already; `warnings` wait for their clue, which the clock writes."""

    report: Report
    batch: int | None = None
    earlier: Batch | None = None
    warnings: int = 0

    @property
    def ok(self) -> bool:
        return self.report.ok

    def lines(self, language: str = "zh") -> list[str]:
        """The whole outcome as a person reads it."""
        if self.earlier:
            facts = {"file": self.report.file, "number": self.earlier.id}
            return [
                said(_("{file}: batch {number} brought exactly this already; nothing was changed."), language, facts)
            ]
        lines = self.report.lines(language)
        if self.batch and self.ok:
            undo = _("This is batch {number}. To take it back: loop153 import undo {number}")
            lines.append(said(undo, language, {"number": self.batch}))
        elif self.batch:
            lines.append(said(_("The log keeps it as batch {number}."), language, {"number": self.batch}))
        if self.warnings:
            lines.append(said(_("Warnings from orders: {count}."), language, {"count": self.warnings}))
        return lines


async def bring(
    tx: Tx, kind: str, path: Path, who: str, at: datetime, *, dry_run: bool = False, progress: Progress | None = None
) -> Brought:
    """Bring a file (CSV in any encoding that Excel and WPS write, or XLSX) into the books.

    `kind` is one of `FEEDS`; `who` a userid, for the log. The caller commits, also what was refused: then nothing but
    the log was written. Never raises for what is in the file.
    """
    try:
        content = _hash(path)
    except OSError as fault:
        faults = Remarks(path.name)
        faults.add(None, "", _("The file cannot be opened ({reason})."), {"reason": fault.strerror or "?"})
        return Brought(_report(kind, path.name, (0, 0, 0), faults, Remarks(path.name), dry_run=dry_run))
    return await _bring(tx, kind, path.name, content, open_sheet(path), who, at, dry_run=dry_run, progress=progress)


async def bring_rows(
    tx: Tx, kind: str, name: str, rows: Sequence[Mapping[str, Json]], who: str, at: datetime, *, dry_run: bool = False
) -> Brought:
    """The same for rows that an API was given: column names and values as a file would have them; the first row is
    row 1. `name` is what the log calls them."""
    header = list(dict.fromkeys(column for row in rows for column in row))
    cells = ((n, [_cell(row.get(column)) for column in header]) for n, row in enumerate(rows, start=1))
    content = hashlib.sha256(json.dumps(list(map(dict, rows)), sort_keys=True, default=str).encode()).hexdigest()
    sheet = nullcontext(Sheet([column.strip().lower() for column in header], len(rows), cells))
    return await _bring(tx, kind, name, content, sheet, who, at, dry_run=dry_run)


async def _bring(
    tx: Tx,
    kind: str,
    name: str,
    content: str,
    opened: AbstractContextManager[Sheet],
    who: str,
    at: datetime,
    *,
    dry_run: bool,
    progress: Progress | None = None,
) -> Brought:
    await lock(tx, kind)
    earlier = await taken(tx, kind, content)
    if earlier:
        return Brought(replace(Report(kind, name, dry_run), unchanged=earlier.rows), earlier=earlier)
    feed, faults, notes = FEEDS[kind](), Remarks(name), Remarks(name)
    counts, warnings, number = (0, 0, 0), 0, None
    try:
        with opened as sheet:
            named = replace(sheet, header=[feed.also.get(one, one) for one in sheet.header])
            if headed(feed, named, faults, notes):
                rows = read_rows(feed, named.header, told(named, progress), _reading(feed, named), faults, notes)
                async with tx.begin_nested(), staged(tx, feed, feed.staged(rows)) as beside:
                    await beside.check(tx, faults)
                    counts = await beside.count(tx)
                    report = _report(kind, name, counts, faults, notes, dry_run=dry_run)
                    if not (faults.count or dry_run):
                        number = await log(tx, kind, content, report, who, at)
                        warnings = await _write(tx, feed, beside, number, at, replacing=counts[0] < report.rows)
    except Wrong as fault:
        faults.add(None, "", fault.sentence, fault.facts)
    report = _report(kind, name, counts, faults, notes, dry_run=dry_run)
    if faults.count and not dry_run:
        number = await log(tx, kind, content, report, who, at)
    return Brought(report, number, None, warnings)


async def _write(tx: Tx, feed: Feed, beside: Staged, number: int, at: datetime, *, replacing: bool) -> int:
    """The rows into the books; orders are judged at once."""
    await beside.write(tx, number, replacing=replacing)
    return await judge(tx, await beside.cycles(tx), at) if feed.table.name == "feed_order" else 0


def _report(
    kind: str, name: str, counts: tuple[int, int, int], faults: Remarks, notes: Remarks, *, dry_run: bool
) -> Report:
    kept = tuple(sorted(faults.kept, key=lambda one: one.row or 0))
    counts = (0, 0, 0) if faults.count else counts
    return Report(kind, name, dry_run, *counts, kept, faults.count, tuple(notes.kept), notes.count)


def _reading(feed: Feed, sheet: Sheet) -> Reading:
    return Reading(frozenset({column.name for column in feed.columns}.intersection(sheet.header)))


def _cell(value: Json) -> str:
    return "" if value is None else str(value)


def _hash(path: Path) -> str:
    """SHA-256 of the whole file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

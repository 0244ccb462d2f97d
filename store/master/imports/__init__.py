"""Imports: units, staff, merchants, indicators, places and the calendar from CSV or XLSX, all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from store.db import Tx, now
from store.master.imports.fields import Reader, cleaned
from store.master.imports.files import Sheet, open_sheet
from store.master.imports.indicators import Indicators
from store.master.imports.kinds import Kind, Reading, Row
from store.master.imports.merchants import Merchants
from store.master.imports.places import Calendar, Places
from store.master.imports.report import Remarks, Report, Wrong
from store.master.imports.staff import Staff
from store.master.imports.units import Units
from store.master.imports.upsert import staged
from store.texts import _

KINDS: dict[str, type[Kind]] = {
    "units": Units,
    "staff": Staff,
    "merchants": Merchants,
    "indicators": Indicators,
    "places": Places,
    "calendar": Calendar,
}

Progress = Callable[[int, int | None], None]
"""Called now and then with the rows read so far and how many there are (None: unknown)."""

_EVERY = 5_000


async def import_file(
    tx: Tx,
    kind: str,
    path: Path,
    *,
    dry_run: bool = False,
    progress: Progress | None = None,
    at: datetime | None = None,
    by: str = "import",
) -> Report:
    """Bring the file's rows into the books: nothing at all when any row is at fault or for a dry run.

    `kind` is one of `KINDS`. Existing rows are changed to what the file says; rows that the file does not name
    stay. `at` (the office's time, else the database's) and `by` go into the history of the indicators. The caller
    commits. Never raises for what is in the file: that is in the report.
    """
    faults, notes = Remarks(path.name), Remarks(path.name)
    counts = (0, 0, 0)
    try:
        with open_sheet(path) as sheet:
            book = KINDS[kind]()
            book.at, book.by = at or await now(tx), by
            if headed(book, sheet, faults, notes):
                counts = await _import(tx, book, sheet, faults, notes, dry_run, progress)
    except Wrong as fault:
        faults.add(None, "", fault.sentence, fault.facts)
    if faults.count:
        counts = (0, 0, 0)
    return Report(kind, path.name, dry_run, *counts, tuple(faults.kept), faults.count, tuple(notes.kept), notes.count)


def headed(book: Kind, sheet: Sheet, faults: Remarks, notes: Remarks) -> bool:
    """Whether the header names every needed column, each once."""
    known = {column.name: column.needed for column in book.columns}
    rare = {column.name for column in book.columns if column.rare}
    for name in dict.fromkeys(sheet.header):
        if name and sheet.header.count(name) > 1:
            faults.add(1, name, _("The column stands there more than once."))
        elif name and name not in known:
            notes.add(1, name, _("This column is not known and was ignored."))
    for name, needed in known.items():
        if name not in sheet.header and needed:
            faults.add(1, name, _("The column is missing."))
        elif name not in sheet.header and name not in rare:
            notes.add(1, name, book.absent)
    return not faults.count


async def _import(
    tx: Tx, book: Kind, sheet: Sheet, faults: Remarks, notes: Remarks, dry_run: bool, progress: Progress | None
) -> tuple[int, int, int]:
    """How many rows are new, changed, unchanged. A file that breaks off halfway undoes itself."""
    known = {column.name for column in book.columns}
    reading = Reading(frozenset(known.intersection(sheet.header)))
    await book.prepare(tx)
    cells = told(sheet, progress)
    rows = read_rows(book, sheet.header, cells, reading, faults, notes)
    names = book.stored(reading.columns)
    beside = staged(tx, book.table, book.stored_key, names, book.records(rows, reading))
    async with tx.begin_nested(), beside as records:
        added, changed, unchanged = await records.count(tx)
        if not (faults.count or dry_run):
            await records.write(tx)
            await book.finish(tx, added + changed)
    return added, changed, unchanged


def read_rows(
    book: Kind,
    header: list[str],
    rows: Iterator[tuple[int, list[str]]],
    reading: Reading,
    faults: Remarks,
    notes: Remarks,
) -> Iterator[Row]:
    """The rows whose every cell can be read, each key once; what is wrong with the others is told."""
    present = (column for column in book.columns if column.name in reading.columns)
    places = [(column.name, column.read, header.index(column.name)) for column in present]
    width = len(header)
    for number, cells in rows:
        if not any(cells):
            continue
        before = faults.count
        values = _read(places, cells, number, faults)
        if len(cells) > width and any(cells[width:]):
            faults.add(number, "", _("The row has more cells than the header. Is a comma not in quotation marks?"))
        if book.key in values:
            first = reading.keys.setdefault(book.same(values[book.key]), number)
            if first != number:
                faults.add(
                    number,
                    book.key,
                    _("“{text}” stands in row {row} already."),
                    {"text": values[book.key], "row": first},
                )
        if faults.count == before:
            yield Row(number, values, faults, notes)


def _read(places: list[tuple[str, Reader, int]], cells: list[str], number: int, faults: Remarks) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, read, at in places:
        try:
            cell = cells[at] if at < len(cells) else ""
            values[name] = read(cell if cell.isalnum() else cleaned(cell))  # most need no cleaning: millions of them
        except Wrong as fault:
            faults.add(number, name, fault.sentence, fault.facts)
    return values


def told(sheet: Sheet, progress: Progress | None) -> Iterator[tuple[int, list[str]]]:
    """The rows of a sheet; `progress` hears of them."""
    for number, cells in sheet.rows:
        if progress and number % _EVERY == 0:
            progress(number, sheet.expected)
        yield number, cells

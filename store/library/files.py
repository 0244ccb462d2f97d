"""The library as a file: out as CSV or XLSX, in with the difference shown first and applied whole."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from xlsxwriter import Workbook

from store.db import Tx
from store.library.recording import settle, snapshot
from store.library.tree import check_editor
from store.master.imports import headed, import_file, read_rows
from store.master.imports.files import Sheet, open_sheet
from store.master.imports.indicators import Indicators
from store.master.imports.kinds import Reading
from store.master.imports.report import Remark, Remarks, Report, Wrong
from store.master.indicators import load
from store.reading.writers import harmless
from store.texts import _
from store.words import Json, Person

COLUMNS = tuple(column.name for column in Indicators.columns)


@dataclass(frozen=True, slots=True)
class Changed:
    """An indicator that the file wants otherwise: what of it, as (before, after) by column."""

    code: str
    name: str
    columns: Mapping[str, tuple[Json, Json]]


@dataclass(frozen=True, slots=True)
class Difference:
    """What a file would do. `refused` are its faults: with any, nothing can be applied. `seal` stands for the file
    and the library together: it says whether either has changed since somebody looked."""

    added: tuple[Mapping[str, Json], ...]
    changed: tuple[Changed, ...]
    unchanged: int
    refused: tuple[Remark, ...]
    refused_count: int
    seal: str


async def difference(tx: Tx, path: Path, at: datetime) -> Difference:
    """What importing that file would change just now. Nothing is written but what has come into force anyway."""
    await settle(tx, at)
    books, faults = await snapshot(tx), Remarks(path.name)
    rows: list[dict[str, Any]] = []
    try:
        with open_sheet(path) as sheet:
            rows = [row async for row in _rows(tx, sheet, faults, at)]
    except Wrong as fault:
        faults.add(None, "", fault.sentence, fault.facts)
    added, changed = [], []
    for row in rows:
        old = books.get(row["code"])
        columns = {name: (old[name], row[name]) for name in row if old and name != "code" and old[name] != row[name]}
        if old is None:
            added.append(row)
        elif columns:
            changed.append(Changed(row["code"], row["name_zh"], columns))
    same = len(rows) - len(added) - len(changed)
    kept = tuple(sorted(faults.kept, key=lambda one: one.row or 0))
    return Difference(tuple(added), tuple(changed), same, kept, faults.count, _seal(path, books))


async def _rows(tx: Tx, sheet: Sheet, faults: Remarks, at: datetime) -> Any:
    """The rows that can be taken, as the table has them."""
    book, notes = Indicators(), Remarks("")
    book.at = at
    if headed(book, sheet, faults, notes):
        await book.prepare(tx)
        reading = Reading(frozenset(set(COLUMNS).intersection(sheet.header)))
        for row in book.records(read_rows(book, sheet.header, sheet.rows, reading, faults, notes), reading):
            yield row


async def bring(tx: Tx, who: Person, path: Path, at: datetime, seal: str | None = None) -> Report:
    """Apply a file whole, or nothing of it when any row is at fault.

    `seal`: of the difference that somebody agreed to; raises `Wrong` when the file or the library is another by now.
    """
    check_editor(who)
    await settle(tx, at)
    if seal is not None and seal != _seal(path, await snapshot(tx)):
        raise Wrong(_("The file or the library has changed meanwhile. Look at the difference again."))
    return replace(await import_file(tx, "indicators", path, at=at, by=who.id), file=path.name)


def _seal(path: Path, books: Mapping[str, Mapping[str, Json]]) -> str:
    seal = hashlib.sha256(repr(sorted(books.items())).encode())
    try:
        seal.update(path.read_bytes())
    except OSError:  # that it cannot be read is told by the difference
        return ""
    return seal.hexdigest()


# --- out ------------------------------------------------------------------------------------------------


async def rows_out(tx: Tx, at: datetime) -> Iterator[list[Json]]:
    """Every indicator as a row of the export, parents before what is below them."""
    library, books = await load(tx, at), await snapshot(tx)
    found = []
    for code, one in library.items():
        dated = {"weight": one.weight, "severity": one.severity, "due_working_days": one.due_working_days}
        row = {**books[code], **dated, "responsible_department": one.department.value, "code": code}
        row |= {"keywords_zh": "|".join(one.keywords), "active": "yes" if one.active else "no"}
        found.append([harmless(row[name]) for name in COLUMNS])
    return iter(found)


async def write_csv(tx: Tx, out: TextIO, at: datetime) -> None:
    """The library for spreadsheets, as `import indicators` takes it; with a byte-order mark, so that they see UTF-8."""
    out.write("\ufeff")
    table = csv.writer(out)
    table.writerow(COLUMNS)
    table.writerows(await rows_out(tx, at))


async def write_xlsx(tx: Tx, out: BinaryIO, at: datetime) -> None:
    """The same as a workbook."""
    book = Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True})
    sheet = book.add_worksheet("indicators")
    for number, row in enumerate([list(COLUMNS), *await rows_out(tx, at)]):
        sheet.write_row(number, 0, row)
    sheet.freeze_panes(1, 0)
    book.close()

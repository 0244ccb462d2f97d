"""The library as a file: out as CSV or XLSX, in with the difference shown first and applied whole."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
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
from store.words import NOTHING, Json, Person

COLUMNS = tuple(column.name for column in Indicators.columns if column.name != "valid_from")
"""What a file of the library has. One that comes in may also say `valid_from`: the day from which on values count."""
MOST_ROWS = 5_000
"""A library is some hundred rows; whatever is longer is another file."""
_NAMES = {"name_zh", "name_en"}


@dataclass(frozen=True, slots=True)
class Changed:
    """An indicator that the file wants otherwise: what of it, as (before, after) by column. `later`: what will be
    otherwise from the day `since` on."""

    code: str
    name: str
    columns: Mapping[str, tuple[Json, Json]]
    since: date | None = None
    later: Mapping[str, tuple[Json, Json]] = NOTHING

    @property
    def kinds(self) -> tuple[str, ...]:
        """What sort of change it is: renamed, moved, deactivated, reactivated, changed, later."""
        active = self.columns.get("active")
        switched = ("reactivated" if active[1] else "deactivated",) if active else ()
        rest = set(self.columns) - _NAMES - {"parent_code", "level", "active"}
        said = {"renamed": _NAMES & set(self.columns), "moved": "parent_code" in self.columns}
        said |= {"changed": rest, "later": self.later}
        return (*(kind for kind, there in said.items() if there), *switched)


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
    notes: tuple[Remark, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether the books have it all already."""
        return not (self.added or self.changed)


async def difference(tx: Tx, path: Path, at: datetime) -> Difference:
    """What importing that file would change just now. Nothing is written but what has come into force anyway."""
    await settle(tx, at)
    books, faults, notes, book = await snapshot(tx), Remarks(path.name), Remarks(path.name), Indicators()
    book.at = at
    rows: list[dict[str, Any]] = []
    try:
        with open_sheet(path) as sheet:
            rows = await _rows(tx, book, sheet, faults, notes)
    except Wrong as fault:
        faults.add(None, "", fault.sentence, fault.facts)
    added = tuple(row for row in rows if row["code"] not in books)
    changed = [_changed(books[row["code"]], row, book) for row in rows if row["code"] in books]
    differing = tuple(one for one in changed if one.columns or one.later)
    kept = tuple(sorted(faults.kept, key=lambda one: one.row or 0))
    same = len(changed) - len(differing)
    return Difference(added, differing, same, kept, faults.count, _seal(path, books), tuple(notes.kept))


async def _rows(tx: Tx, book: Indicators, sheet: Sheet, faults: Remarks, notes: Remarks) -> list[dict[str, Any]]:
    """The rows that can be taken, as the table has them."""
    if not headed(book, sheet, faults, notes):
        return []
    await book.prepare(tx)
    reading = Reading(frozenset({column.name for column in book.columns}.intersection(sheet.header)))
    cells = _at_most(sheet.rows, MOST_ROWS)
    return list(book.records(read_rows(book, sheet.header, cells, reading, faults, notes), reading))


def _at_most(rows: Iterator[tuple[int, list[str]]], most: int) -> Iterator[tuple[int, list[str]]]:
    for number, cells in rows:
        if number > most + 1:
            raise Wrong(_("The file has more than {most} rows. Is it a library of indicators?"), {"most": most})
        yield number, cells


def _changed(old: Mapping[str, Json], row: Mapping[str, Json], book: Indicators) -> Changed:
    code, name = str(row["code"]), str(row["name_zh"])
    columns = {one: (old[one], row[one]) for one in row if one != "code" and old[one] != row[one]}
    if code not in book.later:
        return Changed(code, name, columns)
    since, values = book.later[code]
    return Changed(
        code, name, columns, since, {one: (old[one], values[one]) for one in values if values[one] != old[one]}
    )


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

"""A ledger as the bureau files it: a workbook with title, headings and frozen panes, or a CSV for spreadsheets.

Rows are written as they come; a million of them need no more memory than a thousand.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import BinaryIO, Protocol, TextIO

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from store.books.layout import COLUMNS, TITLES, headings
from store.clock.workdays import SHANGHAI
from store.reading.writers import SHEET_ROWS, harmless
from store.texts import _, said
from store.words import Json, Ledger

MIMES: Mapping[str, str] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
_ABOVE = 3
"""Rows above the entries: title, what was filtered, headings."""


class Writer(Protocol):
    """Takes rows as lists of cells."""

    def write(self, rows: Sequence[Sequence[Json]]) -> None:
        """Write some rows down."""

    def close(self) -> None:
        """Write what is still to be written. The file itself stays the caller's."""


class CsvBook:
    """Headings and rows, with a byte-order mark, and no text that a spreadsheet would run as a formula."""

    def __init__(self, out: TextIO, ledger: Ledger, language: str) -> None:
        self._rows = csv.writer(out, lineterminator="\r\n")
        out.write("\ufeff")
        self._rows.writerow(headings(ledger, language))
        self._out = out

    def write(self, rows: Sequence[Sequence[Json]]) -> None:
        self._rows.writerows([harmless(cell) for cell in row] for row in rows)

    def close(self) -> None:
        self._out.flush()


class XlsxBook:
    """The ledger as it is printed and filed; what one sheet cannot hold goes to further ones."""

    def __init__(self, out: BinaryIO, ledger: Ledger, language: str, about: str, at: datetime) -> None:
        plain = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._book = Workbook(out, {**plain, "strings_to_numbers": False})
        self._ledger, self._language, self._about = ledger, language, about
        stamp = at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
        self._stamp = said(_("Written {when}"), language, {"when": stamp})
        self._title = self._book.add_format({"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"})
        self._note = self._book.add_format({"font_color": "#595959", "valign": "vcenter"})
        self._head = self._book.add_format({"border": 1, "bold": True, "bg_color": "#E7EEEA", "text_wrap": True})
        self._count = self._row = 0
        self._sheet = self._next()

    def write(self, rows: Sequence[Sequence[Json]]) -> None:
        for row in rows:
            if self._row >= SHEET_ROWS:
                self._sheet = self._next()
            self._row += 1
            for place, value in enumerate(row):
                _put(self._sheet, self._row, place, value)

    def close(self) -> None:
        self._book.close()

    def _next(self) -> Worksheet:
        """A new sheet with everything above its rows."""
        self._count += 1
        title = said(TITLES[self._ledger], self._language)
        sheet: Worksheet = self._book.add_worksheet(f"{self._ledger.prefix} {self._count}")
        columns = COLUMNS[self._ledger]
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width)
        sheet.merge_range(0, 0, 0, len(columns) - 1, title, self._title)
        sheet.set_row(0, 30)
        sheet.write_string(1, 0, " · ".join(part for part in (self._stamp, self._about) if part), self._note)
        for place, words in enumerate(headings(self._ledger, self._language)):
            sheet.write_string(2, place, words, self._head)
        sheet.hide_gridlines(0)  # they are printed, which costs less than a border around every cell
        sheet.freeze_panes(_ABOVE, 1)
        sheet.set_landscape()
        sheet.set_paper(8)  # A3
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(2)
        self._row = _ABOVE - 1
        return sheet


def _put(sheet: Worksheet, row: int, place: int, value: Json) -> None:
    """Numbers as numbers, everything else as plain text: nothing is ever a formula or a link."""
    if isinstance(value, str):
        if value:
            sheet.write_string(row, place, value)
    elif value is not None:
        sheet.write_number(row, place, value)

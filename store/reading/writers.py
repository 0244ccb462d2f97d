"""The three formats of an exported ledger: JSON lines, CSV for spreadsheets, a workbook. Each writes as it is told."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from typing import BinaryIO, Protocol, TextIO

from xlsxwriter import Workbook

from store.words import Json, Ledger

PLACE = ("lat", "lon", "datum", "accuracy")
LINE = ("verb", "before", "after", "by", "at", "text", "hash")
_COMMON = (
    *("number", "state", "source", "unit", "reporter", "merchant", "indicator", "severity", "text", "photos"),
    *(f"place_{name}" for name in PLACE),
    *("reported_at", "due_at", "holder"),
)
COLUMNS: Mapping[Ledger, tuple[str, ...]] = {
    Ledger.CLUE: (*_COMMON, "problem"),
    Ledger.PROBLEM: (*_COMMON, "clues"),
}
"""The columns of a flat file: the contract's fields, the place spread over four."""

SHEET_ROWS = 1_048_575
"""What one sheet of a workbook holds beside its header; what is more goes to further sheets."""


class Writer(Protocol):
    """Takes the entries one by one."""

    def write(self, entry: Mapping[str, Json]) -> None:
        """Write one entry down."""

    def close(self) -> None:
        """Write what is still to be written. The file itself stays the caller's."""


class JsonLines:
    """One JSON object a line, in UTF-8."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def write(self, entry: Mapping[str, Json]) -> None:
        self._out.write(json.dumps(entry, ensure_ascii=False) + "\n")

    def close(self) -> None:
        self._out.flush()


class Csv:
    """For spreadsheets: a byte-order mark so that they see UTF-8, and no text that they would run as a formula."""

    def __init__(self, out: TextIO, ledger: Ledger = Ledger.CLUE, *, lines: bool = False) -> None:
        self._out, self._lines, self._columns = out, lines, COLUMNS[ledger]
        self._rows = csv.writer(out)
        out.write("\ufeff")
        self._rows.writerow([*self._columns, *(["lines"] if lines else [])])

    def write(self, entry: Mapping[str, Json]) -> None:
        extra = [json.dumps(entry["lines"], ensure_ascii=False)] if self._lines else []
        self._rows.writerow(harmless(value) for value in (*_flat(entry, self._columns), *extra))

    def close(self) -> None:
        self._out.flush()


class Xlsx:
    """A workbook that is written row by row; the lines are on sheets of their own."""

    def __init__(self, out: BinaryIO, ledger: Ledger = Ledger.CLUE, *, lines: bool = False) -> None:
        plain = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._book = Workbook(out, plain)
        self._columns = COLUMNS[ledger]
        self._entries = _Sheets(self._book, f"{ledger}s", self._columns)
        self._lines = _Sheets(self._book, "lines", ("number", *LINE)) if lines else None

    def write(self, entry: Mapping[str, Json]) -> None:
        self._entries.write(_flat(entry, self._columns))
        for line in entry["lines"] if self._lines else ():
            assert self._lines
            self._lines.write([entry["number"], *(line[name] for name in LINE)])

    def close(self) -> None:
        self._book.close()


class _Sheets:
    """One table over as many sheets as it needs."""

    def __init__(self, book: Workbook, name: str, header: Iterable[str]) -> None:
        self._book, self._name, self._header = book, name, list(header)
        self._count, self._row = 0, SHEET_ROWS

    def write(self, values: Iterable[Json]) -> None:
        if self._row >= SHEET_ROWS:
            self._count, self._row = self._count + 1, 0
            self._sheet = self._book.add_worksheet(f"{self._name} {self._count}")
            self._sheet.write_row(0, 0, self._header)
        self._row += 1
        self._sheet.write_row(self._row, 0, list(values))


def harmless(value: Json) -> Json:
    """A cell that no spreadsheet takes for a formula: an apostrophe before text that begins like one."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def _flat(entry: Mapping[str, Json], columns: Iterable[str]) -> list[Json]:
    place = {f"place_{name}": value for name, value in (entry["place"] or {}).items()}
    flat = {**entry, **place, "clues": " ".join(entry.get("clues", ()))}
    return [flat.get(column) for column in columns]

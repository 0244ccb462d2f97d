"""A ledger as a file: one JSON object a line, CSV for spreadsheets, or a workbook; read with a server-side cursor.

The fields are those of the outside contract. Everything is written as it is read, so a million rows need no more
memory than a thousand.
"""

from __future__ import annotations

import csv
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, BinaryIO, Protocol, TextIO

from sqlalchemy import Row, Select, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection
from xlsxwriter import Workbook

from store import tables
from store.entries import TABLES
from store.words import Json, Ledger

BATCH = 1000
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


async def export(connection: AsyncConnection, ledger: Ledger, writer: Writer, *, lines: bool = False) -> int:
    """Write every entry of a ledger in the order of its number; how many there were."""
    count = 0
    async for entry in entries(connection, ledger, lines=lines):
        writer.write(entry)
        count += 1
    writer.close()
    return count


async def entries(
    connection: AsyncConnection, ledger: Ledger, *, lines: bool = False
) -> AsyncIterator[dict[str, Json]]:
    """Every entry of a ledger as the contract writes it, with its `lines` when asked."""
    query = _with_lines(_QUERIES[ledger], ledger) if lines else _QUERIES[ledger]
    async with connection.stream(query, execution_options={"yield_per": BATCH}) as rows:
        async for row in rows:
            yield _entry(row, ledger, lines)


clue, problem = tables.clue, tables.problem
_of_problem = clue.alias("of_problem")
_numbers = select(func.array_agg(aggregate_order_by(_of_problem.c.number, _of_problem.c.number))).where(
    _of_problem.c.problem == problem.c.number
)
# What a problem does not keep itself is that of the clue whose handling form made it.
_FROM_CLUE = ("source", "reporter", "sent_lat", "sent_lon", "datum", "accuracy", "reported_at")
_QUERIES: Mapping[Ledger, Select[Any]] = {
    Ledger.CLUE: select(clue).order_by(clue.c.number),
    Ledger.PROBLEM: select(
        problem, *(clue.c[name] for name in _FROM_CLUE), _numbers.correlate(problem).scalar_subquery().label("clues")
    )
    .join_from(problem, clue, clue.c.number == problem.c.form)
    .order_by(problem.c.number),
}


def _with_lines(query: Select[Any], ledger: Ledger) -> Select[Any]:
    line = tables.line.c
    pairs = [item for name in LINE for item in (name, line[name])]
    whole = func.json_agg(aggregate_order_by(func.json_build_object(*pairs), line.seq))
    mine = select(whole).where(line.ledger == ledger, line.number == TABLES[ledger].c.number)
    return query.add_columns(mine.scalar_subquery().label("history"))


def _entry(row: Row[Any], ledger: Ledger, lines: bool) -> dict[str, Json]:
    sent = {"lat": row.sent_lat, "lon": row.sent_lon, "datum": row.datum, "accuracy": row.accuracy}
    entry = {
        "number": row.number,
        "state": row.state,
        "source": row.source,
        "unit": row.unit_code,
        "reporter": row.reporter,
        "merchant": row.merchant,
        "indicator": row.indicator,
        "severity": row.severity,
        "text": row.text,
        "photos": row.photos,
        "place": sent if row.sent_lat is not None else None,
        "reported_at": _iso(row.reported_at),
        "due_at": _iso(row.due_at),
        "holder": _holder(row),
    }
    entry |= {"problem": row.problem} if ledger is Ledger.CLUE else {"clues": row.clues}
    return entry | {"lines": row.history or []} if lines else entry


def _holder(row: Row[Any]) -> str | None:
    """A staff id, or "unit/role" of the office that holds it."""
    person: str | None = row.holder_person
    return person or (f"{row.holder_unit}/{row.holder_role}" if row.holder_unit else None)


def _iso(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None


# --- the three formats ----------------------------------------------------------------------------------


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

"""Reads an XLSForm workbook, also one made by others, as one of our forms; faults name sheet and row."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from openpyxl import load_workbook

from conversations.form import Form
from conversations.loading import make_form
from conversations.rows import MOST_ROWS, Book, Faults, Row
from conversations.toml_text import toml_text
from conversations.xlsform.headers import EXPRESSIONS, METADATA, TRANSLATED, Header, language_of, read_header, read_type
from store.words import Json

LARGEST = 5_000_000
"""Bytes of a workbook; unpacked, ten times as much."""
_MOST_COLUMNS = 200
_QUOTES = str.maketrans("‘’“”", "''\"\"")


@dataclass(frozen=True, slots=True)
class Imported:
    """The form, its TOML text (to be kept as a file of its own) and what was left out, in English sentences."""

    form: Form
    source: str
    notes: tuple[str, ...] = ()


def import_workbook(data: bytes, file: str) -> Imported:
    """Raises `FormFault` with everything that is wrong, or that we have no equivalent for."""
    faults = Faults(file)
    sheets = _sheets(data, faults)
    language = _default_language(sheets["settings"], faults)
    rows = {name: list(_rows(name, table, language, faults)) for name, table in sheets.items()}
    survey, left_out = _without_metadata(rows["survey"])
    settings = dict(rows["settings"][0].cells if rows["settings"] else {})
    settings.update(settings.pop("bot", {}), default_language=language)
    book = Book(file, Row("settings", 0, settings), _counted(survey), _counted(rows["choices"]))
    if not survey:
        faults.whole("the form has no questions", "survey")
    faults.check()
    source = toml_text(book)
    notes = (f"Left out, because it is known anyway: {', '.join(left_out)}.",) if left_out else ()
    return Imported(make_form(book, source), source, notes)


Table = list[tuple[int, Sequence[Json]]]
"""The filled rows of a sheet with their numbers in Excel; the first is the header."""


def _sheets(data: bytes, faults: Faults) -> dict[str, Table]:
    """The three sheets, empty where they are missing; other sheets are ignored, as XLSForm says."""
    found: dict[str, Table] = {"settings": [], "choices": [], "survey": []}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            unpacked = sum(member.file_size for member in packed.infolist())
        if len(data) > LARGEST or unpacked > 10 * LARGEST:
            faults.whole(f"the workbook is larger than {LARGEST // 1_000_000} MB")
        else:
            found.update(_opened(data, found))
    except Exception:  # openpyxl raises whatever its parsers raise; the person needs one sentence
        faults.whole("this is not an Excel workbook (.xlsx)")
    faults.check()
    return found


def _opened(data: bytes, wanted: Iterable[str]) -> dict[str, Table]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl tells of drop-down lists and styles that it passes over
        workbook = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        named = {sheet.title.strip().lower(): sheet for sheet in workbook.worksheets}
        found = {
            name: _filled(named[name].iter_rows(max_col=_MOST_COLUMNS, values_only=True))
            for name in wanted
            if name in named
        }
        workbook.close()
    return found


def _filled(rows: Iterator[Sequence[Json]]) -> Table:
    table: Table = []
    for at, row in enumerate(rows, 1):
        if any(_cell(value) != "" for value in row):
            table.append((at, row))
        if len(table) > MOST_ROWS:
            break
    return table


def _default_language(table: Table, faults: Faults) -> str:
    if len(table) < 2:
        return "zh"
    row = dict(zip((str(one).strip().lower() for one in table[0][1]), table[1][1], strict=False))
    spoken = str(row.get("default_language") or row.get("default language") or "zh")
    language = language_of(spoken)
    if language is None:
        faults.whole(f"default_language is “{spoken}”; write it with its code, such as English (en)", "settings")
    return language or "zh"


def _rows(sheet: str, table: Table, language: str, faults: Faults) -> Iterator[Row]:
    if not table:
        return
    headers = [_header(sheet, text, language, faults) for text in map(_cell, table[0][1])]
    for at, values in table[1:]:
        cells: dict[str, Json] = {}
        for header, value in zip(headers, map(_cell, values), strict=False):
            if header and value != "":
                _put(cells, header, value)
        if "kind" in cells.get("bot", {}):
            cells["type"] = cells["bot"].pop("kind")
        if cells.get("bot") == {}:
            del cells["bot"]
        if cells:
            yield Row(sheet, at, cells, shown=at)


def _header(sheet: str, text: Json, language: str, faults: Faults) -> Header | None:
    if text == "":
        return None
    header = read_header(sheet, str(text), language)
    if header is None:
        faults.whole(f"the column “{text}” needs the code of its language, such as label::English (en)", sheet)
    return header


def _put(cells: dict[str, Json], header: Header, value: Json) -> None:
    """One cell where it belongs."""
    if header.hint and not header.language:
        cells.setdefault("bot", {})[header.hint] = value
    elif header.hint:
        cells.setdefault("bot", {}).setdefault(header.hint, {})[header.language] = str(value)
    elif header.column in TRANSLATED:
        cells.setdefault(header.column, {})[header.language] = str(value)
    elif header.column == "type":
        cells["type"] = read_type(str(value))
    elif header.column in EXPRESSIONS:
        cells[header.column] = (
            str(value).translate(_QUOTES) if not isinstance(value, bool) else "yes" if value else "no"
        )
    else:
        cells[header.column] = value


def _cell(value: Json) -> Json:
    """A value of Excel as our rows have it: texts without spaces around, whole numbers whole, days in ISO."""
    match value:
        case None:
            return ""
        case str():
            return re.sub(r"_x000D_|\r\n?", "\n", value).replace("\xa0", " ").strip()
        case bool() | int():
            return value
        case float():
            return int(value) if value.is_integer() else value
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat()
        case date() | time():
            return value.isoformat()
    return str(value)


def _without_metadata(rows: list[Row]) -> tuple[list[Row], list[str]]:
    kept = [row for row in rows if row.cells.get("type") not in METADATA]
    return kept, [str(row.cells["type"]) for row in rows if row.cells.get("type") in METADATA]


def _counted(rows: Sequence[Row]) -> tuple[Row, ...]:
    return tuple(Row(row.sheet, at, row.cells, shown=row.shown) for at, row in enumerate(rows, 1))

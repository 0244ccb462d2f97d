"""A questionnaire as rows, before anything in them is understood: the three sheets of XLSForm, read from TOML."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

from conversations.faults import FormFault, RowFault
from store.words import Json

LONGEST = 400_000
"""Characters of one file."""
MOST_ROWS = 5_000
"""Rows of one sheet."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a sheet; `number` counts from 1 (0: the sheet of settings). `line` is where it begins in TOML,
    `shown` its number in Excel, which also counts the header and empty rows."""

    sheet: str
    number: int
    cells: Mapping[str, Json]
    line: int = 0
    shown: int = 0

    @property
    def name(self) -> str:
        """What to call the row in a message."""
        return str(self.cells.get("name", "")) if self.number else ""


@dataclass(frozen=True, slots=True)
class Book:
    """The sheets of one questionnaire. Texts are plain, or one per language: {zh = "…", en = "…"}."""

    file: str
    settings: Row
    survey: tuple[Row, ...]
    choices: tuple[Row, ...]


class Faults:
    """Collects what is wrong with one file, so that its author hears of everything at once."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[RowFault] = []

    def add(self, row: Row, reason: str) -> None:
        number = row.shown or row.number
        self.found.append(RowFault(self.file, row.sheet, number, row.name, reason, row.line))

    def whole(self, reason: str, sheet: str = "", line: int = 0) -> None:
        self.found.append(RowFault(self.file, sheet, 0, "", reason, line))

    def check(self) -> None:
        """Raises `FormFault` when anything was found."""
        if self.found:
            order = {"": 0, "settings": 1, "survey": 2, "choices": 3}
            raise FormFault(sorted(self.found, key=lambda fault: (order.get(fault.sheet, 9), fault.row)))


def read_toml(source: str, file: str) -> Book:
    """The rows of a TOML file. Raises `FormFault` for what is not TOML or not in sheets."""
    faults = Faults(file)
    data = _parse(source, faults)
    for key in data.keys() - {"settings", "survey", "choices"}:
        faults.whole(f"there is no table “{key}”; the tables are [settings], [[survey]] and [[choices]]")
    settings = data.get("settings", {})
    if not isinstance(settings, dict):
        faults.whole("[settings] must be a table", "settings")
        settings = {}
    lines = _lines(source)
    survey, choices = (_rows(data, sheet, lines[sheet], faults) for sheet in ("survey", "choices"))
    if not survey and not faults.found:
        faults.whole("the form has no questions", "survey")
    faults.check()
    return Book(file, Row("settings", 0, settings), survey, choices)


def _parse(source: str, faults: Faults) -> dict[str, Json]:
    if len(source) > LONGEST:
        faults.whole(f"the file is longer than {LONGEST} characters")
        faults.check()
    try:
        return tomllib.loads(source)
    except (tomllib.TOMLDecodeError, RecursionError) as reason:
        faults.whole(f"this is not TOML: {reason}")
        faults.check()
        raise


def _rows(data: Mapping[str, Json], sheet: str, lines: list[int], faults: Faults) -> tuple[Row, ...]:
    rows = data.get(sheet, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        faults.whole(f"write the rows as [[{sheet}]], one table each", sheet)
        return ()
    if len(rows) > MOST_ROWS:
        faults.whole(f"there are more than {MOST_ROWS} rows", sheet)
        return ()
    known = lines if len(lines) == len(rows) else [0] * len(rows)
    return tuple(Row(sheet, at + 1, cells, known[at]) for at, cells in enumerate(rows))


def _lines(source: str) -> dict[str, list[int]]:
    """At which lines the tables of each sheet begin. TOML's reader does not tell; a header inside a quoted text
    would be counted too, which `_rows` notices by the number."""
    found: dict[str, list[int]] = {"survey": [], "choices": []}
    for at, line in enumerate(source.splitlines(), 1):
        if match := re.match(r"\s*\[\[\s*(survey|choices)\s*\]\]", line):
            found[match[1]].append(at)
    return found

"""Writes a questionnaire's rows as TOML: the exact inverse of reading them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from conversations.rows import Book
from store.words import Json

_COLUMNS = (
    *("list_name", "type", "name", "label", "hint", "appearance", "bot", "required", "required_message", "relevant"),
    *("constraint", "constraint_message", "calculation", "default", "choice_filter", "repeat_count"),
)
"""The order that reads best; columns of its own come after."""


def toml_text(book: Book) -> str:
    """The TOML file that reads as these rows."""
    tables = [_table("[settings]", book.settings.cells, list(book.settings.cells))]
    for sheet, rows in (("survey", book.survey), ("choices", book.choices)):
        tables += [_table(f"[[{sheet}]]", row.cells, _ordered(row.cells)) for row in rows]
    return "\n".join(tables)


def _ordered(cells: Mapping[str, Json]) -> list[str]:
    return [*(column for column in _COLUMNS if column in cells), *(key for key in cells if key not in _COLUMNS)]


def _table(head: str, cells: Mapping[str, Json], columns: list[str]) -> str:
    return "".join(f"{line}\n" for line in (head, *(f"{key} = {_value(cells[key])}" for key in columns)))


def _value(value: Json) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case list():
            return f"[{', '.join(map(_value, value))}]"
        case Mapping():
            return f"{{{', '.join(_pairs(value))}}}"
    # A JSON text is a TOML basic string, but for DEL.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def _pairs(value: Mapping[str, Json]) -> Iterator[str]:
    return (f"{key} = {_value(one)}" for key, one in value.items())

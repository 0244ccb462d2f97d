"""Writes a form as an XLSForm workbook that Excel, Kobo and ODK open, and that comes back as the same form."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from conversations.form import Form
from conversations.kinds import PICKERS
from conversations.rows import Row, read_toml
from conversations.xlsform.headers import TRANSLATED, language_column
from store.words import Json

_FIRST = {
    "survey": ("type", "name", "label", "hint", "required", "required_message", "relevant", "constraint"),
    "choices": ("list_name", "name", "label"),
    "settings": ("form_title", "form_id", "version", "default_language"),
}
"""The columns that every sheet begins with, as designers expect them."""

Cell = str | int | float | bool


def export_workbook(form: Form) -> bytes:
    """An .xlsx file. Our pickers become text questions with a column `bot::kind`; chat hints become `bot::…`."""
    book = read_toml(form.source, form.key)
    language = str(book.settings.cells.get("default_language", "zh"))
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    settings = _settings(form, language)
    for sheet, rows in (("survey", book.survey), ("choices", book.choices)):
        _write(workbook.create_sheet(sheet), [dict(_cells(row, language)) for row in rows])
    _write(workbook.create_sheet("settings"), [settings])
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def _settings(form: Form, language: str) -> dict[str, Cell]:
    """pyxform knows one title; the translated one, and our own settings with texts, are hints to it."""
    known: dict[str, Json] = {
        "form_title": form.title[language],
        "form_id": form.key,
        "version": form.version,
        "ledger": form.ledger,
        "verb": form.verb,
        "bot": {"title": form.title},
        **form.settings,
        "default_language": language_column(language),
    }
    texts = {column: value for column, value in known.items() if isinstance(value, Mapping) and column != "bot"}
    known["bot"] = {**known["bot"], **texts}
    return dict(_flat((column, value) for column, value in known.items() if value != "" and column not in texts))


def _cells(row: Row, language: str) -> Iterator[tuple[str, Cell]]:
    for column, value in _flat(row.cells.items()):
        if column == "type" and value in PICKERS:
            yield from (("type", "text"), ("bot::kind", value))
        elif column == "type" and value == "datetime":
            yield "type", "dateTime"
        elif column == "required" and isinstance(value, bool):
            yield column, "yes" if value else "no"
        elif column in TRANSLATED or column == "bot::short":
            yield f"{column}::{language_column(language)}", value
        else:
            yield column, value


def _flat(cells: Iterable[tuple[str, Json]]) -> Iterator[tuple[str, Cell]]:
    """Texts in several languages, chat hints and lists as single cells."""
    for column, value in cells:
        if column == "bot":
            yield from _flat((f"bot::{hint}", one) for hint, one in value.items())
        elif isinstance(value, Mapping):
            yield from ((f"{column}::{language_column(language)}", text) for language, text in value.items())
        elif isinstance(value, list):
            yield column, " ".join(map(str, value))
        else:
            yield column, value


def _write(sheet: Worksheet, rows: list[dict[str, Cell]]) -> None:
    headers = list(dict.fromkeys(column for row in rows for column in row))
    first = _FIRST[sheet.title]
    # Translations stand where their column would; sorting is stable, so languages keep their order.
    headers.sort(key=lambda header: first.index(one) if (one := header.split("::")[0]) in first else len(first))
    headers = headers or list(first)
    for at, header in enumerate(headers, 1):
        sheet.cell(1, at, header).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(at)].width = 40 if "::" in header else 18
    sheet.freeze_panes = "A2"
    for down, row in enumerate(rows, 2):
        for at, header in enumerate(headers, 1):
            if header in row:
                cell = sheet.cell(down, at, row[header])
                cell.alignment = Alignment(wrap_text=True, vertical="top")
                if isinstance(row[header], str):
                    cell.data_type = "s"  # a label that begins with “=” is no formula

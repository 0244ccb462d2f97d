"""Reading tables that people made: CSV in the encodings that Excel and WPS write, and XLSX, row by row.

A file is never held whole in memory. What cannot be read is said with a reason (`Wrong`), never a stack trace.
"""

from __future__ import annotations

import codecs
import csv
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from store.master.imports.report import Wrong
from store.master.pinyin import plain
from store.texts import _

LARGEST = 200 * 1024 * 1024
"""Bytes; about 1.5 million shops. An unpacked XLSX may be ten times that."""

_CHUNK = 1 << 20
_DELIMITERS = ",\t;"


class Unreadable(str):
    """A cell that holds no plain value, such as a formula; the text is what stands in it."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: lower-case column names, how many rows to expect (None: unknown), and the rows, numbered from 2."""

    header: list[str]
    expected: int | None
    rows: Iterator[tuple[int, list[str]]]


@contextmanager
def open_sheet(path: Path) -> Iterator[Sheet]:
    """The table in a file, told by its content, not its name. Raises `Wrong`."""
    head = _head(path)
    if head.startswith(b"PK\x03\x04"):
        yield from _xlsx(path)
    elif head.startswith(b"\xd0\xcf\x11\xe0"):
        raise Wrong(_("This is an old .xls file or it has a password. Save it as .xlsx without a password."))
    else:
        yield from _csv(path, head)


def _head(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(4096)
    except IsADirectoryError:
        raise Wrong(_("This is a folder, not a file.")) from None
    except OSError as fault:
        raise Wrong(_("The file cannot be opened ({reason})."), {"reason": fault.strerror or "?"}) from None
    if size > LARGEST:
        raise Wrong(_("The file has {size} MB; at most {most} MB are read. Split it."), _megabytes(size, LARGEST))
    if not head.strip():
        raise Wrong(_("The file is empty."))
    return head


def _megabytes(size: int, most: int) -> dict[str, int]:
    return {"size": size >> 20, "most": most >> 20}


# --- CSV ------------------------------------------------------------------------------------------------


def _csv(path: Path, head: bytes) -> Iterator[Sheet]:
    encoding, lines = _encoding(path, head)
    with path.open(encoding=encoding, newline="") as file:
        first = file.readline()
        delimiter = max(_DELIMITERS, key=first.count)
        file.seek(0)
        rows = _numbered(csv.reader(file, delimiter=delimiter, strict=True))
        header = next(rows, (1, []))[1]
        yield Sheet([plain(name) for name in header], lines, rows)


def _numbered(rows: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    number = 0
    while True:
        number += 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as fault:
            raise Wrong(
                _("Row {row} cannot be read ({reason}). Is a quotation mark left open?"),
                {"row": number, "reason": str(fault)},
            ) from None
        yield number, cells


def _encoding(path: Path, head: bytes) -> tuple[str, int]:
    """The encoding that reads the whole file without a fault, and how many rows it has, about."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    elif b"\0" in head:
        odd = head[1::2].count(0) > head[::2].count(0)
        candidates = ["utf-16-le" if odd else "utf-16-be"] if head.count(0) > len(head) // 4 else ["utf-8-sig"]
    else:
        candidates = ["utf-8-sig", "gb18030"]
    for encoding in candidates:
        lines = _decoded(path, encoding)
        if lines is not None:
            if encoding == "gb18030":
                _check_unmixed(path)
            return encoding, lines
    if "gb18030" in candidates:
        _check_unmixed(path)
    raise Wrong(_("The text is neither UTF-8 nor UTF-16 nor GB18030. Save it as “CSV UTF-8”."))


def _check_unmixed(path: Path) -> None:
    """Refuses a file of which some rows are UTF-8 and others GB18030: read as either it would hold wrong characters.

    A row of GB18030 is UTF-8 by chance only when it is very short; Chinese of three bytes a character is not."""
    utf8 = other = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.isascii():
                continue
            try:
                chinese = any("\u4e00" <= character <= "\u9fff" for character in line.decode("utf-8"))
            except UnicodeDecodeError:
                other = other or number
            else:
                utf8 = utf8 or (number if chinese else 0)
            if utf8 and other:
                mixed = _(
                    "Row {row} is UTF-8 and row {other} is not: the file mixes encodings. Save it as “CSV UTF-8”."
                )
                raise Wrong(mixed, {"row": utf8, "other": other})


def _decoded(path: Path, encoding: str) -> int | None:
    """How many line ends the file has, or None when it is not in that encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = 0
    with path.open("rb") as file:
        try:
            while chunk := file.read(_CHUNK):
                lines += decoder.decode(chunk).count("\n")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return None
    return lines


# --- XLSX -----------------------------------------------------------------------------------------------


def _xlsx(path: Path) -> Iterator[Sheet]:
    unreadable = Wrong(_("The file is damaged or no Excel table. Open it in Excel or WPS and save it as .xlsx again."))
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > 10 * LARGEST:
            raise Wrong(
                _("The file has {size} MB; at most {most} MB are read. Split it."), _megabytes(unpacked, 10 * LARGEST)
            )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and validations that do not matter here
            book = load_workbook(path, read_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError, SyntaxError) as fault:
        raise unreadable from fault
    try:
        sheet = book.worksheets[0]
        rows = _cells(sheet.iter_rows(), unreadable)
        header = next(rows, (1, []))[1]
        yield Sheet([plain(name) for name in header], sheet.max_row, rows)
    finally:
        book.close()


def _cells(rows: Iterator[tuple[Any, ...]], unreadable: Wrong) -> Iterator[tuple[int, list[str]]]:
    number = 0
    while True:
        number += 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except (zipfile.BadZipFile, KeyError, ValueError, OSError, SyntaxError) as fault:
            raise unreadable from fault
        yield number, [_cell(cell) for cell in cells]


def _cell(cell: Any) -> str:
    """A cell's value as a person would have typed it into a CSV file."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type in ("f", "e"):
        return Unreadable(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and not (value.hour or value.minute or value.second):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date | datetime) else str(value)

"""What may stand in a cell: one reader per kind of value. A reader takes the trimmed text and gives the value to
store, or raises `Wrong` with the reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from store.master.imports.files import Unreadable
from store.master.imports.report import Wrong
from store.texts import _

Reader = Callable[[str], Any]

_USERID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_\-@.]{0,63}")
_DAMAGED = re.compile(r"\d(\.\d+)?E\+?\d+", re.IGNORECASE)
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|年(\d{1,2})月(\d{1,2})日|(\d{2})(\d{2}))")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an import file. Without a `needed` one nothing is imported; when another one is missing, what the
    books have in it stays as it is; that is noted, unless files usually do without it (`rare`)."""

    name: str
    read: Reader
    needed: bool = True
    rare: bool = False


def cleaned(cell: str) -> str:
    """The cell without the space around it and with single spaces inside; refuses what no table should hold."""
    if not cell:
        return cell
    if cell.startswith("=") or type(cell) is Unreadable:
        raise Wrong(_("The cell holds a formula or an error, “{text}”. Paste its value instead."), {"text": cell[:40]})
    if "\0" in cell:
        raise Wrong(_("The cell holds a NUL character. Export the file again."))
    return " ".join(cell.split())


def words(most: int = 200) -> Reader:
    """A text that must be there."""

    def read(cell: str) -> str:
        if not cell:
            raise Wrong(_("The cell is empty."))
        return _short(cell, most)

    return read


def maybe_words(most: int = 500) -> Reader:
    """A text that may be empty."""
    return lambda cell: _short(cell, most)


def _short(cell: str, most: int) -> str:
    if len(cell) > most:
        raise Wrong(_("The text has {count} characters; at most {most} fit."), {"count": len(cell), "most": most})
    return cell


def one_of(*values: str, empty: str | None = "") -> Reader:
    """One of the values. An empty cell reads as `empty`; when that is "" the cell must not be empty."""

    def read(cell: str) -> str | None:
        if not cell and empty != "":
            return empty
        if cell.lower() not in values:
            known = {"text": cell, "known": ", ".join(values)}
            raise Wrong(_("“{text}” is not known here. It must be one of: {known}."), known)
        return cell.lower()

    return read


def one_of_or_none(*values: str) -> Reader:
    """One of the values, or None for an empty cell."""
    return one_of(*values, empty=None)


def code(cell: str) -> str:
    """The code of a unit."""
    if not cell:
        raise Wrong(_("The cell is empty."))
    if not cell.isascii() or "/" in cell or " " in cell:
        raise Wrong(_("“{text}” is no code: use letters, digits and hyphens only."), {"text": cell[:40]})
    return _short(cell, 64)


def maybe_code(cell: str) -> str | None:
    return code(cell) if cell else None


def digits(count: int) -> Reader:
    """Exactly so many digits, as text; spreadsheets that made a number of them are told."""

    def read(cell: str) -> str:
        narrow = cell.replace(" ", "")
        if len(narrow) == count and narrow.isascii() and narrow.isdigit():
            return narrow
        if _DAMAGED.fullmatch(narrow):
            raise Wrong(
                _("The spreadsheet has rounded this number to “{text}”. Format the column as text and fill it again."),
                {"text": cell},
            )
        raise Wrong(_("“{text}” must be {count} digits."), {"text": cell[:40], "count": count})

    return read


def number(least: float, most: float, *, empty: bool = False) -> Reader:
    """A decimal number within bounds; None for an empty cell when that is allowed."""

    def read(cell: str) -> float | None:
        if empty and not cell:
            return None
        try:
            value = float(cell)
        except ValueError:
            raise Wrong(_("“{text}” is not a number."), {"text": cell[:40]}) from None
        if not least <= value <= most:
            raise Wrong(_("{text} is not between {least} and {most}."), {"text": cell, "least": least, "most": most})
        return value

    return read


def whole(least: int, most: int) -> Reader:
    """A whole number within bounds."""
    read_number = number(least, most)

    def read(cell: str) -> int:
        value: float = read_number(cell)
        if value != int(value):
            raise Wrong(_("“{text}” is not a whole number."), {"text": cell})
        return int(value)

    return read


def userid(cell: str) -> str:
    """A WeCom userid: 1 to 64 letters, digits and _-@. beginning with a letter or digit."""
    if not _USERID.fullmatch(cell):
        raise Wrong(_("“{text}” is no userid: 1 to 64 letters, digits and _-@. are allowed."), {"text": cell[:80]})
    if cell.lower() == "clock":
        raise Wrong(_("“clock” is the service itself. Choose another userid."))
    return cell


def maybe_userid(cell: str) -> str | None:
    return userid(cell) if cell else None


def maybe_telegram(cell: str) -> str | None:
    """A Telegram user id: a positive number below 2⁵² (Bot API)."""
    if not cell:
        return None
    if not (cell.isascii() and cell.isdigit() and 0 < int(cell) < 1 << 52):
        raise Wrong(_("“{text}” is no Telegram id: it is a number such as 123456789, not a name."), {"text": cell[:40]})
    return str(int(cell))


def day(cell: str) -> date:
    """A day of the common calendar: 2026-10-01, 2026/10/1, 2026年10月1日 or 20261001."""
    match = _DATE.fullmatch(cell)
    if not match:
        raise Wrong(_("“{text}” is no date of the common calendar. Write it like 2026-10-01."), {"text": cell[:40]})
    year, month, the_day = (int(part) for part in match.groups() if part is not None)
    if not 2000 <= year <= 2100:
        raise Wrong(_("The year {year} is not between 2000 and 2100. Is this another calendar?"), {"year": year})
    try:
        return date(year, month, the_day)
    except ValueError:
        raise Wrong(_("There is no such day as “{text}”."), {"text": cell}) from None

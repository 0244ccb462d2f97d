"""What may stand in the cells of provincial files, beyond what all imports share (`store/master/imports/fields.py`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType

from store.clock.workdays import SHANGHAI
from store.master.imports.fields import day
from store.master.imports.report import Wrong
from store.texts import _

_CYCLE = re.compile(r"(\d{4})(?:[-/.]?W?|年第?)(\d{1,2})[周期]?", re.IGNORECASE)
_QUARTER = re.compile(r"(\d{4})(?:[-/.]?Q|年第?)([1-4一二三四])(?:季度)?", re.IGNORECASE)
_MONTH = re.compile(r"(\d{4})(?:[-/.]|年)(\d{1,2})月?")
_TIME = re.compile(r"(.+?)[T\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?")
_CHINESE_DIGITS = MappingProxyType({"一": 1, "二": 2, "三": 3, "四": 4})
_PARTS = MappingProxyType({"%": 100.0, "‰": 1000.0})
_DIRECTIONS: Mapping[str, str] = MappingProxyType(
    {
        "out_of_province": "out_of_province",
        "out": "out_of_province",
        "省外": "out_of_province",
        "in_province": "in_province",
        "in": "in_province",
        "省内": "in_province",
    }
)


@lru_cache(maxsize=256)  # a file of a million rows speaks of a few cycles
def cycle(cell: str) -> str:
    """An ordering cycle, "2026-31": the year and which of its rounds. Also 2026W31, 202631, 2026年第31期."""
    match = _CYCLE.fullmatch(cell.replace(" ", ""))
    if not match or not int(match[2]):
        raise Wrong(_("“{text}” is no order cycle. Write the year and the number of the round: 2026-31."), _text(cell))
    return f"{_year(match[1])}-{int(match[2]):02d}"


def quarter(cell: str) -> str:
    """A quarter, "2026-Q3". Also 2026Q3, 2026年三季度."""
    match = _QUARTER.fullmatch(cell.replace(" ", ""))
    if not match:
        raise Wrong(_("“{text}” is no quarter. Write it like 2026-Q3."), _text(cell))
    return f"{_year(match[1])}-Q{_CHINESE_DIGITS.get(match[2]) or int(match[2])}"


def period(cell: str) -> str:
    """When something was, as exactly as it is known: "2026-Q3", "2026-07" or "2026-07-15"."""
    narrow = cell.replace(" ", "")
    if _QUARTER.fullmatch(narrow):
        return quarter(narrow)
    if (match := _MONTH.fullmatch(narrow)) and 1 <= int(match[2]) <= 12:
        return f"{_year(match[1])}-{int(match[2]):02d}"
    try:
        return day(narrow).isoformat()
    except Wrong:
        raise Wrong(
            _("“{text}” is no period. Write a day, a month or a quarter: 2026-07-15, 2026-07, 2026-Q3."), _text(cell)
        ) from None


def quarter_of(known: str) -> str:
    """The quarter that a period lies in."""
    return known if "Q" in known else f"{known[:4]}-Q{(int(known[5:7]) + 2) // 3}"


@lru_cache(maxsize=4096)
def instant(cell: str) -> datetime:
    """A day, or a day and a time of it: 2026-07-15 09:30. Without an offset the time is Shanghai's."""
    match = _TIME.fullmatch(cell)
    if not match:
        the_day = day(cell)
        return datetime(the_day.year, the_day.month, the_day.day, tzinfo=SHANGHAI)
    the_day, hour, minute, second = day(match[1]), int(match[2]), int(match[3]), int(match[4] or 0)
    if hour > 23 or minute > 59 or second > 59:
        raise Wrong(_("There is no such time as “{text}”."), _text(cell))
    offset = (match[5] or "+08:00").replace("Z", "+00:00")
    return datetime.fromisoformat(f"{the_day.isoformat()}T{hour:02d}:{minute:02d}:{second:02d}{offset}")


def share(cell: str) -> float:
    """A share between 0 and 1: 0.02, 2% or 20‰."""
    part = _PARTS.get(cell[-1:], 1.0)
    try:
        value = float(cell.rstrip("%‰")) / part
    except ValueError:
        raise Wrong(_("“{text}” is not a number."), _text(cell)) from None
    if not 0 <= value <= 1:
        raise Wrong(_("“{text}” is no share: write a number from 0 to 1, or a percentage such as 2%."), _text(cell))
    return value


def direction(cell: str) -> str:
    """Whether goods left the province."""
    known = _DIRECTIONS.get(cell.lower().removesuffix("外流"))
    if known is None:
        raise Wrong(_("“{text}” is not known here. It must be one of: {known}."), _known(cell))
    return known


def _known(cell: str) -> dict[str, str]:
    return {"text": cell[:40], "known": "out_of_province（省外）, in_province（省内）"}


def _year(digits: str) -> int:
    if not 2000 <= int(digits) <= 2100:
        raise Wrong(_("The year {year} is not between 2000 and 2100. Is this another calendar?"), {"year": int(digits)})
    return int(digits)


def _text(cell: str) -> dict[str, str]:
    return {"text": cell[:40]}

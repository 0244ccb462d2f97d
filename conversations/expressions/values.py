"""What a value is as a number, a text, a truth and a moment: XPath's conversions, all of them total.

Answers are plain JSON. Dates are ISO texts ("2026-11-20", "2026-11-20T15:00:00+08:00", "15:00"); as a number a
date is its days since 1970-01-01 and a time its part of the day, as ODK has it, so dates compare and subtract.
What cannot be a number is NaN, which no comparison but `!=` holds for.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from store.words import Json

SHANGHAI = ZoneInfo("Asia/Shanghai")
NAN = math.nan
_LONGEST_NUMBER = 400
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - days are counted on the wall calendar
_NUMBER = re.compile(r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}.{0,20})?")
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:?[0-9]{2})?")


class Nodes(tuple[Json, ...]):
    """The answers to one question in every turn of a repeat, seen from outside it."""

    __slots__ = ()


def number(value: Json) -> float:
    """NaN where there is none."""
    if isinstance(value, int | float):
        try:
            return float(value)
        except OverflowError:
            return math.inf if value > 0 else -math.inf
    text = string(value).strip()
    if not text or len(text) > _LONGEST_NUMBER:
        return NAN
    if _NUMBER.fullmatch(text):
        return float(text)
    return _days(text)


def _days(text: str) -> float:
    if (at := moment(text)) is not None:
        return (at - _EPOCH) / timedelta(days=1)
    if clock := _TIME.fullmatch(text):
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return (hours * 3600 + minutes * 60 + seconds) / 86400
    return NAN


def moment(text: str) -> datetime | None:
    """The wall time in Shanghai that an ISO date or date with time stands for, without a zone."""
    if text[4:5] != "-" or not _MOMENT.fullmatch(text):
        return None
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(SHANGHAI).replace(tzinfo=None) if at.tzinfo else at
    except (ValueError, OverflowError):
        return None


def string(value: Json) -> str:
    """Texts as they are, whole numbers without a point, lists joined by spaces (as XLSForm stores a choice of
    several), the first of several nodes, and nothing for what was not answered."""
    if isinstance(value, str):  # the commonest first: every step of a dialogue asks this many times
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _digits(number(value))
    if isinstance(value, Nodes):
        return string(value[0]) if value else ""
    if isinstance(value, list | tuple):
        return " ".join(map(string, value))
    if isinstance(value, Mapping):
        return f"{value['lat']} {value['lon']}" if {"lat", "lon"} <= value.keys() else "; ".join(map(str, value))
    return ""


def _digits(value: float) -> str:
    if not math.isfinite(value):
        return ""
    if value == int(value):
        return str(int(value))
    return format(Decimal(repr(value)), "f")


def truth(value: Json) -> bool:
    """False for nothing, zero, NaN and the empty text; every other text is true, also “false”."""
    if isinstance(value, int | float):
        return value != 0 and not math.isnan(value)
    return bool(value)


def plain(value: Json) -> Json:
    """A result as JSON: whole numbers as int, what is not a number as None."""
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value == int(value) and abs(value) < 2**53 else value
    return list(value) if isinstance(value, Nodes) else value


def day_of(value: Json) -> date | None:
    """The day that an ISO text or a number of days since 1970 stands for."""
    at = moment_of(value)
    return at.date() if at else None


def moment_of(value: Json) -> datetime | None:
    if not isinstance(value, int | float) and (at := moment(string(value).strip())) is not None:
        return at
    days = number(value)
    try:
        return _EPOCH + timedelta(days=days)
    except (OverflowError, ValueError):
        return None

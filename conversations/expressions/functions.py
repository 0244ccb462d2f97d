"""The functions of expressions, by name: a closed list, each total, with the meaning that ODK documents."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from conversations.expressions.values import NAN, SHANGHAI, Nodes, day_of, moment_of, number, string, truth
from store.words import Json


@dataclass(frozen=True, slots=True)
class Function:
    """What a name does: `work(now, dot, *arguments)`, and how many arguments it takes (None: any number)."""

    work: Callable[..., Json]
    counts: tuple[int, int | None]


FUNCTIONS: dict[str, Function] = {}
Work = Callable[..., Json]


def _function(name: str, least: int, most: int | None = -1, scene: bool = False) -> Callable[[Work], Work]:
    """Enters a function in the list. `scene`: it also wants the time and the answer being judged."""

    def enter(work: Work) -> Work:
        inner = work if scene else lambda _now, _dot, *arguments: work(*arguments)
        FUNCTIONS[name] = Function(inner, (least, least if most == -1 else most))
        return work

    return enter


# --- truths and choices -----------------------------------------------------------------------------------

_function("true", 0)(lambda: True)
_function("false", 0)(lambda: False)
_function("not", 1)(lambda value: not truth(value))
_function("boolean", 1)(truth)
_function("number", 1)(number)
_function("string", 1)(string)
_function("if", 3)(lambda test, yes, no: yes if truth(test) else no)


@_function("coalesce", 1, None)
def _coalesce(*values: Json) -> Json:
    return next((value for value in values if string(value) != ""), "")


def _chosen(value: Json) -> list[str]:
    return string(value).split()


_function("selected", 2)(lambda value, one: string(one).strip() in _chosen(value))
_function("count-selected", 1)(lambda value: len(_chosen(value)))


@_function("selected-at", 2)
def _selected_at(value: Json, index: Json) -> str:
    chosen, at = _chosen(value), number(index)
    return chosen[int(at)] if 0 <= at < len(chosen) else ""


# --- numbers ----------------------------------------------------------------------------------------------


def _numbers(values: Iterable[Json]) -> list[float]:
    """What was answered among several values or nodes; blanks are passed over."""
    flat = (one for value in values for one in (value if isinstance(value, Nodes) else (value,)))
    return [found for found in map(number, flat) if not math.isnan(found)]


_function("sum", 1, None)(lambda *values: sum(_numbers(values)))
_function("min", 1, None)(lambda *values: min(_numbers(values), default=NAN))
_function("max", 1, None)(lambda *values: max(_numbers(values), default=NAN))


@_function("count", 1)
def _count(value: Json) -> int:
    """How many turns a repeat has, or how many answers one of its questions has."""
    if isinstance(value, Nodes):
        return sum(string(one) != "" for one in value)
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return len(value)
    return int(string(value) != "")


@_function("int", 1)
def _int(value: Json) -> float:
    found = number(value)
    return float(math.trunc(found)) if math.isfinite(found) else NAN


@_function("round", 1, 2)
def _round(value: Json, places: Json = 0) -> float:
    """Halves go up, as in XPath; `places` from -9 to 9."""
    found, digits = number(value), number(places)
    if not math.isfinite(found) or not -9 <= digits <= 9:
        return NAN
    factor = 10.0 ** int(digits)
    return math.floor(found * factor + 0.5) / factor if abs(found) < 1e15 else found


# --- texts ------------------------------------------------------------------------------------------------

_function("string-length", 1)(lambda value: len(string(value)))
_function("contains", 2)(lambda value, part: string(part) in string(value))
_function("starts-with", 2)(lambda value, part: string(value).startswith(string(part)))
_function("ends-with", 2)(lambda value, part: string(value).endswith(string(part)))


@_function("concat", 1, None)
def _concat(*values: Json) -> str:
    return "".join(string(one) for value in values for one in (value if isinstance(value, Nodes) else (value,)))


@_function("substr", 2, 3)
def _substr(value: Json, start: Json, end: Json = None) -> str:
    """From `start` up to before `end`, counted from 0; from the end where negative."""
    text, first, last = string(value), number(start), number(end)
    if not math.isfinite(first):
        return ""
    return text[int(first) : int(last) if math.isfinite(last) else None]


# --- days and times (Asia/Shanghai) -----------------------------------------------------------------------


@_function("today", 0, scene=True)
def _today(now: datetime, _dot: Json) -> str:
    return now.astimezone(SHANGHAI).date().isoformat()


@_function("now", 0, scene=True)
def _now(now: datetime, _dot: Json) -> str:
    return now.astimezone(SHANGHAI).isoformat(timespec="seconds")


@_function("date", 1)
def _date(value: Json) -> str:
    day = day_of(value)
    return day.isoformat() if day else ""


@_function("decimal-date-time", 1)
def _decimal_date_time(value: Json) -> float:
    return number(value)


_PIECES: dict[str, Callable[[datetime], str]] = {
    "%Y": lambda at: f"{at.year:04}",
    "%y": lambda at: f"{at.year % 100:02}",
    "%m": lambda at: f"{at.month:02}",
    "%n": lambda at: str(at.month),
    "%d": lambda at: f"{at.day:02}",
    "%e": lambda at: str(at.day),
    "%H": lambda at: f"{at.hour:02}",
    "%h": lambda at: str(at.hour),
    "%M": lambda at: f"{at.minute:02}",
    "%S": lambda at: f"{at.second:02}",
}


@_function("format-date", 2)
@_function("format-date-time", 2)
def _format(value: Json, pattern: Json) -> str:
    at = moment_of(value)
    if at is None:
        return ""

    def piece(match: re.Match[str]) -> str:
        write = _PIECES.get(match[0])
        return write(at) if write else match[0]

    return re.sub("%[A-Za-z]", piece, string(pattern))

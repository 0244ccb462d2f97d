"""The bureau's ledger layout (台账): which columns a printed or exported ledger has, and what stands in each.

One table of columns serves the workbook and the CSV. What a person may not see is not in the rows to begin with; of an
anonymous tip nothing is told that the vault keeps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from store.clock.deadlines import light
from store.clock.workdays import SHANGHAI, Calendar
from store.law.rules import state_name
from store.law.standing import DEPARTMENTS
from store.moving.entries import raw_entry
from store.reading.phrases import holder_words, shop_name
from store.texts import _, said
from store.words import Entry, Json, Ledger, words_of

SOURCES = MappingProxyType({"staff": _("staff"), "tip": _("anonymous tip"), "feed": _("provincial data")})
LIGHTS = MappingProxyType({"green": _("in time"), "yellow": _("due soon"), "red": _("overdue")})
LEVELS = MappingProxyType({"county": _("county"), "city": _("city")})


@dataclass(frozen=True, slots=True)
class Told:
    """One entry that is to be written down: what its cells are made of."""

    entry: Entry
    language: str
    at: datetime
    calendar: Calendar

    def __getitem__(self, name: str) -> Json:
        return self.entry.fields.get(name)

    def time(self, name: str) -> str:
        """A moment of Shanghai to the minute, as spreadsheets read it."""
        value: datetime | None = self[name]
        return value.astimezone(SHANGHAI).isoformat(" ", "minutes")[:16] if value else ""

    def both(self, name: str) -> str:
        return words_of({"zh": self[f"{name}_zh"] or "", "en": self[f"{name}_en"] or ""}, self.language)

    def say(self, sentence: str) -> str:
        return said(sentence, self.language) if sentence else ""

    @property
    def hidden(self) -> bool:
        """Whether the vault keeps what it says."""
        return bool(self["source"] == "tip")


@dataclass(frozen=True, slots=True)
class Column:
    """A heading (a marked sentence), how wide it is in characters, and what stands below it."""

    heading: str
    width: int
    cell: Callable[[Told], Json]


def told(row: Any, language: str, at: datetime, calendar: Calendar) -> Told:
    """A row of `exports.query` as what is to be written down."""
    return Told(raw_entry(row), language, at, calendar)


def cells(ledger: Ledger, one: Told) -> list[Json]:
    """What stands in one row."""
    return [column.cell(one) for column in COLUMNS[ledger]]


def headings(ledger: Ledger, language: str) -> list[str]:
    return [said(column.heading, language) for column in COLUMNS[ledger]]


def _state(one: Told) -> str:
    return words_of(state_name(one.entry.ledger, one.entry.state), one.language)


def _light(one: Told) -> str:
    due = one["due_at"]
    if not due or one.entry.state in ("suspended", "archived"):
        return ""
    return one.say(LIGHTS[light(due, one.at, one.calendar)])


def _place(one: Told) -> str:
    if one.hidden:
        return ""
    spot = f"{one['lat']:.6f}, {one['lon']:.6f}" if one["lat"] is not None else ""
    return " ".join(part for part in (one["place_label"] or "", spot) if part)


def _unless_tip(name: str) -> Callable[[Told], Json]:
    return lambda one: "" if one.hidden else one[name] or ""


def _department(one: Told) -> str:
    return words_of(DEPARTMENTS[one["department"]], one.language) if one["department"] else ""


_SHOP = (
    Column(_("Shop"), 22, lambda one: "" if one.hidden else shop_name(one.entry.fields, one.language)),
    Column(_("Licence no."), 15, _unless_tip("merchant")),
    Column(_("Address"), 28, _unless_tip("merchant_address")),
    Column(_("Indicator code"), 10, _unless_tip("indicator")),
    Column(_("Indicator"), 26, lambda one: "" if one.hidden else one.both("indicator")),
    Column(_("Severity"), 8, lambda one: one["severity"] or ""),
    Column(_("What was seen"), 44, _unless_tip("text")),
    Column(_("Photos"), 6, lambda one: one["photos"]),
)
_END = (
    Column(_("State"), 14, _state),
    Column(_("With"), 22, lambda one: holder_words(one.entry, one.language)),
    Column(_("Deadline"), 17, lambda one: one.time("due_at")),
    Column(_("Light"), 9, _light),
    Column(_("Last note"), 40, _unless_tip("last_text")),
    Column(_("Last moved"), 17, lambda one: one.time("last_at")),
)
COLUMNS: Mapping[Ledger, Sequence[Column]] = MappingProxyType(
    {
        Ledger.CLUE: (
            Column(_("Number"), 16, lambda one: one.entry.number),
            Column(_("Bureau"), 14, lambda one: one.both("bureau")),
            Column(_("Unit"), 22, lambda one: "" if one.hidden else one.both("unit")),
            Column(_("Source"), 10, lambda one: one.say(SOURCES[one["source"]])),
            Column(_("Reporter"), 10, _unless_tip("reporter_name")),
            Column(_("Reported"), 17, lambda one: one.time("reported_at")),
            Column(_("Observed"), 17, lambda one: "" if one.hidden else one.time("observed_at")),
            *_SHOP,
            Column(_("Place"), 26, _place),
            *_END,
            Column(_("Problem"), 16, lambda one: one["problem"] or ""),
        ),
        Ledger.PROBLEM: (
            Column(_("Number"), 16, lambda one: one.entry.number),
            Column(_("Bureau"), 14, lambda one: one.both("bureau")),
            Column(_("In charge"), 8, lambda one: one.say(LEVELS[one["level"]])),
            Column(_("Opened"), 17, lambda one: one.time("opened_at")),
            *_SHOP,
            Column(_("Scope"), 18, lambda one: one["scope"] or ""),
            Column(_("Department"), 10, _department),
            Column(_("Person"), 10, lambda one: one["responsible"] or ""),
            *_END,
            Column(_("Cause"), 24, lambda one: one["cause"] or ""),
            Column(_("Result"), 30, lambda one: one["result"] or ""),
            Column(_("Verdict"), 24, lambda one: one["verdict"] or ""),
            Column(_("Measures"), 30, lambda one: one["measures"] or ""),
            Column(_("Closed"), 17, lambda one: one.time("closed_at")),
        ),
    }
)
TITLES: Mapping[Ledger, str] = MappingProxyType(
    {Ledger.CLUE: _("Clue ledger (信息线索清单)"), Ledger.PROBLEM: _("Problem ledger (问题清单台账)")}
)

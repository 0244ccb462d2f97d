"""The filters of the ledgers' lists: what an address asks for, in words that can be wrong, made into conditions.

An address is typed by hand, kept for years and sent to others: whatever in it makes no sense is left out and named in
a sentence, and the rest counts. Days are Shanghai's, both ends included.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, literal_column, or_, select, union

from store import tables
from store.clock.workdays import SHANGHAI, Calendar, move_working_days
from store.law.rules import LAWS
from store.law.scope import held_by, sees
from store.moving.entries import TABLES
from store.reading.finding import words_fit
from store.reading.views import OPEN
from store.reports.meaning import FLAGS, RECHECKS, by_role, counts_as
from store.texts import _
from store.words import Department, FieldRole, Json, Ledger, Person

clue, problem, task, person, unit = tables.clue.c, tables.problem.c, tables.task.c, tables.person.c, tables.unit.c
LIGHTS = ("green", "yellow", "red", "overdue")
SOURCES = ("staff", "tip", "feed")
BUSINESS = tuple(one for one in Department if one is not Department.LEADERSHIP)
_DAYS = ("from", "to", "due_from", "due_to", "closed_from", "closed_to", "overdue_on")
_YES = (*FLAGS, "mine")
_CODE = re.compile(r"[\w.\-@]{1,64}")
NAMES = (
    *("from", "to", "county", "department", "indicator", "state", "light", "overdue_on", "due_from", "due_to"),
    *("shop", "person", "reporter", "source", "words", "mine"),
    *("closed_from", "closed_to", *FLAGS, "recheck", "role"),
)
"""The names of all filters, as they stand in addresses."""

Faults = list[tuple[str, Mapping[str, Json]]]
"""What made no sense: marked sentences with what fills them."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What to show of one ledger: `given` maps names of `NAMES` to texts that were found to make sense."""

    ledger: Ledger
    given: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def of(cls, ledger: Ledger, query: Mapping[str, str]) -> tuple[Filters, Faults]:
        """What an address asks for, and what in it could not be meant."""
        found: dict[str, str] = {}
        faults: Faults = []
        for name in NAMES:
            text = query.get(name, "").strip()
            if not text:
                continue
            if _known(ledger, name, text):
                found[name] = text
            else:
                faults.append((_WRONG.get(name, _SENSELESS), {"name": name, "text": text[:60]}))
        for first, last in (("from", "to"), ("due_from", "due_to"), ("closed_from", "closed_to")):
            if found.get(first, "") > found.get(last, "9"):
                faults.append((_("The first day is after the last one: nothing can lie between them."), {}))
        return cls(ledger, MappingProxyType(found)), faults

    @property
    def open_only(self) -> bool:
        """Whether nothing but open entries can be among them."""
        given = self.given
        return given.get("state") in ("open", *OPEN[self.ledger]) or bool({"light", "overdue_on", "mine"} & set(given))


_SENSELESS = _("The filter “{name}={text}” makes no sense here and was left out.")
_WRONG = MappingProxyType(
    {name: _("“{text}” is not a day; please write it as 2026-11-20. This filter was left out.") for name in _DAYS}
)


def _known(ledger: Ledger, name: str, text: str) -> bool:
    if name in _DAYS:
        return day_of(text) is not None and not (name.startswith("closed") and ledger is Ledger.CLUE)
    if name in _YES:
        return text == "1"
    choices: Mapping[str, tuple[str, ...]] = {
        "department": BUSINESS,
        "state": ("open", "closed", *LAWS[ledger].states),
        "light": LIGHTS,
        "source": SOURCES,
        "recheck": tuple(RECHECKS),
        "role": (*FieldRole, "none") if ledger is Ledger.CLUE else (),
    }
    if name in choices:
        return text in choices[name]
    return name == "words" or _CODE.fullmatch(text) is not None


def day_of(text: str) -> date | None:
    """An ISO day that people can mean; None for anything else."""
    try:
        day = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
    return day if day and 2000 <= day.year <= 2100 else None


def start_of(text: str) -> datetime:
    """The first moment of an ISO day in Shanghai."""
    return datetime.combine(date.fromisoformat(text), time(), SHANGHAI)


def end_of(text: str) -> datetime:
    """The first moment after an ISO day in Shanghai."""
    return start_of(text) + timedelta(days=1)


# --- conditions -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asking:
    """Who looks at which ledger, and when."""

    ledger: Ledger
    who: Person
    at: datetime
    calendar: Calendar

    @property
    def time(self) -> ColumnElement[datetime]:
        """When an entry came into its ledger."""
        return clue.reported_at if self.ledger is Ledger.CLUE else problem.opened_at


Condition = Callable[[Asking, str], ColumnElement[bool]]


def conditions(filters: Filters, who: Person, at: datetime, calendar: Calendar) -> list[ColumnElement[bool]]:
    """What a row of the ledger's table must fulfil; scope is not among it."""
    asking = Asking(filters.ledger, who, at, calendar)
    return [_CONDITIONS[name](asking, text) for name, text in filters.given.items()]


def _entry(asking: Asking) -> ColumnElement[str]:
    return TABLES[asking.ledger].c.number


def _state(asking: Asking, text: str) -> ColumnElement[bool]:
    state, open_ones = TABLES[asking.ledger].c.state, OPEN[asking.ledger]
    if text in ("open", "closed"):
        return state.in_(open_ones) if text == "open" else state.not_in(open_ones)
    return state == text


def running(ledger: Ledger) -> ColumnElement[bool]:
    """That a light runs."""
    entry = TABLES[ledger].c
    return and_(entry.due_at.is_not(None), entry.state.in_([one for one in OPEN[ledger] if one != "suspended"]))


def _light(asking: Asking, text: str) -> ColumnElement[bool]:
    due, soon = TABLES[asking.ledger].c.due_at, move_working_days(asking.calendar, asking.at, 1)
    spans = {"green": due > soon, "yellow": due.between(asking.at, soon)}
    return and_(running(asking.ledger), spans.get(text, due < asking.at))


def _overdue_on(asking: Asking, text: str) -> ColumnElement[bool]:
    """Whose deadline was on that day, and is not met yet."""
    due = TABLES[asking.ledger].c.due_at
    return and_(running(asking.ledger), due >= start_of(text), due < end_of(text), due < asking.at)


def _department(asking: Asking, text: str) -> ColumnElement[bool]:
    """A problem's main responsible one; of a clue the one that reported it."""
    if asking.ledger is Ledger.PROBLEM:
        return problem.department == text
    return clue.unit_code.in_(select(unit.code).where(unit.department == text))


def _indicator(asking: Asking, text: str) -> ColumnElement[bool]:
    """Whose code begins so."""
    kind = tables.indicator.c.code
    return TABLES[asking.ledger].c.indicator.in_(select(kind).where(kind.startswith(text.upper(), autoescape=True)))


def _person(asking: Asking, text: str) -> ColumnElement[bool]:
    """Who holds it, or has or had a task in it."""
    entry, one = TABLES[asking.ledger].c, select(person.id).where(person.id_lower == text.lower()).scalar_subquery()
    if asking.ledger is Ledger.CLUE:
        return entry.holder_person == one
    both = union(
        select(problem.number).where(problem.holder_person == one), select(task.number).where(task.person_id == one)
    ).subquery()
    return entry.number.in_(select(both.c[0]))


def _reporter(asking: Asking, text: str) -> ColumnElement[bool]:
    one = select(person.id).where(person.id_lower == text.lower()).scalar_subquery()
    if asking.ledger is Ledger.CLUE:
        return clue.reporter == one
    return problem.number.in_(select(clue.problem).where(clue.reporter == one, clue.problem.is_not(None)))


def _source(asking: Asking, text: str) -> ColumnElement[bool]:
    """Where it came from. That a problem came of a tip is told to those who may see the tip."""
    if asking.ledger is Ledger.CLUE:
        return clue.source == text
    born: Select[Any] = select(literal_column("1")).where(clue.number == problem.form, clue.source == text)
    return exists((born.where(sees(asking.who)) if text == "tip" else born).correlate(tables.problem))


def _mine(asking: Asking, _text: str) -> ColumnElement[bool]:
    """What waits for whoever looks, or is theirs to do."""
    who, entry = asking.who, TABLES[asking.ledger].c
    held = and_(entry.state.in_(OPEN[asking.ledger]), held_by(who, asking.ledger))
    if asking.ledger is Ledger.CLUE:
        return held
    mine = select(task.number).where(
        task.person_id.in_((who.id, *who.stands_for)), task.state.in_(("assigned", "received"))
    )
    return or_(entry.number.in_(mine), held)


def _words(asking: Asking, text: str) -> ColumnElement[bool]:
    found = words_fit(asking.ledger, text)
    return and_(*found) if found else false()


def _counted(counter: str) -> Condition:
    """What the reports count an entry as: one truth for a number and for its list."""
    return lambda asking, _text: counts_as(asking.ledger, counter)


def _since(column: Callable[[Asking], ColumnElement[datetime]]) -> Condition:
    return lambda asking, text: column(asking) >= start_of(text)


def _until(column: Callable[[Asking], ColumnElement[datetime]]) -> Condition:
    return lambda asking, text: column(asking) < end_of(text)


def _due(asking: Asking) -> ColumnElement[datetime]:
    return TABLES[asking.ledger].c.due_at


def _closed(_asking: Asking) -> ColumnElement[datetime]:
    return problem.closed_at


_CONDITIONS: Mapping[str, Condition] = MappingProxyType(
    {
        "from": _since(lambda asking: asking.time),
        "to": _until(lambda asking: asking.time),
        "due_from": _since(_due),
        "due_to": _until(_due),
        "closed_from": _since(_closed),
        "closed_to": _until(_closed),
        "county": lambda asking, text: TABLES[asking.ledger].c.bureau == text,
        "shop": lambda asking, text: TABLES[asking.ledger].c.merchant == text,
        "department": _department,
        "indicator": _indicator,
        "state": _state,
        "light": _light,
        "overdue_on": _overdue_on,
        "person": _person,
        "reporter": _reporter,
        "source": _source,
        "words": _words,
        "mine": _mine,
        **{name: _counted(counter) for name, counter in FLAGS.items()},
        "recheck": lambda asking, text: counts_as(asking.ledger, RECHECKS[text]),
        "role": lambda _asking, text: by_role(text),
    }
)

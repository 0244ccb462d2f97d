"""The two ledgers: what may be asked of them, what they hold, and one move as a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from store.words.base import NOTHING, Json
from store.words.people import Person, Role


class Ledger(StrEnum):
    CLUE = "clue"
    PROBLEM = "problem"

    @property
    def prefix(self) -> str:
        """How the numbers of this ledger begin."""
        return "WT" if self is Ledger.PROBLEM else "XS"


def ledger_of(number: str) -> Ledger:
    """The ledger that a number belongs to; clues when it does not say."""
    return Ledger.PROBLEM if number.startswith(Ledger.PROBLEM.prefix) else Ledger.CLUE


@dataclass(frozen=True, slots=True)
class Ask:
    """The only thing anyone may want of a ledger: a verb, on an entry (None makes a new one), with fields."""

    ledger: Ledger
    verb: str
    entry: str | None = None
    fields: Mapping[str, Json] = NOTHING


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose move it is: one person, or everybody with `role` in `unit` (a unit's code)."""

    person: str | None = None
    unit: str | None = None
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a ledger. `fields` has the columns of its table by name."""

    number: str
    ledger: Ledger
    state: str
    fields: Mapping[str, Json]
    holder: Holder | None


@dataclass(frozen=True, slots=True)
class Moved:
    """One ledger line: what happened to `entry` (shown as it stands after the move)."""

    entry: Entry
    verb: str
    before: str | None  # the state it came from; None for a new entry
    by: Person
    at: datetime
    seq: int = 1
    text: str = ""
    fields: Mapping[str, Json] = NOTHING  # what else was given, as the line keeps it
    caused: tuple[Moved, ...] = ()  # lines of the other ledger that came with it, in the same transaction


def every(moves: Iterable[Moved]) -> Iterator[Moved]:
    """These moves, and what each caused in the other ledger: everything that somebody must hear of."""
    for moved in moves:
        yield moved
        yield from every(moved.caused)


class Refused(Exception):
    """The law says no. `reason` is a message key (`refused.<reason>` in the catalogues), `facts` fill it."""

    def __init__(self, reason: str, **facts: Json) -> None:
        super().__init__(reason)
        self.reason = reason
        self.facts: Mapping[str, Json] = facts

"""What a verb is given to work with, and what it gives back: a plan of everything that will be written.

Effects read and refuse; only `pages.py` writes, once nothing can be refused any more.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from store.clock.clocks import Clocks
from store.clock.workdays import Calendar
from store.db import Tx
from store.words import Ask, Entry, Json, Person


@dataclass(frozen=True, slots=True)
class Case:
    """One wish, and everything there is to know before it is carried out.

    `given` is what was given, tidy; `facts` that and what routing adds (`rules.Given`); `accused` are the userids
    that the matter names; `entry` is None for a new one.
    """

    ask: Ask
    by: Person
    at: datetime
    given: Mapping[str, Json]
    facts: Mapping[str, Json]
    accused: tuple[str, ...]
    entry: Entry | None
    clocks: Clocks
    calendar: Calendar

    @property
    def fields(self) -> Mapping[str, Json]:
        """The columns of the entry, which must be there."""
        assert self.entry
        return self.entry.fields

    @property
    def tasks(self) -> list[dict[str, Json]]:
        """The tasks of a problem, the oldest first."""
        return list(self.fields["tasks"])


Columns = dict[str, Any]


@dataclass(frozen=True, slots=True)
class NewTask:
    """A task that a move gives to somebody. One without `receive_by` counts as received."""

    person: Person
    part: str  # main | assisting | recheck
    due_at: datetime
    receive_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class Mirror:
    """A line that a move causes in the other ledger: the verb, on that entry, with these words and fields."""

    number: str
    verb: str
    text: str = ""
    fields: Mapping[str, Json] = field(default_factory=dict)
    columns: Mapping[str, Any] = field(default_factory=dict)  # what else changes there


@dataclass(frozen=True, slots=True)
class Change:
    """What a verb changes besides the state: the entry's columns, and what is written beside the entry."""

    columns: Columns = field(default_factory=dict)
    tasks: Mapping[int, Columns] = field(default_factory=dict)  # by id: what changes in it
    given: tuple[NewTask, ...] = ()
    asked: Columns | None = None  # kind, and days or review_on: something that now waits for an answer
    answered: Mapping[int, str] = field(default_factory=dict)  # by line that asked: granted, denied, replied, dropped
    opened: Opened | None = None
    mirrored: tuple[Mirror, ...] = ()
    sampled: bool = False  # a draw of the clock is carried out
    noted: Mapping[str, Json] = field(default_factory=dict)  # what the line keeps beside what was given


@dataclass(frozen=True, slots=True)
class Opened:
    """The problem that an accepted handling form makes: its columns and its tasks, the main one first."""

    columns: Columns
    tasks: tuple[NewTask, ...]


Effect = Callable[[Tx, Case], Awaitable[Change]]

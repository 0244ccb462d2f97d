"""A questionnaire: XLSForm's vocabulary as frozen values, loaded from TOML, refused with file, row and reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

from store.words import NOTHING, Json

Texts = Mapping[str, str]
"""One text per language: {"zh": …, "en": …}."""


class Expression(Protocol):
    """A compiled XLSForm expression."""

    @property
    def source(self) -> str:
        """As it was written."""

    @property
    def reads(self) -> frozenset[str]:
        """The names of the questions whose answers it looks at."""

    def evaluate(self, answers: Mapping[str, Json], now: datetime, dot: Json = None) -> Json:
        """Its value over plain answers. Never raises: an unanswered number compares false."""


FACTS: Mapping[str, str] = MappingProxyType(
    {
        "suggested_department": "department: whom the indicator makes responsible",
        "suggested_severity": "1 to 5, as the indicator has it",
        "suggested_due_on": "ISO day: until when, at the suggested severity",
        "needs_proof": "“yes” when the indicator asks for a photo or a place",
        "own_department": "department that the person may not hand work out of; empty for supervision",
        "choose_task": "“yes” when several tasks of the problem could change hands, and the person may name one",
    }
)
"""What the books know of the entry that a form is about. A question of the type `hidden` with such a name holds it:
it is never asked and never submitted, and expressions read it like any answer (`default = "${suggested_severity}"`)."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """One row of `choices`."""

    value: str
    label: Texts
    columns: Mapping[str, Json] = NOTHING  # other columns, for choice_filter


@dataclass(frozen=True, slots=True)
class Question:
    """One row of `survey`; `children` are the rows inside a group or repeat."""

    type: str  # the first word: text, select_one, image, geopoint, merchant, group …
    name: str
    label: Texts = NOTHING
    hint: Texts = NOTHING
    required: Expression | None = None
    required_message: Texts = NOTHING
    relevant: Expression | None = None
    constraint: Expression | None = None
    constraint_message: Texts = NOTHING
    calculation: Expression | None = None
    default: Json = None  # offered first, and taken when the question is passed over; never filled in unasked
    dynamic: Expression | None = None  # a default with ${…} in it: XLSForm's dynamic default
    choices: tuple[Alternative, ...] = ()
    choice_filter: Expression | None = None
    appearance: str = ""
    repeat_count: Expression | None = None
    bot: Mapping[str, Json] = NOTHING  # chat hints: short, keyboard, search, batch, max, within, among
    children: tuple[Question, ...] = ()
    row: int = 0  # where it stands in its file, for messages


@dataclass(frozen=True, slots=True)
class Form:
    """One immutable version of a questionnaire. Submitting it asks `verb` of `ledger`."""

    key: str
    version: str
    hash: str  # SHA-256 of `source`
    title: Texts
    ledger: str
    verb: str
    questions: tuple[Question, ...]
    source: str
    settings: Mapping[str, Json] = NOTHING  # further settings, such as duplicates = true


def every(questions: Iterable[Question]) -> Iterator[Question]:
    """All questions in the order of the file, each group and repeat before what is inside it."""
    for question in questions:
        yield question
        yield from every(question.children)

"""Walks a form with the answers at hand: which questions count now, which is open, what would be submitted.

Nothing is stored of all this. A question counts when its condition and those of its groups hold; an answer that
stopped counting stays in the dialogue, hides from every expression, and returns with the condition.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from conversations.expressions import POSITION
from conversations.form import Alternative, Form, Question, every
from conversations.kinds import MEDIA, PICKERS, SELECTS, is_answer
from conversations.turn import Dialogue
from store.words import NOTHING, Json

_MOST_TURNS = 20  # of a repeat whose number is not given
YES_NO = (Alternative("yes", {"zh": "是", "en": "Yes"}), Alternative("no", {"zh": "否", "en": "No"}))
_ANOTHER = {"zh": "还有一项吗?", "en": "Is there one more?"}


class Slot(NamedTuple):
    """One question that counts now. `key` is its name, inside a repeat "goods/0/brand" (the turn from 0).

    A named tuple because a walk makes one for every question of the form, every time.
    """

    key: str
    question: Question
    now: datetime
    answer: Json = None
    open: bool = False
    offers: tuple[Alternative, ...] = ()  # the choices that pass the filter
    notes: tuple[Question, ...] = ()  # what stands right before it, to be read
    scope: Mapping[str, Json] = NOTHING  # every answer as this question sees it; shared by its level of the form

    @property
    def required(self) -> bool:
        """Whether it may not be passed over, as far as is known."""
        needed = self.question.required
        return needed is not None and bool(needed.evaluate(self.scope, self.now))

    @property
    def extra(self) -> bool:
        """Taken when it comes by itself, never asked for."""
        return is_extra(self.question)

    @property
    def answered(self) -> bool:
        return self.answer is not None


@dataclass(frozen=True, slots=True)
class Walk:
    """The questions that count, in order, and the values as they would be submitted (repeats as lists)."""

    slots: tuple[Slot, ...]
    values: Mapping[str, Json]

    def slot(self, key: str | None) -> Slot | None:
        return next((slot for slot in self.slots if slot.key == key), None)

    def first_open(self) -> Slot | None:
        return next((slot for slot in self.slots if slot.open), None)

    def shown(self) -> tuple[Slot, ...]:
        """What the review numbers: everything answered or passed over, in order."""
        return tuple(slot for slot in self.slots if slot.answered or not (slot.open or slot.extra))


def walk(form: Form, dialogue: Dialogue, now: datetime) -> Walk:
    """Pass over the form until the answers that count no longer change; a form without cycles settles soon."""
    assumed: Mapping[str, Json] = _nest(dialogue.answers)
    for _ in range(len(dialogue.answers) + 2):
        walker = _Walker(dialogue, now)
        values = walker.level(form.questions, "", NOTHING, assumed)
        if values == assumed:
            break
        assumed = values
    return Walk(tuple(walker.slots), values)


def fits(slot: Slot, value: Json, now: datetime) -> bool:
    """Whether the value may stand: it has the right shape, is still offered, and the constraint holds."""
    return _fits(slot.question, slot.offers, slot.scope, value, now)


def _fits(
    question: Question, offers: Sequence[Alternative], scope: Mapping[str, Json], value: Json, now: datetime
) -> bool:
    if not _is_answer(question, value):
        return False
    if question.type in SELECTS:
        offered = {one.value for one in offers}
        if not offered.issuperset(value if isinstance(value, list) else [value]):
            return False
    constraint = question.constraint
    return constraint is None or bool(constraint.evaluate({**scope, question.name: value}, now, value))


def submitted(form: Form, found: Walk) -> dict[str, Json]:
    """The fields of the ask: only what counts, and a choice between yes and no as a truth."""
    truths = {question.name for question in every(form.questions) if _is_yes_no(question)}
    return {name: _field(name, value, truths) for name, value in found.values.items() if value is not None}


def _field(name: str, value: Json, truths: set[str]) -> Json:
    if name in truths and value in ("yes", "no"):
        return value == "yes"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [{inner: _field(inner, one, truths) for inner, one in turn.items()} for turn in value]
    return value


def _is_yes_no(question: Question) -> bool:
    return question.type == "select_one" and {one.value for one in question.choices} == {"yes", "no"}


def _nest(answers: Mapping[str, Json]) -> dict[str, Json]:
    """Keys such as "goods/0/brand" as the list of turns that expressions read."""
    nested: dict[str, Json] = {}
    for key, value in answers.items():
        level, names = nested, key.split("/")
        for name, turn in zip(names[:-1:2], names[1:-1:2], strict=False):
            turns = level.setdefault(name, [])
            while len(turns) <= int(turn):
                turns.append({})
            level = turns[int(turn)]
        level[names[-1]] = value
    return nested


class _Walker:
    """One pass: collects the slots, level by level, and gives the values of each level."""

    def __init__(self, dialogue: Dialogue, now: datetime) -> None:
        self.dialogue = dialogue
        self.now = now
        self.slots: list[Slot] = []
        self.notes: list[Question] = []

    def level(
        self, questions: Sequence[Question], prefix: str, outer: Mapping[str, Json], assumed: Mapping[str, Json]
    ) -> dict[str, Json]:
        values: dict[str, Json] = {}
        self._questions(questions, prefix, {**outer, **assumed}, values)
        return {name: value for name, value in values.items() if value is not None}

    def _questions(
        self, questions: Sequence[Question], prefix: str, scope: dict[str, Json], values: dict[str, Json]
    ) -> None:
        """`scope` is what expressions see and follows `values`; a group shares both with what surrounds it."""
        for question in questions:
            if question.relevant is not None and not question.relevant.evaluate(scope, self.now):
                self._forget(question, scope)
            elif question.type == "group":
                self._questions(question.children, prefix, scope, values)
            elif question.type == "note":
                self.notes.append(question)
            else:
                value = self._value(question, prefix, scope)
                values[question.name] = scope[question.name] = value

    def _forget(self, question: Question, scope: dict[str, Json]) -> None:
        scope[question.name] = None
        if question.type == "group":
            for child in question.children:
                self._forget(child, scope)

    def _value(self, question: Question, prefix: str, scope: dict[str, Json]) -> Json:
        if question.type == "calculate":
            return question.calculation.evaluate(scope, self.now) if question.calculation else None
        if question.type == "repeat":
            return self._turns(question, prefix, scope) or None
        slot = self._slot(question, prefix + question.name, scope)
        self.slots.append(slot)
        return slot.answer

    def _slot(self, question: Question, key: str, scope: dict[str, Json]) -> Slot:
        dialogue, now = self.dialogue, self.now
        offers = question.choices if question.choice_filter is None else self._offers(question, scope)
        given = dialogue.answers.get(key)
        kept = given if given is not None and _fits(question, offers, scope, given, now) else None
        waiting = key == dialogue.collecting or (kept is None and not self._passed(question, key, scope))
        notes = tuple(self.notes)
        self.notes.clear()
        return Slot(key, question, now, kept, waiting and not is_extra(question), offers, notes, scope)

    def _passed(self, question: Question, key: str, scope: Mapping[str, Json]) -> bool:
        """Whether it was passed over, and still may be."""
        if key not in self.dialogue.skipped:
            return False
        return question.required is None or not question.required.evaluate(scope, self.now)

    def _offers(self, question: Question, scope: Mapping[str, Json]) -> tuple[Alternative, ...]:
        test = question.choice_filter
        assert test is not None
        return tuple(
            one for one in question.choices if test.evaluate(scope, self.now, {"name": one.value, **one.columns})
        )

    def _turns(self, repeat: Question, prefix: str, scope: dict[str, Json]) -> list[Json]:
        """Every turn of a repeat: as many as `repeat_count` says, else until "is there one more" is denied."""
        fixed = self._count(repeat, scope)
        before = scope.get(repeat.name) or []
        turns: list[Json] = []
        while len(turns) < (_MOST_TURNS if fixed is None else fixed):
            index = len(turns)
            inner = f"{prefix}{repeat.name}/{index}/"
            assumed = before[index] if index < len(before) else {}
            turns.append(self.level(repeat.children, inner, {**scope, POSITION: index + 1}, assumed))
            if fixed is None and not self._another(repeat, inner):
                break
        return [turn for turn in turns if turn]

    def _count(self, repeat: Question, scope: Mapping[str, Json]) -> int | None:
        if repeat.repeat_count is None:
            return None
        count = repeat.repeat_count.evaluate(scope, self.now)
        return max(0, min(int(count), _MOST_TURNS)) if isinstance(count, (int, float)) else 0

    def _another(self, repeat: Question, inner: str) -> bool:
        label = {language: f"{repeat.label.get(language, '')} {words}".strip() for language, words in _ANOTHER.items()}
        asked = Question("select_one", "another", label, choices=YES_NO)
        slot = self._slot(asked, inner + "another", {})
        self.slots.append(slot)
        return bool(slot.answer == "yes")


def is_extra(question: Question) -> bool:
    """`appearance = "extra"`: never asked, taken whenever it is sent (a recording beside a report)."""
    return bool(question.appearance) and "extra" in question.appearance.split()


def several(question: Question) -> bool:
    """Whether its answer is a list: photos and recordings always, choices of several, people when more may be named."""
    return question.type in MEDIA or question.type == "select_multiple" or many(question) > 1


def many(question: Question) -> int:
    """How many photos, recordings, choices or people it takes; 1 unless the form says more."""
    if question.type == "select_multiple":
        return len(question.choices)
    most = question.bot.get("max", 1)
    return most if isinstance(most, int) and (question.type in MEDIA or question.type in PICKERS) else 1


def _is_answer(question: Question, value: Json) -> bool:
    """Whether it has the shape of an answer; another shape comes from another version of the form, or from outside."""
    if question.type in PICKERS and several(question):
        return isinstance(value, list) and all(is_answer(question, one) for one in value)
    return is_answer(question, value)

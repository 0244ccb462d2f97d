"""Whatever is said in whatever state: an answer, never an exception, and nothing that JSON would lose."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conversations.dialogue_json import from_json, to_json
from conversations.form import Form
from conversations.hear import hear
from conversations.kinds import MEDIA, PICKERS, TYPES
from conversations.library import Forms
from conversations.loading import load_form
from conversations.turn import Dialogue
from conversations.walk import walk
from store.words import Ask, Body, Json
from tests.conversations import books
from tests.conversations.acts import ACTS, BODIES, NOW, STATES, play
from tests.conversations.play import Stage, person

SHIPPED = Forms.shipped()
FEW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
MANY = settings(FEW, max_examples=200)


def _stage(forms: Forms, verb: str = "report") -> Stage:
    """Somebody who may do everything, with the form of that verb open."""
    form = forms.for_verb("clue", verb)
    assert form is not None
    open_form = {"id": "aaaaaaaa", "form": form.key, "version": form.hash, "language": "zh"}
    return Stage(forms, person(), NOW, dict(open_form), verbs=tuple(books.VERBS))


def _only_relevant(stage: Stage, ask: Ask) -> bool:
    """Whether every field of the ask is one that the form, given just these answers, wants to know."""
    form = stage.forms.for_verb(ask.ledger, ask.verb)
    if form is None or any(isinstance(one, dict) for value in ask.fields.values() for one in _listed(value)):
        return True  # repeats are compared by their own test
    again = walk(form, Dialogue(answers=_answers(ask.fields)), stage.now)
    return set(ask.fields) <= {slot.question.name for slot in again.slots} | set(again.values)


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _answers(fields: Json) -> dict[str, Json]:
    """A submitted truth stands for a yes or a no."""
    return {name: ("no", "yes")[one] if isinstance(one, bool) else one for name, one in fields.items()}


@FEW
@given(st.lists(ACTS, max_size=25), st.booleans(), st.sampled_from(["", "wrong_state", "no_such_reason"]))
def test_random_paths_through_the_shipped_forms(acts: list[object], known: bool, refuse: str) -> None:
    stage = _stage(SHIPPED)
    stage.known, stage.refuse = known, refuse
    for act in acts:
        play(stage, act)  # the stage itself checks the round trip through JSON
        assert all(len(option.token.encode()) <= 64 for option in stage.options)
    assert all(_only_relevant(stage, ask) for ask in stage.asks)


@MANY
@given(STATES, BODIES)
def test_any_message_in_any_state_is_answered(state: Dialogue, body: Body) -> None:
    state = state._replace(version=SHIPPED.current(state.form).hash if state.form else "")
    turn = hear(SHIPPED, person(), state, body, NOW)
    assert from_json(json.loads(json.dumps(to_json(turn.dialogue)))) == turn.dialogue
    assert sum(bool(say.options) for say in turn.says) <= 1


# --- random forms -----------------------------------------------------------------------------------------

_HEAD = """
[settings]
form_id = "any"
version = "1"
title = {zh = "任意", en = "Any"}
ledger = "clue"
verb = "any"
"""
_CHOICE = '[[choices]]\nlist_name = "list"\nname = "c{n}"\nlabel = {{zh = "选{n}", en = "Choice {n}"}}\n'
_ASKED = sorted(TYPES - {"calculate"})


@st.composite
def random_forms(draw: st.DrawFn) -> Form:
    """Questions of every type, some required, some only under a condition on an earlier one, some in a repeat."""
    count = draw(st.integers(1, 7))
    start, end = sorted(draw(st.tuples(st.integers(0, count), st.integers(0, count))))
    kinds: list[str] = []
    rows: list[str] = []
    for at in range(count + 1):
        if at == end and start < end:
            rows.append('[[survey]]\ntype = "end_repeat"\nname = "again"\n')
        if at == start and start < end:
            rows.append('[[survey]]\ntype = "begin_repeat"\nname = "again"\nlabel = {zh = "项", en = "Item"}\n')
        if at < count:
            kinds.append(draw(st.sampled_from(_ASKED)))
            rows.append(_row(draw, kinds, start, end))
    return load_form("".join([_HEAD, *rows, *(_CHOICE.format(n=n) for n in range(12))]), "any.toml")


def _row(draw: st.DrawFn, kinds: list[str], start: int, end: int) -> str:
    """The last of these questions; a condition reads one before it in the same turn of a repeat."""
    at, kind = len(kinds) - 1, kinds[-1]
    lines = ["[[survey]]", f'type = "{kind}{" list" if kind.startswith("select") else ""}"', f'name = "q{at}"']
    lines.append(f'label = {{zh = "问{at}", en = "Ask {at}"}}')
    if kind != "note":
        lines.append(f'required = "{draw(st.sampled_from(["yes", "no"]))}"')
    inside = start <= at < end
    earlier = [one for one in range(at) if kinds[one] != "note" and (start <= one < end) == inside]
    if earlier and draw(st.sampled_from([True, False])):
        lines.append(f"relevant = \"${{q{draw(st.sampled_from(earlier))}}} != ''\"")
    if kind in MEDIA | PICKERS and draw(st.sampled_from([True, False])):
        lines.append("bot = {max = 3}")
    return "\n".join(lines) + "\n"


@FEW
@given(random_forms(), st.lists(ACTS, max_size=20))
def test_random_paths_through_random_forms(form: Form, acts: list[object]) -> None:
    stage = _stage(Forms([form]), "any")
    for act in acts:
        play(stage, act)
    assert all(_only_relevant(stage, ask) for ask in stage.asks)

"""An open dialogue keeps its version of a form; a withdrawn one migrates by name; events tell of it without content."""

from __future__ import annotations

import pytest

from conversations.form import Form
from conversations.hear import hear
from conversations.library import Forms, UnknownVersion
from conversations.loading import load_form
from conversations.turn import Dialogue, Turn
from store.words import Choice, Event, Text
from tests.conversations.acts import NOW
from tests.conversations.play import person

HEAD = """
[settings]
form_id = "visit"
version = "{version}"
title = {{zh = "走访", en = "Visit"}}
ledger = "clue"
verb = "visit"

[[survey]]
type = "{kind}"
name = "count"
label = {{zh = "几家？", en = "How many shops?"}}
required = "yes"

[[survey]]
type = "text"
name = "note"
label = {{zh = "有什么发现？", en = "{asked}"}}
required = "yes"
"""


def version(number: str, kind: str = "integer", asked: str = "What did you find?") -> Form:
    return load_form(HEAD.format(version=number, kind=kind, asked=asked), f"visit-{number}.toml")


OLD, NEW, OTHER = version("1"), version("2", asked="Anything new?"), version("3", kind="text")


def say(forms: Forms, dialogue: Dialogue, text: str) -> Turn:
    return hear(forms, person(language="en"), dialogue, Text(text), NOW)


def half_done(form: Form) -> Dialogue:
    touched = NOW.isoformat()
    return Dialogue(
        "aaaaaaaa", "en", form.key, form.hash, answers={"count": 3}, started_at=touched, touched_at=touched
    )  # fmt: skip


def test_an_open_dialogue_keeps_the_version_it_began_with() -> None:
    forms = Forms([NEW], older=[OLD])
    turn = say(forms, half_done(OLD), "back")
    again = say(forms, turn.dialogue, "4")
    assert [one.text for one in again.says] == ["What did you find?"]
    assert again.dialogue.version == OLD.hash


def test_a_version_that_is_not_at_hand_is_fetched_by_the_desk() -> None:
    with pytest.raises(UnknownVersion):
        say(Forms([NEW]), half_done(OLD), "hello")


def test_a_withdrawn_version_migrates_by_name() -> None:
    turn = say(Forms([NEW]).without(OLD.key, OLD.hash), half_done(OLD), "back")
    assert turn.dialogue.version == NEW.hash
    assert turn.dialogue.answers == {"count": 3}
    assert [one.text for one in turn.says] == [
        "The questionnaire has changed. Your answers are kept; what no longer fits is asked again.",
        "How many shops?\nNow: 3",
    ]


def test_what_no_longer_fits_the_new_version_is_asked_again() -> None:
    turn = say(Forms([OTHER]).without(OLD.key, OLD.hash), half_done(OLD), "a few")
    assert turn.dialogue.answers == {"count": "a few"}
    assert turn.says[-1].text == "What did you find?"


def test_a_form_that_is_gone_leaves_nothing_open() -> None:
    turn = say(Forms([]).without(OLD.key, OLD.hash), half_done(OLD), "help")
    assert turn.dialogue.form is None
    assert turn.says[0].text == "This questionnaire was withdrawn. Nothing was sent."


def test_events_say_what_happened_where_and_nothing_else() -> None:
    forms = Forms([NEW])
    begun = half_done(NEW)
    kinds: list[Event] = []
    for text in ("back", "many", "5", "two new ones", "edit 2", "back", "cancel", "1"):
        turn = say(forms, begun, text)
        begun, kinds = turn.dialogue, [*kinds, *turn.events]
    happened = [(event.kind, event.question) for event in kinds]
    assert happened == [
        ("back", "note"),
        ("shown", "count"),
        ("invalid", "count"),
        ("answered", "count"),
        ("shown", "note"),
        ("answered", "note"),
        ("shown", ""),
        ("edited", "note"),
        ("shown", "note"),
        ("back", "note"),
        ("shown", ""),
        ("discarded", ""),
    ]
    assert {(event.form, event.version) for event in kinds} == {("visit", NEW.hash)}
    assert Event("shown", "visit", NEW.hash, "count") in kinds


def test_a_second_tap_on_submit_tells_the_number() -> None:
    dialogue = half_done(NEW)._replace(form=None, version="", settled={"id": "aaaaaaaa", "number": "XS-2026-000017"})
    turn = hear(Forms([NEW]), person(language="en"), dialogue, Choice("a|aaaaaaaa|review|submit"), NOW)
    assert [one.text for one in turn.says] == ["Already submitted: it is XS-2026-000017."]
    assert turn.ask is None

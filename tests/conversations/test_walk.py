"""The next question follows from the answers, and only what counts is submitted."""

from __future__ import annotations

from conversations.form import Form
from conversations.loading import load_form
from conversations.turn import Dialogue
from conversations.walk import submitted, walk
from store.words import Json
from tests.conversations.acts import NOW

FORM = load_form(
    """
[settings]
form_id = "seizure"
version = "1"
title = {zh = "查获", en = "Seizure"}
ledger = "clue"
verb = "seize"

[[survey]]
type = "select_one kind"
name = "kind"
label = {zh = "哪种？", en = "Which kind?"}
required = "yes"

[[survey]]
type = "select_one brand"
name = "brand"
label = {zh = "什么品牌？", en = "Which brand?"}
required = "yes"
choice_filter = "kind = ${kind}"

[[survey]]
type = "begin_repeat"
name = "lots"
label = {zh = "批次", en = "Lot"}

[[survey]]
type = "integer"
name = "cartons"
label = {zh = "几条？", en = "How many cartons?"}
required = "yes"

[[survey]]
type = "text"
name = "hiding_place"
label = {zh = "藏在哪里？", en = "Where were they hidden?"}
relevant = "${cartons} > 5"

[[survey]]
type = "end_repeat"
name = "lots"

[[survey]]
type = "calculate"
name = "total"
calculation = "sum(${cartons})"

[[survey]]
type = "select_one yes_no"
name = "police"
label = {zh = "报警了吗？", en = "Were the police called?"}
relevant = "${total} >= 50"
required = "yes"

[[choices]]
list_name = "kind"
name = "fake"
label = {zh = "假烟", en = "fake"}

[[choices]]
list_name = "kind"
name = "real"
label = {zh = "真烟", en = "genuine"}

[[choices]]
list_name = "brand"
name = "one"
label = {zh = "甲", en = "One"}
kind = "fake"

[[choices]]
list_name = "brand"
name = "two"
label = {zh = "乙", en = "Two"}
kind = "real"

[[choices]]
list_name = "yes_no"
name = "yes"
label = {zh = "是", en = "Yes"}

[[choices]]
list_name = "yes_no"
name = "no"
label = {zh = "否", en = "No"}
""",
    "seizure.toml",
)


def opened(answers: dict[str, Json], skipped: tuple[str, ...] = (), form: Form = FORM) -> str | None:
    """The key of the question that would be asked next."""
    slot = walk(form, Dialogue(answers=answers, skipped=skipped), NOW).first_open()
    return slot.key if slot else None


def test_the_next_question_follows_from_the_answers() -> None:
    answers: dict[str, Json] = {}
    asked = []
    for value in ("fake", "one", 60, "behind the shelf", "yes", 1, "no", "yes"):
        key = opened(answers)
        assert key is not None
        asked.append(key)
        answers[key] = value
    assert asked == [
        "kind",
        "brand",
        "lots/0/cartons",
        "lots/0/hiding_place",
        "lots/0/another",
        "lots/1/cartons",
        "lots/1/another",
        "police",
    ]
    assert opened(answers) is None
    assert submitted(FORM, walk(FORM, Dialogue(answers=answers), NOW)) == {
        "kind": "fake",
        "brand": "one",
        "lots": [{"cartons": 60, "hiding_place": "behind the shelf"}, {"cartons": 1}],
        "total": 61,
        "police": True,
    }


FULL: dict[str, Json] = {
    "kind": "fake",
    "brand": "one",
    "lots/0/cartons": 60,
    "lots/0/hiding_place": "shelf",
    "lots/0/another": "no",
    "police": "no",
}


def test_what_no_longer_counts_is_set_aside_and_returns() -> None:
    fewer = FULL | {"lots/0/cartons": 2}
    fields = submitted(FORM, walk(FORM, Dialogue(answers=fewer), NOW))
    assert fields == {"kind": "fake", "brand": "one", "lots": [{"cartons": 2}], "total": 2}
    again = submitted(FORM, walk(FORM, Dialogue(answers=fewer | {"lots/0/cartons": 60}), NOW))
    assert again["police"] is False
    assert again["lots"] == [{"cartons": 60, "hiding_place": "shelf"}]


def test_a_changed_parent_asks_again_what_is_no_longer_offered() -> None:
    assert opened(FULL) is None
    assert opened(FULL | {"kind": "real"}) == "brand"
    assert opened(FULL | {"kind": "real", "brand": "two"}) is None


def test_answers_of_another_shape_are_asked_again() -> None:
    assert opened(FULL | {"lots/0/cartons": "many"}) == "lots/0/cartons"
    assert opened(FULL | {"kind": ["fake"]}) == "kind"


def test_only_optional_questions_are_passed_over() -> None:
    few = {key: value for key, value in FULL.items() if key not in ("police", "lots/0/hiding_place")}
    assert opened(few, skipped=("lots/0/hiding_place", "police")) == "police"

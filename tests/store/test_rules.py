"""The law reads as the rule book says: every row both ways, routing, refusals that name what is possible."""

from __future__ import annotations

from typing import Any

import pytest

from store.clue_law import CLUE_MOVES, CLUE_STATES, CLUE_VERBS
from store.moves import Move
from store.reasons import REASONS
from store.rules import LAWS, NEEDS, TARGETS, decide, offered, route
from store.standing import Actor, Standing
from store.words import CLOCK, Ledger, Refused
from tests.world import CODE, CODE_INTERNAL, CODE_OTHER, who

ENOUGH = {
    "text": "x",
    "merchant": "411421100001",
    "indicator": CODE,
    "authority": "y",
    "handling_form": "z",
    "problem": "WT-2026-000001",
    "came_from": "city_review",
}
ROWS = [(move, source) for move in CLUE_MOVES for source in move.sources]


def _actor(*standings: Standing) -> Actor:
    return Actor(who("mq-cm"), frozenset(standings))


@pytest.mark.parametrize(("move", "source"), ROWS)
def test_each_row_lets_its_people_through_and_nobody_else(move: Move, source: str | None) -> None:
    for standing in Standing:
        actor = _actor(standing)
        if standing in move.who:
            assert decide(Ledger.CLUE, source, move.verb, actor, ENOUGH) in CLUE_STATES
        else:
            with pytest.raises(Refused) as no:
                decide(Ledger.CLUE, source, move.verb, actor, ENOUGH)
            assert no.value.reason.startswith("wrong_person")


@pytest.mark.parametrize("verb", CLUE_VERBS)
def test_from_any_other_state_a_verb_is_refused_with_what_is_possible(verb: str) -> None:
    sources = {source for move in CLUE_MOVES if move.verb == verb for source in move.sources}
    everybody = _actor(*Standing)
    for state in set(CLUE_STATES) - sources:
        with pytest.raises(Refused) as no:
            decide(Ledger.CLUE, state, verb, everybody, ENOUGH)
        possible = offered(Ledger.CLUE, state, everybody)
        assert no.value.reason == ("wrong_state" if possible else "wrong_state_nothing")
        assert no.value.facts.get("POSSIBLE", {}).get("zh", "") == "、".join(CLUE_VERBS[one]["zh"] for one in possible)


@pytest.mark.parametrize(("move", "need"), [(move, need) for move in CLUE_MOVES for need in move.needs])
def test_what_must_be_given_is_asked_for_by_name(move: Move, need: str) -> None:
    without: dict[str, dict[str, Any]] = {
        "place": {**ENOUGH, "merchant": "unlicensed"},
        "text_or_photo": {key: value for key, value in ENOUGH.items() if key != "text"},
    }
    given = without.get(need, {key: value for key, value in ENOUGH.items() if key != need})
    with pytest.raises(Refused) as no:
        decide(Ledger.CLUE, move.sources[0], move.verb, _actor(*move.who), given)
    assert no.value.reason == f"missing_{need}"


TARGET = {
    "classify": "county_review",
    "answer": "answered",
    "ask_info": "need_info",
    "supply": "city_review",
    "escalate": "city_review",
    "send_back": "county_review",
    "accept": "accepted",
    "merge": "merged",
    "dismiss": "unfounded",
    "transfer_out": "transferred",
    "restore": "city_review",
    "archive": "archived",
}


@pytest.mark.parametrize(("move", "source"), ROWS[1:])
def test_each_row_leads_where_the_rule_book_says(move: Move, source: str) -> None:
    reached = decide(Ledger.CLUE, source, move.verb, _actor(*move.who), ENOUGH)
    assert reached == TARGET.get(move.verb, source)


def test_an_internal_classification_goes_to_the_city() -> None:
    given = {**ENOUGH, "indicator": CODE_INTERNAL, "internal": True}
    assert decide(Ledger.CLUE, "head_review", "classify", _actor(Standing.HEAD), given) == "city_review"


@pytest.mark.parametrize(
    ("userid", "indicator", "special", "internal", "has_head", "state"),
    [
        ("mq-cm", CODE, False, False, True, "county_review"),
        ("mq-cm", None, False, False, True, "head_review"),
        ("mq-cm", CODE_OTHER, False, False, True, "head_review"),
        ("mq-cm", CODE, True, False, True, "head_review"),
        ("mq-dw", None, False, False, False, "county_review"),
        ("mq-dw", CODE, True, False, False, "county_review"),
        ("mq-cm", CODE_INTERNAL, False, True, True, "city_review"),
        ("mq-cm", CODE_INTERNAL, True, True, True, "city_review"),
        ("mq-cm", None, False, True, True, "city_review"),  # somebody is accused, nothing is classified
        ("mq-cm", "N20999", False, True, True, "city_review"),
        ("sq-yx", CODE, False, False, True, "city_review"),
        ("sq-yx", None, True, False, True, "city_review"),
        ("sq-leader", None, False, False, False, "city_review"),
        ("mq-ng1", CODE, False, False, False, "county_review"),
    ],
)
def test_where_a_report_goes_first(
    userid: str, indicator: str | None, special: bool, internal: bool, has_head: bool, state: str
) -> None:
    assert route(who(userid), indicator, special=special, internal=internal, has_head=has_head) == state


def test_nobody_is_offered_what_does_not_work_yet_nor_what_the_clock_does() -> None:
    everybody = _actor(*(standing for standing in Standing if standing is not Standing.CLOCK))
    shown = {verb for state in (None, *CLUE_STATES) for verb in offered(Ledger.CLUE, state, everybody)}
    assert shown == set(CLUE_VERBS) - {"accept", "merge", "archive"}


def test_an_unknown_verb_is_named() -> None:
    with pytest.raises(Refused) as no:
        decide(Ledger.CLUE, "answered", "explode", _actor(Standing.STAFF), {})
    assert (no.value.reason, dict(no.value.facts)) == ("unknown_verb", {"verb": "explode"})


def test_the_clock_reports_nothing() -> None:
    with pytest.raises(Refused, match="wrong_person_nothing"):
        decide(Ledger.CLUE, None, "report", Actor(CLOCK, frozenset({Standing.CLOCK})), ENOUGH)


def test_the_tables_hang_together() -> None:
    for law in LAWS.values():
        for move in law.moves:
            assert move.verb in law.verbs
            assert move.target in law.states or move.target in TARGETS
            assert set(move.needs) <= set(NEEDS)
            assert all(source is None or source in law.states for source in move.sources)
            assert all(f"missing_{need}" in REASONS for need in move.needs)
        assert {move.verb for move in law.moves} == set(law.verbs)

"""The law reads as the rule book says: every row both ways, routing, refusals that name what is possible."""

from __future__ import annotations

from typing import Any

import pytest

from store.law.clue_law import CLUE_VERBS
from store.law.moves import Move
from store.law.problem_law import PROBLEM_VERBS
from store.law.reasons import REASONS
from store.law.rules import LAWS, TARGETS, decide, offered, route
from store.law.standing import STANDINGS, Actor, Standing
from store.words import CLOCK, Ledger, Refused
from tests.world import CODE, CODE_INTERNAL, CODE_OTHER, SHOP, who

ENOUGH = {
    "text": "x",
    "merchant": "411421100001",
    "indicator": CODE,
    "authority": "y",
    "opinion": "o",
    "severity": 3,
    "scope": "s",
    "department": "enforcement",
    "assignee": "mq-mi",
    "problem": "WT-2026-000001",
    "came_from": "city_review",
    "linked": "merged",
    "cause": "c",
    "measures": "m",
    "photos": ["p"],
    "days": 3,
    "review_on": "2026-12-01",
    "rung": "due",
    "task": "mq-mi",
    "needs_proof": True,
}
IN_PROBLEM = {**ENOUGH, "came_from": "verifying"}
ROWS = [(ledger, move, source) for ledger, law in LAWS.items() for move in law.moves for source in move.sources]
NAMES = [f"{ledger}-{move.verb}-{source}" for ledger, move, source in ROWS]
VERBS = [(ledger, verb) for ledger, law in LAWS.items() for verb in law.verbs]
every_row = pytest.mark.parametrize(("ledger", "move", "source"), ROWS, ids=NAMES)


def _actor(*standings: Standing) -> Actor:
    return Actor(who("mq-cm"), frozenset(standings))


def _enough(ledger: Ledger) -> dict[str, Any]:
    return ENOUGH if ledger is Ledger.CLUE else IN_PROBLEM


@every_row
def test_each_row_lets_its_people_through_and_nobody_else(ledger: Ledger, move: Move, source: str | None) -> None:
    law = LAWS[ledger]
    allowed = {who for row in law.moves if row.verb == move.verb and source in row.sources for who in row.who}
    for standing in Standing:
        actor = _actor(standing)
        if standing in allowed:
            assert decide(ledger, source, move.verb, actor, _enough(ledger)) in law.states
        else:
            with pytest.raises(Refused) as no:
                decide(ledger, source, move.verb, actor, _enough(ledger))
            assert no.value.reason.startswith("wrong_person")


@pytest.mark.parametrize(("ledger", "verb"), VERBS)
def test_from_any_other_state_a_verb_is_refused_with_what_is_possible(ledger: Ledger, verb: str) -> None:
    law, everybody = LAWS[ledger], _actor(*Standing)
    sources = {source for move in law.moves if move.verb == verb for source in move.sources}
    for state in set(law.states) - sources:
        with pytest.raises(Refused) as no:
            decide(ledger, state, verb, everybody, _enough(ledger))
        possible = offered(ledger, state, everybody)
        assert no.value.reason == ("wrong_state" if possible else "wrong_state_nothing")
        assert no.value.facts.get("POSSIBLE", {}).get("zh", "") == "、".join(law.verbs[one]["zh"] for one in possible)


NEEDED = [(ledger, move, need) for ledger, law in LAWS.items() for move in law.moves for need in move.needs]


@pytest.mark.parametrize(("ledger", "move", "need"), NEEDED, ids=[f"{one[1].verb}-{one[2]}" for one in NEEDED])
def test_what_must_be_given_is_asked_for_by_name(ledger: Ledger, move: Move, need: str) -> None:
    enough = _enough(ledger)
    without: dict[str, dict[str, Any]] = {
        "place": {**enough, "merchant": "unlicensed"},
        "text_or_photo": {key: value for key, value in enough.items() if key not in ("text", "photos")},
        "proof": {**enough, "photos": []},
        "photo_or_reason": {**enough, "photos": []},
    }
    given = without.get(need, {key: value for key, value in enough.items() if key != need})
    with pytest.raises(Refused) as no:
        decide(ledger, move.sources[0], move.verb, _actor(*move.who), given)
    assert no.value.reason == f"missing_{need}"


TARGET: dict[tuple[Ledger, str], str] = {
    (ledger, verb): state
    for ledger, verbs in {
        Ledger.CLUE: {
            "report": "county_review",
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
            "tip": "city_review",
            "close": "answered",
            "archive": "archived",
            "reopen": "merged",
        },
        Ledger.PROBLEM: {
            "open": "dispatched",
            "verify": "rectifying",
            "verify_closed": "closed",
            "rule_unfounded": "closed_unfounded",
            "rectified": "rechecking",
            "confirm": "closed",
            "resume": "verifying",
            "archive": "archived",
            "fail": "investigating",
        },
    }.items()
    for verb, state in verbs.items()
}
RETURNED = {"verifying": "investigating", "rechecking": "rectifying"}


@every_row
def test_each_row_leads_where_the_rule_book_says(ledger: Ledger, move: Move, source: str | None) -> None:
    reached = decide(ledger, source, move.verb, _actor(*move.who), _enough(ledger))
    if move.verb == "return":
        assert reached == RETURNED[source or ""]
    elif move.verb == "feedback":
        assert reached == ("verifying" if Standing.MAIN_ASSIGNEE in move.who else source)
    else:
        assert reached == TARGET.get((ledger, move.verb), source)


def test_the_first_main_task_received_begins_the_work() -> None:
    new = _actor(Standing.NEW_ASSIGNEE)
    assert decide(Ledger.PROBLEM, "dispatched", "receive", new, {"main_received": True}) == "investigating"
    assert decide(Ledger.PROBLEM, "dispatched", "receive", new, {"main_received": False}) == "dispatched"


def test_the_city_suspends_and_a_county_asks() -> None:
    given = {"text": "等判决", "review_on": "2026-12-01"}
    for userid, state in (("sq-ng1", "suspended"), ("mq-ng1", "verifying")):
        actor = Actor(who(userid), frozenset({Standing.SUPERVISION}))
        assert decide(Ledger.PROBLEM, "verifying", "suspend", actor, given) == state
    decider = _actor(Standing.DECIDER)
    assert decide(Ledger.PROBLEM, "verifying", "grant", decider, {"asked": "suspend"}) == "suspended"
    assert decide(Ledger.PROBLEM, "rectifying", "grant", decider, {"asked": "extend"}) == "rectifying"


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


def test_nobody_is_offered_what_the_clock_does_nor_what_one_ledger_does_to_the_other() -> None:
    ours = {Standing.CLOCK, Standing.HANDLING_FORM, Standing.ITS_PROBLEM, Standing.LIBRARY}
    everybody = _actor(*(standing for standing in Standing if standing not in ours))

    def shown(ledger: Ledger) -> set[str]:
        return {verb for state in (None, *LAWS[ledger].states) for verb in offered(ledger, state, everybody)}

    unseen = {"warn", "recount", "hand_over", "archive", "recode"}
    assert shown(Ledger.CLUE) == set(CLUE_VERBS) - unseen - {"tip", "reopen"}
    assert shown(Ledger.PROBLEM) == set(PROBLEM_VERBS) - unseen - {"open", "merge"}


def test_an_unknown_verb_is_named() -> None:
    with pytest.raises(Refused) as no:
        decide(Ledger.CLUE, "answered", "explode", _actor(Standing.STAFF), {})
    assert (no.value.reason, dict(no.value.facts)) == ("unknown_verb", {"verb": "explode"})


def test_the_clock_reports_what_data_show_of_a_shop_to_supervision() -> None:
    clock = Actor(CLOCK, frozenset({Standing.CLOCK}))
    for internal, state in ((False, "county_review"), (True, "city_review")):
        given = {"text": "订货突增", "merchant": SHOP, "indicator": CODE_OTHER, "internal": internal}
        assert decide(Ledger.CLUE, None, "report", clock, given) == state
    with pytest.raises(Refused, match="missing_indicator"):
        decide(Ledger.CLUE, None, "report", clock, {"text": "订货突增", "merchant": SHOP})


def test_the_tables_hang_together() -> None:
    for law in LAWS.values():
        for move in law.moves:
            assert move.verb in law.verbs
            assert move.target in law.states or move.target in TARGETS
            assert all(source is None or source in law.states for source in move.sources)
            assert all(f"missing_{need}" in REASONS for need in move.needs)
        assert {move.verb for move in law.moves} == set(law.verbs)
    assert set(STANDINGS) == set(Standing)

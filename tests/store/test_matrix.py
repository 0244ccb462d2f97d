"""Role × county × department: who sees what, and who may do what, on an entry of every state of both ledgers.

The tables below say by hand what everybody is to a matter; what follows from that is drawn from the law.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from store.db import Tx
from store.law.rules import LAWS
from store.law.standing import Standing
from store.ledger import apply
from store.words import Ask, Ledger, Refused
from tests.states import LATER, everywhere
from tests.store.problems import accept, act
from tests.store.test_ledger import move, report
from tests.store.test_rules import ENOUGH
from tests.store.test_views import look
from tests.world import CODE_INTERNAL, STAFF, who

S = Standing
NOBODY: frozenset[Standing] = frozenset()

# What everybody of the two counties and the city is to a matter of 民权, reported from its marketing department and
# handled by its enforcement department. Who is not in the table does not see it.
IN_CLUE: Mapping[str, frozenset[Standing]] = {
    "mq-cm": frozenset({S.REPORTER}),
    "mq-yx-head": NOBODY,
    "mq-ng1": frozenset({S.COUNTY_SUPERVISION}),
    "mq-ng2": frozenset({S.COUNTY_SUPERVISION}),
    "mq-leader": frozenset({S.LEADER}),
    "sq-ng1": frozenset({S.CITY_SUPERVISION}),
    "sq-ng2": frozenset({S.CITY_SUPERVISION}),
    "sq-leader": frozenset({S.LEADER}),
}
_COUNTY, _CITY = {S.COUNTY_SUPERVISION, S.SUPERVISION, S.VERIFIER}, {S.CITY_SUPERVISION, S.SUPERVISION, S.VERIFIER}
IN_PROBLEM: Mapping[str, frozenset[Standing]] = {
    **IN_CLUE,
    "mq-mi": NOBODY,
    "mq-zm-head": NOBODY,
    "mq-ng1": frozenset(_COUNTY),
    "mq-ng2": frozenset(_COUNTY),
    "sq-ng1": frozenset(_CITY),
    "sq-ng2": frozenset(_CITY),
}
# What else they are while it stands there.
MORE: Mapping[tuple[Ledger, str], Mapping[str, set[Standing]]] = {
    (Ledger.CLUE, "head_review"): {"mq-yx-head": {S.HOLDER, S.HEAD}},
    (Ledger.CLUE, "county_review"): {one: {S.HOLDER, S.SUPERVISION} for one in ("mq-ng1", "mq-ng2")},
    (Ledger.CLUE, "city_review"): {one: {S.HOLDER, S.SUPERVISION} for one in ("sq-ng1", "sq-ng2")},
    (Ledger.CLUE, "need_info"): {"mq-cm": {S.HOLDER}},
    (Ledger.PROBLEM, "dispatched"): {"mq-mi": {S.ASSIGNEE, S.NEW_ASSIGNEE}},
    (Ledger.PROBLEM, "investigating"): {"mq-mi": {S.ASSIGNEE, S.MAIN_ASSIGNEE}},
    (Ledger.PROBLEM, "rectifying"): {"mq-mi": {S.ASSIGNEE, S.MAIN_ASSIGNEE}},
    (Ledger.PROBLEM, "suspended"): {"mq-mi": {S.ASSIGNEE, S.MAIN_ASSIGNEE}},
}


def expected(ledger: Ledger, state: str, userid: str) -> set[str]:
    """The verbs that the law's rows give to what they are."""
    are = (IN_CLUE if ledger is Ledger.CLUE else IN_PROBLEM)[userid] | MORE.get((ledger, state), {}).get(userid, set())
    return {row.verb for row in LAWS[ledger].moves if state in row.sources and are.intersection(row.who)}


async def seen(tx: Tx, userid: str, number: str) -> set[str] | None:
    """The verbs that somebody is offered on an entry; None when it is not there for them."""
    items = (await look(tx, "entry", userid, at=LATER, number=number)).items
    return {one["verb"] for one in items[0].data["verbs"]} if items else None


async def test_who_sees_an_entry_of_every_state_and_what_they_are_offered(tx: Tx) -> None:
    for (ledger, state), number in (await everywhere(tx)).items():
        sees = IN_CLUE if ledger is Ledger.CLUE else IN_PROBLEM
        wanted = {one: expected(ledger, state, one) if one in sees else None for one in STAFF}
        assert {one: await seen(tx, one, number) for one in STAFF} == wanted, (ledger, state)


async def test_whatever_is_not_offered_is_refused_to_the_person_and_nothing_else(tx: Tx) -> None:
    given: dict[str, Any] = {**ENOUGH, "photos": [], "no_photo_reason": "暗", "place": {"lat": 34.6, "lon": 115.1}}
    entries = await everywhere(tx)
    for (ledger, state), number in entries.items():
        verbs = {row.verb for row in LAWS[ledger].moves if state in row.sources}
        for userid in ("mq-cm", "mq-mi", "mq-dw", "mq-ng1", "mq-leader", "sx-ng"):
            sees = userid in (IN_CLUE if ledger is Ledger.CLUE else IN_PROBLEM)
            for verb in verbs - (expected(ledger, state, userid) if sees else set()):
                with pytest.raises(Refused) as no:
                    await apply(tx, Ask(ledger, verb, number, given), who(userid), LATER)
                reason = no.value.reason
                assert reason in (("wrong_person", "wrong_person_nothing") if sees else ("not_found",)), (userid, verb)


async def test_what_the_city_took_over_stays_in_the_countys_sight_and_out_of_its_hands(tx: Tx) -> None:
    clue = (await report(tx)).entry.number
    await move(tx, clue, "escalate", "mq-ng1", text="涉及两县")
    number = (await accept(tx, clue, "sq-ng1", assistants=["sx-cm"], departments=["marketing"])).caused[0].entry.number
    assert {one for one in STAFF if await seen(tx, one, number) is not None} == {*IN_PROBLEM, "sx-cm", "sx-yx-head"}
    assert await seen(tx, "mq-ng1", number) == {"nudge"}
    assert await seen(tx, "sx-cm", number) == {"receive", "decline", "reassign", "extend"}
    assert await seen(tx, "sx-yx-head", number) == set()
    assert await seen(tx, "sq-ng1", number) == {"reassign", "suspend", "nudge"}


async def test_an_internal_matter_is_the_citys_and_its_assignees(tx: Tx) -> None:
    clue = (await report(tx, indicator=CODE_INTERNAL, accused=["mq-dw"])).entry.number
    assert {one for one in STAFF if await seen(tx, one, clue) is not None} == {"mq-cm", "sq-ng1", "sq-ng2", "sq-leader"}
    own: dict[str, Any] = {"department": "supervision", "assignee": "sq-ng2"}
    number = (await accept(tx, clue, "sq-ng1", **own)).caused[0].entry.number
    circle = {"mq-cm", "sq-ng1", "sq-ng2", "sq-leader"}
    assert {one for one in STAFF if await seen(tx, one, number) is not None} == circle
    await act(tx, number, "receive", "sq-ng2")
    await act(tx, number, "feedback", "sq-ng2", cause="属实", text="已谈话", place={"lat": 34.6, "lon": 115.1})
    # Its own department handled it: the leaders of the city give the verdict.
    assert {one for one in circle if "verify" in (await seen(tx, one, number) or ())} == {"sq-leader"}

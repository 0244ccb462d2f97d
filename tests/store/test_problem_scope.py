"""Who sees a problem and who hears of its moves: assignees, heads, both levels, the shop's three; never the accused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from store import tables
from store.db import Tx
from store.law.scope import visible
from store.ledger import apply
from store.moving.hearing import hearers
from store.words import CLOCK, Ask, Ledger, Moved, every
from tests.store.problems import FEEDBACK, NOON, accept, act, problem
from tests.store.test_ledger import move, photo, refused, report
from tests.store.test_problem import brought
from tests.store.test_views import look
from tests.world import CODE_INTERNAL, STAFF, who

CITY_WIDE = {"sq-ng1", "sq-ng2", "sq-leader"}
MQ_WIDE = {"mq-ng1", "mq-ng2", "mq-leader"} | CITY_WIDE
CONCERNED = {"mq-cm": "concerned", "mq-dw": "concerned"}
OWN: dict[str, Any] = {"department": "enforcement", "override_reason": "x"}


async def seeing(tx: Tx, number: str) -> set[str]:
    return {userid for userid in STAFF if await visible(tx, who(userid), number)}


async def heard(tx: Tx, moved: Moved) -> dict[str, str]:
    return {hearer.person.id: hearer.part for hearer in await hearers(tx, moved)}


async def test_a_problem_is_seen_by_whom_it_concerns(tx: Tx) -> None:
    number = await problem(tx)
    basis = {"mq-cm", "mq-yx-head"} | MQ_WIDE  # the reporter and their head
    assert await seeing(tx, number) == basis | {"mq-mi", "mq-zm-head"}
    await act(tx, number, "reassign", "sq-ng1", assignee="sx-cm", text="店主住在睢县")
    assert await seeing(tx, number) == basis | {"mq-mi", "mq-zm-head", "sx-cm", "sx-yx-head"}


async def test_both_levels_keep_sight_of_what_the_city_took_over(tx: Tx) -> None:
    clue = (await report(tx)).entry.number
    await move(tx, clue, "escalate", "mq-ng1", text="涉及两县")
    moved = await accept(tx, clue, "sq-ng1")
    [opened] = moved.caused
    assert {"mq-ng1", "mq-ng2", "mq-leader"} <= await seeing(tx, opened.entry.number)
    parts = await heard(tx, opened)
    assert parts == {"mq-mi": "holder", **CONCERNED, "mq-ng1": "watcher", "mq-ng2": "watcher"}
    # The county sees it and does not decide on it.
    assert (await refused(act(tx, opened.entry.number, "reassign", "mq-ng1", assignee="mq-zm-head", text="x")))[0] == (
        "wrong_person"
    )


async def test_an_internal_problem_is_hidden_from_the_accused_and_their_line(tx: Tx) -> None:
    clue = (await report(tx, indicator=CODE_INTERNAL, accused=["mq-mi"])).entry.number
    moved = await accept(tx, clue, "sq-ng1", assignee="sx-mi", **OWN)
    [opened] = moved.caused
    assert await seeing(tx, opened.entry.number) == {"mq-cm", "sx-mi"} | CITY_WIDE
    assert await heard(tx, opened) == {"sx-mi": "holder"}
    for userid in ("mq-mi", "mq-zm-head", "mq-leader", "mq-ng1", "sx-zm-head"):
        assert (await refused(act(tx, opened.entry.number, "nudge", userid)))[0] == "not_found"


async def test_who_hears_on_the_way(tx: Tx) -> None:
    clue = (await report(tx)).entry.number
    accepted = await accept(tx, clue, assistants=["mq-cm2"], departments=["marketing"])
    number = accepted.caused[0].entry.number
    desk = {"mq-ng1": "watcher", "mq-ng2": "watcher"}
    assert [one.entry.number for one in every([accepted])] == [clue, number]
    assert await heard(tx, accepted) == {"mq-cm": "reporter"}
    assert await heard(tx, accepted.caused[0]) == {
        "mq-mi": "holder",
        "mq-cm2": "holder",
        "mq-cm": "concerned",
        "mq-dw": "concerned",
    }
    steps: list[tuple[str, str, dict[str, Any], dict[str, str]]] = [
        ("receive", "mq-mi", {}, desk),
        ("nudge", "mq-cm", {}, {"mq-mi": "holder", "mq-cm2": "holder"}),
        ("instruct", "mq-leader", {"text": "快"}, {"mq-mi": "holder", "mq-cm2": "holder", **desk}),
        ("reply", "mq-mi", {"text": "好"}, {"mq-leader": "watcher"}),
        ("extend", "mq-mi", {"days": 9, "text": "x"}, {"mq-ng1": "holder", "mq-ng2": "holder"}),
        ("grant", "mq-ng1", {}, {"mq-mi": "holder", "mq-cm2": "holder"}),
        ("receive", "mq-cm2", {}, desk),
        ("feedback", "mq-cm2", FEEDBACK, {"mq-mi": "holder", **desk}),
        ("feedback", "mq-mi", FEEDBACK, {"mq-ng1": "holder", "mq-ng2": "holder"}),
        ("suspend", "mq-ng1", {"text": "x", "review_on": "2026-12-30"}, {"sq-ng1": "holder", "sq-ng2": "holder"}),
        ("deny", "sq-ng1", {"text": "不必"}, {"mq-ng1": "watcher"}),
        ("return", "mq-ng1", {"text": "再查"}, {"mq-mi": "holder"}),
        ("reassign", "mq-mi", {"assignee": "mq-zm-head", "text": "请接手"}, {"mq-zm-head": "holder", **desk}),
    ]
    for verb, by, fields, expected in steps:
        assert await heard(tx, await act(tx, number, verb, by, **fields)) == expected, verb


@pytest.mark.parametrize("last", ["confirm", "verify_closed", "rule_unfounded"])
async def test_the_end_is_told_to_those_it_concerns(tx: Tx, last: str) -> None:
    number = await brought(tx, "rechecking" if last == "confirm" else "verifying")
    closed = await act(tx, number, last, "mq-ng1", text="好")
    assert await heard(tx, closed) == {"mq-cm": "reporter", "mq-mi": "watcher", "mq-dw": "concerned"}


async def test_when_the_assignee_cannot_be_reached_the_head_hears(tx: Tx) -> None:
    contact = tables.contact
    await tx.execute(update(contact).where(contact.c.address == "mq-mi").values(off_at=NOON))
    clue = (await report(tx, merchant="unknown", place={"lat": 34.6, "lon": 115.1, "datum": "wgs84"})).entry.number
    [opened] = (await accept(tx, clue)).caused
    parts = await heard(tx, opened)
    assert (parts["mq-mi"], parts["mq-zm-head"]) == ("holder", "watcher")


async def test_the_archive_is_silent_and_a_draw_is_not(tx: Tx) -> None:
    number = await brought(tx, "closed")
    moved = await apply(tx, Ask(Ledger.PROBLEM, "archive", number), CLOCK, NOON + timedelta(days=8))
    assert [await heard(tx, one) for one in every([moved])] == [{}, {}]
    moved = await act(tx, number, "sample", "sq-ng1", NOON + timedelta(days=9), assignee="sq-ng2")
    assert await heard(tx, moved) == {"sq-ng2": "holder"}
    fields: dict[str, Any] = {"text": "又犯", "photos": [await photo(tx, "sq-ng2")]}
    moved = await act(tx, number, "fail", "sq-ng2", NOON + timedelta(days=10), **fields)
    assert await heard(tx, moved) == {"mq-mi": "holder", "mq-cm": "reporter", "mq-ng1": "watcher", "mq-ng2": "watcher"}


@pytest.mark.parametrize(
    ("userid", "verbs"),
    [
        ("mq-mi", {"receive", "decline", "reassign", "extend"}),
        ("mq-ng1", {"reassign", "suspend", "nudge"}),
        ("sq-ng1", {"reassign", "suspend", "nudge"}),
        ("mq-leader", {"nudge", "instruct"}),
        ("mq-cm", {"nudge"}),
        ("mq-zm-head", set()),
    ],
)
async def test_everybody_is_offered_their_own_verbs(tx: Tx, userid: str, verbs: set[str]) -> None:
    number = await problem(tx)
    [item] = (await look(tx, "entry", userid, number=number)).items
    assert {one["verb"] for one in item.data["verbs"]} == verbs


async def test_an_internal_matter_left_to_a_county_is_seen_by_its_supervision_only(tx: Tx) -> None:
    clue = (await report(tx, indicator=CODE_INTERNAL)).entry.number
    await move(tx, clue, "send_back", "sq-ng1", text="请县局核查")
    number = (await accept(tx, clue, department="supervision", assignee="mq-ng2")).caused[0].entry.number
    assert await seeing(tx, number) == {"mq-cm", "mq-ng1", "mq-ng2"} | CITY_WIDE

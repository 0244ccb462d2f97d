"""Time and attention: extensions, suspensions, nudges, instructions and their answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from store import tables
from store.db import Tx
from store.law.given import moment
from store.words import Holder, Moved, Role
from tests.store.problems import FEEDBACK, NOON, act
from tests.store.test_ledger import refused
from tests.store.test_problem import VERDICT, brought
from tests.world import MQ

COUNTY_DESK = Holder(unit=MQ, role=Role.SUPERVISION_OFFICER)


def due(moved: Moved) -> str:
    return str(moved.entry.fields["due_at"])[:10]


async def answers(tx: Tx, number: str) -> list[tuple[str, str | None]]:
    request = tables.request.c
    query = select(request.kind, request.answer).where(request.number == number).order_by(request.seq)
    return [(row.kind, row.answer) for row in await tx.execute(query)]


@pytest.mark.parametrize(("days", "reached"), [(1, "2026-11-27"), (3, "2026-12-01")])
async def test_the_first_short_extension_is_ones_own(tx: Tx, days: int, reached: str) -> None:
    number = await brought(tx, "investigating")
    moved = await act(tx, number, "extend", "mq-mi", days=days, text="等检验结果")
    assert (due(moved), moved.entry.fields["tasks"][0]["due_at"][:10]) == (reached, reached)
    assert await answers(tx, number) == []
    moved = await act(tx, number, "extend", "mq-mi", days=1, text="还要一天")
    assert (due(moved), await answers(tx, number)) == (reached, [("extend", None)])


async def test_a_longer_extension_waits_for_supervision(tx: Tx) -> None:
    number = await brought(tx, "investigating")
    assert due(await act(tx, number, "extend", "mq-mi", days=4, text="等检验")) == "2026-11-26"
    assert (await refused(act(tx, number, "extend", "mq-mi", days=1, text="x")))[0] == "already_asked"
    assert (await refused(act(tx, number, "grant", "mq-mi")))[0] == "wrong_person"
    assert (await refused(act(tx, number, "deny", "mq-ng1")))[0] == "missing_text"
    assert due(await act(tx, number, "deny", "mq-ng1", text="抓紧")) == "2026-11-26"
    assert (await refused(act(tx, number, "grant", "mq-ng1")))[0] == "wrong_person"  # nothing is asked any more
    await act(tx, number, "extend", "mq-mi", days=5, text="等检验")
    assert due(await act(tx, number, "grant", "mq-ng2")) == "2026-12-03"
    assert await answers(tx, number) == [("extend", "denied"), ("extend", "granted")]


async def test_an_extension_of_what_is_late_counts_from_now(tx: Tx) -> None:
    number = await brought(tx, "investigating")
    late = moment("2026-12-07T10:00:00+08:00")
    assert due(await act(tx, number, "extend", "mq-mi", late, days=2, text="x")) == "2026-12-09"


async def test_what_was_asked_is_void_once_the_work_is_done(tx: Tx) -> None:
    number = await brought(tx, "investigating")
    await act(tx, number, "extend", "mq-mi", days=9, text="x")
    moved = await act(tx, number, "feedback", "mq-mi", **FEEDBACK)
    assert (moved.entry.fields["requests"], await answers(tx, number)) == ([], [("extend", "dropped")])


@pytest.mark.parametrize("fields", [{"days": 0}, {"days": 61}, {"days": "many"}, {"days": True}])
async def test_odd_numbers_of_days_are_refused(tx: Tx, fields: dict[str, Any]) -> None:
    number = await brought(tx, "investigating")
    assert (await refused(act(tx, number, "extend", "mq-mi", text="x", **fields)))[0] == "bad_field"


async def test_a_county_suspends_with_the_grant_of_the_city(tx: Tx) -> None:
    number = await brought(tx, "investigating")
    wish: dict[str, Any] = {"text": "等法院判决", "review_on": "2026-12-18"}
    assert (await refused(act(tx, number, "suspend", "mq-ng1", text="x", review_on="2026-11-01")))[0] == "date_in_past"
    moved = await act(tx, number, "suspend", "mq-ng1", **wish)
    assert (moved.entry.state, await answers(tx, number)) == ("investigating", [("suspend", None)])
    assert (await refused(act(tx, number, "grant", "mq-ng2")))[0] == "wrong_person"
    moved = await act(tx, number, "grant", "sq-ng1", NOON + timedelta(days=1))
    assert (moved.entry.state, moved.entry.holder, due(moved)) == ("suspended", COUNTY_DESK, "2026-12-18")
    for verb in ("receive", "extend", "nudge", "feedback"):
        assert (await refused(act(tx, number, verb, "mq-mi")))[0].startswith("wrong_state")
    # Suspended on Wednesday, resumed on Monday week: seven working days are given back.
    moved = await act(tx, number, "resume", "mq-ng1", NOON + timedelta(days=10))
    assert (moved.entry.state, moved.entry.holder, due(moved)) == (
        "investigating",
        Holder(person="mq-mi"),
        "2026-12-07",
    )


async def test_the_city_suspends_at_once_and_the_verdict_waits(tx: Tx) -> None:
    number = await brought(tx, "verifying")
    moved = await act(tx, number, "suspend", "sq-ng2", text="等判决", review_on="2026-12-18")
    assert moved.entry.state == "suspended"
    moved = await act(tx, number, "resume", "sq-ng2", NOON + timedelta(days=10))
    assert (moved.entry.state, moved.entry.holder, due(moved)) == ("verifying", COUNTY_DESK, "2026-12-01")
    assert (await act(tx, number, "verify", "mq-ng1", NOON + timedelta(days=10), **VERDICT)).entry.state == "rectifying"


@pytest.mark.parametrize(
    ("first", "again", "too_soon"),
    [
        ("2026-11-17T10:00", "2026-11-17T13:59", True),
        ("2026-11-17T10:00", "2026-11-17T14:00", False),
        ("2026-11-17T17:00", "2026-11-18T11:29", True),  # one hour on Tuesday, three on Wednesday
        ("2026-11-17T17:00", "2026-11-18T11:30", False),
        ("2026-11-20T17:30", "2026-11-21T23:00", True),  # a weekend has no working hours
    ],
)
async def test_a_nudge_cools_down_for_four_working_hours_per_person(
    tx: Tx, first: str, again: str, too_soon: bool
) -> None:
    number = await brought(tx, "investigating")
    begin, later = moment(first), moment(again)
    await act(tx, number, "nudge", "mq-cm", begin)
    await act(tx, number, "nudge", "mq-leader", begin)  # somebody else's nudge is their own
    wish = act(tx, number, "nudge", "mq-cm", later)
    if too_soon:
        reason, facts = await refused(wish)
        assert (reason, facts["hours"]) == ("too_soon", 4)
        assert moment(facts["until"]) > later
    else:
        assert (await wish).verb == "nudge"


@pytest.mark.parametrize("by", ["mq-mi", "mq-dw", "sx-ng"])
async def test_only_reporter_supervision_and_leaders_nudge(tx: Tx, by: str) -> None:
    number = await brought(tx, "investigating")
    assert (await refused(act(tx, number, "nudge", by)))[0] in ("wrong_person", "not_found")


async def test_an_instruction_is_answered_by_whoever_holds_it(tx: Tx) -> None:
    number = await brought(tx, "investigating")
    assert (await refused(act(tx, number, "instruct", "mq-ng1", text="x")))[0] == "wrong_person"
    assert (await refused(act(tx, number, "reply", "mq-mi", text="x")))[0] == "wrong_person"  # nothing to answer
    await act(tx, number, "instruct", "mq-leader", text="本周内见底")
    moved = await act(tx, number, "instruct", "sq-leader", text="报市局")
    assert [one["name"] for one in moved.entry.fields["requests"]] == ["郑远", "何川"]
    assert (await refused(act(tx, number, "reply", "mq-cm", text="x")))[0] == "wrong_person"
    moved = await act(tx, number, "reply", "mq-mi", text="周五前完成")
    assert (moved.entry.fields["requests"], await answers(tx, number)) == (
        [],
        [("instruct", "replied"), ("instruct", "replied")],
    )


async def test_a_closed_case_may_still_be_asked_about(tx: Tx) -> None:
    number = await brought(tx, "closed")
    await act(tx, number, "instruct", "mq-leader", text="举一反三")
    moved = await act(tx, number, "reply", "mq-ng1", NOON + timedelta(hours=1), text="已部署")
    assert (moved.entry.state, moved.entry.fields["next_at"]) == ("closed", "2026-11-24T10:00:00+00:00")

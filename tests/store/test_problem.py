"""What the problem ledger writes: problems from handling forms, tasks, verdicts, the mirrored clues, constraints."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from store import tables
from store.db import Tx
from store.ledger import apply
from store.moving.chain import verify_chain
from store.moving.entries import load_entry
from store.words import CLOCK, Ask, Holder, Ledger, Moved, Refused, Role
from tests.store.problems import FEEDBACK, FORM, NOON, accept, act, problem, state_of
from tests.store.test_ledger import _lines, move, photo, refused, report
from tests.world import CITY, CODE_INTERNAL, MQ, SHOP, SHOP_NEAR, build_world

DESK = Holder(unit=MQ, role=Role.SUPERVISION_OFFICER)
CITY_DESK = Holder(unit=CITY, role=Role.SUPERVISION_OFFICER)
VERDICT: dict[str, Any] = {"text": "属实", "measures": "停供整改"}


def tasks(moved: Moved) -> list[tuple[str, str, str]]:
    return [(task["part"], task["person"], task["state"]) for task in moved.entry.fields["tasks"]]


async def rectified(tx: Tx, number: str, by: str = "mq-mi", **fields: Any) -> Moved:
    photos = [await photo(tx, by)]
    return await act(tx, number, "rectified", by, **{"measures": "已停供", "photos": photos, **fields})


async def brought(tx: Tx, state: str, **fields: Any) -> str:
    """The number of a problem that the usual people brought to that state."""
    number = await problem(tx, **fields)
    road: list[tuple[str, str, str, dict[str, Any]]] = [
        ("investigating", "receive", "mq-mi", {}),
        ("verifying", "feedback", "mq-mi", FEEDBACK),
        ("rectifying", "verify", "mq-ng1", VERDICT),
        ("rechecking", "rectified", "mq-mi", {}),
        ("closed", "confirm", "mq-ng1", {}),
    ]
    for reached, verb, by, given in road:
        if await state_of(tx, number) == state:
            return number
        moved = await (rectified(tx, number) if verb == "rectified" else act(tx, number, verb, by, **given))
        assert moved.entry.state == reached
    return number


async def archived(tx: Tx) -> str:
    number = await brought(tx, "closed")
    await apply(tx, Ask(Ledger.PROBLEM, "archive", number), CLOCK, NOON + timedelta(days=8))
    return number


async def test_a_later_assignee_receives_the_work_where_it_stands(tx: Tx) -> None:
    number = await brought(tx, "rectifying")
    await act(tx, number, "reassign", "mq-ng1", assignee="mq-zm-head", text="休假")
    moved = await act(tx, number, "receive", "mq-zm-head")
    assert (moved.entry.state, moved.entry.holder) == ("rectifying", Holder(person="mq-zm-head"))
    assert (await rectified(tx, number, "mq-zm-head")).entry.state == "rechecking"


# --- the handling form ------------------------------------------------------------------------------------


async def test_an_accepted_form_makes_one_problem_with_its_tasks(tx: Tx) -> None:
    clue = (await report(tx)).entry.number
    moved = await accept(tx, clue, assistants=["MQ-CM2", "mq-mi"], departments=["marketing"], data_note="订单异常")
    [opened] = moved.caused
    assert (moved.entry.state, moved.entry.holder, moved.entry.fields["problem"]) == (
        "accepted",
        None,
        "WT-2026-000001",
    )
    assert (opened.verb, opened.entry.state, opened.entry.holder) == ("open", "dispatched", Holder(person="mq-mi"))
    assert tasks(opened) == [("main", "mq-mi", "assigned"), ("assisting", "mq-cm2", "assigned")]
    fields = opened.entry.fields
    assert (fields["form"], fields["clues"], fields["reporters"]) == (clue, [clue], ["mq-cm"])
    assert (fields["severity"], fields["scope"], fields["text"], fields["level"]) == (
        3,
        FORM["scope"],
        "整箱串码",
        "county",
    )
    assert fields["due_at"] == fields["work_due_at"] == "2026-11-26T10:00:00+00:00"  # seven working days
    assert [task["receive_by"] for task in fields["tasks"]] == ["2026-11-17T06:00:00+00:00"] * 2
    form = (await tx.execute(select(tables.handling_form))).one()
    assert (form.state, form.fields["data_note"]) == ("accepted", "订单异常")
    assert (opened.seq, opened.text) == (1, FORM["opinion"])


@pytest.mark.parametrize(
    ("fields", "due"),
    [
        ({}, "2026-11-26"),
        ({"severity": 5}, "2026-11-20"),
        ({"severity": "1"}, "2026-12-08"),
        ({"due_on": "2026-11-21"}, "2026-11-21"),
    ],
)
async def test_the_deadline_follows_indicator_severity_or_form(tx: Tx, fields: dict[str, Any], due: str) -> None:
    number = await problem(tx, **fields)
    entry = await load_entry(tx, number)
    assert entry
    assert entry.fields["due_at"] == f"{due}T10:00:00+00:00"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"opinion": " "}, "missing_opinion"),
        ({"severity": None}, "missing_severity"),
        ({"severity": 6}, "bad_field"),
        ({"scope": ""}, "missing_scope"),
        ({"assignee": None}, "missing_assignee"),
        ({"assignee": "nobody"}, "person_unknown"),
        ({"assignee": "mq-cm"}, "assignee_elsewhere"),  # marketing, and enforcement is responsible
        ({"assignee": "sx-mi"}, "assignee_elsewhere"),  # the right department of another county
        ({"department": "canteen"}, "bad_field"),
        ({"department": "marketing", "assignee": "mq-cm"}, "missing_override_reason"),
        ({"departments": ["marketing"]}, "department_without_assignee"),
        ({"assistants": ["mq-dw"]}, "assignee_elsewhere"),
        ({"due_on": "2026-11-16"}, "date_in_past"),
        ({"due_on": "soon"}, "bad_field"),
    ],
)
async def test_a_form_that_cannot_be_makes_nothing(tx: Tx, fields: dict[str, Any], reason: str) -> None:
    clue = (await report(tx)).entry.number
    assert (await refused(accept(tx, clue, **fields)))[0] == reason
    assert (await tx.execute(select(tables.problem.c.number))).all() == []
    assert len(await _lines(tx, clue)) == 1
    moved = await accept(tx, clue, department="marketing", assignee="mq-cm", override_reason="客户经理最熟悉")
    assert moved.caused[0].entry.number == "WT-2026-000001"


async def test_an_internal_matter_is_never_given_to_the_accused_or_their_line(tx: Tx) -> None:
    clue = (await report(tx, indicator=CODE_INTERNAL, accused=["mq-mi"])).entry.number
    given: dict[str, Any] = {"department": "enforcement", "override_reason": "x", "by": "sq-ng1"}
    for userid in ("mq-mi", "mq-zm-head"):
        assert (await refused(accept(tx, clue, assignee=userid, **given)))[0] == "assignee_involved"
    opened = (await accept(tx, clue, assignee="sx-mi", **given)).caused[0]  # the city may choose from any county
    assert (opened.entry.fields["internal"], opened.entry.fields["level"]) == (True, "city")


async def test_a_clue_is_merged_into_an_open_problem(tx: Tx) -> None:
    number = await problem(tx)
    second = (await report(tx, "mq-dw", merchant=SHOP_NEAR)).entry.number
    assert (await refused(move(tx, second, "merge", "mq-ng1")))[0] == "missing_problem"
    assert (await refused(move(tx, second, "merge", "mq-ng1", problem="WT-2026-000009")))[0] == "not_found"
    moved = await move(tx, second, "merge", "mq-ng1", problem=number)
    [taken] = moved.caused
    assert (moved.entry.state, taken.verb, taken.entry.number) == ("merged", "merge", number)
    assert taken.entry.fields["clues"] == ["XS-2026-000001", second]
    assert sorted(taken.entry.fields["reporters"]) == ["mq-cm", "mq-dw"]
    closed = await brought(tx, "closed")
    third = (await report(tx)).entry.number
    reason, facts = await refused(move(tx, third, "merge", "mq-ng1", problem=closed))
    assert (reason, facts["STATE"]["zh"]) == ("problem_closed", "已销号")


async def test_an_internal_clue_makes_the_problem_it_joins_internal(tx: Tx) -> None:
    number = await problem(tx)
    clue = (await report(tx, accused=["mq-dw"])).entry.number
    moved = await move(tx, clue, "merge", "sq-ng1", problem=number)
    fields = moved.caused[0].entry.fields
    assert (fields["internal"], fields["level"]) == (True, "city")
    about = (await report(tx, accused=["mq-mi"])).entry.number  # who works on it
    assert (await refused(move(tx, about, "merge", "sq-ng1", problem=number)))[0] == "assignee_involved"


# --- tasks ------------------------------------------------------------------------------------------------


async def test_a_case_goes_all_the_way_and_back(tx: Tx) -> None:
    number = await brought(tx, "verifying")
    assert (await refused(act(tx, number, "verify", "mq-zm-head", **VERDICT)))[0] == "wrong_person_nothing"
    moved = await act(tx, number, "return", "mq-ng1", text="来源没有查清")
    assert (moved.entry.state, moved.entry.holder) == ("investigating", Holder(person="mq-mi"))
    assert tasks(moved) == [("main", "mq-mi", "returned"), ("main", "mq-mi", "received")]
    await act(tx, number, "feedback", "mq-mi", **FEEDBACK)
    moved = await act(tx, number, "verify", "mq-ng1", **VERDICT, due_on="2026-12-04")
    assert (moved.entry.state, moved.entry.fields["due_at"]) == ("rectifying", "2026-12-04T10:00:00+00:00")
    assert (await refused(act(tx, number, "rectified", "mq-mi", measures="x")))[0] == "missing_photos"
    moved = await rectified(tx, number)
    assert (moved.entry.state, moved.entry.holder) == ("rechecking", DESK)
    moved = await act(tx, number, "return", "mq-ng2", text="照片看不清")
    assert (moved.entry.state, tasks(moved)[-2:]) == (
        "rectifying",
        [("main", "mq-mi", "returned"), ("main", "mq-mi", "received")],
    )
    await rectified(tx, number)
    moved = await act(tx, number, "confirm", "mq-ng2")
    assert (moved.entry.state, moved.entry.holder, moved.entry.fields["due_at"]) == ("closed", None, None)
    assert {state for _part, _person, state in tasks(moved)} == {"returned", "accepted"}
    lines = await _lines(tx, number)
    assert verify_chain(lines) is None
    assert len(lines) == moved.entry.fields["lines"]


async def test_the_main_assignee_waits_for_the_assistants(tx: Tx) -> None:
    number = await problem(tx, assistants=["mq-cm2"], departments=["marketing"])
    await act(tx, number, "receive", "mq-cm2")
    assert await state_of(tx, number) == "dispatched"
    await act(tx, number, "receive", "mq-mi")
    reason, facts = await refused(act(tx, number, "feedback", "mq-mi", **FEEDBACK))
    assert (reason, facts["names"]) == ("assistants_open", "Amy Zhou")
    moved = await act(tx, number, "feedback", "mq-cm2", **FEEDBACK)
    assert (moved.entry.state, moved.entry.holder) == ("investigating", Holder(person="mq-mi"))
    assert (await act(tx, number, "feedback", "mq-mi", **FEEDBACK)).entry.state == "verifying"


async def test_feedback_brings_proof_when_the_matter_can_be_shown(tx: Tx) -> None:
    number = await brought(tx, "investigating")
    bare: dict[str, Any] = {"cause": "窜货", "text": "属实"}
    assert (await refused(act(tx, number, "feedback", "mq-mi", **bare)))[0] == "missing_proof"
    assert (await refused(act(tx, number, "feedback", "mq-mi", text="属实")))[0] == "missing_cause"
    await act(tx, number, "feedback", "mq-mi", **bare, photos=[await photo(tx, "mq-mi")])
    clue = (await report(tx, indicator=CODE_INTERNAL)).entry.number
    opened = (await accept(tx, clue, "sq-ng1", department="supervision", assignee="sq-ng2")).caused[0].entry.number
    await act(tx, opened, "receive", "sq-ng2")
    assert (await act(tx, opened, "feedback", "sq-ng2", **bare)).entry.state == "verifying"


async def test_a_declined_task_is_given_to_somebody_else(tx: Tx) -> None:
    number = await problem(tx)
    moved = await act(tx, number, "decline", "mq-mi", text="不在辖区")
    assert (moved.entry.state, moved.entry.holder) == ("dispatched", DESK)
    assert (await refused(act(tx, number, "receive", "mq-mi")))[0].startswith("wrong_person")
    moved = await act(tx, number, "reassign", "mq-ng1", assignee="mq-zm-head", text="请负责人接手")
    assert (moved.entry.holder, tasks(moved)) == (
        Holder(person="mq-zm-head"),
        [("main", "mq-mi", "returned"), ("main", "mq-zm-head", "assigned")],
    )


@pytest.mark.parametrize(
    ("by", "assignee", "reason"),
    [
        ("mq-mi", "mq-zm-head", None),  # within the own department
        ("mq-mi", "mq-cm", "other_department"),
        ("mq-ng1", "mq-cm", None),  # supervision gives it to anybody
        ("sq-ng1", "sx-mi", None),
        ("mq-ng1", "sx-mi", "assignee_elsewhere"),
        ("mq-ng1", "mq-mi", "assignee_has_task"),
        ("mq-cm", "mq-zm-head", "wrong_person"),  # the reporter
        ("mq-leader", "mq-zm-head", "wrong_person"),
    ],
)
async def test_who_hands_a_task_to_whom(tx: Tx, by: str, assignee: str, reason: str | None) -> None:
    number = await brought(tx, "investigating")
    wish = act(tx, number, "reassign", by, assignee=assignee, text="更合适")
    if reason:
        assert (await refused(wish))[0] == reason
        return
    moved = await wish
    assert (moved.entry.holder, tasks(moved)[0][2]) == (Holder(person=assignee), "reassigned")
    assert (await act(tx, number, "receive", assignee)).entry.state == "investigating"


# --- verdicts ---------------------------------------------------------------------------------------------


async def test_a_department_never_verifies_its_own_work(tx: Tx) -> None:
    """What county supervision handles, the city verifies; what the city's handles, its leaders do."""
    clue = (await report(tx)).entry.number
    own: dict[str, Any] = {"department": "supervision", "override_reason": "内管自查"}
    number = (await accept(tx, clue, assignee="mq-ng2", **own)).caused[0].entry.number
    await act(tx, number, "receive", "mq-ng2")
    moved = await act(tx, number, "feedback", "mq-ng2", **FEEDBACK)
    assert moved.entry.holder == CITY_DESK
    for userid in ("mq-ng1", "mq-ng2"):
        assert (await refused(act(tx, number, "verify", userid, **VERDICT)))[0] == "wrong_person"
    assert (await act(tx, number, "verify", "sq-ng1", **VERDICT)).entry.state == "rectifying"
    clue = (await report(tx, "sq-yx")).entry.number
    number = (await accept(tx, clue, "sq-ng1", assignee="sq-ng2", **own)).caused[0].entry.number
    await act(tx, number, "receive", "sq-ng2")
    moved = await act(tx, number, "feedback", "sq-ng2", **FEEDBACK)
    assert moved.entry.holder == Holder(unit=CITY, role=Role.LEADER)
    assert (await refused(act(tx, number, "verify_closed", "sq-ng1", text="属实")))[0] == "wrong_person"
    assert (await act(tx, number, "verify_closed", "sq-leader", text="属实")).entry.state == "closed"


@pytest.mark.parametrize(("verb", "state"), [("verify_closed", "closed"), ("rule_unfounded", "closed_unfounded")])
async def test_a_verdict_may_close_it(tx: Tx, verb: str, state: str) -> None:
    number = await brought(tx, "verifying")
    assert (await refused(act(tx, number, verb, "mq-ng1")))[0] == "missing_text"
    moved = await act(tx, number, verb, "mq-ng1", text="已当场纠正")
    assert (moved.entry.state, moved.entry.fields["verdict"], tasks(moved)) == (
        state,
        "已当场纠正",
        [("main", "mq-mi", "accepted")],
    )


async def test_archive_takes_the_clues_along_and_a_failed_re_check_wakes_them(tx: Tx) -> None:
    number = await brought(tx, "rechecking")
    second = (await report(tx, "mq-dw")).entry.number
    await move(tx, second, "merge", "mq-ng1", problem=number)
    await act(tx, number, "confirm", "mq-ng1")
    archive = Ask(Ledger.PROBLEM, "archive", number)
    assert (await refused(apply(tx, archive, CLOCK, NOON + timedelta(days=6))))[0] == "too_early"
    moved = await apply(tx, archive, CLOCK, NOON + timedelta(days=7, hours=6))
    assert [(one.entry.number, one.entry.state) for one in moved.caused] == [
        ("XS-2026-000001", "archived"),
        (second, "archived"),
    ]
    later = NOON + timedelta(days=20)
    moved = await act(tx, number, "sample", "sq-ng1", later, assignee="sq-ng2")
    assert (moved.entry.state, moved.entry.holder) == ("archived", Holder(person="sq-ng2"))
    assert (await refused(act(tx, number, "sample", "sq-ng1", later)))[0] == "already_sampled"
    assert (await refused(act(tx, number, "fail", "sq-ng2", later, text="又犯")))[0] == "missing_photo_or_reason"
    moved = await act(tx, number, "fail", "sq-ng2", later, text="又犯", photos=[await photo(tx, "sq-ng2")])
    assert (moved.entry.state, moved.entry.holder) == ("investigating", Holder(person="mq-mi"))
    assert [(one.verb, one.entry.state) for one in moved.caused] == [("reopen", "accepted"), ("reopen", "merged")]
    for clue in ("XS-2026-000001", second):
        entry = await load_entry(tx, clue)
        assert entry
        assert (entry.fields["problem"], entry.fields["problem_state"]) == (number, "investigating")


async def test_a_passed_re_check_leaves_it_archived(tx: Tx) -> None:
    number = await archived(tx)
    for userid in ("mq-mi", "mq-ng1"):  # handled it, verified it
        assert (await refused(act(tx, number, "sample", "sq-ng1", assignee=userid)))[0] == "recheck_not_by"
    drawn = await apply(tx, Ask(Ledger.PROBLEM, "sample", number), CLOCK, NOON + timedelta(days=20))
    checker = drawn.entry.holder.person if drawn.entry.holder else ""
    assert checker in ("sq-ng1", "sq-ng2")
    moved = await act(tx, number, "pass", checker or "", text="未再发现", no_photo_reason="店已关")
    assert (moved.entry.state, moved.entry.holder, tasks(moved)[-1]) == (
        "archived",
        None,
        ("recheck", checker, "accepted"),
    )


# --- constraints ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        update(tables.problem).values(due_at=None),
        update(tables.problem).values(holder_person=None),
        update(tables.problem).values(state="closed"),  # its task is still open
        update(tables.problem).values(handler="mq-mi", verifier="mq-mi"),
        update(tables.problem).values(handler="mq-mi", rechecker="mq-mi"),
        update(tables.problem).values(state="suspended"),
        update(tables.clue).values(problem=None, problem_state=None),
        update(tables.clue).values(problem_state="archived"),
        update(tables.task).values(state="assigned", person_id="nobody"),
        update(tables.task).values(number="WT-2026-000009"),
    ],
)
async def test_the_database_holds_the_promises_by_itself(tx: Tx, change: Any) -> None:
    await problem(tx)
    with pytest.raises(IntegrityError):
        await tx.execute(change)


async def test_a_problem_is_not_archived_before_its_clues(tx: Tx) -> None:
    number = await brought(tx, "closed")
    with pytest.raises(IntegrityError):
        await tx.execute(update(tables.problem).where(tables.problem.c.number == number).values(state="archived"))


async def test_one_open_task_for_each_person_and_one_main_task(tx: Tx) -> None:
    number = await problem(tx)
    mine = select(tables.task).where(tables.task.c.number == number)
    row = dict((await tx.execute(mine)).one()._mapping)
    for other in ({"part": "assisting"}, {"person_id": "mq-cm"}):
        with pytest.raises(IntegrityError):
            async with tx.begin_nested():
                await tx.execute(insert(tables.task).values({**row, "id": None, **other} | {"id": 999}))


async def test_two_people_at_once_one_wins(engine: AsyncEngine) -> None:
    async with engine.begin() as tx:
        await build_world(tx)
        number = await brought(tx, "verifying")

    async def verdict(by: str, verb: str) -> str:
        async with engine.begin() as connection:
            try:
                return (await act(connection, number, verb, by, **VERDICT)).entry.state
            except Refused as no:
                return no.reason

    outcomes = await asyncio.gather(verdict("mq-ng1", "verify"), verdict("mq-ng2", "verify_closed"))
    assert sorted(outcomes) in (
        ["rectifying", "wrong_state"],
        ["closed", "wrong_state"],
        ["closed", "wrong_state_nothing"],
    )
    async with engine.begin() as tx:
        clue = (await report(tx, merchant=SHOP)).entry.number

    async def accepted(by: str) -> str:
        async with engine.begin() as connection:
            try:
                return (await accept(connection, clue, by)).caused[0].entry.number
            except Refused as no:
                return no.reason

    outcomes = await asyncio.gather(accepted("mq-ng1"), accepted("mq-ng2"))
    assert sorted(outcomes) == ["WT-2026-000002", "wrong_state_nothing"]

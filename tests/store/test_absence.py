"""Absence: letters and work go to the substitute, chains end at the superior, and leaving hands everything over."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from store import tables
from store.db import Tx
from store.ledger import apply
from store.moving.entries import load_entry
from store.moving.hearing import hearers
from store.staff.absence import DEEPEST, be_away, be_back, follow, stand_ins
from store.staff.leaving import hand_over
from store.words import CLOCK, Ask, Holder, Ledger, Moved, Refused
from tests.store.problems import FEEDBACK, NOON, act, problem
from tests.store.test_ledger import AT, _lines, move, refused, report
from tests.store.test_problem import brought
from tests.store.test_views import numbers
from tests.world import CODE_INTERNAL

TODAY = date(2026, 11, 17)


async def away(tx: Tx, person: str, substitute: str | None, days: int = 0) -> None:
    await be_away(tx, person, TODAY, TODAY + timedelta(days=days), substitute, "sq-admin", AT)


async def heard(tx: Tx, moved: Moved) -> dict[str, str]:
    return {hearer.person.id: hearer.instead_of for hearer in await hearers(tx, moved)}


@pytest.mark.parametrize(
    ("chain", "acts"),
    [
        ({"a": "b"}, "b"),
        ({"a": "b", "b": "c"}, "c"),
        ({"a": None}, None),
        ({"a": "b", "b": None}, None),
        ({"a": "b", "b": "a"}, None),
        ({"a": "b", "b": "c", "c": "b"}, None),
        ({"a": "b", "b": "c", "c": "d", "d": "e", "e": "f"}, "f"),  # five deep
        ({"a": "b", "b": "c", "c": "d", "d": "e", "e": "f", "f": "g"}, None),
    ],
)
def test_a_chain_is_followed_five_deep_and_loops_end_at_the_superior(
    chain: dict[str, str | None], acts: str | None
) -> None:
    assert follow(chain, "a") == acts


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from([None, *"abcdefgh"]), min_size=1))
def test_no_chain_ends_with_somebody_who_is_away(chain: dict[str, str | None]) -> None:
    for person in chain:
        acts = follow(chain, person)
        assert acts is None or acts not in chain
    assert DEEPEST == 5


async def test_letters_go_to_the_substitute_and_say_for_whom(tx: Tx) -> None:
    await away(tx, "mq-mi", "mq-zm-head")
    number = await problem(tx)
    moved = await act(tx, number, "nudge", "mq-cm")
    assert await heard(tx, moved) == {"mq-zm-head": "赵刚"}
    await away(tx, "mq-ng1", "mq-ng2")
    assert await heard(tx, await report(tx, "mq-dw")) == {"mq-ng2": "周正"}


async def test_without_a_substitute_the_superior_hears(tx: Tx) -> None:
    await away(tx, "mq-mi", None)
    number = await problem(tx)
    assert await heard(tx, await act(tx, number, "nudge", "mq-cm")) == {"mq-zm-head": ""}
    await away(tx, "mq-ng1", None)
    await away(tx, "mq-ng2", None)
    moved = await report(tx, "mq-dw")
    assert moved.entry.holder is not None
    assert (moved.entry.holder.unit, await heard(tx, moved)) == ("411400", {"sq-ng1": "", "sq-ng2": ""})


async def test_a_substitute_does_the_work_and_counts_as_its_handler(tx: Tx) -> None:
    number = await problem(tx)
    assert (await refused(act(tx, number, "receive", "mq-cm2")))[0] == "not_found"
    await away(tx, "mq-mi", "mq-cm2")
    assert await numbers(tx, "tasks", "mq-cm2") == [number]
    assert (await act(tx, number, "receive", "mq-cm2")).entry.state == "investigating"
    moved = await act(tx, number, "feedback", "mq-cm2", **FEEDBACK)
    assert (moved.entry.state, moved.by.id) == ("verifying", "mq-cm2")
    assert moved.entry.fields["tasks"][0]["done_by"] == "mq-cm2"


async def test_an_absence_ends_by_its_day_or_when_taken_back(tx: Tx) -> None:
    await away(tx, "mq-mi", "mq-cm2")
    assert await stand_ins(tx, ["mq-mi", "mq-cm"], AT) == {"mq-mi": "mq-cm2"}
    assert await stand_ins(tx, ["mq-mi"], AT + timedelta(hours=14)) == {}  # midnight in Shanghai has passed
    await be_back(tx, "mq-mi", TODAY)
    assert await stand_ins(tx, ["mq-mi"], AT) == {}


async def test_a_substitute_whom_the_matter_accuses_hears_nothing(tx: Tx) -> None:
    await away(tx, "sq-ng1", "mq-zm-head")
    await away(tx, "sq-ng2", "mq-zm-head")
    moved = await report(tx, indicator=CODE_INTERNAL, accused=["mq-mi"])
    assert await heard(tx, moved) == {"sq-leader": ""}


# --- leaving --------------------------------------------------------------------------------------------


async def test_whoever_leaves_hands_everything_over_with_a_line_on_each_case(tx: Tx) -> None:
    main = await brought(tx, "investigating")
    fresh = await problem(tx)
    assisting = await problem(tx, assignee="mq-zm-head", assistants=["mq-mi"])
    done = await brought(tx, "verifying")
    asked = (await report(tx, "mq-mi")).entry.number
    await move(tx, asked, "ask_info", "mq-ng1", text="哪里?")
    moves = await hand_over(tx, "MQ-MI", NOON)
    assert [(one.entry.number, one.verb, one.by.id) for one in moves] == [
        (number, "hand_over", "clock") for number in sorted([main, fresh, assisting, asked])
    ]
    for number, tasks in ((main, 2), (fresh, 2), (assisting, 2), (done, 1)):
        entry = await load_entry(tx, number)
        assert entry
        assert len(entry.fields["tasks"]) == tasks
        assert entry.holder is not None
        assert entry.holder.person in ("mq-zm-head", None)
    assert (await _lines(tx, asked))[-1]["fields"] == {"task": "mq-mi", "assignee": "mq-zm-head"}
    assert (await move(tx, asked, "supply", "mq-zm-head", text="第二排")).entry.state == "county_review"
    assert sorted(await numbers(tx, "tasks", "mq-zm-head")) == sorted([main, fresh, assisting])
    active = select(tables.person.c.active).where(tables.person.c.id == "mq-mi")
    assert (await tx.execute(active)).scalar_one() is False
    moved = await act(tx, done, "return", "mq-ng1", text="再查")  # the work of one who left goes to their head
    assert moved.entry.holder == Holder(person="mq-zm-head")


async def test_a_substitute_is_preferred_and_must_be_somebody_else(tx: Tx) -> None:
    number = await brought(tx, "investigating")
    for substitute in ("nobody", "mq-mi"):
        with pytest.raises(Refused, match="person_unknown"):
            await hand_over(tx, "mq-mi", NOON, substitute)
    [moved] = await hand_over(tx, "mq-mi", NOON, "mq-dw")
    assert (moved.entry.number, moved.entry.holder) == (number, Holder(person="mq-dw"))
    assert await heard(tx, moved) == {"mq-dw": "", "mq-ng1": "", "mq-ng2": ""}


async def test_a_re_check_goes_to_somebody_who_may_do_it(tx: Tx) -> None:
    number = await brought(tx, "closed")
    await apply(tx, Ask(Ledger.PROBLEM, "archive", number), CLOCK, NOON + timedelta(days=8))
    later = NOON + timedelta(days=9)
    await act(tx, number, "sample", "sq-ng1", later, assignee="sq-ng2")
    [moved] = await hand_over(tx, "sq-ng2", later, "mq-mi")  # who handled it
    assert moved.entry.holder == Holder(person="sq-ng1")

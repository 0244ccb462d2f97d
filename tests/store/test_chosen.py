"""What an administrator chooses: read and written as text, dated, never overwritten, and followed by the clock."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.chosen import CHOICES, LADDER, choose, counting, history
from store.chosen_forms import GROUPS, Unfit
from store.clock.alarms import overdue_moves
from store.clock.clocks import Clocks, load_clocks
from store.clock.deadlines import LADDER as AS_SHIPPED
from store.db import Tx
from store.law.given import moment
from tests.store.problems import problem
from tests.store.test_alarms import rungs, strike
from tests.store.test_ledger import AT

ADMIN = "sq-admin"
_DAYS = st.lists(st.integers(-20, 20), unique=True, max_size=6).map(sorted)
_WHO = st.lists(st.sampled_from(GROUPS), min_size=1, unique=True).map(",".join)


@pytest.mark.parametrize("key", CHOICES)
def test_every_default_can_be_written_and_read_back(key: str) -> None:
    choice = CHOICES[key]
    assert choice.form.read(choice.form.write(choice.default)) == choice.default


@given(_DAYS, st.booleans(), st.data())
def test_every_ladder_can_be_written_and_read_back(days: list[int], half: bool, data: st.DataObject) -> None:
    times = [*(["half"] if half else []), *(f"{day:+d}" if day else "0" for day in days)]
    words = " ".join(f"{at}:{data.draw(_WHO)}" for at in times)
    form = CHOICES[LADDER].form
    if times:
        assert form.write(form.read(words)) == words
    else:
        with pytest.raises(Unfit):
            form.read(words)


def test_rungs_keep_the_names_of_the_ladder_as_shipped() -> None:
    assert [rung["name"] for rung in CHOICES[LADDER].default] == [rung.name for rung in AS_SHIPPED]


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("clock.county_review", "0"),
        ("clock.county_review", "two"),
        ("clock.sample_percent", "101"),
        ("clock.due_by_severity", "5=3 4=5"),
        ("clock.due_by_severity", "5=3 4=5 3=7 2=10 1=0"),
        (LADDER, "0:assignee 0:head"),
        (LADDER, "+1:assignee -1:assignee"),
        (LADDER, "0:everybody"),
        (LADDER, "tomorrow:assignee"),
        ("mail.hours", "18:00-08:30"),
        ("mail.hours", "all day"),
        ("cards.off", "fax"),
    ],
)
async def test_what_does_not_fit_is_refused_and_changes_nothing(tx: Tx, key: str, words: str) -> None:
    with pytest.raises(Unfit):
        await choose(tx, key, words, ADMIN, AT, AT)
    assert await history(tx, key) == []


async def test_only_an_administrator_chooses_and_never_for_the_past(tx: Tx) -> None:
    for by, since in (("mq-leader", AT), ("nobody", AT), (ADMIN, AT - timedelta(seconds=1))):
        with pytest.raises(Unfit):
            await choose(tx, "clock.county_review", "3", by, since, AT)


async def test_a_choice_counts_from_its_day_and_the_past_stays(tx: Tx) -> None:
    key, day = "clock.county_review", moment("2026-12-01T00:00")
    await choose(tx, key, "3", ADMIN, AT, AT)
    await choose(tx, key, "4", ADMIN, day, AT)
    await choose(tx, key, "5", ADMIN, day, AT)  # it has not begun to count
    rows = await history(tx, key)
    assert [(row.value, row.by) for row in rows] == [(3, ADMIN), (5, ADMIN)]
    for at, value in ((AT - timedelta(days=1), 2), (AT, 3), (day - timedelta(seconds=1), 3), (day, 5)):
        assert (await load_clocks(tx, at)).county_review == value
        row = counting(rows, at)
        assert (row.value if row else Clocks().county_review) == value


async def test_every_clock_can_be_chosen(tx: Tx) -> None:
    for key, choice in CHOICES.items():
        await choose(tx, key, choice.form.write(choice.default), ADMIN, AT, AT)
    assert await load_clocks(tx, AT) == Clocks()


async def ladder(tx: Tx, words: str, since: datetime) -> None:
    await choose(tx, LADDER, words, ADMIN, since, AT)


async def test_a_new_rung_is_struck_although_nothing_was_to_come(tx: Tx) -> None:
    """Whatever runs is looked at again when the new ladder begins, also what has been through the old one."""
    await problem(tx)  # due on Thursday 26 November at 18:00
    await strike(tx, moment("2026-12-03T18:00"))
    await ladder(tx, "0:assignee +5:city_leader +8:county_leader", moment("2026-12-05T00:00"))
    assert await rungs(tx, "2026-12-07T10:00") == []
    assert await rungs(tx, "2026-12-08T17:59") == []
    assert await rungs(tx, "2026-12-08T18:00") == [("late_8", {"mq-leader"})]


async def test_a_rung_put_below_the_last_one_that_was_struck_is_over(tx: Tx) -> None:
    await problem(tx)
    await strike(tx, moment("2026-11-27T18:00"))  # one working day late
    await ladder(tx, "-3:assignee -2:assignee 0:head +1:assignee +3:county_leader", moment("2026-11-28T00:00"))
    assert await rungs(tx, "2026-11-30T10:00") == []
    assert await rungs(tx, "2026-12-01T18:00") == [("late_3", {"mq-leader"})]


async def test_everything_that_runs_is_put_off_in_one_go(tx: Tx) -> None:
    """More entries than one look of the clock takes (alarms.LIMIT) change over at once."""
    for _n in range(5):
        await problem(tx)
    await strike(tx, moment("2026-11-17T14:00"))  # not received in time
    await ladder(tx, "0:assignee", moment("2026-11-18T00:00"))
    at = moment("2026-11-18T09:00")
    assert await overdue_moves(tx, at, limit=2) == []
    assert len(await overdue_moves(tx, moment("2026-11-26T18:00"), limit=9)) == 5

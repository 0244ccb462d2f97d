"""What the clock does by itself: the ladder, collapsed after an outage, archives, reviews that are late, the draw."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select, text, update

from store import tables
from store.clock.alarms import overdue_moves
from store.clock.clocks import load_clocks
from store.db import Tx
from store.law.given import moment
from store.ledger import apply
from store.moving.hearing import hearers
from store.moving.sampling import draw, draw_month, last_month
from store.words import CLOCK, Ask, Ledger, Moved
from tests.store.problems import act, problem
from tests.store.test_ledger import AT, refused, report
from tests.store.test_problem import brought
from tests.store.test_views import labels, look, numbers


async def strike(tx: Tx, at: datetime) -> list[Moved]:
    """Everything that is due at that moment, done."""
    return [await apply(tx, ask, CLOCK, at) for ask in await overdue_moves(tx, at)]


async def rungs(tx: Tx, moment_: str) -> list[tuple[str, set[str]]]:
    """Which rungs are struck at that moment, and who hears."""
    moves = await strike(tx, moment(moment_))
    return [(one.fields["rung"], {hearer.person.id for hearer in await hearers(tx, one)}) for one in moves]


async def test_the_ladder_of_a_task_climbs_rung_by_rung(tx: Tx) -> None:
    number = await problem(tx)  # due on Thursday 26 November at 18:00, to be received by 14:00
    assert await rungs(tx, "2026-11-17T13:59") == []
    assert await rungs(tx, "2026-11-17T14:00") == [("receive", {"mq-mi", "mq-zm-head"})]
    await act(tx, number, "receive", "mq-mi", moment("2026-11-17T15:00"))
    ladder = [
        ("2026-11-23T09:15", "half", {"mq-mi"}),
        ("2026-11-25T18:00", "before", {"mq-mi"}),
        ("2026-11-26T18:00", "due", {"mq-mi", "mq-zm-head"}),
        ("2026-11-27T18:00", "late_1", {"mq-mi", "mq-ng1", "mq-ng2"}),
        ("2026-12-01T18:00", "late_3", {"mq-mi", "mq-leader"}),
        ("2026-12-03T18:00", "late_5", {"mq-mi", "sq-ng1", "sq-ng2", "sq-leader"}),
    ]
    for when, rung, who in ladder:
        assert await rungs(tx, (moment(when) - timedelta(minutes=1)).isoformat()) == []
        assert await rungs(tx, when) == [(rung, who)]
        assert await rungs(tx, when) == []  # nothing is struck twice
    assert await rungs(tx, "2027-03-01T10:00") == []


async def test_after_an_outage_the_newest_rung_stands_for_all(tx: Tx) -> None:
    number = await problem(tx)
    [(rung, told)] = await rungs(tx, "2026-12-20T10:00")
    assert rung == "late_5"
    assert told == {"mq-mi", "mq-zm-head", "mq-ng1", "mq-ng2", "mq-leader", "sq-ng1", "sq-ng2", "sq-leader"}
    ask = Ask(Ledger.PROBLEM, "warn", number, {"rung": "late_5"})
    assert (await refused(apply(tx, ask, CLOCK, moment("2026-12-20T10:00"))))[0] == "already_warned"


async def test_an_extension_begins_the_ladder_anew_from_where_it_stands(tx: Tx) -> None:
    number = await brought(tx, "investigating")
    assert [rung for rung, _who in await rungs(tx, "2026-11-26T18:00")] == ["due"]
    moved = await act(tx, number, "extend", "mq-mi", moment("2026-11-27T10:00"), days=3, text="x")
    assert moved.entry.fields["due_at"] == "2026-12-02T10:00:00+00:00"
    assert await rungs(tx, "2026-12-01T17:00") == []  # half time is over and is not warned of
    assert [rung for rung, _who in await rungs(tx, "2026-12-01T18:00")] == ["before"]


async def test_a_suspended_matter_is_only_reviewed_on_its_day(tx: Tx) -> None:
    number = await brought(tx, "investigating")
    await act(tx, number, "suspend", "sq-ng1", text="等判决", review_on="2026-12-18")
    assert await rungs(tx, "2026-12-17T18:00") == []
    assert await rungs(tx, "2026-12-18T18:00") == [("due", {"mq-ng1", "mq-ng2"})]


async def test_a_late_review_of_a_clue_is_warned_of_too(tx: Tx) -> None:
    number = (await report(tx)).entry.number
    found = [(rung, who) for when in ("2026-11-18T18:00", "2026-11-19T18:00") for rung, who in await rungs(tx, when)]
    desk = {"mq-ng1", "mq-ng2"}
    assert found == [("before", desk), ("due", desk)]
    assert [rung for rung, _who in await rungs(tx, "2026-11-24T18:00")] == ["late_3"]
    assert (await look(tx, "entry", "mq-cm", number=number)).items[0].data["state"] == "county_review"


async def test_an_administrator_changes_the_ladder_from_a_day_on(tx: Tx) -> None:
    await problem(tx)
    ladder = [{"name": "only", "days": 0, "who": ["city_leader"]}]
    row = {"key": "clock.ladder", "valid_from": moment("2026-11-20T00:00"), "value": ladder, "set_by": "sq-admin"}
    await tx.execute(insert(tables.setting).values(row))
    assert len((await load_clocks(tx, AT)).ladder) == 6
    assert [rung.name for rung in (await load_clocks(tx, moment("2026-11-21T00:00"))).ladder] == ["only"]
    assert [rung for rung, _who in await rungs(tx, "2026-11-20T08:00")] == ["receive"]
    assert await rungs(tx, "2026-11-25T18:00") == []
    assert await rungs(tx, "2026-11-26T18:00") == [("only", {"sq-leader"})]


async def test_the_clock_finds_its_work_through_the_index(tx: Tx) -> None:
    await tx.execute(text("SET LOCAL enable_seqscan = off"))
    plan = await tx.execute(text("EXPLAIN SELECT number FROM problem WHERE next_at <= now() ORDER BY next_at LIMIT 9"))
    assert "problem_next_idx" in "\n".join(plan.scalars())


async def test_closed_problems_are_archived_after_five_working_days(tx: Tx) -> None:
    number = await brought(tx, "closed")  # on Tuesday 17 November
    assert await strike(tx, moment("2026-11-24T17:59")) == []
    [moved] = await strike(tx, moment("2026-11-24T18:00"))
    assert (moved.entry.number, moved.verb, moved.entry.state) == (number, "archive", "archived")
    assert await strike(tx, moment("2026-11-24T18:00")) == []


# --- the sampled re-check -------------------------------------------------------------------------------


@given(st.integers(0, 2**62), st.sets(st.integers(1, 400)), st.sets(st.integers(401, 430)), st.integers(0, 100))
def test_a_draw_is_repeated_by_its_seed_and_meets_its_quota(
    seed: int, ordinary: set[int], grave: set[int], percent: int
) -> None:
    plain, heavy = [f"WT-{n}" for n in sorted(ordinary)], [f"WT-{n}" for n in sorted(grave)]
    drawn = draw(seed, plain, heavy, percent)
    assert drawn == draw(seed, plain[::-1], heavy[::-1], percent)
    assert set(heavy) <= set(drawn) <= set(plain) | set(heavy)
    assert len(drawn) == max(len(heavy), ceil((len(plain) + len(heavy)) * percent / 100))


async def test_last_months_closed_problems_are_drawn_once_and_recorded(tx: Tx) -> None:
    closed = [await brought(tx, "closed", severity=5 if n == 0 else 3) for n in range(3)]
    other = await brought(tx, "closed")
    later = {"closed_at": moment("2026-12-01T00:00"), "next_at": moment("2026-12-08T18:00")}
    await tx.execute(update(tables.problem).where(tables.problem.c.number == other).values(later))
    moves = await strike(tx, moment("2026-11-30T20:00"))  # the month is not over yet
    assert [one.verb for one in moves] == ["archive"] * 3
    at = moment("2026-12-01T09:00")
    asks = [ask for ask in await overdue_moves(tx, at) if ask.verb == "sample"]
    row = (await tx.execute(select(tables.draw).where(tables.draw.c.closed > 0))).one()
    assert (row.closed, row.drawn, row.bureau) == (3, 1, "411421")
    assert draw(row.seed, closed[1:], closed[:1], 10) == [ask.entry for ask in asks] == closed[:1]
    assert await draw_month(tx, at, await load_clocks(tx, at)) == 0
    [moved] = await strike(tx, at)
    assert (moved.verb, moved.entry.holder is not None) == ("sample", True)
    assert await strike(tx, at) == []


@pytest.mark.parametrize(("day", "month"), [("2026-12-01", "2026-11-01"), ("2027-01-31", "2026-12-01")])
def test_the_month_before(day: str, month: str) -> None:
    assert last_month(moment(day).date()).isoformat() == month


# --- the warning ledger ---------------------------------------------------------------------------------


async def test_the_warning_ledger_lists_what_is_near_late_and_stuck(tx: Tx) -> None:
    first = await brought(tx, "investigating")
    second = await problem(tx, severity=5, assignee="mq-zm-head")  # due on 20 November, never received
    at = moment("2026-11-25T18:00")
    counts = (await look(tx, "warnings", "mq-ng1", at=at)).items
    assert [(item.value, item.data["count"]) for item in counts] == [("near", 1), ("overdue", 1), ("stuck", 2)]
    assert await numbers(tx, "warnings", "mq-ng1", group="near", at=at) == [first]
    assert await numbers(tx, "warnings", "mq-ng1", group="overdue", at=at) == [second]
    assert await numbers(tx, "warnings", "mq-ng1", group="stuck", at=at) == [second, first]
    by = {"person": ["李强 1"], "department": ["专卖 1"], "county": ["民权县局 1"]}
    for key, expected in by.items():
        assert await labels(tx, "warnings", "sq-ng1", group="overdue", by=key, at=at) == expected
    assert await numbers(tx, "warnings", "sx-ng", group="stuck", at=at) == []
    assert await numbers(tx, "warnings", "mq-zm-head", group="stuck", at=at) == [second, first]
    assert await numbers(tx, "warnings", "mq-mi", group="stuck", at=at) == [first]

"""Lights, ladders and working-day deadlines, across Golden Week, make-up days and a year without a table."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.clock.deadlines import LADDER, Watch, due_warnings, light, next_warning, passed_over
from store.clock.workdays import (
    SHANGHAI,
    Calendar,
    add_working_days,
    is_working_day,
    move_working_days,
    working_days_between,
)

GOLDEN_WEEK = Calendar(
    off=frozenset(date(2026, 10, day) for day in range(1, 8)),
    working=frozenset({date(2026, 9, 20), date(2026, 10, 10)}),
    official=frozenset({2026}),
)


def at(day: str, clock: str = "10:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}:00").replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("begins", "days", "due", "provisional"),
    [
        ("2026-09-30", 1, "2026-10-08", False),
        ("2026-09-30", 3, "2026-10-10", False),  # Saturday, a make-up day
        ("2026-09-30", 4, "2026-10-12", False),
        ("2026-10-03", 1, "2026-10-08", False),
        ("2026-10-09", 1, "2026-10-10", False),
        ("2026-12-29", 2, "2026-12-31", False),
        ("2026-12-29", 5, "2027-01-06", True),  # 1 January is fixed by law, the rest is Monday to Friday
    ],
)
def test_deadlines_walk_over_holidays(begins: str, days: int, due: str, provisional: bool) -> None:
    found = add_working_days(GOLDEN_WEEK, at(begins), days)
    assert (found.at, found.provisional) == (at(due, "18:00"), provisional)


@pytest.mark.parametrize(
    ("moment", "days", "there"),
    [
        (("2026-10-08", "18:00"), -1, ("2026-09-30", "18:00")),
        (("2026-10-10", "09:15"), 1, ("2026-10-12", "09:15")),
        (("2026-10-12", "18:00"), -1, ("2026-10-10", "18:00")),
        (("2026-10-04", "12:00"), 1, ("2026-10-08", "12:00")),
        (("2026-10-04", "12:00"), 0, ("2026-10-04", "12:00")),
    ],
)
def test_the_same_time_some_working_days_on(moment: tuple[str, str], days: int, there: tuple[str, str]) -> None:
    assert move_working_days(GOLDEN_WEEK, at(*moment), days) == at(*there)


@given(st.integers(0, 400), st.integers(0, 40))
def test_counting_and_adding_agree(start: int, days: int) -> None:
    begin = at("2026-01-01") + timedelta(days=start)
    due = add_working_days(GOLDEN_WEEK, begin, days).at
    if days or is_working_day(GOLDEN_WEEK, begin.astimezone(SHANGHAI).date()):
        assert working_days_between(GOLDEN_WEEK, begin, due) == days


DUE = at("2026-10-09", "18:00")


@pytest.mark.parametrize(
    ("now", "shows"),
    [
        (("2026-09-30", "10:00"), "green"),
        (("2026-10-08", "17:59"), "green"),
        (("2026-10-08", "18:00"), "yellow"),
        (("2026-10-09", "18:00"), "yellow"),
        (("2026-10-09", "18:01"), "red"),
    ],
)
def test_the_light(now: tuple[str, str], shows: str) -> None:
    assert light(DUE, at(*now), GOLDEN_WEEK) == shows
    assert light(None, at(*now), GOLDEN_WEEK) == ""


# From 28 September at 10:00 to 9 October at 18:00 lie 46 working hours.
WATCH = Watch(at("2026-09-28"), DUE)
RUNGS = [
    (("2026-09-30", "14:00"), "half"),
    (("2026-10-08", "18:00"), "before"),
    (("2026-10-09", "18:00"), "due"),
    (("2026-10-10", "18:00"), "late_1"),
    (("2026-10-13", "18:00"), "late_3"),
    (("2026-10-15", "18:00"), "late_5"),
]


@pytest.mark.parametrize(("n", "now", "rung"), [(n, *row) for n, row in enumerate(RUNGS)])
def test_each_rung_has_its_moment(n: int, now: tuple[str, str], rung: str) -> None:
    just, before = at(*now), at(*now) - timedelta(minutes=1)
    assert [name for name, _slot in due_warnings(WATCH, just, GOLDEN_WEEK)] == [name for _at, name in RUNGS[: n + 1]]
    struck = frozenset(slot for _rung, slot in due_warnings(WATCH, before, GOLDEN_WEEK))
    watch = Watch(WATCH.since, WATCH.due, struck=struck)
    assert next_warning(watch, GOLDEN_WEEK) == just
    assert due_warnings(watch, before, GOLDEN_WEEK) == []
    assert [name for name, _slot in due_warnings(watch, just, GOLDEN_WEEK)] == [rung]


def test_warnings_given_are_over_until_the_deadline_moves() -> None:
    late = at("2026-11-30")
    slots = frozenset(slot for _rung, slot in due_warnings(WATCH, late, GOLDEN_WEEK))
    assert len(slots) == len(LADDER)
    assert next_warning(Watch(WATCH.since, DUE, struck=slots), GOLDEN_WEEK) is None
    moved = Watch(WATCH.since, DUE + timedelta(days=10), struck=slots)
    assert len(due_warnings(moved, late, GOLDEN_WEEK)) == len(LADDER)


def test_slots_do_not_depend_on_the_time_zone_of_the_caller() -> None:
    here = due_warnings(WATCH, DUE, GOLDEN_WEEK)
    there = due_warnings(Watch(WATCH.since.astimezone(UTC), DUE.astimezone(UTC)), DUE.astimezone(UTC), GOLDEN_WEEK)
    assert here == there


def test_what_is_past_when_a_deadline_is_set_is_not_warned_of() -> None:
    over = passed_over(WATCH, at("2026-10-09", "12:00"), GOLDEN_WEEK)
    assert {slot.partition(":")[0] for slot in over} == {"half", "before"}


def test_a_task_that_nobody_receives_is_warned_of_by_itself() -> None:
    watch = Watch(WATCH.since, DUE, {"7": at("2026-09-28", "14:00"), "8": at("2026-09-28", "16:00")})
    assert due_warnings(watch, at("2026-09-28", "15:00"), GOLDEN_WEEK) == [("receive", "receive:7")]
    assert passed_over(watch, at("2026-09-28", "17:00"), GOLDEN_WEEK) == frozenset()

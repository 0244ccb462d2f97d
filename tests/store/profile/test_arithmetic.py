"""The arithmetic of scores: bounded, monotone, and one step after the other is the same as all at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.profile.arithmetic import compose, faded, filled, half_lives, level, stepped
from store.profile.scale import Scale

START = datetime(2026, 1, 1, tzinfo=UTC)
AMOUNT = st.floats(0, 1e6)
SCALE = st.builds(
    Scale,
    half_life_days=st.floats(1, 2000),
    city_points=st.floats(0, 100),
    city_half=st.floats(0.1, 500),
    province_points=st.floats(0, 100),
    outflow_points=st.floats(0, 100),
    outflow_half=st.floats(0.1, 500),
)


@given(SCALE, AMOUNT, st.floats(-50, 150), AMOUNT)
def test_a_score_stays_within_its_bounds(scale: Scale, points: float, provincial: float, cartons: float) -> None:
    parts = compose(points, provincial, cartons, scale)
    assert 0 <= parts.score <= 100
    assert 0 <= parts.city <= scale.city_points
    assert 0 <= parts.province <= scale.province_points
    assert 0 <= parts.outflow <= scale.outflow_points


@given(SCALE, AMOUNT, AMOUNT, st.floats(0, 100), st.floats(0, 100), AMOUNT, AMOUNT)
def test_more_of_anything_never_lowers_a_score(
    scale: Scale, points: float, more: float, provincial: float, worse: float, cartons: float, others: float
) -> None:
    before = compose(points, min(provincial, worse), cartons, scale).score
    assert compose(points + more, min(provincial, worse), cartons, scale).score >= before
    assert compose(points, max(provincial, worse), cartons, scale).score >= before
    assert compose(points, min(provincial, worse), cartons + others, scale).score >= before


@given(SCALE, st.lists(st.floats(0, 4000), min_size=1, max_size=40), st.floats(0, 400))
def test_step_by_step_is_the_same_as_all_at_once(scale: Scale, gaps: list[float], rest: float) -> None:
    moments = [START + timedelta(days=days) for days in accumulate(gaps)]
    amount, since = 0.0, START
    for at in moments:
        amount, since = stepped(amount, since, at, scale), at
    end = since + timedelta(days=rest)
    at_once = sum(faded(half_lives(at, end, scale)) for at in moments)
    assert amount * faded(half_lives(since, end, scale)) == pytest.approx(at_once, rel=1e-9)


@given(SCALE, st.floats(0, 1e5), st.floats(0, 1e5))
def test_time_only_ever_fades(scale: Scale, days: float, more: float) -> None:
    end = START + timedelta(days=days)
    assert 0 < faded(half_lives(START, end + timedelta(days=more), scale)) <= faded(half_lives(START, end, scale)) <= 1


def test_a_half_life_halves() -> None:
    scale = Scale()
    assert faded(half_lives(START, START + timedelta(days=180), scale)) == 0.5
    assert filled(20, 20) == 0.5
    assert compose(20, 50, 10, scale).score == 40 + 15 + 15


@pytest.mark.parametrize(
    ("score", "expected"),
    [(0, "service"), (39.9, "service"), (40, "watch"), (69.99, "watch"), (70, "key"), (100, "key")],
)
def test_levels_begin_at_their_thresholds(score: float, expected: str) -> None:
    assert level(score, Scale()) == expected


@pytest.mark.parametrize(
    "wrong", [{"half_life_days": 0}, {"city_points": 101}, {"watch": 80}, {"key": 101}, {"in_province": -1}]
)
def test_a_scale_that_makes_no_sense_is_told(wrong: dict[str, float]) -> None:
    assert Scale().sound
    assert not Scale(**wrong).sound

"""Diversion by county and quarter, its ranking and warning, and the forecast on series that are known."""

from __future__ import annotations

import itertools
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from store.feeds import bring_rows
from store.feeds.forecast import forecast, smooth
from store.feeds.outflow import Standing, after, line, quarters, rank, standings
from store.feeds.shops import orders_of, outflow_of, scores_of
from store.tables.feeds import feed_order
from tests.store.feeding import AT, order
from tests.world import MQ, SHOP, SHOP_NEAR, SHOP_SX, SX, build_world, who


def county(code: str, outflow: float, sales: float | None = 1000, cap: float | None = 0.02) -> Standing:
    return Standing(code, code, code, "2026-Q3", outflow, 0, sales, cap)


@pytest.mark.parametrize(
    ("outflows", "expected"),
    [
        ([30, 10, 25], [("a", 1, True), ("c", 2, True), ("b", 3, False)]),  # b is among three, but below the cap
        ([30, 29, 28, 27], [("a", 1, True), ("b", 2, True), ("c", 3, True), ("d", 4, False)]),  # d above, but fourth
        ([30, 28, 28, 28], [("a", 1, True), ("b", 2, True), ("c", 2, True), ("d", 2, True)]),
        ([20, 0], [("a", 1, False), ("b", 2, False)]),  # the cap itself is allowed
    ],
)
def test_a_county_is_warned_above_the_cap_and_among_the_first_three(
    outflows: list[float], expected: list[object]
) -> None:
    ranked = rank([county(code, outflow) for code, outflow in zip("abcd", outflows, strict=False)])
    assert [(one.county, one.rank, one.warned) for one in ranked] == expected


def test_a_county_without_sales_has_no_rank() -> None:
    ranked = rank([county("a", 99, None, None), county("b", 1)])
    assert [(one.county, one.share, one.rank, one.warned) for one in ranked] == [
        ("b", 0.001, 1, False),
        ("a", None, None, False),
    ]


async def test_outflow_is_counted_by_the_county_of_the_shop(engine: AsyncEngine) -> None:
    records = [(SHOP, 12, "2026-07", "省外"), (SHOP_NEAR, 8, "2026-Q3", "省内"), (SHOP_SX, 5, "2026-09-30", "省内")]
    records += [(SHOP, 99, "2026-10-01", "省外"), (SHOP_SX, 7, "2026-06-30", "省外")]
    targets = [(MQ, "2026-Q3", 400, "3%"), (SX, "2026-Q3", 1000, "3%"), (SX, "2026-Q2", 1000, "3%")]
    async with engine.begin() as tx:
        await build_world(tx)
        rows = [
            {"licence_no": shop, "quantity": quantity, "period": period, "direction": direction, "source": "省局"}
            for shop, quantity, period, direction in records
        ]
        assert (await bring_rows(tx, "outflow", "a", rows, "api", AT)).ok
        names = ("county_code", "quarter", "sales", "cap")
        await bring_rows(tx, "targets", "b", [dict(zip(names, row, strict=True)) for row in targets], "api", AT)
        seen = await standings(tx, who("sq-leader"), "2026-Q3")
        assert [
            (one.county, one.out_of_province, one.in_province, one.share, one.rank, one.warned) for one in seen
        ] == [
            (MQ, 12.0, 8.0, 0.05, 1, True),
            (SX, 0.0, 5.0, 0.005, 2, False),
        ]
        assert [(one.county, one.rank) for one in await standings(tx, who("sx-leader"), "2026-Q3")] == [(SX, 2)]
        assert await quarters(tx) == ["2026-Q4", "2026-Q3", "2026-Q2"]
        drawn = await line(tx, SX, "2026-Q3")
        assert (drawn.quarters, drawn.shares) == (("2026-Q2", "2026-Q3"), (0.007, 0.005))
        assert drawn.ahead == ("2026-Q4", "2027-Q1")
        assert [point.value for point in drawn.points] == [0.005, 0.005]
        assert all(point.low is not None and 0 <= point.low <= 0.005 for point in drawn.points)
        assert (await line(tx, MQ, "2026-Q2")).points == ()


async def test_what_the_province_says_of_a_shop(engine: AsyncEngine) -> None:
    async with engine.begin() as tx:
        await build_world(tx)
        scores = [("2026-06-01", 40, ""), ("2026-07-01", 55, ""), ("2026-06-15", 90, "外流")]
        rows = [{"licence_no": SHOP, "day": day, "score": score, "model": model} for day, score, model in scores]
        assert (await bring_rows(tx, "scores", "a", rows, "api", AT)).ok
        on = {
            day: [(row.model, row.score) for row in await scores_of(tx, SHOP, AT.date().replace(month=6, day=day))]
            for day in (1, 30)
        }
        assert on == {1: [("", 40.0)], 30: [("", 40.0), ("外流", 90.0)]}
        orders = [order("2026-30", 3), order("2026-31", 4), order("2026-31", 9, SHOP_SX)]
        assert (await bring_rows(tx, "orders", "b", orders, "api", AT)).ok
        assert [(row.cycle, row.quantity) for row in await orders_of(tx, SHOP)] == [("2026-31", 4.0), ("2026-30", 3.0)]
        assert await outflow_of(tx, SHOP) == []
        assert feed_order.c.batch is not None


def test_the_quarter_after() -> None:
    assert [after(one) for one in ("2026-Q1", "2026-Q4")] == ["2026-Q2", "2027-Q1"]


# --- the forecast ---------------------------------------------------------------------------------------


def test_a_constant_series_stays_as_it_is_without_doubt() -> None:
    assert [(point.value, point.low, point.high) for point in forecast([0.02] * 8, 3)] == [(0.02, 0.02, 0.02)] * 3


def test_a_steady_rise_goes_on_and_levels_off() -> None:
    values = [point.value for point in forecast([1.0, 2, 3, 4, 5, 6, 7, 8], 40)]
    steps = [later - earlier for earlier, later in zip([8.0, *values], values, strict=False)]
    assert values[0] == pytest.approx(9, abs=0.2)
    assert all(0 < later < earlier for earlier, later in itertools.pairwise(steps))


def test_smoothing_as_it_is_reckoned_by_hand() -> None:
    # level 10, trend (16-10)/3 = 2; expected 12, error 2: level 13, trend 2.5; expected 15.5, error 0.5: 15.75, 2.625 …
    fit = smooth([10, 14, 16, 16], alpha=0.5, beta=0.5, phi=1.0)
    assert (fit.level, fit.trend) == pytest.approx((17.1875, 2.03125))
    assert fit.variance == pytest.approx(2**2 + 0.5**2 + (16 - 18.375) ** 2)


def test_too_short_a_series_carries_its_last_value_on() -> None:
    assert forecast([], 2) == []
    assert [(point.value, point.low) for point in forecast([3.0], 2)] == [(3.0, None), (3.0, None)]
    near, far = forecast([3.0, 5.0], 2)
    assert near.value == far.value == 5
    assert near.low is not None
    assert far.low is not None
    assert far.low < near.low < 5


@given(st.lists(st.floats(0, 1), min_size=1, max_size=24), st.integers(1, 6))
def test_every_interval_holds_its_value_and_widens(series: list[float], steps: int) -> None:
    points = forecast(series, steps)
    widths = [point.high - point.low for point in points if point.high is not None and point.low is not None]
    assert len(points) == steps
    assert all(point.low is None or point.low <= point.value <= (point.high or 0) for point in points)
    assert all(later >= earlier - 1e-12 for earlier, later in itertools.pairwise(widths))


def test_the_interval_holds_about_as_often_as_it_says() -> None:
    """Random walks with noise of their own: four of five next values lie within the interval."""
    chance, inside, rounds = Random(7), 0, 400
    for _round in range(rounds):
        series = [1.0]
        for _step in range(16):
            series.append(series[-1] + chance.gauss(0, 0.1))
        point = forecast(series[:-1], 1)[0]
        inside += (point.low or 0) <= series[-1] <= (point.high or 0)
    assert 0.70 <= inside / rounds <= 0.90

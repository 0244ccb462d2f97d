"""Scores: taken apart, kept in step with the ledgers, the same whichever way they are counted, and as of any day."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from store import tables
from store.db import Tx, open_engine
from store.profile.grading import Span, astray, grade, recount, refresh, spans
from store.profile.score import score
from store.tables.library import indicator_value
from store.tables.profile import score_snapshot, shop_tally
from tests.store.problems import FEEDBACK, act, problem
from tests.store.profile.books import AT, confirm, flowed, line, matter, provincial, stored
from tests.world import CODE, SHOP, SHOP_NEAR, SHOP_SX

DAY = timedelta(days=1)
ALL = Span("0", "9")
CODES = [CODE, "W10101", "W20999", None]


async def test_a_verdict_counts_from_the_moment_it_is_given(tx: Tx) -> None:
    number = await problem(tx)
    await act(tx, number, "receive", "mq-mi", AT)
    await act(tx, number, "feedback", "mq-mi", AT, **FEEDBACK)
    assert await stored(tx) is None
    await act(tx, number, "verify_closed", "mq-ng1", AT + DAY, text="属实")
    row = await stored(tx)
    assert row is not None
    taken_apart = await score(tx, SHOP, AT + DAY)
    assert row["score"] == taken_apart.value == pytest.approx(80 * (1 - 2 ** (-5 / 20)))
    assert (row["level"], row["county_code"], row["at"]) == ("service", "411421", AT + DAY)
    (dimension,) = taken_apart.dimensions
    assert dimension.kind.code == "W202"
    assert [(one.kind.code, one.worth) for one in dimension.indicators] == [(CODE, 5.0)]
    assert [one.number for one in dimension.indicators[0].problems] == [number]


async def test_a_score_is_the_sum_of_its_parts_down_to_each_problem(tx: Tx) -> None:
    for days, code in enumerate((CODE, CODE, "W10101", None)):
        await confirm(tx, AT - days * 30 * DAY, indicator=code)
    await provincial(tx, 64, date(2026, 11, 1), AT - DAY)
    await flowed(tx, 12, "2026-Q3", AT - DAY)
    found = await score(tx, SHOP, AT)
    assert found.value == pytest.approx(found.parts.city + found.parts.province + found.parts.outflow)
    assert found.parts.city == pytest.approx(sum(one.adds for one in found.dimensions))
    for dimension in found.dimensions:
        assert dimension.adds == pytest.approx(sum(one.adds for one in dimension.indicators))
        for indicator in dimension.indicators:
            assert indicator.adds == pytest.approx(sum(one.adds for one in indicator.problems))
            assert indicator.points == pytest.approx(sum(one.points for one in indicator.problems))
    assert found.parts.province == pytest.approx(0.64 * 30)
    assert [one.kind.code for one in found.dimensions] == ["W202", "W101", ""]


async def test_multipliers_of_every_node_above_count(tx: Tx) -> None:
    await confirm(tx, AT)
    node = tables.indicator
    await tx.execute(update(node).where(node.c.code == "W202").values(weight=2.0))
    await tx.execute(update(node).where(node.c.code == "W").values(weight=1.5))
    assert (await score(tx, SHOP, AT)).dimensions[0].points == pytest.approx(5 * 2 * 1.5)


@pytest.mark.parametrize("internal", [False, True])
async def test_matters_of_staff_never_count(tx: Tx, internal: bool) -> None:
    number = await matter(tx, internal=internal)
    await line(tx, number, "verify_closed", AT)
    assert (await score(tx, SHOP, AT)).value == 0 if internal else (await score(tx, SHOP, AT)).value > 0
    assert (await stored(tx) is None) is internal


async def test_what_was_ruled_unfounded_is_taken_back_and_may_come_again(tx: Tx) -> None:
    number = await matter(tx)
    for days, verb in enumerate(("verify", "rule_unfounded", "verify_closed", "verify_closed")):
        await line(tx, number, verb, AT + days * DAY)
    counted = [[one.at for one in _problems(await score(tx, SHOP, AT + days * DAY))] for days in range(4)]
    assert counted == [[AT], [], [AT + 2 * DAY], [AT + 2 * DAY]]
    row = await stored(tx)
    assert row is not None
    assert row["score"] == pytest.approx((await score(tx, SHOP, AT + 2 * DAY)).value)


def _problems(found: Any) -> list[Any]:
    return [one for dimension in found.dimensions for kind in dimension.indicators for one in kind.problems]


async def test_a_score_of_the_past_is_made_with_the_weights_of_its_day(tx: Tx) -> None:
    await confirm(tx, AT - 100 * DAY)
    await provincial(tx, 50, date(2026, 8, 1), AT - 90 * DAY)
    before = await score(tx, SHOP, AT - 50 * DAY)
    values = {"severity": 3, "responsible_department": "enforcement", "due_working_days": 7, "set_by": "sq-admin"}
    new = {"code": CODE, "valid_from": AT - 10 * DAY, "weight": 15.0, "set_at": AT - 10 * DAY}
    await tx.execute(insert(indicator_value).values(**values, **new))
    changed = {"key": "score.half_life_days", "valid_from": AT - 5 * DAY, "value": 60, "set_by": "sq-admin"}
    await tx.execute(insert(tables.setting).values(changed))
    await provincial(tx, 90, date(2026, 8, 1), AT - 3 * DAY)  # the same day, said anew
    assert await score(tx, SHOP, AT - 50 * DAY) == before
    assert (await score(tx, SHOP, AT - 9 * DAY)).dimensions[0].points == pytest.approx(15 * 2 ** (-91 / 180))
    now = await score(tx, SHOP, AT)
    assert now.dimensions[0].points == pytest.approx(15 * 2 ** (-100 / 60))
    assert now.parts.province == pytest.approx(27)
    await refresh(tx, ALL, AT)
    row = await stored(tx)
    assert row is not None
    assert row["score"] == pytest.approx(now.value)


async def test_a_new_code_leaves_the_past_as_it_was(tx: Tx) -> None:
    number = await confirm(tx, AT - 10 * DAY, indicator="W20999")
    problems = tables.problem
    await tx.execute(update(problems).where(problems.c.number == number).values(indicator="W10101"))
    await line(tx, number, "recode", AT, indicator="W10101", indicator_before="W20999")
    kinds = [
        [kind.kind.code for dimension in (await score(tx, SHOP, at)).dimensions for kind in dimension.indicators]
        for at in (AT - DAY, AT)
    ]
    assert kinds == [["W20999"], ["W10101"]]
    tallies = (await tx.execute(select(shop_tally.c.indicator))).scalars().all()
    assert tallies == ["W10101"]


STEP = st.tuples(
    st.sampled_from([SHOP, SHOP_NEAR, SHOP_SX]),
    st.sampled_from(["verify", "verify_closed", "rule_unfounded", "new", "new", "note"]),
    st.integers(0, 5),
    st.sampled_from(CODES),
    st.floats(0, 200),
)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(STEP, min_size=1, max_size=14), st.floats(0, 300))
async def test_in_step_is_the_same_as_counted_anew(world_url: str, steps: list[Any], rest: float) -> None:
    engine = open_engine(world_url, pool=1)
    async with engine.connect() as tx:
        await tx.begin()
        numbers: list[str] = []
        at = AT
        for shop, verb, which, code, days in steps:
            at += timedelta(days=days)
            if verb == "new" or not numbers:
                numbers.append(await confirm(tx, at, shop, code))
            else:
                await line(tx, numbers[which % len(numbers)], verb, at)
        at += timedelta(days=rest)
        assert await recount(tx, ALL, at) == 0  # nothing had to be put right
        await grade(tx, ALL, at)
        for shop in (SHOP, SHOP_NEAR, SHOP_SX):
            row = await stored(tx, shop)
            assert (row["score"] if row else 0) == pytest.approx((await score(tx, shop, at)).value, rel=1e-9, abs=1e-12)
        await tx.rollback()
    await engine.dispose()


async def test_books_that_were_never_counted_are_counted_whole(tx: Tx) -> None:
    for days in range(3):
        await confirm(tx, AT - days * DAY, SHOP if days else SHOP_SX)
    for table in ("shop_tally", "shop_score"):
        await tx.execute(tables.metadata.tables[table].delete())
    assert await astray(tx, AT) == [SHOP, SHOP_SX]
    assert await refresh(tx, ALL, AT) == (2, 2)
    assert await astray(tx, AT + DAY) == []
    assert await refresh(tx, ALL, AT + DAY) == (2, 0)
    for shop in (SHOP, SHOP_SX):
        row = await stored(tx, shop)
        assert row is not None
        assert row["score"] == pytest.approx((await score(tx, shop, AT + DAY)).value)


async def test_spans_hold_every_shop_once(tx: Tx) -> None:
    licences = (await tx.execute(select(tables.merchant.c.licence_no))).scalars().all()
    for size in (1, 2, 50):
        found = await spans(tx, size)
        assert sorted(one for one in licences for span in found if span.first <= one <= span.last) == sorted(licences)


async def test_a_snapshot_is_kept_of_days_that_moved_a_score(tx: Tx) -> None:
    for _ in range(3):
        await confirm(tx, AT)
    for days in range(30):
        await refresh(tx, ALL, AT + days * DAY)
    kept = (await tx.execute(select(score_snapshot).order_by(score_snapshot.c.day))).mappings().all()
    scores = [one["score"] for one in kept]
    assert kept[0]["day"] == date(2026, 11, 17)
    assert 1 < len(kept) < 10
    assert all(before - after >= 1 for before, after in pairwise(scores))

"""A score that crosses into key control asks for one visit, and what is found there comes back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from store import tables
from store.db import Tx
from store.ledger import apply
from store.moving.hearing import hearers
from store.profile.grading import Span, refresh
from store.profile.score import score
from store.profile.visits import due, history
from store.words import CLOCK, Ask, Moved
from tests.store.problems import FEEDBACK, FORM, act
from tests.store.profile.books import AT, confirm, flowed, provincial, stored
from tests.store.test_ledger import move, refused
from tests.world import CODE, MQ, SHOP

DAY = timedelta(days=1)
ALL = Span("0", "9")


async def crossed(tx: Tx) -> None:
    """The shop has as many confirmed problems as lead over the line."""
    while (await score(tx, SHOP, AT)).level != "key":
        await confirm(tx, AT)


async def strike(tx: Tx, asks: list[Ask], at: Any = AT) -> list[Moved]:
    return [await apply(tx, ask, CLOCK, at) for ask in asks]


async def test_crossing_the_line_asks_for_one_visit(tx: Tx) -> None:
    assert await due(tx, AT) == []
    await crossed(tx)
    asks = await due(tx, AT)
    (moved,) = await strike(tx, asks)
    entry = moved.entry
    assert (entry.state, entry.fields["source"], entry.fields["bureau"]) == ("county_review", "feed", MQ)
    assert (entry.fields["merchant"], entry.fields["indicator"], entry.fields["reporter"]) == (SHOP, CODE, None)
    assert entry.fields["text"].startswith("综合分值 ")
    assert {one.person.id for one in await hearers(tx, moved)} == {"mq-ng1", "mq-ng2"}
    assert (await refused(strike(tx, asks)))[0] == "already_warned"  # a second replica
    await confirm(tx, AT + DAY)  # still over the line
    await refresh(tx, ALL, AT + DAY)
    assert await due(tx, AT + DAY) == []
    (visit,) = await history(tx, SHOP, AT + DAY)
    assert (visit.clue, visit.outcome) == (entry.number, "reviewing")


async def test_what_the_visit_finds_comes_back(tx: Tx) -> None:
    await crossed(tx)
    before = (await score(tx, SHOP, AT)).value
    (clue,) = await strike(tx, await due(tx, AT))
    accepted = await move(tx, clue.entry.number, "accept", "mq-ng1", AT, **FORM, assignee="mq-mi")
    number = accepted.caused[0].entry.number
    assert [one.outcome for one in await history(tx, SHOP, AT)] == ["visiting"]
    await act(tx, number, "receive", "mq-mi", AT)
    await act(tx, number, "feedback", "mq-mi", AT, **FEEDBACK)
    await act(tx, number, "verify_closed", "mq-ng1", AT, text="现场查实")
    (visit,) = await history(tx, SHOP, AT)
    assert (visit.problem, visit.outcome, visit.found) == (number, "confirmed", "现场查实")
    row = await stored(tx)
    assert row is not None
    assert row["score"] == pytest.approx((await score(tx, SHOP, AT)).value)
    assert row["score"] > before


@pytest.mark.parametrize(
    ("verb", "fields", "outcome"),
    [
        ("dismiss", {"text": "走访过,无异常"}, "dismissed"),
        ("transfer_out", {"text": "移送", "authority": "市场监管局"}, "transferred"),
    ],
)
async def test_a_score_that_fell_well_below_the_line_may_cross_it_again(
    tx: Tx, verb: str, fields: dict[str, str], outcome: str
) -> None:
    await crossed(tx)
    (clue,) = await strike(tx, await due(tx, AT))
    later = AT + 400 * DAY
    await refresh(tx, ALL, later)
    assert [one.over_at for one in await history(tx, SHOP, later)] == [None]  # nobody has looked yet
    await move(tx, clue.entry.number, verb, "mq-ng1", later, **fields)
    await refresh(tx, ALL, later)
    assert [(one.outcome, one.over_at) for one in await history(tx, SHOP, later)] == [(outcome, later)]
    while (await score(tx, SHOP, later)).level != "key":
        await confirm(tx, later)
    assert len(await due(tx, later)) == 1


async def test_just_below_the_line_is_not_over(tx: Tx) -> None:
    await crossed(tx)
    (clue,) = await strike(tx, await due(tx, AT))
    await move(tx, clue.entry.number, "dismiss", "mq-ng1", AT, text="已看过")
    at = AT
    while (await score(tx, SHOP, at)).level == "key":
        at += DAY
    await refresh(tx, ALL, at)
    await confirm(tx, at + DAY)
    assert await due(tx, at + DAY) == []


async def test_a_shop_that_closed_is_left_alone(tx: Tx) -> None:
    shop = tables.merchant
    await tx.execute(update(shop).where(shop.c.licence_no == SHOP).values(status="closed"))
    await crossed(tx)
    assert await due(tx, AT) == []


async def test_provincial_data_alone_lead_to_the_catch_all(tx: Tx) -> None:
    at = AT
    await provincial(tx, 100, AT.date(), AT)
    await flowed(tx, 500, "2026-Q4", AT)
    changed = {"key": "score.key", "valid_from": AT, "value": 50, "set_by": "sq-admin"}
    await tx.execute(tables.setting.insert().values(changed))
    await refresh(tx, ALL, at)
    (ask,) = await due(tx, at)
    assert ask.fields["indicator"] == "W20999"
    assert "省局评分(30.0)" in ask.fields["text"]


async def test_nobody_is_asked_for_more(tx: Tx) -> None:
    await crossed(tx)
    (clue,) = await strike(tx, await due(tx, AT))
    assert (await refused(move(tx, clue.entry.number, "ask_info", "mq-ng1", text="在哪")))[0] == "nobody_to_ask"

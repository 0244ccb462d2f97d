"""The warning rules on orders: whom they warn of, whom not, and that each warning becomes one clue."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from store import tables
from store.clock import alarms
from store.clock.workdays import seed_calendar
from store.feeds.batches import undo
from store.feeds.judging import waiting
from store.feeds.rules import RULES, reason
from store.ledger import apply
from store.moving.entries import load_entry
from store.moving.hearing import hearers
from store.tables.feeds import feed_warning
from store.words import CLOCK, Ask, Ledger, Refused
from tests.store.feeding import AT, order, ordered
from tests.world import MQ, SHOP, SHOP_NEAR, SHOP_SX, build_world, who

CYCLES = ("2026-28", "2026-29", "2026-30", "2026-31")
_CODES = (("W20202", "W202", "订单均价异常"), ("W20203", "W202", "同一IP为多户订货"))


@pytest.fixture
async def books(engine: AsyncEngine) -> AsyncEngine:
    async with engine.begin() as tx:
        await build_world(tx)
        await seed_calendar(tx)
        like = select(tables.indicator).where(tables.indicator.c.code == "W20201")
        row = dict((await tx.execute(like)).mappings().one())
        more = [{**row, "code": code, "parent_code": parent, "name_zh": name} for code, parent, name in _CODES]
        await tx.execute(insert(tables.indicator), more)
    return engine


def cycles(*quantities: float, **how: Any) -> list[dict[str, Any]]:
    """Orders of as many cycles as there are quantities, up to the last of `CYCLES`; 0 is none."""
    pairs = zip(CYCLES[-len(quantities) :], quantities, strict=True)
    return [order(cycle, quantity, **how) for cycle, quantity in pairs if quantity]


async def warned(books: AsyncEngine) -> list[tuple[str, str, str]]:
    own = feed_warning.c
    async with books.connect() as tx:
        rows = await tx.execute(select(own.rule, own.licence_no, own.cycle).order_by(own.rule, own.licence_no))
        return [(row.rule, row.licence_no, row.cycle) for row in rows]


SURGE = ("brand_surge", SHOP, CYCLES[-1])


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (cycles(10, 10, 10, 21), [SURGE]),
        (cycles(10, 10, 10, 20), []),  # twice as much is not more than twice
        (cycles(6, 10, 14, 20.5), [SURGE]),
        (cycles(10, 10, 21), []),  # three cycles are the measure
        (cycles(0, 10, 10, 50), []),  # a shop that missed one has none
        (cycles(1, 1, 1, 4), []),  # too little to speak of
        ([*cycles(10, 10, 10, 10), *cycles(3, 0, 0, 6, brand="利群")], [SURGE]),  # a mean of one
        ([*cycles(10, 10, 10, 10), order(CYCLES[-1], 90, brand="利群")], []),  # a brand that is new has no mean
        ([*cycles(5, 5, 5, 6), *cycles(5, 5, 5, 6, price=450)], []),
        (
            [*cycles(5, 5, 5, 0, price=100), order(CYCLES[-1], 5, price=201)],
            [("price_surge", SHOP, CYCLES[-1])],
        ),
        ([*cycles(5, 5, 5, 0, price=100), order(CYCLES[-1], 5, price=200)], []),
        (
            [order("2026-31", 1, shop, address="10.0.0.7") for shop in (SHOP, SHOP_SX)],
            [("shared_address", SHOP, "2026-31"), ("shared_address", SHOP_SX, "2026-31")],
        ),
        ([order("2026-31", 1, address="10.0.0.7"), order("2026-31", 2, brand="利群", address="10.0.0.7")], []),
        ([order("2026-30", 1, address="10.0.0.7"), order("2026-31", 2, SHOP_SX, address="10.0.0.7")], []),
        ([order("2026-31", 1, shop) for shop in (SHOP, SHOP_SX)], []),  # an address that is not known is none
    ],
)
async def test_whom_the_rules_warn_of(books: AsyncEngine, rows: list[dict[str, Any]], expected: list[Any]) -> None:
    unlike = [{**row, "at": f"2026-0{n % 9 + 1}-01 08:00"} for n, row in enumerate(rows)]
    done = await ordered(books, *unlike)
    assert done.ok, done.lines("en")
    assert (await warned(books), done.warnings) == (expected, len(expected))


async def test_thresholds_are_dated_settings(books: AsyncEngine) -> None:
    async with books.begin() as tx:
        setting = {"set_by": "sq-admin", "value": 300}
        rows = [
            {**setting, "key": "feed.brand_percent", "valid_from": AT - timedelta(days=1)},
            {**setting, "key": "feed.brand_percent", "valid_from": AT + timedelta(days=1), "value": 100},
            {**setting, "key": "feed.shops_at_address", "valid_from": AT, "value": 3},
        ]
        await tx.execute(insert(tables.setting), rows)
    await ordered(books, *cycles(10, 10, 10, 30, address="x"), *cycles(1, shop=SHOP_SX, address="x"))
    assert await warned(books) == []
    await ordered(books, *cycles(10, 10, 10, 31, shop=SHOP_NEAR))
    assert await warned(books) == [("brand_surge", SHOP_NEAR, CYCLES[-1])]


async def test_what_waits_is_always_what_the_orders_in_the_books_say(books: AsyncEngine) -> None:
    last = await ordered(books, *cycles(30))
    await ordered(books, *cycles(10, 10, 10, 0))
    assert await warned(books) == [SURGE]  # cycles that came late are the measure of a later one
    corrected = await ordered(books, order(CYCLES[-1], 15))
    assert (corrected.report.changed, await warned(books)) == (1, [])
    async with books.begin() as tx:
        assert (await undo(tx, corrected.batch or 0, "sq-admin", AT)).waiting == 1
    assert await warned(books) == [SURGE]
    async with books.begin() as tx:
        await undo(tx, last.batch or 0, "sq-admin", AT)
    assert await warned(books) == []


async def test_each_warning_becomes_one_clue_with_the_supervision_of_the_shop(books: AsyncEngine) -> None:
    await ordered(books, *cycles(10, 10, 10, 25), *cycles(1, shop=SHOP_SX, address="10.0.0.7"))
    async with books.begin() as tx:
        asks = await alarms.overdue_moves(tx, AT)
        assert [(ask.ledger, ask.verb, ask.fields["merchant"]) for ask in asks] == [(Ledger.CLUE, "report", SHOP)]
        moved = await apply(tx, asks[0], CLOCK, AT)
        fields = moved.entry.fields
        assert (moved.entry.state, fields["source"], fields["bureau"], fields["reporter"]) == (
            "county_review",
            "feed",
            MQ,
            None,
        )
        assert (fields["merchant"], fields["indicator"], fields["severity"]) == (SHOP, "W20201", 3)
        assert moved.text == (
            "订货预警，2026-31 周期，单品订货突增：“黄山”订 25 条，是前几个周期均值（10 条）的 2.5 倍。"
        )
        assert [one.person.id for one in await hearers(tx, moved)] == ["mq-ng1", "mq-ng2"]
        with pytest.raises(Refused, match="already_warned"):
            await apply(tx, asks[0], CLOCK, AT)
        assert await waiting(tx, 9) == []
    done = await ordered(books, order(CYCLES[-1], 60))  # another figure for the same cycle
    assert (done.report.changed, done.warnings) == (1, 0)
    async with books.begin() as tx:
        await undo(tx, done.batch or 0, "sq-admin", AT)
        assert (await tx.execute(select(func.count()).select_from(tables.clue))).scalar_one() == 1


async def test_a_clue_from_data_can_be_worked_on_but_nobody_is_asked(books: AsyncEngine) -> None:
    await ordered(books, *cycles(10, 10, 10, 25))
    async with books.begin() as tx:
        number = (await apply(tx, (await waiting(tx, 1))[0], CLOCK, AT)).entry.number
        with pytest.raises(Refused, match="nobody_to_ask"):
            await apply(tx, Ask(Ledger.CLUE, "ask_info", number, {"text": "怎么回事"}), who("mq-ng1"), AT)
        await apply(tx, Ask(Ledger.CLUE, "escalate", number, {"text": "多户"}), who("mq-ng1"), AT)
        entry = await load_entry(tx, number)
        assert entry
        assert (entry.state, entry.fields["came_from"]) == ("city_review", None)


async def test_an_indicator_that_the_library_lacks_holds_nobody_else_up(books: AsyncEngine) -> None:
    await ordered(books, *(order("2026-31", 1, shop, address="10.0.0.7") for shop in (SHOP, SHOP_SX)))
    await ordered(books, *cycles(10, 10, 10, 25))
    async with books.begin() as tx:
        code = tables.indicator.c.code
        await tx.execute(tables.indicator.update().where(code == "W20203").values(active=False))
        assert [ask.fields["rule"] for ask in await waiting(tx, 9)] == ["brand_surge"]


def test_every_rule_says_what_it_saw_in_both_languages() -> None:
    facts: dict[str, dict[str, Any]] = {
        "brand_surge": {"count": 7, "brands": [{"brand": "黄山", "quantity": 25, "mean": 10}]},
        "price_surge": {"price": 201.5, "mean": 100},
        "shared_address": {"count": 1, "addresses": [{"address": "10.0.0.7", "shops": 9, "others": [SHOP_SX]}]},
    }
    said = [reason(rule, "2026-31", facts[rule.name], language) for rule in RULES for language in ("en", "zh")]
    assert said == [
        "Warning from orders, cycle 2026-31, a brand's order surges: “黄山”: 25 cartons, 2.5 times its mean of the "
        "cycles before (10); and 6 more.",
        "订货预警，2026-31 周期，单品订货突增：“黄山”订 25 条，是前几个周期均值（10 条）的 2.5 倍；另有 6 项。",
        "Warning from orders, cycle 2026-31, the average price surges: A carton cost 201.5 yuan on average, 2.0 times "
        "the mean of the cycles before (100).",
        "订货预警，2026-31 周期，订单均价异常：平均每条 201.5 元，是前几个周期均价（100 元）的 2.0 倍。",
        "Warning from orders, cycle 2026-31, one address orders for several shops: 10.0.0.7 ordered for 9 shops, also "
        f"for {SHOP_SX}….",
        f"订货预警，2026-31 周期，同一地址为多户订货：10.0.0.7 为 9 户订货，另有 {SHOP_SX}…。",
    ]

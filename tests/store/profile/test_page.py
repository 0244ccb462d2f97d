"""The whole profile, and who may read how much of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from store import tables
from store.db import Tx
from store.profile.around import evidence
from store.profile.grading import Span, refresh
from store.profile.page import profile
from store.profile.reading import may_read
from tests.store.problems import FEEDBACK, accept, act, problem
from tests.store.profile.books import AT, confirm
from tests.store.test_ledger import photo, report
from tests.world import CODE, CODE_INTERNAL, SHOP, SHOP_NEAR, SHOP_SX, who

DAY = timedelta(days=1)


async def test_everything_about_a_shop_on_one_page(tx: Tx) -> None:
    seen = await photo(tx, "mq-cm")
    await tx.execute(update(tables.evidence).values(state="stored"))
    clue = (await report(tx, photos=[seen])).entry.number
    number = (await accept(tx, clue)).caused[0].entry.number
    await act(tx, number, "receive", "mq-mi", AT)
    await act(tx, number, "feedback", "mq-mi", AT, **FEEDBACK)
    await act(tx, number, "verify_closed", "mq-ng1", AT, text="属实")
    running = await problem(tx)
    await confirm(tx, AT, shop=SHOP_NEAR)
    await refresh(tx, Span("0", "9"), AT)
    found = await profile(tx, who("mq-ng1"), SHOP, AT)
    assert found is not None
    assert (found.shop.name, found.shop.county_zh, found.shop.place) == ("江山便利店", "民权县局", (34.6494, 115.1423))
    assert [one.id for one in found.served_by] == ["mq-cm", "mq-dw", "mq-mi"]
    assert (found.level, found.score.level) == ("服务", "service")
    assert found.seen == {number}
    assert ([one.number for one in found.running.shown], found.running.total) == ([running], 1)
    assert ([one.number for one in found.past.shown], found.past.total) == ([number], 1)
    assert [one.licence_no for one in found.neighbours] == [SHOP_NEAR, "411421100003"]
    assert found.neighbours[0].metres == pytest.approx(99, abs=2)
    assert found.neighbours[0].score == pytest.approx(found.score.value)
    assert [(one.id, one.number) for one in found.photos] == [(seen, clue)]
    assert [one.score for one in found.days] == [pytest.approx(found.score.value)]
    proof = await evidence(tx, who("mq-ng1"), number)
    assert proof is not None
    assert [(one.id, one.number) for one in proof] == [(seen, clue)]
    assert await evidence(tx, who("sx-ng"), number) is None


async def test_as_of_a_day_before_nothing_of_it_is_there(tx: Tx) -> None:
    await problem(tx)
    await confirm(tx, AT)
    found = await profile(tx, who("mq-ng1"), SHOP, AT - DAY)
    assert found is not None
    assert (found.score.value, found.running.total, found.past.total) == (0, 0, 0)


@pytest.mark.parametrize(
    ("userid", "expected"),
    [
        ("mq-cm", [SHOP]),
        ("mq-cm2", []),
        ("mq-mi", [SHOP]),
        ("mq-yx-head", [SHOP]),
        ("mq-ng1", [SHOP]),
        ("mq-leader", [SHOP]),
        ("sx-ng", [SHOP_SX]),
        ("sx-cm", [SHOP_SX]),
        ("sq-ng1", [SHOP, SHOP_SX]),
        ("sq-leader", [SHOP, SHOP_SX]),
        ("sq-yx-head", [SHOP, SHOP_SX]),
        ("sq-yx", []),
        ("sq-admin", []),
        ("sq-custodian", []),
    ],
)
async def test_who_may_read_which_profiles(tx: Tx, userid: str, expected: list[str]) -> None:
    for shop in (SHOP, SHOP_SX, "999999999999"):
        assert await may_read(tx, who(userid), shop) is (shop in expected)
        assert (await profile(tx, who(userid), shop, AT) is not None) is (shop in expected)


async def test_whoever_has_a_task_there_may_read_while_it_lasts(tx: Tx) -> None:
    assert not await may_read(tx, who("mq-zm-head"), SHOP_SX)
    assert not await may_read(tx, who("mq-cm2"), SHOP)
    number = await problem(tx)
    await tx.execute(update(tables.task).where(tables.task.c.number == number).values(person_id="mq-cm2"))
    assert await may_read(tx, who("mq-cm2"), SHOP)
    await tx.execute(update(tables.task).where(tables.task.c.number == number).values(state="reassigned"))
    assert not await may_read(tx, who("mq-cm2"), SHOP)


async def test_entries_out_of_sight_are_in_no_count(tx: Tx) -> None:
    await report(tx, by="mq-cm2")
    await report(tx, by="mq-cm2", indicator=CODE_INTERNAL)
    counts = {}
    for userid in ("mq-cm", "mq-ng1", "sq-ng1"):
        found = await profile(tx, who(userid), SHOP, AT)
        assert found is not None
        counts[userid] = found.running.total
    assert counts == {"mq-cm": 0, "mq-ng1": 1, "sq-ng1": 2}


async def test_what_is_said_is_said_in_the_readers_language(tx: Tx) -> None:
    for _ in range(9):
        await confirm(tx, AT, indicator=CODE)
    english, chinese = await profile(tx, who("sq-ng2"), SHOP, AT), await profile(tx, who("sq-ng1"), SHOP, AT)
    assert english is not None
    assert chinese is not None
    assert english.level == "watch"
    assert english.advice == (
        "Keep an eye on this shop: look in within a month. It comes from: Wrong codes and diversion (63.2)."
    )
    assert chinese.advice == "请多加关注，一个月内走访一次。主要来自：串码外流(63.2)。"

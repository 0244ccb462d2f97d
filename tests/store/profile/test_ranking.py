"""Lists of shops by score, within scope."""

from __future__ import annotations

import pytest

from store.db import Tx
from store.profile.ranking import STANDING_OUT, Wanted, by_level, ranking
from store.words import FieldRole
from tests.store.profile.books import AT, confirm
from tests.world import MQ, SHOP, SHOP_NEAR, SHOP_SX, SX, who


async def _books(tx: Tx) -> None:
    for shop, problems in ((SHOP, 16), (SHOP_NEAR, 6), (SHOP_SX, 7), ("411422100002", 1)):
        for _ in range(problems):
            await confirm(tx, AT, shop)


@pytest.mark.parametrize(
    ("userid", "asked", "expected"),
    [
        ("sq-leader", {"levels": STANDING_OUT}, [SHOP, SHOP_SX, SHOP_NEAR]),
        ("sq-leader", {}, [SHOP, SHOP_SX, SHOP_NEAR, "411421100003", "411422100002"]),
        ("sq-leader", {"levels": ("service",)}, ["411421100003", "411422100002"]),
        ("sq-leader", {"start": 1, "size": 3}, [SHOP_SX, SHOP_NEAR, "411421100003"]),
        ("sq-leader", {"staff": ("mq-cm",)}, [SHOP, SHOP_NEAR, "411421100003"]),
        ("sq-leader", {"staff": ("mq-cm",), "role": FieldRole.DELIVERY_WORKER}, []),
        ("sq-leader", {"licences": (SHOP_SX, SHOP)}, [SHOP_SX, SHOP]),
        ("mq-ng1", {"licences": (SHOP_SX, SHOP)}, [SHOP]),
        ("sq-leader", {"levels": ("key",)}, [SHOP]),
        ("sq-leader", {"levels": ("watch",), "county": MQ}, [SHOP_NEAR]),
        ("sq-leader", {"grade": "31"}, []),
        ("mq-ng1", {"levels": STANDING_OUT}, [SHOP, SHOP_NEAR]),
        ("mq-ng1", {"county": SX}, []),
        ("sx-cm", {}, [SHOP_SX, "411422100002"]),
        ("sq-admin", {}, []),
    ],
)
async def test_the_highest_come_first_within_scope(
    tx: Tx, userid: str, asked: dict[str, object], expected: list[str]
) -> None:
    await _books(tx)
    part = {name: asked.pop(name) for name in ("start", "size") if name in asked}
    found = await ranking(tx, who(userid), Wanted(**asked), **part)  # type: ignore[arg-type]
    assert [one.licence_no for one in found.shops] == expected
    assert found.total == (5 if part else len(expected))


async def test_how_many_stand_out_where(tx: Tx) -> None:
    await _books(tx)
    assert await by_level(tx, who("sq-leader")) == {(MQ, "key"): 1, (MQ, "watch"): 1, (SX, "watch"): 1}
    assert await by_level(tx, who("mq-ng1")) == {(MQ, "key"): 1, (MQ, "watch"): 1}

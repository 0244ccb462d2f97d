"""The library answers words, codes and browsing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from store import tables
from store.master.imports import import_file
from store.master.indicators import BEST, facts, load, look
from store.samples.sample_shops import DATA
from store.words import Department, Found, Lookup
from tests.world import who

ASKER, AT = who("mq-cm"), datetime(2026, 11, 16, 1, tzinfo=UTC)

BEST_FOR = {
    "串码": "W10202",
    "这家店卖的烟码不对,像是别人家的码": "W10202",
    "没有烟草证在卖烟": "W10101",
    "假烟": "W10301",
    "把烟卖给学生": "W10601",
    "朋友圈卖烟": "W10703",
    "烟酒回收 收烟": "W10404",
    "天价烟": "W20306",
    "送货员把烟放路边": "N20202",
    "客户经理让员工倒烟": "N10101",
    "counterfeit cigarettes": "W10301",
    "selling vapes without licence": "W10701",
    "bribe": "N10106",
    "快递寄烟": "W10505",
    "ＰＳ证": "W10105",
}
QUERIES: list[tuple[dict[str, Any], list[str]]] = [
    ({"code": "W10202"}, ["W10202"]),
    ({"code": " w10202 "}, ["W10202"]),
    ({"words": "Ｗ１０２０２"}, ["W10202"]),
    ({"code": "w102"}, ["W10201", "W10202", "W10203"]),
    ({"code": "w999"}, []),
    ({"parent": None}, ["N", "W"]),
    ({"parent": None, "side": "external"}, ["W"]),
    ({"parent": "W102"}, ["W10201", "W10202", "W10203"]),
    ({"parent": "W10202"}, []),
]


@pytest.fixture
async def library(engine: AsyncEngine) -> AsyncEngine:
    async with engine.begin() as tx:
        assert (await import_file(tx, "indicators", DATA / "indicators.csv")).added == 120
    return engine


async def find(library: AsyncEngine, language: str = "zh", **query: Any) -> Found:
    async with library.connect() as tx:
        return await look(tx, Lookup("indicator", query, language), ASKER, AT)


async def test_words_find_the_indicator(library: AsyncEngine) -> None:
    found = {words: await find(library, words=words) for words in BEST_FOR}
    assert {words: one.items[0].value for words, one in found.items()} == BEST_FOR
    assert max(len(one.items) for one in found.values()) <= BEST
    assert all(item.data["leaf"] for one in found.values() for item in one.items)


async def test_words_that_mean_nothing_here_find_nothing(library: AsyncEngine) -> None:
    for words in ("", "你好", "今天天气不错", "zzz", "a"):
        assert (await find(library, words=words)).items == ()


async def test_codes_and_browsing(library: AsyncEngine) -> None:
    for query, codes in QUERIES:
        assert [item.value for item in (await find(library, **query)).items] == codes, query


async def test_how_an_indicator_is_shown(library: AsyncEngine) -> None:
    item = (await find(library, code="W10202")).items[0]
    assert (item.label, item.detail) == ("W10202 经营非本店喷码卷烟(串码烟)", "进货渠道违法")
    assert item.data == {
        "code": "W10202",
        "leaf": True,
        "severity": 4,
        "side": "external",
        "name": "经营非本店喷码卷烟(串码烟)",
    }
    english = (await find(library, "en", code="W10202")).items[0]
    assert (english.label, english.detail) == (
        "W10202 Holding packs coded to another retailer",
        "Illegal supply channel",
    )


async def test_long_lists_come_in_pages(library: AsyncEngine) -> None:
    first, second = [await find(library, parent="W203", page=page) for page in (0, 1)]
    assert ([len(first.items), len(second.items)], first.total) == ([8, 1], 9)


async def test_what_is_switched_off_is_not_offered(library: AsyncEngine) -> None:
    async with library.begin() as tx:
        gone = tables.indicator.c.code == "W10202"
        await tx.execute(update(tables.indicator).where(gone).values(active=False))
    assert (await find(library, code="W10202")).items == ()
    assert "W10202" not in [item.value for item in (await find(library, words="串码")).items]
    async with library.connect() as tx:
        assert await facts(tx, "W10202", AT) is not None


async def test_facts(library: AsyncEngine) -> None:
    async with library.connect() as tx:
        plain, other, internal = [await facts(tx, code, AT) for code in ("w10202", "W20999", "N10106")]
        assert await facts(tx, "X1", AT) is None
        assert len(await load(tx, AT)) == 120
    assert plain is not None
    assert other is not None
    assert internal is not None
    assert (plain.side, plain.severity, plain.department, plain.due_working_days) == (
        "external",
        4,
        Department.ENFORCEMENT,
        5,
    )
    assert [(one.is_other, one.internal) for one in (plain, other, internal)] == [
        (False, False),
        (True, False),
        (False, True),
    ]

"""Every way of finding a shop."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from store import tables
from store.master.geo import spot, to_gcj02
from store.master.merchants import MANY, PAGE, by_licence, grams, look
from store.master.pinyin import initials, person_initials
from store.words import Found, Level, Lookup, Person, Role
from tests.world import MQ, SX, build_world

HERE = (34.6494, 115.1423)
MINQUAN = Person("a", "a", Role.FIELD_STAFF, f"{MQ}-YX", None, MQ, Level.COUNTY)
SUIXIAN = Person("b", "b", Role.FIELD_STAFF, f"{SX}-YX", None, SX, Level.COUNTY)

_SHOPS = [
    # licence number, name, owner, county, metres north of HERE (None: no position)
    ("411421200001", "鸿运烟酒", "欧阳娜", MQ, 50),
    ("411421200002", "鸿运烟酒超市", "单志强", MQ, 900),
    ("411421200003", "7-11便利店", "Li Na", MQ, None),
    ("411422200001", "鸿运烟酒", "王鸿运", SX, 3_000),
    ("411422200002", "老街(二店)", "王犇", SX, 9_000),
    ("411422200003", "睢州大商行", "张三", SX, 12_000),
]

WORDS = {
    "鸿运烟酒": ["411421200001", "411421200002", "411422200001"],
    "运烟": ["411421200001", "411421200002", "411422200001"],
    "酒超": ["411421200002"],
    "犇": ["411422200002"],
    "欧阳": ["411421200001"],
    "单志强": ["411421200002"],
    "li na": ["411421200003"],
    "7-11": ["411421200003"],
    "７－１１": ["411421200003"],
    "二店": ["411422200002"],
    "(二店)": ["411422200002"],
    "hyyjcs": ["411421200002"],
    "HYYJ": ["411421200001", "411421200002", "411422200001"],
    "szdsh": ["411422200003"],
    "鸿运 王": ["411422200001"],
    "鸿运 超市": ["411421200002"],
    "411422200003": ["411422200003"],
    "4114 2220 0003": ["411422200003"],
    "４１１４２２２００００３": ["411422200003"],
    "4114222": ["411422200001", "411422200002", "411422200003"],
    "6112200001234567 HNSQ411422200003": ["411422200003"],
    "HNSQ411422200003": ["411422200003"],
    "烟酒运鸿": [],
    "%": [],
    "'; DROP TABLE merchant": [],
    "": [],
}


@pytest.fixture
async def books(engine: AsyncEngine) -> AsyncEngine:
    async with engine.begin() as tx:
        await build_world(tx)
        await tx.execute(insert(tables.merchant), [_row(*shop) for shop in _SHOPS])
    return engine


def _row(licence: str, name: str, owner: str, county: str, north: float | None) -> dict[str, Any]:
    lat, lon = (None, None) if north is None else (HERE[0] + north / 111_195, HERE[1])
    letters = initials(name)
    return {
        "licence_no": licence,
        "name": name,
        "owner": owner,
        "address": "人民路 1 号",
        "county_code": county,
        "lat": lat,
        "lon": lon,
        "spot": spot(lat, lon) if lat is not None and lon is not None else None,
        "initials": letters,
        "grams": grams(name, owner, letters, county),
        "status": "closed" if licence.endswith("200003") else "open",
    }


async def find(books: AsyncEngine, who: Person = MINQUAN, language: str = "zh", **query: Any) -> Found:
    async with books.connect() as tx:
        return await look(tx, Lookup("merchant", query, language), who)


async def test_words_find_shops(books: AsyncEngine) -> None:
    found = {words: await find(books, words=words) for words in WORDS}
    assert {words: [item.value for item in one.items] for words, one in found.items()} == WORDS
    assert {words: one.total for words, one in found.items()} == {words: len(one) for words, one in WORDS.items()}


async def test_own_county_comes_first(books: AsyncEngine) -> None:
    theirs = await find(books, SUIXIAN, words="鸿运烟酒")
    assert [item.value for item in theirs.items] == ["411422200001", "411421200001", "411421200002"]


async def test_the_nearest_come_first(books: AsyncEngine) -> None:
    place = {"lat": HERE[0], "lon": HERE[1], "datum": "wgs84"}
    near = await find(books, place=place)
    assert [item.value for item in near.items[:4]] == ["411421100001", "411421200001", "411421100002", "411421200002"]
    assert near.items[1].detail == "欧阳娜 · 人民路 1 号 · 50 米"
    assert near.items[1].data["distance_m"] == 50
    farther = await find(books, SUIXIAN, place=place, words="鸿运烟酒")
    assert [item.value for item in farther.items] == ["411421200001", "411421200002", "411422200001"]
    assert [item.detail.split(" · ")[-1] for item in farther.items] == ["50 米", "900 米", "3.0 公里"]


async def test_the_datum_of_a_place_is_heeded(books: AsyncEngine) -> None:
    lat, lon = to_gcj02(*HERE)
    near = await find(books, language="en", place={"lat": lat, "lon": lon, "datum": "gcj02"})
    assert near.items[0].detail.endswith(" · 0 m")


@pytest.mark.parametrize(
    "place", [{"lat": 91, "lon": 0}, {"lat": "north"}, {}, {"lat": 34, "lon": 115, "datum": "bd09"}]
)
async def test_a_place_that_is_none_finds_nothing(books: AsyncEngine, place: dict[str, Any]) -> None:
    assert (await find(books, place=place)).items == ()


async def test_a_carton_code_says_what_is_wrong(books: AsyncEngine) -> None:
    short = await find(books, language="en", words="6112200001234567HNSQ41142110012")
    assert (short.items, short.note) == (
        (),
        "A pack code has 32 characters in two lines of 16; 31 were typed. Please check them.",
    )
    strange = await find(books, words="6112200001234567HNSQ999999100123")
    assert strange.items == ()
    assert "999999100123" in strange.note


async def test_pages_and_totals(books: AsyncEngine) -> None:
    async with books.begin() as tx:
        rows = [_row(f"4114213{number:05d}", f"福源百货{number}", "赵", MQ, number) for number in range(MANY + 5)]
        await tx.execute(insert(tables.merchant), rows)
    pages = [await find(books, words="福源百货", page=page) for page in range(3)]
    assert [len(page.items) for page in pages] == [PAGE] * 3
    assert {page.total for page in pages} == {MANY}
    assert len({item.value for page in pages for item in page.items}) == 3 * PAGE


async def test_a_closed_shop_is_found_and_says_so(books: AsyncEngine) -> None:
    assert (await find(books, words="7-11")).items[0].detail == "Li Na · 人民路 1 号 · 已歇业"


async def test_by_licence(books: AsyncEngine) -> None:
    async with books.connect() as tx:
        row = await by_licence(tx, "411421200001")
        assert row is not None
        assert row["name"] == "鸿运烟酒"
        assert await by_licence(tx, "000000000000") is None


@pytest.mark.parametrize(
    ("name", "letters"),
    [("鸿运烟酒超市", "hyyjcs"), ("老李商行", "llsh"), ("重庆小面", "cqxm"), ("Ａ1便利·店", "a1bld"), ("", "")],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


@pytest.mark.parametrize(("name", "letters"), [("单志强", "szq"), ("曾敏", "zm"), ("Amy Zhou", "amyzhou"), ("解", "x")])
def test_initials_of_people(name: str, letters: str) -> None:
    assert person_initials(name) == letters

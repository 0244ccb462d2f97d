"""400 000 shops: how long importing them takes, and every way of finding one (goal: p95 <= 30 ms).

By hand: `python -m tests.bench.merchants`.
"""

from __future__ import annotations

import asyncio
import csv
import tempfile
import time
from pathlib import Path
from random import Random
from statistics import quantiles
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.commands.bench import Row, table
from bot.office import open_database
from bot.settings import Settings
from store.master.imports import import_file
from store.master.merchants import look
from store.samples.sample import load_sample, merchants
from store.words import Level, Lookup, Person, Role

SHOPS = 400_000
ROUNDS = 60
_COLUMNS = ["licence_no", "name", "owner", "address", "county_code", "lat", "lon", "datum", "grade", "status"]
_ROLES = ["customer_manager", "market_inspector", "delivery_worker"]

_COUNTY = Person("a", "a", Role.FIELD_STAFF, "411421-marketing", None, "411421", Level.COUNTY)
_CITY = Person("b", "b", Role.LEADER, "411400-leadership", None, "411400", Level.CITY)

# The hard words are those of very many shops, those of none in the asker's county, and single characters.
_WORDS = {
    "fragment of very many": ["烟酒", "超市", "商店", "百货"],
    "fragment of few": ["鸿运烟酒", "祥和绿洲", "张记桥头", "二道口名烟"],
    "fragment of another county": ["永城", "夏邑", "柘城烟酒", "虞城鸿运"],
    "fragment of none": ["不存在", "龘龘", "外星超市", "烟酒超市超"],
    "one character": ["店", "张", "酒", "鑫"],
    "initials": ["hyyj", "cs", "fyyjd", "sddcs"],
    "owner": ["张伟", "王建国", "欣怡", "诸葛"],
    "several words": ["民权 烟酒", "张 超市", "商店 李", "鸿运 东升"],
}


async def run(engine: AsyncEngine) -> list[Row]:
    """Import, import again, then search. The database must be empty."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "merchants.csv"
        _write(file)
        async with engine.begin() as tx:
            await load_sample(tx)
        rows = [Row("import 400 000 shops", await _import(engine, file), "s", goal="<= 60")]
        rows.append(Row("import them again", await _import(engine, file), "s", goal="<= 60"))
    every: list[float] = []
    for name, lookups in _questions().items():
        times = await _ask(engine, lookups)
        every += times
        rows.append(Row(f"find a shop: {name}, p95", _p95(times), "ms", goal="<= 30"))
    rows.append(Row("find a shop: all of these, p95", _p95(every), "ms", goal="<= 30"))
    return rows


def _write(file: Path) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, [*_COLUMNS, *_ROLES], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(merchants(SHOPS))


async def _import(engine: AsyncEngine, file: Path) -> float:
    began = time.perf_counter()
    async with engine.begin() as tx:
        report = await import_file(tx, "merchants", file)
    assert report.ok, report.lines("en")
    assert report.rows == SHOPS
    return time.perf_counter() - began


def _questions() -> dict[str, list[Lookup]]:
    chance = Random(1)
    places = [{"lat": chance.gauss(34.4, 0.2), "lon": chance.gauss(115.6, 0.3), "datum": "gcj02"} for _ in range(20)]
    questions = {name: [_lookup(words=word) for word in words] for name, words in _WORDS.items()}
    questions["licence number"] = [_lookup(words="411421100123"), _lookup(words="4114 8110 1234")]
    questions["beginning of a licence number"] = [_lookup(words="41142"), _lookup(words="4114211012")]
    questions["carton code"] = [_lookup(words="61122000012345678 HNSQ411421100123"[1:])]
    questions["nearest"] = [_lookup(place=place) for place in places]
    questions["nearest with a word of many"] = [_lookup(place=place, words="超市") for place in places]
    questions["nearest with a word of few"] = [_lookup(place=place, words="鸿运烟酒") for place in places]
    questions["nearest with a word of elsewhere"] = [_lookup(place=place, words="永城") for place in places]
    return questions


def _lookup(**query: Any) -> Lookup:
    return Lookup("merchant", query, "zh")


async def _ask(engine: AsyncEngine, lookups: list[Lookup]) -> list[float]:
    """Milliseconds of each question, asked in turn by somebody of a county and of the city; warmed up first."""
    times = []
    for number in range(ROUNDS + len(lookups)):
        async with engine.begin() as tx:
            began = time.perf_counter()
            await look(tx, lookups[number % len(lookups)], _CITY if number % 4 == 3 else _COUNTY)
            times.append((time.perf_counter() - began) * 1000)
    return times[len(lookups) :]


def _p95(times: list[float]) -> float:
    return quantiles(times, n=20)[-1]


async def _by_hand() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with open_database(Settings(data_dir=Path(folder))) as engine:
            print("\n".join(table(await run(engine))))


if __name__ == "__main__":
    asyncio.run(_by_hand())

"""Scores of 400 000 shops from 10 million lines: all counted anew, one kept in step by a move, one profile read.

By hand: `python -m tests.bench.profile`.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from random import Random
from statistics import quantiles

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.commands.bench import Row, table
from bot.office import open_database
from bot.settings import Settings
from bot.work.nightwork import grade_all
from store.profile.grading import grade, hold_shop, only, recount
from store.profile.page import profile
from store.profile.ranking import Wanted, by_level, ranking
from store.staff.offices import person_known
from tests.bench._million import fill
from tests.bench.ledger import AT

SHOPS = 400_000


async def run(engine: AsyncEngine) -> list[Row]:
    """Fill, then grade. The database must be empty."""
    await fill(engine, AT, SHOPS)
    rows = []
    nights = {"for the first time": 0, "the next night": 1, "the night after": 2}
    for name, days in nights.items():
        began = time.perf_counter()
        shops = await _night(engine, days)
        rows.append(Row(f"score {shops:,} shops anew, {name}", time.perf_counter() - began, "s", goal="<= 15"))
    rows.append(Row("the whole profile of a shop, p95", await _p95(engine, _profile), "ms", goal="<= 50"))
    for name, ask in LISTS.items():
        rows.append(Row(f"list of shops, {name}, p95", await _p95(engine, ask), "ms", goal="<= 50"))
    rows.append(Row("keeping a score in step with a verdict, p95", await _p95(engine, _step), "ms"))
    return rows


async def _p95(engine: AsyncEngine, ask: Callable[[AsyncConnection, str], Awaitable[object]]) -> float:
    """Milliseconds of something asked of a hundred shops, warmed up first; what it writes does not stay."""
    chance, times = Random(7), []
    async with engine.connect() as tx:
        shops = (await tx.execute(text("SELECT licence_no FROM merchant WHERE county_code = '411421'"))).scalars().all()
    for _round in range(110):
        async with engine.connect() as tx:
            shop, began = chance.choice(shops), time.perf_counter()
            await ask(tx, shop)
            times.append((time.perf_counter() - began) * 1000)
            await tx.rollback()
    return quantiles(times[10:], n=20)[-1]


async def _profile(tx: AsyncConnection, shop: str) -> None:
    who = await person_known(tx, "minquan-supervision")
    assert who
    assert await profile(tx, who, shop, AT)


def _list(userid: str, wanted: Wanted, start: int = 0) -> Callable[[AsyncConnection, str], Awaitable[object]]:
    """What the page of a list asks the books."""

    async def ask(tx: AsyncConnection, _shop: str) -> None:
        who = await person_known(tx, userid)
        assert who
        counts = await by_level(tx, who)
        out = sum(n for (county, _level), n in counts.items() if wanted.county in ("", county))
        found = await ranking(tx, who, wanted, start, standing_out=None if wanted.grade else out)
        assert found.total > start

    return ask


LISTS = {
    "city": _list("city-supervision1", Wanted()),
    "city, page 100": _list("city-supervision1", Wanted(), 4_950),
    "one county of the city": _list("city-supervision1", Wanted(county="411421")),
    "county": _list("minquan-supervision", Wanted()),
    "one grade of the county": _list("minquan-supervision", Wanted(grade="15")),
}


async def _step(tx: AsyncConnection, shop: str) -> None:
    """What a verdict costs beside the move itself: the shop is counted anew and graded."""
    await hold_shop(tx, shop)
    await recount(tx, only(shop), AT)
    await grade(tx, only(shop), AT)


async def _night(engine: AsyncEngine, days: int) -> int:
    """Every span in a transaction of its own, as at night."""
    shops, _righted = await grade_all(engine, AT + timedelta(days=days))
    return shops


async def _by_hand() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with open_database(Settings(data_dir=Path(folder))) as engine:
            print("\n".join(table(await run(engine))))
            async with engine.connect() as tx:
                size = (await tx.execute(text("SELECT pg_size_pretty(pg_database_size(current_database()))"))).scalar()
                print(f"the database is {size}")


if __name__ == "__main__":
    asyncio.run(_by_hand())

"""Scores of 400 000 shops from 10 million lines: all counted anew, one kept in step by a move, one profile read.

By hand: `python -m tests.bench.profile`.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.commands.bench import Row, table
from bot.office import open_database
from bot.settings import Settings
from store.profile.grading import astray, refresh, spans
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
    return rows


async def _night(engine: AsyncEngine, days: int) -> int:
    """Every span in a transaction of its own, as at night."""
    shops = 0
    at = AT + timedelta(days=days)
    async with engine.begin() as tx:
        wrong, found = await astray(tx, at), await spans(tx)
    for span in found:
        async with engine.begin() as tx:
            count = any(span.holds(shop) for shop in wrong)
            graded, _righted = await refresh(tx, span, at, count=count)
            shops += graded
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

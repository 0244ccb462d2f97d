"""A million orders of one cycle beside three million of the cycles before: imported, judged, taken back.

By hand: `python -m tests.bench.feeds`.
"""

from __future__ import annotations

import asyncio
import resource
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.commands.bench import Row, table
from bot.office import open_database
from bot.settings import Settings
from store import tables
from store.feeds import bring
from store.feeds.batches import undo
from store.samples.sample import load_sample, merchants

ROWS, SHOPS = 1_000_000, 100_000
BRANDS = ROWS // SHOPS
AT = datetime(2026, 11, 16, 1, tzinfo=UTC)

# Each shop orders about the same in every cycle; what the file says of the last one is another matter.
_BEFORE = """
INSERT INTO feed_order (licence_no, cycle, brand, quantity, amount, address, at, batch)
SELECT licence_no, '2026-' || c, 'brand ' || b, 5 + n % 7, (5 + n % 7) * 200, '10.' || n % 250 || '.' || n / 250,
       cast(:at AS timestamptz) - (32 - c) * interval '7 days', 0
FROM (SELECT licence_no, row_number() OVER (ORDER BY licence_no) AS n FROM merchant) AS shop
CROSS JOIN generate_series(28, 30) AS c CROSS JOIN generate_series(1, :brands) AS b
ORDER BY c, licence_no
"""


async def run(engine: AsyncEngine) -> list[Row]:
    """The database must be empty."""
    async with engine.begin() as tx:
        await load_sample(tx)
        await tx.execute(text("DELETE FROM merchant"))
        for page in _pages(list(merchants(SHOPS)), 5_000):
            await tx.execute(insert(tables.merchant), page)
        await tx.execute(text("SET LOCAL synchronous_commit = off"))
        await tx.execute(text(_BEFORE), {"at": AT, "brands": BRANDS})
        await tx.execute(text("ANALYZE"))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "orders.csv"
        _write(file)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.perf_counter()
        async with engine.begin() as tx:
            brought = await bring(tx, "orders", file, "bench", AT)
        took = time.perf_counter() - began
        assert brought.ok, brought.lines("en")
        assert brought.warnings == SHOPS // 500 + 98
    began = time.perf_counter()
    async with engine.begin() as tx:
        undone = await undo(tx, brought.batch or 0, "bench", AT)
    assert undone.rows == ROWS
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return [
        Row("import and judge 1 000 000 orders", took, "s", goal="<= 90"),
        Row("memory that it takes", grown, "MB", goal="<= 300"),
        Row("take them back", time.perf_counter() - began, "s"),
    ]


def _write(file: Path) -> None:
    """Every five hundredth shop orders far more of a brand; every thousandth and the one after it share an address."""
    with file.open("w", encoding="utf-8") as out:
        out.write("licence_no,cycle,brand,quantity,amount,address,at\n")
        for n, shop in enumerate(sorted(one["licence_no"] for one in merchants(SHOPS)), start=1):
            address = f"10.0.{n // 2000}.1" if n % 2000 < 2 and n >= 2000 else f"172.{n % 250}.{n // 250}"
            for brand in range(1, BRANDS + 1):
                quantity = 5 + n % 7 if n % 500 or brand > 1 else 99
                out.write(f"{shop},2026-31,brand {brand},{quantity},{quantity * 200},{address},2026-11-16 08:30\n")


def _pages(rows: list[dict[str, object]], size: int) -> list[list[dict[str, object]]]:
    return [rows[at : at + size] for at in range(0, len(rows), size)]


async def _by_hand() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with open_database(Settings(data_dir=Path(folder))) as engine:
            print("\n".join(table(await run(engine))))


if __name__ == "__main__":
    asyncio.run(_by_hand())

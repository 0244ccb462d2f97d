"""Reports over a million problems with ten million lines: every page, what keeping step costs, and the whole recount.

By hand: `python -m tests.bench.reports`.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from statistics import quantiles

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.commands.bench import Row, table
from bot.console.reports import gathering
from bot.console.reports.looks import looked
from bot.office import open_database
from bot.settings import Settings
from store.reports.figures import along, counted
from store.reports.following import count_anew
from store.reports.recounting import check, rebuild
from store.staff.offices import person_known
from tests.bench._million import fill, number_of
from tests.bench.ledger import AT

ROUNDS = 20
YEAR = {"from": "2026-01-01", "to": "2026-12-31"}
ODD = {"from": "2026-02-10", "to": "2026-10-20"}
_PAGES: tuple[tuple[str, str, dict[str, str], str], ...] = (
    ("the city at a glance, this month", "city-leader", {}, "glance"),
    ("the city at a glance, this year", "city-leader", YEAR, "glance"),
    ("the city at a glance, any days", "city-supervision1", ODD, "glance"),
    ("a county at a glance, this year", "minquan-leader", YEAR, "glance"),
    ("a department at a glance, this year", "minquan-enforcement-head", YEAR, "glance"),
    ("counties, this year", "city-leader", YEAR, "bureau"),
    ("departments of a county, this year", "city-leader", {**YEAR, "county": "411421"}, "department"),
    ("indicators below W2, this year", "city-leader", {**YEAR, "indicator": "W2"}, "indicator"),
    ("a year by months", "city-leader", YEAR, "months"),
    ("field roles, this year", "city-leader", YEAR, "role"),
)


async def run(engine: AsyncEngine) -> list[Row]:
    """Fill, count all of it, then read. The database must be empty."""
    await fill(engine, AT)
    began = time.perf_counter()
    async with engine.begin() as tx:
        await rebuild(tx)
    rows = [Row("count what a million problems and clues say, all anew", time.perf_counter() - began, "s")]
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("VACUUM ANALYZE report_entry, report_sum, report_delta"))
    began = time.perf_counter()
    async with engine.connect() as tx:
        found = await check(tx)
        assert found.ok, found
    rows.append(Row("hold all of it against the ledgers", time.perf_counter() - began, "s"))
    for name, userid, query, page in _PAGES:
        p95 = await _p95(engine, partial(_page, userid=userid, query=query, page=page))
        rows.append(Row(f"report: {name}, p95", p95, "ms", goal="<= 100"))
    rows.append(Row("keeping the reports in step with a move, p95", await _p95(engine, _step), "ms"))
    return rows


async def _p95(engine: AsyncEngine, ask: Callable[[AsyncConnection], Awaitable[object]]) -> float:
    """Milliseconds, warmed up first; what is written does not stay."""
    times = []
    for _round in range(ROUNDS + 2):
        async with engine.connect() as tx:
            began = time.perf_counter()
            await ask(tx)
            times.append((time.perf_counter() - began) * 1000)
            await tx.rollback()
    return quantiles(times[2:], n=20)[-1]


async def _page(tx: AsyncConnection, userid: str, query: dict[str, str], page: str) -> None:
    """All that a page reads. Writing it as HTML costs the same however many entries there are."""
    who = await person_known(tx, userid)
    assert who
    look = await looked(tx, who, "zh", AT, query)
    assert look
    if page == "glance":
        assert (await gathering.glance(tx, look)).whole.problems.n
    elif page == "months":
        assert await gathering.months(tx, look)
    elif page == "role":
        assert along(await counted(tx, look.asker, look.period, look.cut, ("role",)), 0)
    else:
        assert await gathering.by(tx, look, (page,))


async def _step(tx: AsyncConnection) -> None:
    """What a move costs beside the move itself; here one that changes what is counted."""
    await tx.execute(text("UPDATE report_entry SET nudged = 1 WHERE number = :number"), {"number": number_of(500_000)})
    assert await count_anew(tx, [number_of(500_000)])


async def _by_hand() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with open_database(Settings(data_dir=Path(folder))) as engine:
            print("\n".join(table(await run(engine))))


if __name__ == "__main__":
    asyncio.run(_by_hand())

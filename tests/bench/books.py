"""The console's lists, a case and the board over a million problems (goal: p95 <= 50 ms each), and a file of 100 000
rows (goals: <= 20 s, <= 300 MB).

By hand: `python -m tests.bench.books`; with a database that `_million.py` filled: `python -m tests.bench.books <url>`.
"""

from __future__ import annotations

import asyncio
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from statistics import quantiles

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.clock import Clock
from bot.commands.bench import Row, table
from bot.office import Office, furnished, open_database
from bot.settings import Settings
from bot.work import exporting
from store.books import board, case, exports, listing
from store.books.filters import Filters
from store.books.listing import Spot
from store.db import Tx, open_engine
from store.moving.entries import load_entry
from store.reading.lookups import answer
from store.staff.offices import person_known
from store.words import Ledger, Lookup, Person
from tests.bench._million import OPEN_EVERY, PROBLEMS, fill, number_of, worker_of

AT = datetime(2026, 11, 17, 2, 0, tzinfo=UTC)
ROUNDS, SHOPS, ROWS = 40, 400_000, 100_000

Question = Callable[[Tx, Random], Awaitable[object]]
LISTS: Mapping[str, Mapping[str, str]] = {
    "everything": {},
    "one county": {"county": "411421"},
    "open": {"state": "open"},
    "overdue": {"light": "overdue"},
    "overdue of one county": {"light": "overdue", "county": "411421"},
    "an indicator of one county in a month": {
        "indicator": "W102",
        "county": "411422",
        "from": "2026-03-01",
        "to": "2026-03-31",
    },
    "closed in a month": {"closed_from": "2026-05-01", "closed_to": "2026-05-31"},
    "a person's": {"person": "worker-77"},
    "common words": {"words": "外地码"},
}
ROLES = {
    "city supervision": "city-supervision1",
    "county supervision": "minquan-supervision",
    "county leader": "minquan-leader",
    "department head": "minquan-enforcement-head",
    "field staff": worker_of(OPEN_EVERY * 4 * 17),
}


async def run(engine: AsyncEngine) -> list[Row]:
    """Fill, then ask. The database must be empty."""
    began = time.perf_counter()
    await fill(engine, AT, SHOPS)
    return [
        Row("make 1 000 000 problems, 10 000 000 lines, 400 000 shops", time.perf_counter() - began, "s"),
        *await ask(engine),
    ]


async def ask(engine: AsyncEngine) -> list[Row]:
    """Everything that is measured, on a database that is filled."""
    rows = [Row("the shortest answer there is, p95", await _p95(engine, _nothing), "ms")]
    for name, query in LISTS.items():
        for where in ("first", "next", "deep"):
            asked = _list(query, "city-supervision1", where)
            rows.append(Row(f"list, {name}: {where} page, p95", await _p95(engine, asked), "ms", goal="<= 50"))
    for role, userid in ROLES.items():
        for name in ("everything", "open"):
            asked = _list(LISTS[name], userid, "next")
            rows.append(Row(f"list, {name}, as {role}, p95", await _p95(engine, asked), "ms", goal="<= 50"))
        rows.append(Row(f"board as {role}, p95", await _p95(engine, _board(userid)), "ms", goal="<= 50"))
    rows.append(Row("one case with its lines, proof and map, p95", await _p95(engine, _case), "ms", goal="<= 50"))
    return [*rows, *await _export(engine)]


async def _p95(engine: AsyncEngine, question: Question) -> float:
    """Milliseconds of a question, warmed up first."""
    chance, times = Random(7), []
    for _round in range(ROUNDS + 10):
        async with engine.connect() as tx:
            began = time.perf_counter()
            await question(tx, chance)
            times.append((time.perf_counter() - began) * 1000)
    return quantiles(times[10:], n=20)[-1]


async def _nothing(tx: Tx, chance: Random) -> None:
    await tx.execute(text("SELECT 1"))


async def _who(tx: Tx, userid: str) -> Person:
    person = await person_known(tx, userid)
    assert person, userid
    return person


def _list(query: Mapping[str, str], userid: str, where: str) -> Question:
    """A page of problems: the first, the one after it, or one from somewhere in the middle of ten years."""
    known: dict[str, Person] = {}

    async def question(tx: Tx, chance: Random) -> None:
        who = known.get(userid) or known.setdefault(userid, await _who(tx, userid))
        filters = Filters.of(Ledger.PROBLEM, query)[0]
        spot = None
        if where == "next":
            spot = known_spots.get(userid)
        elif where == "deep":
            day = datetime(2026, 1 + chance.randrange(9), 1 + chance.randrange(28), tzinfo=UTC)
            spot = Spot(day, "WT-2020-000000")
        page = await listing.page(tx, filters, who, "zh", AT, spot=spot)
        if page.after:
            known_spots[userid] = page.after

    known_spots: dict[str, Spot] = {}
    return question


def _board(userid: str) -> Question:
    async def question(tx: Tx, chance: Random) -> None:
        await board.board(tx, await _who(tx, userid), "zh", AT)

    return question


async def _case(tx: Tx, chance: Random) -> None:
    """What the page of one problem reads."""
    who, number = await _who(tx, "city-supervision1"), number_of(chance.randrange(1, PROBLEMS))
    assert (await answer(tx, Lookup("entry", {"number": number}, "zh"), who, AT)).items
    entry = await load_entry(tx, number)
    assert entry
    await case.steps(tx, entry, "zh")
    await case.proofs(tx, entry, who)
    await case.linked(tx, entry, who, "zh")
    await case.places(tx, entry, who, "zh")


async def _export(engine: AsyncEngine) -> list[Row]:
    """A job as a worker writes it, memory and all."""
    with tempfile.TemporaryDirectory() as folder:
        async with furnished(Settings(data_dir=Path(folder)), engine, Clock()) as office:
            rows = []
            for form in ("xlsx", "csv"):
                seconds, count = await _written(office, form)
                per = ROWS / count
                rows.append(Row(f"export of {count:,} rows as {form}, per 100 000", seconds * per, "s", goal="<= 20"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [*rows, Row("the whole process at most", peak, "MB", goal="<= 300")]


async def _written(office: Office, form: str) -> tuple[float, int]:
    """One year's problems as a file: how long it took, and how many rows it has."""
    query = {"from": "2025-09-01", "to": "2025-11-09"}
    async with office.engine.begin() as tx:
        who = await _who(tx, "city-supervision1")
        job_id = await exports.ask(tx, who, Ledger.PROBLEM, query, form, "zh", AT)
    began = time.perf_counter()
    assert await exporting.write_next(office)
    took = time.perf_counter() - began
    async with office.engine.connect() as tx:
        job = await exports.one(tx, who, job_id)
    assert job
    assert job.state == "done", job
    return took, job.rows


async def _by_hand(url: str | None) -> None:
    if url:
        engine = open_engine(url)
        print("\n".join(table(await ask(engine))))
        await engine.dispose()
        return
    with tempfile.TemporaryDirectory() as folder:
        async with open_database(Settings(data_dir=Path(folder))) as opened:
            print("\n".join(table(await run(opened))))


if __name__ == "__main__":
    asyncio.run(_by_hand(sys.argv[1] if len(sys.argv) > 1 else None))

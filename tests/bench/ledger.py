"""A million problems and ten million lines: what people ask for most often (goal: p95 <= 50 ms each).

By hand: `python -m tests.bench.ledger`.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from statistics import quantiles
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.commands.bench import Row, table
from bot.office import open_database
from bot.settings import Settings
from store.clock.alarms import overdue_moves
from store.clock.clocks import load_clocks
from store.db import Tx
from store.ledger import apply
from store.moving.sampling import draw_month
from store.reading.lookups import answer
from store.staff.offices import person_known
from store.words import Ask, Ledger, Lookup, Person
from tests.bench._million import OPEN_EVERY, PROBLEMS, fill, number_of, worker_of

AT = datetime(2026, 11, 17, 2, 0, tzinfo=UTC)
ROUNDS = 100

Question = Callable[[Tx, Random], Awaitable[object]]


async def run(engine: AsyncEngine) -> list[Row]:
    """Fill, then ask. The database must be empty."""
    began = time.perf_counter()
    await fill(engine, AT)
    rows = [Row("make 1 000 000 problems, 10 000 000 lines", time.perf_counter() - began, "s")]
    async with engine.begin() as tx:
        await draw_month(tx, AT, await load_clocks(tx, AT))
    # What a question costs that asks nothing: whoever reads the others knows how busy the machine was.
    rows.append(Row("the shortest answer there is, p95", await _p95(engine, _nothing), "ms"))
    questions: dict[str, Question] = {
        "my open tasks, in the field": _tasks_of_field_staff,
        "my open tasks, on the county's desk": _tasks_of_the_desk,
        "overdue in my county": _overdue,
        "overdue in the city, by person": _overdue_by_person,
        "a case with its page of lines": _case,
        "what the clock must do now": _due,
    }
    for name, ask in questions.items():
        rows.append(Row(f"{name}, p95", await _p95(engine, ask), "ms", goal="<= 50"))
    rows.append(Row("one move (receive), p95", await _p95(engine, _receive), "ms"))
    return rows


async def _p95(engine: AsyncEngine, ask: Question) -> float:
    """Milliseconds of a question, warmed up first; what it writes does not stay."""
    chance, times = Random(7), []
    for _round in range(ROUNDS + 10):
        async with engine.connect() as tx:
            began = time.perf_counter()
            await ask(tx, chance)
            times.append((time.perf_counter() - began) * 1000)
            await tx.rollback()
    return quantiles(times[10:], n=20)[-1]


async def _nothing(tx: Tx, chance: Random) -> None:
    await tx.execute(text("SELECT 1"))


async def _look(tx: Tx, who: Person, kind: str, **query: Any) -> None:
    found = await answer(tx, Lookup(kind, query, "zh"), who, AT)
    assert found.items, kind


async def _who(tx: Tx, userid: str) -> Person:
    person = await person_known(tx, userid)
    assert person, userid
    return person


async def _tasks_of_field_staff(tx: Tx, chance: Random) -> None:
    busy = worker_of(OPEN_EVERY * 4 * chance.randrange(1, PROBLEMS // OPEN_EVERY // 4))
    await _look(tx, await _who(tx, busy), "tasks")


async def _tasks_of_the_desk(tx: Tx, chance: Random) -> None:
    await _look(tx, await _who(tx, _COUNTY[chance.randrange(len(_COUNTY))]), "tasks")


async def _overdue(tx: Tx, chance: Random) -> None:
    await _look(tx, await _who(tx, _COUNTY[chance.randrange(len(_COUNTY))]), "warnings", group="overdue")


async def _overdue_by_person(tx: Tx, chance: Random) -> None:
    await _look(tx, await _who(tx, "city-leader"), "warnings", group="overdue", by="person")


async def _case(tx: Tx, chance: Random) -> None:
    number = number_of(chance.randrange(1, PROBLEMS))
    await _look(tx, await _who(tx, "city-supervision1"), "entry", number=number)


async def _due(tx: Tx, chance: Random) -> None:
    assert await overdue_moves(tx, AT, limit=20)


async def _receive(tx: Tx, chance: Random) -> None:
    n = OPEN_EVERY * 4 * chance.randrange(1, PROBLEMS // OPEN_EVERY // 4)
    await apply(tx, Ask(Ledger.PROBLEM, "receive", number_of(n)), await _who(tx, worker_of(n)), AT)


_COUNTY = ["minquan-supervision", "suixian-supervision", "ningling-supervision", "zhecheng-supervision"]


async def _by_hand() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with open_database(Settings(data_dir=Path(folder))) as engine:
            print("\n".join(table(await run(engine))))
            async with engine.connect() as tx:
                size = (await tx.execute(text("SELECT pg_size_pretty(pg_database_size(current_database()))"))).scalar()
                print(f"the database is {size}")


if __name__ == "__main__":
    asyncio.run(_by_hand())

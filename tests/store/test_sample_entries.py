"""The sample's ledger entries: made through the law, in every age and kind, and sound like everything in the books."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import func, select

from store import tables
from store.clock.workdays import seed_calendar
from store.db import Tx
from store.samples.sample import load_sample
from store.samples.sample_entries import load_entries
from tests.store.invariants import check_books

AT = datetime(2026, 11, 18, 3, 0, tzinfo=UTC)


async def test_the_sample_is_sound_and_has_something_of_everything(tx: Tx) -> None:
    await load_sample(tx)
    await seed_calendar(tx)
    moves = await load_entries(tx, AT, bureaus=2)
    assert moves > 60
    await check_books(tx)
    clue, problem, line = tables.clue.c, tables.problem.c, tables.line.c
    assert (await tx.execute(select(func.max(line.at)))).scalar_one() <= AT
    assert set((await tx.execute(select(clue.source).distinct())).scalars()) == {"staff", "feed"}
    late = select(func.count()).select_from(tables.problem).where(problem.due_at < AT)
    assert (await tx.execute(late)).scalar_one() > 0
    assert (await tx.execute(select(func.count()).where(clue.indicator.like("%99")))).scalar_one() > 1

"""A receipt that is unknown, malformed, expired or deleted costs what a known one costs and looks like no receipt."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from store import tips
from store.db import Tx
from store.tips import receipts
from store.tips.receipts import Receipt
from tests.tips import file_tip, held, make_vault, opened
from tests.world import build_world

AT = datetime(2026, 11, 23, 2, 17, tzinfo=UTC)
ROUNDS, MILLISECONDS = 60, 5.0


@pytest.fixture
async def tx(engine: AsyncEngine) -> AsyncIterator[Tx]:
    async with engine.connect() as connection:
        await build_world(connection)
        await make_vault(connection, AT)
        yield connection


async def test_every_kind_of_receipt_takes_the_same_time(tx: Tx) -> None:
    known, deleted, expired = [await file_tip(tx, AT) for _ in range(3)]
    await tips.delete(tx, await held(tx, deleted, AT), AT)
    gone = await held(tx, expired, AT)
    await tips.close(tx, await opened(tx, "sq-ng1", gone.number, AT), "answered", "", AT)
    await tips.clocks.strike(tx, AT + timedelta(days=100))
    kinds: dict[str, Receipt | None] = {
        "known": known,
        "deleted": deleted,
        "expired": expired,
        "unknown": receipts.new(),
        "malformed": None,
    }
    took: dict[str, list[float]] = {name: [] for name in kinds}
    for _round in range(ROUNDS):  # interleaved: what slows the machine down slows all of them
        for name, receipt in kinds.items():
            began = perf_counter()
            found = await tips.find(tx, receipt, AT)
            took[name].append((perf_counter() - began) * 1000)
            assert (found is not None) is (name == "known")
    medians = {name: median(times) for name, times in took.items()}
    assert max(medians.values()) - min(medians.values()) < MILLISECONDS, medians

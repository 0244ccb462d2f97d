"""What the clue ledger writes: numbers, holders, deadlines, lines, evidence, the handling form."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from store.ledger import apply
from store.words import Ask, Ledger
from tests.world import CODE, SHOP, build_world, who

AT = datetime(2026, 11, 17, 2, 0, tzinfo=UTC)


async def test_a_clear_report_goes_to_county_supervision(engine: AsyncEngine) -> None:
    async with engine.begin() as tx:
        await build_world(tx)
        moved = await apply(
            tx, Ask(Ledger.CLUE, "report", None, {"text": "x", "merchant": SHOP, "indicator": CODE}), who("mq-cm"), AT
        )
    assert moved.entry.number == "XS-2026-000001"
    print(moved)

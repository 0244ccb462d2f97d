"""A shop's score crosses the line: supervision is asked to have a look, once, and what is found comes back."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import delete

from bot.work.ticks import grade_shops, strike_due
from store.tables.profile import shop_score, shop_tally
from tests.journeys.town import Town, number_in
from tests.store.profile.books import confirm
from tests.world import SHOP


async def test_a_score_that_crosses_the_line_asks_for_a_visit_once(town: Town) -> None:
    async with town.engine.begin() as tx:
        for days in range(16):
            await confirm(tx, town.clock.now() - timedelta(days=days))
        for table in (shop_tally, shop_score):  # books from before there were scores
            await tx.execute(delete(table))
        await tx.exec_driver_sql("DELETE FROM visit")
    for _replica in range(2):
        await asyncio.gather(grade_shops(town.office), grade_shops(town.office))
        await asyncio.gather(strike_due(town.office), strike_due(town.office))
    runs = await town.rows("SELECT why, shops, righted FROM score_run WHERE done_at IS NOT NULL")
    assert runs == [{"why": "night", "shops": 1, "righted": 1}]
    asked = await town.hears("mq-ng1", "请研判线索")
    visits = await town.rows("SELECT licence_no, clue FROM visit")
    assert visits == [{"licence_no": SHOP, "clue": number_in(asked)}]
    feeds = await town.rows("SELECT number FROM clue WHERE source = 'feed'")
    assert len(feeds) == 1

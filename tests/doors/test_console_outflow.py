"""The room of diversion: the ranking, the warning explained, one county down to its shops, and who may see it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.clock import Clock
from bot.office import furnished
from bot.settings import Settings
from store import db
from store.feeds import bring_rows
from store.feeds.found import course
from tests.console import Console, open_console
from tests.world import MQ, SHOP, SHOP_SX, SX, build_world

NOW = datetime(2026, 11, 16, 2, tzinfo=UTC)


@pytest.fixture
async def console(engine: AsyncEngine, tmp_path: Path) -> AsyncIterator[Console]:
    async with engine.begin() as tx:
        await build_world(tx)
        targets = [
            {"county_code": county, "quarter": f"2026-Q{n}", "sales": 9000, "cap": "1.5%"}
            for county in (MQ, SX)
            for n in (1, 2, 3)
        ]
        found = [
            {"licence_no": shop, "quantity": cartons, "period": period, "direction": way, "source": f"协查{period}"}
            for shop, period, cartons, way in (
                (SHOP, "2026-02", 60, "out_of_province"),
                (SHOP, "2026-Q2", 90, "in_province"),
                (SHOP, "2026-07-15", 120, "out_of_province"),
                (SHOP, "2026-08", 90, "in_province"),
                (SHOP_SX, "2026-08", 30, "in_province"),
            )
        ]
        assert (await bring_rows(tx, "targets", "x", targets, "sq-admin", NOW)).ok
        assert (await bring_rows(tx, "outflow", "y", found, "sq-admin", NOW)).ok
        shift = NOW - await db.now(tx)
    settings = Settings(data_dir=tmp_path, clock_shift=shift, environment="development")
    async with furnished(settings, engine, Clock(shift)) as office, open_console(office) as opened:
        yield opened


async def test_the_ranking_is_explained_and_opens(console: Console) -> None:
    async with console.signed_in("sq-leader") as leader:
        page = await leader.get("/console/outflow?quarter=2026-Q3")
        assert page.text.index("民权县局") < page.text.index("睢县县局")
        assert ("2.33 %" in page.text, "0.33 %" in page.text, "warn-card" in page.text) == (True, True, True)
        assert f"/console/outflow/{MQ}?quarter=2026-Q3" in page.text
        assert 'class="band"' in page.text
        one = await leader.get(f"/console/outflow/{MQ}?quarter=2026-Q3")
        for words in ("120", "90", "9,000", "2.33 %", "1.50 %", f"/console/shops/{SHOP}", "协查2026-08"):
            assert words in one.text, words
        quiet = await leader.get(f"/console/outflow/{SX}?quarter=2026-Q3")
        assert ("warn-card" in quiet.text, SHOP_SX in quiet.text) == (False, True)
        assert "2026-Q3" in (await leader.get("/console/outflow?quarter=9999-Q9")).text


async def test_a_county_sees_itself_and_staff_see_nothing(console: Console) -> None:
    async with console.signed_in("sx-ng") as county, console.signed_in("sx-cm") as staff:
        page = await county.get("/console/outflow?quarter=2026-Q3")
        assert ("睢县县局" in page.text, "民权县局" in page.text) == (True, False)
        answers = [
            await county.get(f"/console/outflow/{MQ}"),
            await county.get("/console/outflow/000000"),
            await staff.get("/console/outflow"),
            await staff.get(f"/console/outflow/{SX}"),
        ]
        assert {answer.status for answer in answers} == {404}
        assert answers[0].text == answers[1].text
        assert answers[2].text == answers[3].text


async def test_months_are_what_records_say_and_quarters_are_shared_out(console: Console) -> None:
    async with console.office.engine.connect() as tx:
        whole = await course(tx, MQ, "2026-Q3", "2026-11")
        running = await course(tx, None, "2026-Q3", "2026-09")
    assert [(one.month[5:], one.cartons) for one in whole.months] == [
        *(("01", 0), ("02", 60), ("03", 0), ("04", 30), ("05", 30), ("06", 30), ("07", 120), ("08", 90), ("09", 0)),
    ]
    assert {one.sales for one in whole.months} == {3000}
    assert whole.ahead == ("2026-10", "2026-11", "2026-12")
    assert all(point.low is not None and 0 <= point.low <= point.value for point in whole.points)
    assert (running.months[-1].month, running.months[-1].cartons) == ("2026-08", 120)

"""PostgreSQL goes away in the middle of a batch and comes back: nothing is lost, nobody restarts us (check 15).

The mail room's times are a twentieth here, so it is away for three seconds; `loop153 bench --only outages` leaves it
away for the whole minute.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from store import embedded
from store.db import migrate, open_engine
from tests.notifier.cloud import open_cloud
from tests.notifier.rounds import all_sent, hire, letter, reconcile, replica, send_off, until
from tests.notifier.test_limits import delivering


@pytest.mark.timeout(180)
async def test_the_database_restarts_in_mid_batch(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder: Path = tmp_path_factory.mktemp("pg")
    server = await asyncio.to_thread(embedded.start, folder / "data")
    engine = open_engine(embedded.url(server), pool=4)
    try:
        await migrate(engine)
        people = await hire(engine, 60)
        async with open_cloud(slow=0.05) as cloud:
            async with delivering(engine, cloud), replica(embedded.url(server), cloud, "other") as other:
                for restart in range(2):
                    calls = len(cloud.calls)
                    letters = [letter(restart * 200 + n, people[n % 60]) for n in range(200)]
                    await send_off(engine, letters)

                    async def underway(calls: int = calls) -> bool:
                        return len(cloud.calls) > calls + 20

                    await until(underway)
                    await asyncio.to_thread(server.stop)
                    if restart:  # away for twice as long as a lease
                        await asyncio.sleep(3)
                    await asyncio.to_thread(server.start)
                    await all_sent(engine)
                assert other.returncode is None
            await reconcile(engine, cloud)
            assert len(cloud.texts()) == 400
    finally:
        await engine.dispose()
        await asyncio.to_thread(embedded.stop, server)

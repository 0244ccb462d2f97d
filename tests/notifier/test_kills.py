"""Replicas die at any instant: nobody misses a message and nobody sees one twice (mailroom.md §3, checks 1, 2, 7)."""

from __future__ import annotations

import asyncio
import random
import signal

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.notifier.cloud import open_cloud
from tests.notifier.rounds import all_sent, hire, in_order, letter, reconcile, replica, send_off, states, until


async def test_twenty_kills_lose_and_double_nothing(engine: AsyncEngine, database_url: str) -> None:
    """Check 1: two replicas at a time, one of them killed 20 times amid hundreds of letters."""
    people = await hire(engine, 40)
    async with open_cloud(slow=0.02) as cloud:
        async with replica(database_url, cloud, "steady"):
            for kill in range(20):
                await send_off(engine, [letter(kill * 20 + n, people[n * 2 % 40]) for n in range(20)])
                before = len(cloud.calls)
                async with replica(database_url, cloud, f"doomed-{kill}") as doomed:
                    if kill % 4 == 0:  # most often in the middle of a call of its own

                        async def busy(before: int = before) -> bool:
                            return len(cloud.calls) > before

                        await until(busy)
                    await asyncio.sleep(random.uniform(0, 0.6))
                    doomed.kill()
            await all_sent(engine)
        await reconcile(engine, cloud)
        assert len(cloud.texts()) == 400
        assert in_order(cloud)


async def test_killed_after_the_other_side_accepted(engine: AsyncEngine, database_url: str) -> None:
    """Check 2: the second call carries the same bytes; the person sees one."""
    people = await hire(engine, 10)
    await send_off(engine, [letter(n, people[n]) for n in range(10)])
    async with open_cloud(fault=lambda *_: "hang after accepting") as cloud:
        async with replica(database_url, cloud, "first") as first:

            async def accepted() -> bool:
                return len(cloud.texts()) >= 2

            await until(accepted)
            first.kill()
        seen = {(member, body) for _, _, member, body in cloud.calls}
        cloud.fault = None
        async with replica(database_url, cloud, "second"):
            await all_sent(engine)
        assert cloud.repeats >= len(seen)
        assert {(member, body) for _, _, member, body in cloud.calls if (member, body) in seen} == seen
        await reconcile(engine, cloud)


@pytest.mark.parametrize("slow", [0.0, 0.1])
async def test_stopped_past_the_lease(engine: AsyncEngine, database_url: str, slow: float) -> None:
    """Check 7: a replica that sleeps past its lease wakes up to letters that are no longer its own."""
    people = await hire(engine, 30)
    async with open_cloud(slow=slow) as cloud:
        async with replica(database_url, cloud, "sleeper") as sleeper:
            await send_off(engine, [letter(n, people[n % 30]) for n in range(90)])

            async def begun() -> bool:
                return len(cloud.calls) > 3

            await until(begun)
            sleeper.send_signal(signal.SIGSTOP)
            async with replica(database_url, cloud, "other"):
                await all_sent(engine)
                sleeper.send_signal(signal.SIGCONT)
                sleeper.terminate()
                assert await asyncio.wait_for(sleeper.wait(), 10) == 0
        assert await states(engine) == {"sent": 90}
        await reconcile(engine, cloud)


async def test_a_replica_told_to_stop_gives_back_what_it_has_not_begun(engine: AsyncEngine, database_url: str) -> None:
    people = await hire(engine, 100)
    await send_off(engine, [letter(n, people[n]) for n in range(100)])
    async with open_cloud(slow=0.2) as cloud:
        async with replica(database_url, cloud, "leaving", lease=6) as leaving:

            async def begun() -> bool:
                return len(cloud.calls) > 0

            await until(begun)
            leaving.terminate()
            assert await asyncio.wait_for(leaving.wait(), 10) == 0
        assert set(await states(engine)) <= {"sent", "ready"}
        async with replica(database_url, cloud, "staying", lease=6):
            await all_sent(engine)
        assert cloud.repeats == 0
        await reconcile(engine, cloud)

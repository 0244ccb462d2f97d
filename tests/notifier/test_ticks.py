"""What the clock causes happens once, however many replicas tick and restart (mailroom.md §3, check 9)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from notifier.health import examine
from notifier.outbox import occur_all
from notifier.ticks import TICKS, forget_drafts, orphans, remind_of_drafts, sweep, widen
from notifier.wire import wire
from store.db import open_engine
from tests.notifier.rounds import NOW, hire, letter, send_off, states
from tests.world import build_world

ZERO = timedelta()


async def leave_open(engine: AsyncEngine, hours: float, *people: str) -> None:
    async with wire(engine) as conn:
        await conn.execute(
            "INSERT INTO dialogue (person_id, version, state, form, updated_at)"
            ' SELECT p, 7, \'{"form": "report", "version": "abc", "language": "en"}\', \'report\','
            "        clock_timestamp() - $2::interval FROM unnest($1::text[]) p",
            list(people),
            timedelta(hours=hours),
        )


async def test_three_replicas_with_rolling_restarts_strike_each_hour_once(
    engine: AsyncEngine, database_url: str
) -> None:
    """Check 9: 1000 ticks of 50 rules; replicas come and go in the middle of their statements."""
    struck: list[str] = []

    async def tick(mine: AsyncEngine, slot: int) -> None:
        async with mine.begin() as tx:
            new = await occur_all(tx, "rule", [(f"s{subject}", str(slot)) for subject in range(50)], NOW)
        struck.extend(f"{subject}:{slot}" for subject in new)

    async def life(begin: int, end: int) -> None:
        mine = open_engine(database_url, pool=1)
        try:
            for slot in range(begin, end):
                await tick(mine, slot)
        finally:
            await mine.dispose()

    for generation in range(0, 1000, 100):
        lives = [asyncio.create_task(life(generation, generation + 100)) for _ in range(3)]
        midway = (generation + 20) * 50
        while len(struck) < midway:  # noqa: ASYNC110 (a restart falls in the middle of whatever is going on)
            await asyncio.sleep(0)
        lives[0].cancel()
        await asyncio.gather(*lives, return_exceptions=True)
    async with wire(engine) as conn:
        assert await conn.fetchval("SELECT count(*) FROM occurrence") == 50_000
    assert len(struck) == len(set(struck))
    assert len(struck) >= 50_000 - 10 * 50  # a replica may die between its commit and its note


async def test_a_draft_left_open_is_reminded_of_once(engine: AsyncEngine) -> None:
    people = await hire(engine, 3)
    await leave_open(engine, 5, people[0], people[1])
    await leave_open(engine, 3, people[2])
    assert sorted(await asyncio.gather(*(remind_of_drafts(engine, ZERO) for _ in range(3)))) in ([0, 0, 2], [0, 1, 1])
    assert await remind_of_drafts(engine, ZERO) == 0
    assert await remind_of_drafts(engine, timedelta(hours=2)) == 1
    async with wire(engine) as conn:
        await conn.execute("UPDATE dialogue SET version = 8 WHERE person_id = $1", people[0])
    assert await remind_of_drafts(engine, ZERO) == 1
    assert await states(engine) == {"ready": 4}


async def test_a_draft_is_forgotten_after_two_weeks(engine: AsyncEngine) -> None:
    people = await hire(engine, 2)
    await leave_open(engine, 14 * 24 + 1, people[0])
    await leave_open(engine, 14 * 24 - 1, people[1])
    assert await forget_drafts(engine, ZERO) == 1
    assert await forget_drafts(engine, ZERO) == 0
    async with wire(engine) as conn:
        row = await conn.fetchrow("SELECT version, state::text, form FROM dialogue WHERE person_id = $1", people[0])
        events = await conn.fetch("SELECT kind, form, version, question FROM dialogue_event")
    assert tuple(row) == (8, '{"language": "en"}', None)
    assert [tuple(event) for event in events] == [("expired", "report", "abc", "")]


async def test_sweeping_keeps_what_is_young_or_open(engine: AsyncEngine) -> None:
    [person] = await hire(engine, 1)
    await send_off(engine, [letter(n, person) for n in range(3)])
    async with wire(engine) as conn:
        old = "clock_timestamp() - interval '401 days'"
        await conn.execute(f"UPDATE letter SET state = 'sent', settled_at = {old} WHERE number = 'XS-2026-000000'")
        await conn.execute("UPDATE letter SET state = 'sent', settled_at = now() WHERE number = 'XS-2026-000001'")
        for days in (6, 8):
            await conn.execute(
                "INSERT INTO inbox (door, key, at, said) VALUES ('wecom', $2, now() - $1::interval, '[]')",
                timedelta(days=days),
                str(days),
            )
    assert await sweep(engine, ZERO) == 2
    assert await sweep(engine, ZERO) == 0
    assert await states(engine) == {"sent": 1, "ready": 1}


async def test_a_narrowed_door_widens_again(engine: AsyncEngine) -> None:
    async with wire(engine) as conn:
        await conn.execute("INSERT INTO door_state (door, parallel) VALUES ('wecom', 29), ('telegram', 32)")
    assert [await widen(engine, ZERO) for _ in range(3)] == [1, 1, 0]


async def test_nothing_is_orphaned_and_every_step_may_be_called_on_an_empty_office(engine: AsyncEngine) -> None:
    async with engine.begin() as tx:
        await build_world(tx)
    assert await orphans(engine, ZERO) == 0
    async with wire(engine) as conn:  # a Sunday: nobody is sent a digest, or asked for next year's calendar
        sunday = datetime(2026, 11, 22, 2, tzinfo=UTC) - await conn.fetchval("SELECT clock_timestamp()")
    assert [await tick.step(engine, sunday) for tick in TICKS] == [0] * len(TICKS)


async def test_health_tells_what_waits_and_what_is_late(engine: AsyncEngine) -> None:
    people = await hire(engine, 2)
    async with wire(engine) as conn:
        now = await conn.fetchval("SELECT clock_timestamp()")
    await send_off(engine, [letter(1, people[0]), letter(2, people[0])])
    await send_off(engine, [letter(3, people[1], not_before=now + timedelta(hours=1))], now)
    health = await examine(engine, ZERO, ("wecom",), late=timedelta(0))
    assert {state: count for state, (count, _) in health.waiting.items()} == {"ready": 2, "held": 1, "dead": 0}
    assert (health.late, health.well, health.shut) == (1, False, {})
    assert (await examine(engine, ZERO, ())).well
    assert (await examine(engine, ZERO, ("wecom",), late=timedelta(days=400))).well

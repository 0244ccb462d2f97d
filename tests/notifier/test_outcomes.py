"""What one letter may meet: somebody who left, a poisoned text, refused content, a matter that closed meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import aiohttp
from sqlalchemy.ext.asyncio import AsyncEngine

from notifier.deliver import deliver_batch
from notifier.health import examine
from notifier.outbox import obsolete, occur
from notifier.wire import wire
from store.words import Json
from tests.notifier.cloud import Cloud, open_cloud
from tests.notifier.rounds import NOW, QUICK, hire, letter, reconcile, send_off, states
from tests.notifier.senders import PostingSender
from tests.world import build_world

ZERO = timedelta()


async def deliver(engine: AsyncEngine, cloud: Cloud, *doors: str, shift: timedelta = ZERO) -> None:
    """Whatever is due, until nothing is."""
    async with aiohttp.ClientSession() as http:
        senders = {door: PostingSender(http, cloud.url, door) for door in doors or ("wecom",)}
        while await deliver_batch(engine, senders, "me", shift, QUICK):
            pass


async def rows(engine: AsyncEngine, columns: str) -> list[tuple[Json, ...]]:
    async with wire(engine) as conn:
        return [tuple(row) for row in await conn.fetch(f"SELECT {columns} FROM letter ORDER BY id")]


async def test_a_key_is_queued_once_and_an_occurrence_happens_once(engine: AsyncEngine) -> None:
    [person] = await hire(engine, 1)
    assert await send_off(engine, [letter(1, person), letter(2, person)]) == 2
    assert await send_off(engine, [letter(1, person), letter(3, person)]) == 1
    for expected in (True, False):
        async with engine.begin() as tx:
            assert await occur(tx, "due", "XS-2026-000001", "2026-11-20", NOW) is expected


async def test_what_is_rolled_back_was_never_queued(engine: AsyncEngine) -> None:
    [person] = await hire(engine, 1)
    async with engine.connect() as tx:
        await obsolete(tx, "clue", "XS-2026-000001", "nothing there")
        await tx.rollback()
    assert await states(engine) == {}
    async with engine.connect() as tx:
        from notifier.outbox import post

        assert await post(tx, [letter(1, person)]) == 1
        await tx.rollback()
    assert await states(engine) == {}


async def test_somebody_who_left_is_replaced_by_their_superior(engine: AsyncEngine) -> None:
    """Rule 6: never to nobody. County supervision is the next office above a department's head."""
    async with engine.begin() as tx:
        await build_world(tx)
    await send_off(engine, [letter(1, "mq-yx-head"), letter(2, "mq-yx-head"), letter(3, "mq-cm")])
    async with open_cloud(fault=lambda cloud, door, member: "60111" if member == "mq-yx-head" else None) as cloud:
        await deliver(engine, cloud)
        assert {member: len(texts) for member, texts in cloud.shown.items()} == {"mq-ng1": 2, "mq-ng2": 2, "mq-cm": 1}
        assert "钱芳暂时联系不上，这件事转给您。" in cloud.shown["mq-ng1"][0][1].splitlines()
        assert len([1 for _, _, member, _ in cloud.calls if member == "mq-yx-head"]) == 1
        await reconcile(engine, cloud)
    assert await states(engine) == {"sent": 5, "dead": 2}
    async with wire(engine) as conn:
        assert await conn.fetchval("SELECT off_reason FROM contact WHERE address = 'mq-yx-head'") == "no such member"


async def test_another_door_of_the_same_person_comes_first(engine: AsyncEngine) -> None:
    [person] = await hire(engine, 1, ("wecom", "telegram"))
    await send_off(engine, [letter(1, person)])
    async with open_cloud(fault=lambda cloud, door, member: "60111" if door == "wecom" else None) as cloud:
        await deliver(engine, cloud, "wecom", "telegram")
        assert [(door, member) for _, door, member, _ in cloud.calls] == [("wecom", person), ("telegram", person)]
        assert "联系不上" not in cloud.texts()[0]


async def test_an_address_that_now_is_somebody_elses_keeps_their_letters(engine: AsyncEngine) -> None:
    async with engine.begin() as tx:
        await build_world(tx)
    await send_off(engine, [letter(1, "mq-yx-head")])
    async with wire(engine) as conn:
        await conn.execute("UPDATE contact SET person_id = 'mq-cm' WHERE address = 'mq-yx-head'")
    await send_off(engine, [letter(2, "mq-yx-head", person="mq-cm")])
    async with open_cloud() as cloud:
        await deliver(engine, cloud)
        assert {member: len(texts) for member, texts in cloud.shown.items()} == {
            "mq-yx-head": 1,
            "mq-ng1": 1,
            "mq-ng2": 1,
        }
        assert "XS-2026-000002" in cloud.shown["mq-yx-head"][0][1]


async def test_an_internal_matter_climbs_past_the_department(engine: AsyncEngine) -> None:
    async with engine.begin() as tx:
        await build_world(tx)
    one = letter(1, "mq-ng1")
    await send_off(engine, [replace(one, facts={**one.facts, "internal": True})])
    async with wire(engine) as conn:
        await conn.execute("UPDATE person SET active = false WHERE id = 'mq-ng1'")
    async with open_cloud() as cloud:
        await deliver(engine, cloud)
        assert set(cloud.shown) == {"sq-ng1", "sq-ng2"}


async def test_a_poisoned_letter_is_parked_and_holds_up_nobody(engine: AsyncEngine) -> None:
    people = await hire(engine, 3)
    poisoned = replace(letter(1, people[0]), facts={"number": "XS-2026-000001", "due_at": "soon"})
    unknown = replace(letter(2, people[1]), template="no_such_template")
    await send_off(engine, [poisoned, unknown, letter(3, people[2]), letter(4, people[0]), letter(5, people[1])])
    async with open_cloud() as cloud:
        await deliver(engine, cloud)
        await reconcile(engine, cloud)
    assert [(state, reason) for state, reason in await rows(engine, "state, reason")] == [
        ("dead", "cannot be written: ValueError"),
        ("dead", "cannot be written: TemplateNotFound"),
        ("sent", None),
        ("sent", None),
        ("sent", None),
    ]
    assert (await examine(engine, ZERO, ("wecom",))).waiting["dead"][0] == 2


async def test_refused_content_is_dead_and_its_bytes_are_kept(engine: AsyncEngine) -> None:
    [person] = await hire(engine, 1)
    await send_off(engine, [letter(1, person)])
    async with open_cloud(fault=lambda *_: "45002") as cloud:
        await deliver(engine, cloud)
    [(state, reason, body)] = await rows(engine, "state, reason, body")
    assert (state, reason) == ("dead", "content refused")
    assert b"XS-2026-000001" in body


async def test_a_closed_matter_is_not_spoken_of(engine: AsyncEngine) -> None:
    people = await hire(engine, 2)
    await send_off(engine, [letter(1, people[0]), letter(2, people[1])])
    async with engine.begin() as tx:
        assert await obsolete(tx, "clue", "XS-2026-000001", "closed") == 1
    async with open_cloud() as cloud:
        await deliver(engine, cloud)
        assert list(cloud.shown) == [people[1]]
    assert [tuple(row) for row in await rows(engine, "state, reason")] == [("obsolete", "closed"), ("sent", None)]


async def test_held_letters_wait_for_the_office_clock_and_block_nobody(engine: AsyncEngine) -> None:
    """Check 7: what a replica queues whose clock runs ahead leaves at once; a held letter waits for the database."""
    [person] = await hire(engine, 1)
    async with wire(engine) as conn:
        now = await conn.fetchval("SELECT clock_timestamp()")
    ahead = now + timedelta(hours=2)
    await send_off(engine, [replace(letter(1, person), not_before=ahead)], now)
    await send_off(engine, [replace(letter(2, person), not_before=ahead)])
    async with open_cloud() as cloud:
        await deliver(engine, cloud)
        assert ["XS-2026-000002" in text for text in cloud.texts()] == [True]
        assert await states(engine) == {"held": 1, "sent": 1}
        await deliver(engine, cloud, shift=timedelta(hours=2, minutes=1))
        assert await states(engine) == {"sent": 2}
        await reconcile(engine, cloud)

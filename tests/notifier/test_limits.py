"""What the other side takes: members' limits over two replicas, bundles, pauses, narrow and broken doors."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from time import monotonic

import aiohttp
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from notifier.deliver import deliver_batch, run
from notifier.health import examine
from notifier.limits import MANNERS, Manners, Permit
from notifier.wire import wire
from tests.notifier.cloud import Cloud, open_cloud
from tests.notifier.rounds import QUICK, all_sent, hire, letter, reconcile, replica, send_off, states, until
from tests.notifier.senders import PostingSender

ZERO = timedelta()


@asynccontextmanager
async def delivering(engine: AsyncEngine, cloud: Cloud, *doors: str) -> AsyncIterator[None]:
    """A replica inside this process."""
    stop = asyncio.Event()
    async with aiohttp.ClientSession() as http:
        senders = {door: PostingSender(http, cloud.url, door) for door in doors or ("wecom",)}
        task = asyncio.create_task(run(engine, senders, "here", timedelta, stop, terms=QUICK))
        try:
            yield
        finally:
            stop.set()
            await task


async def items_seen(cloud: Cloud, member: str) -> list[str]:
    """Every clue number that this member was told of."""
    return [
        word for _, text in cloud.shown[member] for word in text.split() if word.startswith("XS-") and "#" not in word
    ]


async def test_forty_five_reminders_from_two_replicas(engine: AsyncEngine, database_url: str) -> None:
    """Check 4: never more than 30 messages in any minute, and all 45 items arrive."""
    [person] = await hire(engine, 1)
    await send_off(engine, [letter(n, person) for n in range(45)])
    async with open_cloud() as cloud:
        async with replica(database_url, cloud, "one"), replica(database_url, cloud, "two"):
            await all_sent(engine)
        times = [at for at, _ in cloud.shown[person]]
        assert len(times) <= 30
        assert times[-1] - times[0] < 60
        told = "\n".join(cloud.texts())
        assert all(f"XS-2026-{n:06}" in told for n in range(45))
        await reconcile(engine, cloud)
    async with wire(engine) as conn:
        carried = await conn.fetchval("SELECT count(*) FROM letter WHERE bundle IS NOT NULL")
    assert carried >= 16


async def test_what_comes_after_a_full_minute_waits_for_the_window(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same with a short window: the limit is met in every window, whatever falls into it."""
    span = timedelta(seconds=2)
    monkeypatch.setitem(MANNERS, "wecom", Manners(each=((5, span),), forgives=timedelta(hours=1), longest=160))
    [person] = await hire(engine, 1)
    async with open_cloud(per_minute=5, minute=span.total_seconds()) as cloud, delivering(engine, cloud):
        for n in range(30):
            await send_off(engine, [letter(n, person)])
        await all_sent(engine)
        await reconcile(engine, cloud)
        times = [at for at, _ in cloud.shown[person]]
        assert all(later - earlier > 2 for earlier, later in zip(times, times[5:], strict=False))
        assert all(len(text.encode()) <= 160 for text in cloud.texts())


@pytest.mark.parametrize(
    ("room", "waiting", "together"),
    [(30, 0, 1), (30, 29, 1), (30, 30, 2), (30, 44, 16), (1, 0, 1), (1, 4, 5), (2, 1, 1), (5, 200, 197)],
)
def test_how_many_travel_together(room: int, waiting: int, together: int) -> None:
    assert Permit(room, waiting).together == together


async def test_a_frequency_limit_holds_one_door_and_no_other(engine: AsyncEngine) -> None:
    """Check 3: few probes, no attempt consumed, soon back, the other door goes on.

    All times are a twentieth (QUICK): three seconds for sixty. `loop153 bench --only outages` waits the whole minute.
    """
    people = await hire(engine, 50, ("wecom", "telegram"))
    until_then = monotonic() + 3

    def limited(cloud: Cloud, door: str, member: str) -> str | None:
        return "45009" if door == "wecom" and monotonic() < until_then else None

    async with open_cloud(fault=limited) as cloud, delivering(engine, cloud, "wecom", "telegram"):
        await send_off(engine, [letter(n, person) for n, person in enumerate(people)])
        await send_off(engine, [letter(n, person, "telegram") for n, person in enumerate(people[:10])])
        await all_sent(engine)
        probes = [at for at, door, _, _ in cloud.calls if door == "wecom" and at < until_then]
        others = [at for at, door, _, _ in cloud.calls if door == "telegram" and at < until_then]
        resumed = min(at for at, door, _, _ in cloud.calls if door == "wecom" and at >= until_then)
        assert len(probes) <= 3
        assert len(others) == 10
        assert resumed - until_then < 5  # not a twentieth: another process may hold the machine that long
        await reconcile_two_doors(engine, cloud)
    async with wire(engine) as conn:
        assert await conn.fetchval("SELECT max(attempts) FROM letter") == 0


async def reconcile_two_doors(engine: AsyncEngine, cloud: Cloud) -> None:
    async with wire(engine) as conn:
        ours = Counter(row["address"] for row in await conn.fetch("SELECT address FROM letter WHERE state = 'sent'"))
    assert {member: len(texts) for member, texts in cloud.shown.items()} == ours


async def test_too_many_at_once_makes_the_door_narrower(engine: AsyncEngine) -> None:
    people = await hire(engine, 100)
    async with open_cloud(slow=0.02) as cloud:
        cloud.fault = lambda cloud, door, member: "45033" if cloud.busy > 4 else None
        await send_off(engine, [letter(n, person) for n, person in enumerate(people)])
        async with delivering(engine, cloud):
            await all_sent(engine)
        await reconcile(engine, cloud)
    async with wire(engine) as conn:
        assert await conn.fetchval("SELECT parallel FROM door_state WHERE door = 'wecom'") <= 8
        assert await conn.fetchval("SELECT max(attempts) FROM letter") == 0


async def test_a_wrong_secret_opens_the_breaker_and_mends_by_a_success(engine: AsyncEngine) -> None:
    """Check 5, the mail room's half: few calls, an alarm, and everything arrives once the secret is right."""
    people = await hire(engine, 50)
    async with open_cloud(fault=lambda *_: "40001") as cloud, delivering(engine, cloud):
        await send_off(engine, [letter(n, person) for n, person in enumerate(people)])

        async def alarmed() -> bool:
            return "wecom" in (await examine(engine, ZERO, ("wecom",))).shut

        await until(alarmed)
        assert len(cloud.calls) <= 3
        assert (await examine(engine, ZERO, ("wecom",))).shut == {"wecom": "wrong secret"}
        cloud.fault = None
        await all_sent(engine)
        await reconcile(engine, cloud)
    assert (await examine(engine, ZERO, ("wecom",))).shut == {}


async def test_an_outage_blames_no_letter(engine: AsyncEngine) -> None:
    """A door that fails for everybody costs no letter its attempts."""
    people = await hire(engine, 30)
    async with open_cloud(fault=lambda *_: "-1") as cloud, delivering(engine, cloud):
        await send_off(engine, [letter(n, person) for n, person in enumerate(people)])

        async def tried() -> bool:
            return len(cloud.calls) >= 6

        await until(tried)
        cloud.fault = None
        await all_sent(engine)
        await reconcile(engine, cloud)
    async with wire(engine) as conn:
        assert await conn.fetchval("SELECT sum(attempts) FROM letter") <= 8


async def test_a_telegram_letter_in_doubt_is_marked_or_left_to_a_person(engine: AsyncEngine) -> None:
    """Rule 5: without a key of its own a repeat could be seen; only what is urgent is repeated, once and marked."""
    plain, urgent = await hire(engine, 2, ("telegram",))
    await send_off(engine, [letter(1, plain, "telegram"), replace(letter(2, urgent, "telegram"), urgent=True)])
    lost = {plain, urgent}

    def once(cloud: Cloud, door: str, member: str) -> str | None:
        if member in lost:
            lost.discard(member)
            return "reset after accepting"
        return None

    async with open_cloud(fault=once) as cloud, delivering(engine, cloud, "telegram"):

        async def settled() -> bool:
            return await states(engine) == {"sent": 1, "dead": 1}

        await until(settled)
        assert len(cloud.shown[plain]) == 1
        first, second = (text for _, text in cloud.shown[urgent])
        assert second == "「可能重复」" + first


async def test_one_batch_at_a_time(engine: AsyncEngine) -> None:
    people = await hire(engine, 3)
    await send_off(engine, [letter(n, people[n % 3]) for n in range(6)])
    async with open_cloud() as cloud, aiohttp.ClientSession() as http:
        senders: Mapping[str, PostingSender] = {"wecom": PostingSender(http, cloud.url)}
        counts = [await deliver_batch(engine, senders, "me", ZERO, QUICK) for _ in range(3)]
        assert counts == [3, 3, 0]
        await reconcile(engine, cloud)

"""The mail room's speed (mailroom.md §2): against a bare table, over old letters, with the POST, and all at once."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from statistics import median
from time import perf_counter

import aiohttp
from sqlalchemy.ext.asyncio import AsyncEngine

from notifier import leases
from notifier.deliver import run as deliver
from notifier.leases import Verdict
from notifier.outbox import occur_all, post
from notifier.shown import Shown
from notifier.terms import Terms
from notifier.wire import wire
from store.db import open_engine
from store.wakes import Bells
from store.words import Address, Card, Letter, Outcome
from tests.bench import Row
from tests.notifier.rounds import NOW, hire, letter, send_off
from tests.notifier.senders import PostingSender

ZERO = timedelta()
MANY, OLD, PEOPLE = 10_000, 1_000_000, 10_000
_WORKERS, _FLIGHT, _POSTS = 2, 32, 2_000

_OLD_LETTERS = """
INSERT INTO letter (key, door, address, person_id, purpose, template, facts, ledger, number, not_before, state,
                    started_at, settled_at, left_at, body, body_sha256, ref)
SELECT 'old:' || g, 'wecom', 'p' || (1 + g % $2), 'p' || (1 + g % $2), 'review', 'review', '{"number": "XS"}', 'clue',
       'XS-2025-' || g, t, 'sent', t, t, t, repeat('x', 300)::bytea, repeat('a', 64), 'm' || g
FROM generate_series(1, $1::int) g, LATERAL (SELECT now() - interval '2 days' - g * interval '1 second' AS t) AS at
"""


async def run(engine: AsyncEngine) -> list[Row]:
    """All measurements, in this order, on one database."""
    people = await hire(engine, PEOPLE)
    rows = await _posting(engine, people)
    bare = await _rate(lambda: _bare(engine), MANY)
    await _queue(engine, people)
    await _analyse(engine)
    ours = await _rate(lambda: _claim_and_settle(engine), MANY)
    rows += [
        Row("outbox: bare table, claim and settle by 100", bare, "letters/s"),
        Row("mail room: claim and settle", ours, "letters/s", ours / bare, ">= 0.34"),
    ]
    async with _sink() as url, aiohttp.ClientSession() as http:
        sender = PostingSender(http, url)
        rows += await _with_post(engine, sender, people)
        rows += await _due_at_once(engine, people)
        rows += await _first_attempts(engine, sender, people)
    return [*rows, await _over_old_letters(engine, people)]


# --- the way in ---


async def _posting(engine: AsyncEngine, people: list[str]) -> list[Row]:
    """A letter a transaction, 16 at once; against ringing the bell within, where it makes commits wait in a row."""
    crowd = open_engine(engine.url.render_as_string(hide_password=False), pool=16)
    rates: dict[bool, list[float]] = {False: [], True: []}

    async def all_of(letters: Iterator[Letter], *, within: bool) -> None:
        bells = Bells(crowd)

        async def one() -> None:
            for each in letters:
                async with crowd.begin() as tx:
                    await post(tx, [each])
                    if within:
                        await tx.exec_driver_sql("SELECT pg_notify('letters', '')")
                bells.ring(*(() if within else ("letters",)))

        await asyncio.gather(*(one() for _ in range(16)))
        await bells.rung()

    for rung_within in (False, True) * 3:
        queue = iter(_letters(people)[:_POSTS])
        rates[rung_within].append(await _rate(partial(all_of, queue, within=rung_within), _POSTS))
    async with wire(engine) as conn:
        await conn.execute("UPDATE letter SET state = 'obsolete' WHERE stage = 'open'")
    await crowd.dispose()
    after, inside = median(rates[False]), median(rates[True])
    return [
        Row("post a letter, 16 at once, the bell within", inside, "letters/s"),
        Row("post a letter, 16 at once, the bell after the commit", after, "letters/s", after / inside, ">= 1"),
    ]


# --- the database alone ---------------------------------------------------------------------------------


async def _bare(engine: AsyncEngine, send: Callable[[], Awaitable[object]] | None = None) -> None:
    async with wire(engine) as conn:
        await conn.execute("DROP TABLE IF EXISTS bare")
        await conn.execute("CREATE TABLE bare (id bigserial PRIMARY KEY, state text DEFAULT 'ready', body text)")
        await conn.execute("CREATE INDEX ON bare (id) WHERE state = 'ready'")
        await conn.execute(f"INSERT INTO bare (body) SELECT 'words' FROM generate_series(1, {MANY})")
        await conn.execute("ANALYZE bare")
    claim = (
        "UPDATE bare SET state = 'claimed' WHERE id IN (SELECT id FROM bare WHERE state = 'ready' ORDER BY id"
        " LIMIT 100 FOR UPDATE SKIP LOCKED) RETURNING id, body"
    )
    gate = asyncio.Semaphore(_FLIGHT)

    async def one() -> None:
        assert send is not None
        async with gate:
            await send()

    async def worker() -> None:
        async with wire(engine) as conn:
            while rows := await conn.fetch(claim):
                if send is not None:
                    await asyncio.gather(*(one() for _ in rows))
                await conn.execute("UPDATE bare SET state = 'sent' WHERE id = ANY ($1)", [row["id"] for row in rows])

    await asyncio.gather(*(worker() for _ in range(_WORKERS)))


async def _claim_and_settle(engine: AsyncEngine) -> None:
    async def worker(owner: str) -> None:
        async with wire(engine) as conn:
            while letters := await leases.claim(conn, "wecom", owner, ZERO):
                done = [Verdict(letter.id, "sent", ref="m", arrived=True) for letter in letters]
                await leases.settle(conn, owner, done, ZERO)

    await asyncio.gather(*(worker(f"bench-{number}") for number in range(_WORKERS)))


async def _over_old_letters(engine: AsyncEngine, people: list[str]) -> Row:
    """Against the same just before, because a long run meets another machine at its end."""
    await _queue(engine, people)
    young = await _rate(lambda: _claim_and_settle(engine), MANY)
    async with wire(engine) as conn:
        await conn.execute(_OLD_LETTERS, OLD, PEOPLE, timeout=300)
    await _analyse(engine)
    async with wire(engine) as conn:
        await conn.execute("CHECKPOINT")
    await _queue(engine, people)
    aged = await _rate(lambda: _claim_and_settle(engine), MANY)
    return Row("mail room: claim and settle over a million old letters", aged, "letters/s", aged / young, ">= 0.8")


async def _rate(work: Callable[[], Awaitable[None]], count: int) -> float:
    began = perf_counter()
    await work()
    return count / (perf_counter() - began)


_batch = iter(range(1_000_000))


def _letters(people: list[str]) -> list[Letter]:
    base = next(_batch) * MANY
    return [letter(base + n, people[n % PEOPLE]) for n in range(MANY)]


async def _queue(engine: AsyncEngine, people: list[str]) -> None:
    await send_off(engine, _letters(people))


async def _analyse(engine: AsyncEngine) -> None:
    async with wire(engine) as conn:
        for table in ("letter", "contact", "person"):
            await conn.execute(f"VACUUM ANALYZE {table}")


# --- with the other side --------------------------------------------------------------------------------


async def _with_post(engine: AsyncEngine, sender: PostingSender, people: list[str]) -> list[Row]:
    """Interleaved and by their medians: the two share their cores with whatever else goes on."""
    to, body = Address("wecom", "p1"), b'{"touser": "p1", "text": "words"}'
    bare, ours = [], []
    for _ in range(3):
        bare.append(await _rate(lambda: _bare(engine, lambda: sender.send(to, body)), MANY))
        await _queue(engine, people)
        ours.append(await _rate(lambda: _deliver_all(engine, sender), MANY))
    return [
        Row("outbox: bare table with a POST, 32 in flight", median(bare), "letters/s"),
        Row(
            "mail room: claim, judge, render, start, POST, settle",
            median(ours),
            "letters/s",
            median(ours) / median(bare),
            ">= 0.5",
        ),
    ]


async def _deliver_all(engine: AsyncEngine, sender: PostingSender) -> None:
    """A replica of the mail room, until nothing is open."""
    async with _replica(engine, sender), wire(engine) as conn:
        while await conn.fetchval("SELECT EXISTS (SELECT FROM letter WHERE stage = 'open')"):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


@asynccontextmanager
async def _replica(engine: AsyncEngine, sender: PostingSender | _Timed) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(deliver(engine, {"wecom": sender}, "bench", timedelta, stop, terms=Terms()))
    try:
        yield
    finally:
        stop.set()
        await task


async def _due_at_once(engine: AsyncEngine, people: list[str]) -> list[Row]:
    """An hour strikes for ten thousand people: occurrences, letters, claims; while the loop is watched."""
    due = _letters(people)
    async with _watched() as lags, wire(engine) as conn:
        began = perf_counter()
        for at in range(0, MANY, 500):
            async with engine.begin() as tx:
                page = due[at : at + 500]
                await occur_all(tx, "bench", [(each.key, "1") for each in page], NOW)
                await post(tx, page)
        claimed = 0
        while letters := await leases.claim(conn, "wecom", "bench", ZERO):
            claimed += len(letters)
        took = perf_counter() - began
        await conn.execute("UPDATE letter SET state = 'obsolete' WHERE stage = 'open'")
    assert claimed == MANY
    return [
        Row("10 000 due at once: planned and claimed", took, "s", goal="<= 3"),
        Row("10 000 due at once: event loop held at most", 1000 * max(lags), "ms", goal="<= 100"),
    ]


@asynccontextmanager
async def _watched() -> AsyncIterator[list[float]]:
    lags = [0.0]

    async def watch() -> None:
        while True:
            began = perf_counter()
            await asyncio.sleep(0.005)
            lags.append(perf_counter() - began - 0.005)

    task = asyncio.create_task(watch())
    try:
        yield lags
    finally:
        task.cancel()


class _Timed:
    """A sender that notes when each letter is first attempted."""

    def __init__(self, sender: PostingSender) -> None:
        self._sender = sender
        self.at: dict[str, float] = {}

    def envelope(self, to: Address, text: str, key: str, card: Card | None = None, picture: str = "") -> bytes:
        return self._sender.envelope(to, text, key)

    def update(self, to: Address, card: Shown, words: str) -> bytes:
        return self._sender.update(to, card, words)

    async def send(self, to: Address, body: bytes) -> Outcome:
        self.at.setdefault(to.id, perf_counter())
        return await self._sender.send(to, body)


async def _first_attempts(engine: AsyncEngine, sender: PostingSender, people: list[str]) -> list[Row]:
    timed, caused = _Timed(sender), {}
    async with _replica(engine, timed):
        for number, person in enumerate(people[:300]):
            caused[person] = perf_counter()
            await send_off(engine, [letter(9_000_000 + number, person)])
            await asyncio.sleep(0.01)
        while len(timed.at) < len(caused):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    waits = sorted(1000 * (timed.at[person] - at) for person, at in caused.items())
    return [
        Row("event to first attempt: median", waits[150], "ms"),
        Row("event to first attempt: p99", waits[297], "ms", goal="<= 1000"),
    ]


@asynccontextmanager
async def _sink() -> AsyncIterator[str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench._sink", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdin is not None
    port = int(await process.stdout.readline())
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.stdin.close()
        await process.wait()

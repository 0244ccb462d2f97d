"""Two outages of a whole minute with the mail room's real times (mailroom.md §3, checks 3 and 15), which the test suite
runs at a twentieth: WeCom answers 45009, and PostgreSQL is away in the middle of a batch.

The other side keeps its own truth; a run in which it differs from ours fails.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from time import monotonic

import aiohttp
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.wecom.door import WecomDoor
from notifier.deliver import run as deliver
from notifier.sender import Sender
from notifier.wire import wire
from store import embedded
from store.db import migrate, open_engine
from store.words import Incoming, Receipt
from tests.bench import Row
from tests.doors import standin
from tests.notifier.cloud import open_cloud
from tests.notifier.rounds import all_sent, hire, letter, reconcile, send_off, until
from tests.notifier.senders import PostingSender

MINUTE, PEOPLE, LETTERS = 60.0, 50, 400
_NUMBER = re.compile(r"XS-2026-\d{6}(?!#)")  # what a letter is about, not the reference at its end


async def run(engine: AsyncEngine) -> list[Row]:
    """A little more than two minutes. The database must be empty."""
    return [*await _refused_for_a_minute(engine), *await _away_for_a_minute()]


@asynccontextmanager
async def _delivering(engine: AsyncEngine, doors: Mapping[str, Sender]) -> AsyncIterator[None]:
    """A replica of the mail room as it runs in the office."""
    stop = asyncio.Event()
    task = asyncio.create_task(deliver(engine, doors, "bench", timedelta, stop))
    try:
        yield
    finally:
        stop.set()
        await task


async def _refused_for_a_minute(engine: AsyncEngine) -> list[Row]:
    """WeCom refuses everything with 45009 for a minute from the first call on, while Telegram is well."""
    people, calls = await hire(engine, PEOPLE, ("wecom", "telegram")), list[float]()

    async def limited(_: web.Request) -> web.StreamResponse:
        calls.append(monotonic())
        refused = calls[-1] < calls[0] + MINUTE
        return web.json_response(standin.refusal(45009) if refused else standin.OK | {"msgid": f"m{len(calls)}"})

    async with standin.open_cloud() as wecom, open_cloud() as other, aiohttp.ClientSession() as http:
        wecom.answers["message/send"] = [limited]
        doors: dict[str, Sender] = {
            "wecom": WecomDoor(wecom.config(), http, engine, _nobody_speaks),
            "telegram": PostingSender(http, other.url, "telegram"),
        }
        for door in doors:
            await send_off(engine, [letter(n, person, door) for n, person in enumerate(people)])
        async with _delivering(engine, doors):
            await all_sent(engine, 2 * MINUTE)
        elsewhere = [at for at, *_ in other.calls if at < calls[0] + MINUTE]
    async with wire(engine) as conn:
        blamed = await conn.fetchval("SELECT sum(attempts) FROM letter")
    end = calls[0] + MINUTE
    resumed = min(at for at in calls if at >= end)
    return [
        Row("45009 for a minute: probes", sum(at < end for at in calls), "calls", goal="<= 3"),
        Row("45009 for a minute: attempts held against letters", blamed, "attempts", goal="<= 0"),
        Row("45009 for a minute: goes on after its end in", resumed - end, "s", goal="<= 5"),
        Row("45009 for a minute: the other door's letters meanwhile", len(elsewhere), "letters", goal=f">= {PEOPLE}"),
    ]


async def _nobody_speaks(incoming: Incoming) -> Receipt:
    raise NotImplementedError(incoming.key)


async def _away_for_a_minute() -> list[Row]:
    """PostgreSQL stops when twenty letters of a batch are under way, and comes back a minute later."""
    with tempfile.TemporaryDirectory(prefix="loop153-bench-") as folder:
        server = await asyncio.to_thread(embedded.start, Path(folder) / "pg")
        engine = open_engine(embedded.url(server))
        try:
            await migrate(engine)
            people = await hire(engine, PEOPLE)
            async with open_cloud(slow=0.05) as cloud, aiohttp.ClientSession() as http:
                async with _delivering(engine, {"wecom": PostingSender(http, cloud.url)}):
                    await send_off(engine, [letter(n, people[n % PEOPLE]) for n in range(LETTERS)])

                    async def underway() -> bool:
                        return len(cloud.calls) > 20

                    await until(underway)
                    await asyncio.to_thread(server.stop)
                    await asyncio.sleep(MINUTE)
                    back = monotonic()
                    await asyncio.to_thread(server.start)
                    await all_sent(engine, 2 * MINUTE)
                    took = monotonic() - back
                await reconcile(engine, cloud)
                seen = Counter(number for text in cloud.texts() for number in _NUMBER.findall(text))
        finally:
            await engine.dispose()
            await asyncio.to_thread(embedded.stop, server)
    return [
        Row("PostgreSQL away for a minute: letters lost", LETTERS - len(seen), "letters", goal="<= 0"),
        Row("PostgreSQL away for a minute: letters doubled", sum(seen.values()) - len(seen), "letters", goal="<= 0"),
        Row("PostgreSQL away for a minute: all out, from its start on, in", took, "s"),
    ]

"""One replica of the mail room, to be killed: `python -m tests.notifier.worker DATABASE CLOUD OWNER LEASE [DOORS]`."""

from __future__ import annotations

import asyncio
import signal
import sys
from datetime import timedelta

import aiohttp

from notifier.deliver import run
from notifier.terms import Terms
from store.db import open_engine
from tests.notifier.senders import PostingSender


async def work(database: str, cloud: str, owner: str, lease: str, doors: str = "wecom") -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    terms = Terms(lease=float(lease), call=float(lease) / 3, poll=0.2)
    engine = open_engine(database, pool=4)
    async with aiohttp.ClientSession() as http:
        senders = {door: PostingSender(http, cloud, door, terms.call * 0.8) for door in doors.split(",")}
        await run(engine, senders, owner, timedelta, stop, terms=terms)
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:]))

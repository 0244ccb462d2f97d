"""The service is killed again and again while people report: whatever was acknowledged is there, exactly once."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from random import Random

from bot.sandbox.callbacks import Patience
from tests.journeys.reckoning import leases_end, reckon
from tests.journeys.replicas import Nursery
from tests.journeys.reporters import REPORTERS, Reporter, filed_once
from tests.journeys.town import free_port, open_corp

KILLS = 6
MOST = 6  # reports of one person, so that nobody is told more than WeCom shows in a minute
PATIENCE = Patience(answer_within=5.0, retries=2000, pause=0.05)
"""A member whose message is not acknowledged says it again; here the cloud does so for them."""


async def test_killed_at_any_instant_while_everybody_reports(
    database_url: str, tmp_path: Path, nursery: Nursery
) -> None:
    port, rng, over = free_port(), Random(153), asyncio.Event()
    async with open_corp(database_url, port, patience=PATIENCE) as members:
        reporters = [Reporter(members, who) for who in REPORTERS]
        work = asyncio.gather(*(_report_until(one, over) for one in reporters))
        for kill in range(KILLS):
            serving = nursery.replica(members, database_url, port, tmp_path)
            if kill % 4:  # else it dies somewhere in its own beginning
                await serving.ready()
            await asyncio.sleep(rng.uniform(0.0, 0.6))  # the instant is what is random
            await serving.ends()
        over.set()
        await leases_end(members)
        last = nursery.replica(members, database_url, port, tmp_path)
        await work
        filed_once(await reckon(members), reporters)
        await last.ends(signal.SIGTERM)
        assert sum(len(one.filed) for one in reporters) >= len(REPORTERS)


async def _report_until(reporter: Reporter, over: asyncio.Event) -> None:
    while len(reporter.filed) < MOST:
        await reporter.report()
        if over.is_set():
            return

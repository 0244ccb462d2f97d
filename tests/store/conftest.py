"""The sample world, built once for all tests of the store; each gets a transaction on it that is rolled back."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator

import pytest

from store.clock.workdays import seed_calendar
from store.db import Tx, open_engine
from tests.conftest import _admin, _named
from tests.world import build_world


@pytest.fixture(scope="session")
def world_url(server_url: str, template: str) -> Iterator[str]:
    """A database with the sample world and the official calendar. Nobody commits anything to it."""
    name = f"world_{uuid.uuid4().hex[:12]}"
    asyncio.run(_admin(server_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY'))
    asyncio.run(_build(_named(server_url, name)))
    yield _named(server_url, name)
    asyncio.run(_admin(server_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


@pytest.fixture
async def tx(world_url: str) -> AsyncIterator[Tx]:
    """An open transaction on the sample world; nothing of it stays."""
    engine = open_engine(world_url, pool=1)
    async with engine.connect() as connection:
        await connection.begin()
        yield connection
        await connection.rollback()
    await engine.dispose()


async def _build(url: str) -> None:
    engine = open_engine(url, pool=1)
    async with engine.begin() as tx:
        await build_world(tx)
        await seed_calendar(tx)
    await engine.dispose()

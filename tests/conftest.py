"""What every test may ask for: a database of its own, cloned from a migrated template of the real engine."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from store import embedded
from store.db import migrate, open_engine


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-transcripts", action="store_true", help="write down tests/transcripts as the conversations go now"
    )


_MADE = pytest.StashKey[str]()


def pytest_configure(config: pytest.Config) -> None:
    """Folders of the tests' own: pytest's usual one is shared, and a second run takes servers' rights in it away."""
    if config.option.basetemp is None and not hasattr(config, "workerinput"):
        config.option.basetemp = config.stash[_MADE] = tempfile.mkdtemp(prefix="loop153-tests-", dir=_memory())


def pytest_unconfigure(config: pytest.Config) -> None:
    if made := config.stash.get(_MADE, None):
        shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """A PostgreSQL server: `LOOP153_TEST_DATABASE_URL`, or an embedded one per worker, gone afterwards."""
    external = os.environ.get("LOOP153_TEST_DATABASE_URL")
    if external:
        yield external
        return
    folder = Path(tempfile.mkdtemp(prefix="loop153-test-", dir=_memory()))
    server = embedded.start(folder / "pg")
    try:
        # Tests kill our processes, never the power: fsync would only cost time.
        asyncio.run(_admin(embedded.url(server), *_HASTE, "SELECT pg_reload_conf()"))
        yield embedded.url(server)
    finally:
        embedded.stop(server)
        shutil.rmtree(folder, ignore_errors=True)


_HASTE = ("ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET max_wal_size = '256MB'")


def _memory() -> str | None:
    """Where files live in memory, if there is room: cloning a database takes 50 ms there and 400 ms on a disk."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > _ROOM
    return str(memory) if roomy else None


_ROOM = 3 * 2**30


@pytest.fixture(scope="session")
def template(server_url: str) -> Iterator[str]:
    """The name of a migrated, empty database to clone."""
    name = f"template_{uuid.uuid4().hex[:12]}"
    asyncio.run(_make_template(server_url, name))
    yield name
    asyncio.run(_admin(server_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


@pytest.fixture
async def database_url(server_url: str, template: str) -> AsyncIterator[str]:
    """The address of this test's own database."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    await _clone(server_url, template, name)
    yield _named(server_url, name)
    await _admin(server_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    opened = open_engine(database_url, pool=4)
    yield opened
    await opened.dispose()


async def _make_template(url: str, name: str) -> None:
    await _admin(url, f'CREATE DATABASE "{name}"')
    engine = open_engine(_named(url, name))
    await migrate(engine)
    await engine.dispose()


async def _clone(url: str, template: str, name: str) -> None:
    connection = await asyncpg.connect(_plain(url))
    try:
        # Copying files is faster with fsync off. PostgreSQL 14 knows no other way and has no word for it.
        copying = " STRATEGY FILE_COPY" if connection.get_server_version() >= (15,) else ""
        await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"{copying}')
    finally:
        await connection.close()


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _named(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)


async def _admin(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(_plain(url))
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()

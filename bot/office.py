"""The office: the only place that builds things and takes them down again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.fault import Fault
from bot.settings import Settings
from store.db import migrate, open_engine


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[AsyncEngine]:
    """The migrated database: the one of `LOOP153_DATABASE_URL`, or the embedded server under the data folder.

    Raises `Fault` when it cannot be reached or started.
    """
    async with _address(settings) as url:
        engine = open_engine(url)
        try:
            await _bring_up(engine)
            yield engine
        finally:
            await engine.dispose()


@asynccontextmanager
async def _address(settings: Settings) -> AsyncIterator[str]:
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    from store import embedded  # only a machine without a PostgreSQL of its own pays for it

    folder = settings.data_dir.absolute() / "postgres"
    try:
        server = await asyncio.to_thread(embedded.start, folder)
    except Exception as fault:
        raise Fault(_cannot_start(folder, fault)) from fault
    try:
        yield embedded.url(server)
    finally:
        await asyncio.to_thread(embedded.stop, server)


async def _bring_up(engine: AsyncEngine) -> None:
    try:
        await migrate(engine)
    except (OSError, TimeoutError) as fault:
        raise Fault(
            f"The database does not answer ({type(fault).__name__}). Is PostgreSQL running, and is the address in "
            "LOOP153_DATABASE_URL right?"
        ) from fault


def _cannot_start(folder: Path, fault: Exception) -> str:
    return (
        f"The embedded PostgreSQL in {folder} did not start ({type(fault).__name__}: {fault}). Is the folder "
        "writable and the disk not full? Or set LOOP153_DATABASE_URL to a PostgreSQL of your own."
    )

"""The database opens, is migrated once, and keeps its lines."""

import asyncio
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from store.db import alone, migrate
from store.tables import metadata


async def test_migrating_again_changes_nothing(engine: AsyncEngine) -> None:
    await migrate(engine)
    async with engine.connect() as connection:
        assert (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar_one()


@pytest.mark.parametrize("statement", ["UPDATE line SET text = 'other'", "DELETE FROM line", "TRUNCATE line"])
async def test_lines_are_append_only(engine: AsyncEngine, statement: str) -> None:
    async with engine.connect() as connection:
        with pytest.raises(DBAPIError, match="append-only"):
            await connection.execute(text(statement))


async def test_a_holder_who_is_stopped_in_mid_statement_stops_and_lets_go(engine: AsyncEngine) -> None:
    """What cannot be said on a broken connection must not hide that somebody was told to stop."""

    async def hold() -> None:
        async with alone(engine, 7153) as mine:
            assert mine is not None
            held.set()
            await mine.exec_driver_sql("SELECT pg_sleep(60)")

    held = asyncio.Event()
    holder = asyncio.create_task(hold())
    await held.wait()
    await asyncio.sleep(0)  # the statement is on its way
    holder.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(holder, 10)
    async with alone(engine, 7153) as mine:
        assert mine is not None


@pytest.mark.filterwarnings("ignore:Did not recognize type .point.")
async def test_the_migrations_make_exactly_the_tables(engine: AsyncEngine) -> None:
    def differences(connection: Connection) -> list[Any]:
        opts = {"compare_type": True, "include_schemas": True}
        return list(compare_metadata(MigrationContext.configure(connection, opts=opts), metadata))

    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []

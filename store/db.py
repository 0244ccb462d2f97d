"""The database: opening it, one engine per process, and bringing it to the newest shape."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATION_LOCK = 0x153_0001


def open_engine(url: str, *, pool: int = 16) -> AsyncEngine:
    """An engine on any PostgreSQL >= 14. `pool` connections keep as many transactions in flight (speed.md)."""
    address = make_url(url).set(drivername="postgresql+asyncpg")
    return create_async_engine(
        address,
        pool_size=pool,
        max_overflow=4,
        pool_pre_ping=False,
        hide_parameters=True,
        connect_args={"server_settings": {"application_name": "loop153", "TimeZone": "UTC", "jit": "off"}},
    )


async def migrate(engine: AsyncEngine) -> None:
    """Bring the database to the newest shape; replicas that start together take turns."""
    async with engine.connect() as connection:
        await connection.exec_driver_sql(f"SELECT pg_advisory_lock({_MIGRATION_LOCK})")
        await connection.commit()
        try:
            await connection.run_sync(_upgrade)
            await connection.commit()
        finally:
            await connection.exec_driver_sql(f"SELECT pg_advisory_unlock({_MIGRATION_LOCK})")
            await connection.commit()


def _upgrade(connection: Connection) -> None:
    command.upgrade(alembic_config(connection), "head")


def alembic_config(connection: Connection | None = None) -> Config:
    """Alembic's settings, without a file."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


async def reachable(engine: AsyncEngine, seconds: float = 2.0) -> bool:
    """Whether a trivial statement comes back in time."""
    try:
        async with asyncio.timeout(seconds), engine.connect() as connection:
            await connection.exec_driver_sql("SELECT 1")
    except Exception:
        return False
    return True


@asynccontextmanager
async def connected(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection from the pool; one that broke in our hands is thrown away, not given to the next."""
    async with engine.connect() as connection:
        try:
            yield connection
        except Exception as fault:
            if _lost(fault):
                await connection.invalidate(fault)
            raise


def passing(fault: BaseException) -> bool:
    """Whether taking the whole transaction again may help: a lost connection, a restart, a deadlock.

    Safe also when the commit's answer was lost, because unique keys tell a repeat.
    """
    return _lost(fault) or _sqlstate(fault) in _TAKE_AGAIN


_TAKE_AGAIN = {"40001", "40P01", "53300", "55P03"}  # serialization, deadlock, too many connections, lock not free


def _lost(fault: BaseException) -> bool:
    if isinstance(fault, OSError | asyncpg.InterfaceError):
        return True
    if isinstance(fault, DBAPIError) and (fault.connection_invalidated or isinstance(fault.__cause__, OSError)):
        return True
    state = _sqlstate(fault)
    return state.startswith("08") or state in {"57P01", "57P02", "57P03"}  # connection; shutdown, crash, starting


def _sqlstate(fault: BaseException) -> str:
    source = fault.orig if isinstance(fault, DBAPIError) else fault
    return str(getattr(source, "sqlstate", None) or "")


Tx = AsyncConnection
"""An open transaction. Functions that take one never commit it."""

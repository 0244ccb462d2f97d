"""The database: opening it, one engine per process, and bringing it to the newest shape."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
from sqlalchemy import Connection, func, make_url, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
SESSION = {"application_name": "loop153", "TimeZone": "UTC", "jit": "off"}
_MIGRATION_LOCK = 0x153_0001


def open_engine(url: str, *, pool: int = 12) -> AsyncEngine:
    """An engine on any PostgreSQL >= 14, with `pool` connections at most."""
    address = make_url(url).set(drivername="postgresql+asyncpg")
    return create_async_engine(
        address,
        pool_size=pool,
        max_overflow=0,  # an overflow connection is opened and thrown away again and again under load
        pool_pre_ping=False,
        hide_parameters=True,
        connect_args={"server_settings": SESSION},
    )


async def migrate(engine: AsyncEngine) -> None:
    """Bring the database to the newest shape; replicas that start together take turns."""
    if (await version(engine) or "") >= newest():
        return  # most starts need nothing of Alembic; a newer replica may also have gone ahead
    async with engine.connect() as connection:
        await connection.exec_driver_sql(f"SELECT pg_advisory_lock({_MIGRATION_LOCK})")
        await connection.commit()
        try:
            await connection.run_sync(_upgrade)
            await connection.commit()
        finally:
            await connection.exec_driver_sql(f"SELECT pg_advisory_unlock({_MIGRATION_LOCK})")
            await connection.commit()


def newest() -> str:
    """The shape that this code expects: the number of the last migration."""
    return max(file.name.partition("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))


async def version(engine: AsyncEngine) -> str | None:
    """The shape that the database has; None before the first migration."""
    async with engine.connect() as connection:
        if (await connection.exec_driver_sql("SELECT to_regclass('alembic_version')")).scalar_one() is None:
            return None
        return (await connection.exec_driver_sql("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def _upgrade(connection: Connection) -> None:
    from alembic import command

    command.upgrade(alembic_config(connection), "head")


def alembic_config(connection: Connection | None = None) -> Config:
    """Alembic's settings, without a file."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


@asynccontextmanager
async def alone(engine: AsyncEngine, lock: int) -> AsyncIterator[AsyncConnection | None]:
    """A connection that holds this advisory lock, or None while another replica does. The lock lives and dies with
    the connection: who wants to know whether it still holds asks the connection something."""
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        taken = await connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({lock})")
        if not taken.scalar_one():
            yield None
            return
        try:
            yield connection
        finally:
            with suppress(SQLAlchemyError):  # a connection that was lost or broken off has lost the lock, too
                await connection.exec_driver_sql(f"SELECT pg_advisory_unlock({lock})")


async def reachable(engine: AsyncEngine, seconds: float = 2.0) -> bool:
    """Whether a trivial statement comes back in time."""
    try:
        async with asyncio.timeout(seconds), engine.connect() as connection:
            await connection.exec_driver_sql("SELECT 1")
    except Exception:
        return False
    return True


async def now(tx: AsyncConnection) -> datetime:
    """The database's clock: the one that all replicas share."""
    at: datetime = (await tx.execute(select(func.clock_timestamp()))).scalar_one()
    return at


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


Driver = Any
"""An asyncpg connection; the library brings no types."""


@asynccontextmanager
async def open_road(engine: AsyncEngine, *, size: int = 16) -> AsyncIterator[Any]:
    """The driver's own pool beside the engine's, for the two statements of every message: going through SQLAlchemy's
    would cost as much again as they do. `size` keeps as many transactions in flight (speed.md)."""
    address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    async with asyncpg.create_pool(address, min_size=1, max_size=size, reset=_nothing, server_settings=SESSION) as pool:
        yield pool


async def _nothing(connection: Driver) -> None:
    """The pool's own reset would be one more round trip, for sessions that nothing changed (speed.md, trap 3)."""


Tx = AsyncConnection
"""An open transaction. Functions that take one never commit it."""

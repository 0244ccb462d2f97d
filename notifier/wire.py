"""The driver's own connection, where SQLAlchemy's layers cost more than the statement (speed.md)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from store.db import Driver, Tx, connected


@asynccontextmanager
async def wire(engine: AsyncEngine) -> AsyncIterator[Driver]:
    """A connection on which each statement is a transaction of its own; those that a restart cut are passed over."""
    async with connected(engine) as connection:
        driver = await _driver(connection)
        while driver.is_closed():
            await connection.invalidate()
            driver = await _driver(connection)
        yield driver


async def within(tx: Tx) -> Driver:
    """The driver's connection inside the open transaction `tx`."""
    driver = await _driver(tx)
    if not driver.is_in_transaction():  # SQLAlchemy says BEGIN only with its own first statement
        await tx.exec_driver_sql("SELECT 1")
    return driver


async def _driver(connection: AsyncConnection) -> Driver:
    driver: Driver = (await connection.get_raw_connection()).driver_connection
    assert driver is not None
    return driver

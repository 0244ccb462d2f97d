"""LISTEN: be told at once that there is work. It only saves waiting: polling covers every gap."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncEngine


async def listen(engine: AsyncEngine, wakes: Mapping[str, asyncio.Event]) -> None:
    """Set the event of a channel whenever somebody notifies it, until cancelled or the connection is lost.

    Raises `ConnectionError` when it was lost; the caller listens again after a pause.
    """
    lost = asyncio.Event()
    async with engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        driver.add_termination_listener(lambda _: lost.set())
        for channel, wake in wakes.items():
            await driver.add_listener(channel, lambda *_, wake=wake: wake.set())
        for wake in wakes.values():
            wake.set()  # what came while nobody listened
        try:
            await lost.wait()
        finally:
            await connection.invalidate()
    raise ConnectionError("the listening connection was lost")

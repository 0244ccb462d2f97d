"""LISTEN: be told at once that there is work. It only saves waiting: polling covers every gap."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from sqlalchemy.ext.asyncio import AsyncEngine


async def listen(engine: AsyncEngine, wakes: Mapping[str, asyncio.Event]) -> None:
    """Set the event of a channel whenever somebody notifies it, until cancelled or the connection is lost.

    Raises `ConnectionError` when it was lost; the caller listens again after a pause.
    """
    lost = asyncio.Event()
    async with engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        ended = _rings(lost)
        driver.add_termination_listener(ended)
        bells = {channel: _rings(wake) for channel, wake in wakes.items()}
        for channel, bell in bells.items():
            await driver.add_listener(channel, bell)
        for wake in wakes.values():
            wake.set()  # what came while nobody listened
        try:
            await lost.wait()
        finally:
            driver.remove_termination_listener(ended)
            if driver.is_closed():
                await connection.invalidate()
            else:
                for channel, bell in bells.items():
                    await driver.remove_listener(channel, bell)
    raise ConnectionError("the listening connection was lost")


def _rings(event: asyncio.Event) -> Callable[..., None]:
    """What the driver calls, whatever it has to say."""
    return lambda *_: event.set()

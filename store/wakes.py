"""LISTEN and NOTIFY: be told at once that there is work. It only saves waiting: polling covers every gap.

PostgreSQL lets transactions that notify commit one after the other. So the bell is never rung within the transaction
that makes the work, but after it, and once for all who rang while it was on its way.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping

from sqlalchemy.ext.asyncio import AsyncEngine

from store.db import connected, passing

log = logging.getLogger("loop153")

_RING = "SELECT pg_notify(channel, '') FROM unnest($1::text[]) AS channel"


class Bells:
    """Rings for all replicas, this one included. `ring` never waits and never fails: a ring that is lost costs the
    listeners the wait until they look by themselves."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._wanted: set[str] = set()
        self._ringing: asyncio.Task[None] | None = None

    def ring(self, *channels: str) -> None:
        """Wake whoever listens to these channels; to be called after the commit."""
        self._wanted.update(channels)
        if self._wanted and (self._ringing is None or self._ringing.done()):
            self._ringing = asyncio.create_task(self._ring())

    async def rung(self) -> None:
        """Returns when every bell was rung."""
        if self._ringing is not None:
            await self._ringing

    async def _ring(self) -> None:
        while self._wanted:
            channels, self._wanted = sorted(self._wanted), set()
            try:
                async with connected(self._engine) as connection:
                    driver = (await connection.get_raw_connection()).driver_connection
                    assert driver is not None
                    await driver.execute(_RING, channels)  # a statement of the driver's is a transaction of its own
            except Exception as fault:
                if not passing(fault):
                    log.exception("the bell could not be rung")
                return


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

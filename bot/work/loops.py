"""What goes on behind the desk: loops that deliver letters and fetch media, and the ticks of the clock.

Every replica runs all of it; PostgreSQL sees to it that nothing is done twice. A loop that dies is started again
after a growing pause, and counted.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot import log, metrics
from bot.health import Health
from bot.office import Office
from bot.work import cartons, exporting, imports, media
from bot.work.ticks import scheduler
from notifier import deliver
from store import wakes

logger = logging.getLogger(__name__)

_STOP_SECONDS = 10.0  # for what is in flight when we are told to stop
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 5.0
_STEADY = 60.0  # a loop that ran this long is in good health again
_LAG_EVERY = 0.5

Loop = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class Signals:
    """What loops listen to: `stop` ends them, the others only save waiting."""

    stop: asyncio.Event = field(default_factory=asyncio.Event)
    letters: asyncio.Event = field(default_factory=asyncio.Event)
    media: asyncio.Event = field(default_factory=asyncio.Event)


@asynccontextmanager
async def working(office: Office, health: Health) -> AsyncIterator[None]:
    """The background work, from here to the end of the block; then what is in flight is finished."""
    signals = Signals()
    tasks = {
        asyncio.create_task(keep(name, loop, signals.stop, health), name=name) for name, loop in _loops(office, signals)
    }
    clockwork = scheduler(office)
    clockwork.start()
    for door in office.doors.values():
        await door.start()
    try:
        yield
    finally:
        clockwork.shutdown(wait=False)
        await asyncio.gather(*(door.stop() for door in office.doors.values()), return_exceptions=True)
        signals.stop.set()
        _, late = await asyncio.wait(tasks, timeout=_STOP_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _loops(office: Office, signals: Signals) -> list[tuple[str, Loop]]:
    channels = {"letters": signals.letters, "media": signals.media}
    owner = f"{socket.gethostname()}:{os.getpid()}:{log.new_reference()}"  # whose leases are ours

    async def letters() -> None:
        await deliver.run(
            office.engine,
            office.doors,
            owner,
            lambda: office.shift,
            signals.stop,
            wake=signals.letters,
            count=metrics.letter_attempted,
            hours=office.settings.sending_hours,
        )

    loops: list[tuple[str, Loop]] = [
        ("media", lambda: media.run(office, signals.stop, signals.media)),
        ("cartons", lambda: cartons.run(office, signals.stop)),
        ("imports", lambda: imports.run(office, signals.stop)),
        ("exports", lambda: exporting.run(office, signals.stop)),
        ("listen", lambda: _until(signals.stop, wakes.listen(office.engine, channels))),
        ("lag", lambda: _measure_lag(signals.stop)),
    ]
    return [("letters", letters), *loops] if office.doors else loops


async def keep(name: str, loop: Loop, stop: asyncio.Event, health: Health) -> None:
    """Run `loop` until `stop`; when it ends or fails before that, start it again after a pause."""
    pause = _FIRST_PAUSE
    clock = asyncio.get_running_loop().time
    while not stop.is_set():
        log.reference.set(f"{name}-{log.new_reference()}")
        health.loops[name], began = True, clock()
        try:
            await loop()
        except Exception:
            logger.exception("the loop %s died and will be started again", name)
        if stop.is_set():
            return
        health.loops[name] = False
        metrics.loop_restarted(name)
        pause = _FIRST_PAUSE if clock() - began > _STEADY else pause
        await _pause(stop, pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


async def _until(stop: asyncio.Event, work: Awaitable[None]) -> None:
    """Do `work` until it ends or `stop` is set. Raises what the work raises."""
    task, end = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({task, end}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
    finally:
        task.cancel()
        end.cancel()
        await asyncio.gather(task, end, return_exceptions=True)


async def _measure_lag(stop: asyncio.Event) -> None:
    clock = asyncio.get_running_loop().time
    while not stop.is_set():
        due = clock() + _LAG_EVERY
        await _pause(stop, _LAG_EVERY)
        metrics.loop_lag(max(0.0, clock() - due))


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    """Wait, but not past `stop`."""
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return

"""The way out: couriers for all doors of this replica, woken by LISTEN, stopped gracefully, surviving the database."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from notifier.courier import Courier, Sender, Shift
from notifier.hours import ALWAYS, Opening
from notifier.terms import Terms
from store.db import passing
from store.wakes import listen

log = logging.getLogger("loop153.mail")

Count = Callable[[str, str], None]
"""Told of every attempt: the door, and `sent`, `later` or `never`."""

TERMS = Terms()


async def deliver_batch(
    engine: AsyncEngine,
    doors: Mapping[str, Sender],
    owner: str,
    shift: timedelta,
    terms: Terms = TERMS,
    hours: str = ALWAYS,
) -> int:
    """Deliver what is due just now, at most one batch per door, and return when all of it is settled; how many."""
    couriers = _couriers(engine, doors, owner, lambda: shift, terms, _uncounted, hours)
    taken = await asyncio.gather(*(courier.take() for courier in couriers))
    await asyncio.gather(*(task for courier in couriers for task in courier.in_hand))
    return sum(taken)


async def run(
    engine: AsyncEngine,
    doors: Mapping[str, Sender],
    owner: str,
    shift: Shift,
    stop: asyncio.Event,
    *,
    wake: asyncio.Event | None = None,
    terms: Terms = TERMS,
    count: Count | None = None,
    hours: str = ALWAYS,
) -> None:
    """Deliver letters until `stop`, then settle what is on its way and give the rest back.

    `hours`: whether the sending hours are kept (hours.py).
    `wake` is set by whoever listens for the channel `letters` already; without it a connection of our own listens.
    """
    couriers = _couriers(engine, doors, owner, shift, terms, count or _uncounted, hours)
    helpers = [
        asyncio.create_task(_lasting(lambda: _listen(engine, couriers, wake), terms.poll)),
        asyncio.create_task(_lasting(lambda: _reap(couriers, terms), terms.poll)),
        asyncio.create_task(_announce(stop, couriers)),
    ]
    try:
        await asyncio.gather(*(_serve(courier, stop) for courier in couriers))
    finally:
        for helper in helpers:
            helper.cancel()
        await asyncio.gather(*helpers, return_exceptions=True)


def _couriers(
    engine: AsyncEngine, doors: Mapping[str, Sender], owner: str, shift: Shift, terms: Terms, count: Count, hours: str
) -> list[Courier]:
    opening = Opening(engine, hours)
    return [Courier(engine, door, sender, owner, shift, terms, count, opening) for door, sender in doors.items()]


async def _serve(courier: Courier, stop: asyncio.Event) -> None:
    """One door's loop: claim while there is room in hand; with nothing due wait to be stirred, or a moment."""
    terms, trouble = courier.terms, 0
    while not stop.is_set():
        courier.stir.clear()
        taken = 0
        try:
            if len(courier.in_hand) <= terms.batch:
                taken = await courier.take()
            trouble = 0
        except Exception as fault:
            _complain(f"door {courier.door} waits", fault)
            trouble += 1
            await asyncio.sleep(terms.poll * min(trouble, 5))
        if not taken and not stop.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(terms.poll):
                    await courier.stir.wait()
    courier.close()
    if courier.in_hand:
        await asyncio.wait(courier.in_hand)


async def _reap(couriers: Sequence[Courier], terms: Terms) -> None:
    """Look for the letters of the dead, a few times within a lease."""
    while True:
        for courier in couriers:
            if await courier.reap():
                courier.stir.set()
        await asyncio.sleep(min(2.0, terms.lease / 4))


async def _listen(engine: AsyncEngine, couriers: Sequence[Courier], given: asyncio.Event | None) -> None:
    wake = given or asyncio.Event()
    async with asyncio.TaskGroup() as group:
        if given is None:
            group.create_task(listen(engine, {"letters": wake}))
        while True:
            await wake.wait()
            wake.clear()
            for courier in couriers:
                courier.stir.set()


async def _announce(stop: asyncio.Event, couriers: Sequence[Courier]) -> None:
    await stop.wait()
    for courier in couriers:
        courier.stir.set()


async def _lasting(work: Callable[[], Coroutine[Any, Any, None]], pause: float) -> None:
    """Begin again, after a pause, whatever ended it."""
    while True:
        try:
            await work()
        except Exception as fault:
            _complain("the mail room begins again", fault)
        await asyncio.sleep(pause)


def _complain(what: str, fault: Exception) -> None:
    """A database that is away is no fault of the program; anything else is shown whole."""
    faults = fault.exceptions if isinstance(fault, ExceptionGroup) else (fault,)
    if all(passing(each) for each in faults):
        log.warning("%s: %s", what, type(faults[0]).__name__)
    else:
        log.error("%s", what, exc_info=fault)


def _uncounted(door: str, outcome: str) -> None:
    """Nobody counts."""

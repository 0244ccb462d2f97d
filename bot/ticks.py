"""The ticks of the clock: APScheduler in memory, in every replica, calling steps that may be called twice.

Never its job stores: what must happen once is an occurrence in the database, not a job.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import log, metrics
from bot.office import Office
from notifier import outbox
from store import backlog

logger = logging.getLogger(__name__)

Tick = Callable[[Office], Awaitable[None]]


def scheduler(office: Office) -> AsyncIOScheduler:
    """All ticks, ready to start. One that is late runs once, one that still runs is not run again beside itself."""
    clockwork = AsyncIOScheduler(
        timezone=office.settings.zone,
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    clockwork.add_job(_safely, "interval", seconds=15, args=[count_backlog, office])
    clockwork.add_job(_safely, "cron", hour=3, minute=17, jitter=600, args=[every_night, office])
    return clockwork


async def _safely(tick: Tick, office: Office) -> None:
    """A tick that fails is logged; the next one comes anyway."""
    log.reference.set(f"tick-{log.new_reference()}")
    try:
        await tick(office)
    except Exception:
        logger.exception("the tick %s failed", tick.__name__)


async def count_backlog(office: Office) -> None:
    """What waits, for the metrics."""
    async with office.engine.connect() as connection:
        metrics.letters(await backlog.letters(connection, office.shift))
        metrics.media(*await backlog.media(connection, office.shift))


async def every_night(office: Office) -> None:
    """The menu and the directory, once a night however many replicas there are."""
    from bot.roll_call import sync_contacts, sync_menu
    from bot.wecom.door import WecomDoor

    door, now = office.doors.get("wecom"), office.clock.now()
    if not isinstance(door, WecomDoor):
        return
    async with office.engine.begin() as tx:
        if not await outbox.occur(
            tx, "contacts", "wecom", now.astimezone(office.settings.zone).date().isoformat(), now
        ):
            return
    await sync_menu(office, door)
    await sync_contacts(office, door)

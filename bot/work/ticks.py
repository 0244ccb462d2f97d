"""The ticks of the clock: APScheduler in memory, in every replica, calling steps that may be called twice.

Never its job stores: what must happen once is an occurrence in the database, not a job.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from functools import partial

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import log, metrics
from bot.office import Office
from bot.work import in_use
from bot.work.heartbeat import beat
from bot.work.nightwork import grade_all
from notifier import health as mailroom
from notifier import outbox
from notifier.ticks import TICKS, Tick
from store import db
from store.casefiles import evidence
from store.clock import alarms
from store.profile import night
from store.reports import folding, recounting
from store.tips import checks

logger = logging.getLogger(__name__)

Work = Callable[[Office], Awaitable[None]]


def scheduler(office: Office) -> AsyncIOScheduler:
    """All ticks, ready to start. One that is late runs once, one that still runs is not run again beside itself."""
    clockwork = AsyncIOScheduler(
        timezone=office.settings.zone,
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for tick in TICKS:
        clockwork.add_job(
            _safely,
            "interval",
            seconds=tick.every.total_seconds(),
            jitter=5,
            args=[tick.name, partial(_strike, tick), office],
        )
    clockwork.add_job(_safely, "interval", seconds=60, jitter=5, args=["due", strike_due, office])
    clockwork.add_job(_safely, "interval", seconds=60, jitter=5, args=["scores", grade_shops, office])
    clockwork.add_job(_safely, "interval", seconds=60, jitter=5, args=["checks", begin_checks, office])
    clockwork.add_job(_safely, "interval", seconds=60, jitter=5, args=["sums", fold_reports, office])
    clockwork.add_job(_safely, "interval", seconds=60, jitter=5, args=["reports", send_reports, office])
    clockwork.add_job(_safely, "interval", seconds=15, args=["backlog", count_backlog, office])
    clockwork.add_job(_safely, "interval", seconds=15, jitter=5, args=["in_use", in_use.refresh, office])
    clockwork.add_job(_safely, "interval", seconds=60, jitter=5, args=["heartbeat", _beat, office])
    clockwork.add_job(_safely, "cron", hour=2, minute=37, jitter=600, args=["recount", right_reports, office])
    clockwork.add_job(_safely, "cron", hour=3, minute=17, jitter=600, args=["night", every_night, office])
    return clockwork


async def _safely(name: str, work: Work, office: Office) -> None:
    """A tick that fails is logged; the next one comes anyway."""
    log.reference.set(f"{name}-{log.new_reference()}")
    try:
        await work(office)
    except Exception:
        logger.exception("the tick %s failed", name)


async def _strike(tick: Tick, office: Office) -> None:
    done = await tick.step(office.engine, office.shift)
    if done:
        logger.info("the tick %s did %d", tick.name, done)


async def strike_due(office: Office) -> None:
    """Every move whose hour has come. A replica that comes second finds it made."""
    from bot.desk import strike

    more = True
    while more:
        async with office.engine.begin() as tx:
            due = await alarms.overdue_moves(tx, await db.now(tx) + office.shift)
        struck = [await strike(office, ask) for ask in due]
        # All of them were refused: another replica is at it, or the next tick sees why.
        more = len(due) == alarms.LIMIT and any(struck)


async def grade_shops(office: Office) -> None:
    """All scores anew, when the night has come or their weights or data have changed; one replica does it, span by
    span, so that nobody waits long. The visits that scores ask for are struck with everything else that is due."""
    async with db.alone(office.engine, night.LOCK) as mine:
        if mine is None:
            return
        at = await db.now(mine) + office.shift
        why = await night.wanted(mine, at)
        if why is None:
            return
        run = await night.begun(mine, why, at)
        shops, righted = await grade_all(office.engine, at)
        await night.done(mine, run, shops, righted, await db.now(mine) + office.shift)
    logger.info("graded %d shops (%s), %d tallies put right", shops, why, righted)


async def fold_reports(office: Office) -> None:
    """What moves changed in the reports is taken into their sums; one replica does it. Reports say the same before
    and after."""
    async with db.alone(office.engine, folding.LOCK) as mine:
        while mine is not None:
            async with office.engine.begin() as tx:
                count = await folding.fold(tx)
            if count < folding.PAGE:
                return


async def right_reports(office: Office) -> None:
    """Once a night the reports are held against the ledgers; what counts otherwise (a unit was moved, the version
    before this one was still at work) is put right, entry by entry."""
    async with db.alone(office.engine, folding.LOCK) as mine:
        if mine is None:
            return
        async with office.engine.connect() as tx:
            await tx.execution_options(isolation_level="REPEATABLE READ")
            found = await recounting.check(tx, folding.PAGE)
        async with office.engine.begin() as tx:
            righted = await recounting.set_right(tx, found.entries) if found.entries else 0
            await folding.sweep(tx)
    if not found.ok:
        logger.warning("reports: %d entries put right; %d sums are wrong", righted, len(found.sums))


async def send_reports(office: Office) -> None:
    """Last week's and last month's report, on the first working day after."""
    from bot.work.reporting import push_reports

    posted = await push_reports(office)
    if posted:
        logger.info("posted %d letters with reports", posted)


async def begin_checks(office: Office) -> None:
    """Field checks that were planned for about now. A replica that comes second finds them begun."""
    from bot.telling import tell

    async with office.engine.connect() as connection:
        waiting = await checks.due(connection, await db.now(connection) + office.shift)
    for one in waiting:
        async with office.engine.begin() as tx:
            at = await db.now(tx) + office.shift
            await tell(tx, await checks.strike(tx, one, at), at, office.settings.sending_hours)


async def _beat(office: Office) -> None:
    await beat(office)


async def count_backlog(office: Office) -> None:
    """What waits, for the metrics."""
    mail = await mailroom.examine(office.engine, office.shift, tuple(office.doors))
    metrics.letters(mail.waiting)
    async with office.engine.connect() as connection:
        metrics.media(await evidence.backlog(connection))


async def every_night(office: Office) -> None:
    """The menu and the directory, once a night however many replicas there are."""
    from bot.wecom.door import WecomDoor
    from bot.work.roll_call import sync_contacts, sync_menu

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

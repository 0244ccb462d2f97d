"""Checks of what stands in this house: settings, database, clock, calendar, storage, people, post."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.checkup.finding import Finding, bad, good, note
from bot.office import open_objects
from bot.settings import Settings, unknown
from bot.texts import _
from notifier.aftercare import count_held
from store.clock.workdays import local_day, unofficial_years
from store.db import newest, version

_SERVER = text(
    "SELECT current_setting('server_version_num')::int, current_setting('server_version'), clock_timestamp()"
)
_UNWATCHED = text("""
SELECT u.name_zh FROM unit u WHERE u.kind IN ('county', 'city') AND NOT EXISTS (
  SELECT FROM person p JOIN unit w ON w.code = p.unit_code
  WHERE p.active AND p.role = 'supervision_officer' AND (w.code = u.code OR w.parent_code = u.code)
) ORDER BY u.code
""")
_STUCK = text("""
SELECT count(*) FILTER (WHERE state = 'dead') AS dead, count(*) FILTER (WHERE state = 'uncertain') AS uncertain
FROM letter WHERE state IN ('dead', 'uncertain')
""")
_OLDEST = 140000  # server_version_num of PostgreSQL 14
_SKEW = 5.0  # seconds between two clocks that are worth a word
_TIGHT, _LITTLE = 1.0, 5.0  # GB of free disk


def settings(chosen: Settings, environ: Mapping[str, str]) -> list[Finding]:
    """The settings themselves are sound, or there would be none to look at."""
    slips = unknown(environ)
    found = [good(_("The settings are complete and readable."))]
    if slips:
        names = ", ".join(slips)
        found.append(bad(_("These variables mean nothing here: {names}"), _("Check their spelling."), names=names))
    if chosen.clock_shift:
        found.append(
            note(
                _("The clock is moved by {shift}."),
                _("Right for a demonstration; remove LOOP153_CLOCK_SHIFT for real work."),
                shift=str(chosen.clock_shift),
            )
        )
    return found


async def database(engine: AsyncEngine, embedded: bool) -> AsyncIterator[Finding]:
    """PostgreSQL: which, how old, in which shape, and whether its clock agrees with ours."""
    async with engine.connect() as connection:
        number, name, there = (await connection.execute(_SERVER)).one()
        here = datetime.now(UTC)
    if number < _OLDEST:
        yield bad(_("PostgreSQL {version} is too old."), _("Use PostgreSQL 14 or newer."), version=name)
    elif embedded:
        yield good(_("The embedded PostgreSQL {version} is running."), version=name)
    else:
        yield good(_("PostgreSQL {version} answers."), version=name)
    yield await _shape(engine)
    skew = abs((there - here).total_seconds())
    if skew > _SKEW:
        yield bad(
            _("The clocks of this machine and of the database are {seconds} seconds apart."),
            _("Let both follow a time server (NTP): deadlines are judged by the database's clock."),
            seconds=round(skew),
        )
    else:
        yield good(_("The clocks of this machine and of the database agree."))


async def _shape(engine: AsyncEngine) -> Finding:
    shape = await version(engine)
    if (shape or "") < newest():
        return bad(
            _("The database has an older shape ({shape} instead of {newest})."),
            _("Run `loop153 migrate`, or start `loop153 serve`, which does it, too."),
            shape=shape or "-",
            newest=newest(),
        )
    return good(_("The database has the newest shape ({shape})."), shape=shape)


def time_zone(chosen: Settings) -> Finding:
    """Shanghai is eight hours ahead of UTC all year; anything else means broken time zone data."""
    winter = datetime(2026, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai")).utcoffset()
    if winter != timedelta(hours=8):
        return bad(_("The time zone data of this machine is wrong."), _("Install the package tzdata again."))
    return good(_("Times are shown in {zone}."), zone=chosen.timezone)


async def calendar(engine: AsyncEngine, now: datetime) -> Finding:
    """The table of working days for this year, and from November for the next."""
    today = local_day(now)
    years = (today.year, today.year + 1) if today.month >= 11 else (today.year,)
    async with engine.connect() as connection:
        lacking = await unofficial_years(connection, years)
    names = ", ".join(map(str, lacking))
    if today.year in lacking:
        return bad(
            _("The official working days of {years} are missing."),
            _("Import them: `loop153 import calendar FILE`. Until then deadlines are provisional (暂定)."),
            years=names,
        )
    if lacking:
        return note(
            _("The official working days of {years} are not there yet."),
            _("Import them once the State Council has announced them: `loop153 import calendar FILE`."),
            years=names,
        )
    return good(_("The official working days of {years} are there."), years=", ".join(map(str, years)))


async def storage(chosen: Settings) -> AsyncIterator[Finding]:
    """Photos can be written, and there is room."""
    import obstore

    try:
        objects = open_objects(chosen)
        await obstore.put_async(objects, "doctor/probe", b"probe")
        await obstore.delete_async(objects, "doctor/probe")
        yield good(_("Photos can be stored."))
    except Exception as fault:
        yield bad(
            _("Photos cannot be stored ({why})."),
            _("Check LOOP153_STORAGE_URL, or that the data folder {folder} is writable and the disk not full."),
            why=type(fault).__name__,
            folder=str(chosen.data_dir.absolute()),
        )
    yield await asyncio.to_thread(_disk, chosen)


def _disk(chosen: Settings) -> Finding:
    folder = chosen.data_dir.absolute()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free / 2**30
    facts = {"free": f"{free:.1f}", "folder": str(folder)}
    if free < _TIGHT:
        return bad(_("Only {free} GB are free in {folder}."), _("Make room, or move LOOP153_DATA_DIR."), **facts)
    if free < _LITTLE:
        return note(_("Only {free} GB are free in {folder}."), _("Make room before it is urgent."), **facts)
    return good(_("{free} GB are free in {folder}."), **facts)


async def people(engine: AsyncEngine) -> AsyncIterator[Finding]:
    """Somebody to report and somebody to receive it."""
    async with engine.connect() as connection:
        count = (await connection.execute(text("SELECT count(*) FROM person WHERE active"))).scalar_one()
        names = ", ".join((await connection.execute(_UNWATCHED)).scalars())
    if not count:
        yield bad(
            _("Nobody is on the roster."), _("Import the units and the staff: `loop153 import units|staff FILE`.")
        )
        return
    yield good(_("{count} people are on the roster."), count=count)
    if names:
        yield bad(
            _("These bureaus have no supervision officer: {names}"),
            _("Reports would wait there for nobody. Import one with the role supervision_officer."),
            names=names,
        )


async def post(engine: AsyncEngine, shift: timedelta, zone: tzinfo) -> AsyncIterator[Finding]:
    """Letters that will not arrive by themselves, and those that wait for the sending hours."""
    async with engine.connect() as connection:
        row = (await connection.execute(_STUCK)).one()
        waiting, opens = await count_held(connection, shift)
    if row.dead or row.uncertain:
        yield note(
            _("{dead} letters could not be delivered, {uncertain} are uncertain."),
            _("`loop153 letters list` says why; `loop153 letters send-again ID` sends one again."),
            dead=row.dead,
            uncertain=row.uncertain,
        )
    else:
        yield good(_("No letter is stuck."))
    if opens is not None:
        yield note(
            _("{count} letters wait for the sending hours; the first leave on {day}."),
            _("`loop153 letters list --held` names them; LOOP153_SENDING_HOURS=always sends at any hour."),
            count=waiting,
            day=opens.astimezone(zone).strftime("%Y-%m-%d %H:%M"),
        )

"""From 1 November the administrators hear every week that next year has no working days yet (mailroom.md §1.9)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from notifier.outbox import occur, post
from store import db, tables
from store.clock.workdays import is_open, load_calendar, local_day, unofficial_years
from store.staff.contacts import contacts
from store.staff.offices import PEOPLE, person_of
from store.words import Letter, Role

_FROM_MONTH = 11


async def ask_for_calendar(engine: AsyncEngine, shift: timedelta) -> int:
    """Tell every administrator, in office hours of each week, as long as the table is missing; how many letters."""
    async with engine.begin() as tx:
        at = await db.now(tx) + shift
        today = local_day(at)
        lacking = await unofficial_years(tx, (today.year, today.year + 1))
        if not any(year == today.year or today.month >= _FROM_MONTH for year in lacking):
            return 0
        if not is_open(await load_calendar(tx, at), at):
            return 0
        iso = today.isocalendar()
        slot = f"{iso.year}-W{iso.week:02}"
        if not await occur(tx, "calendar", str(lacking[0]), slot, at):
            return 0
        query = PEOPLE.where(tables.person.c.role == Role.ADMINISTRATOR)
        people = [person_of(row) for row in await tx.execute(query)]
        reached = await contacts(tx, [one.id for one in people])
        letters = [
            Letter(
                key=f"calendar:{lacking[0]}:{slot}:{one.id}:{to.door}:{to.id}",
                to=to,
                person=one.id,
                purpose="calendar_missing",
                template="calendar_missing",
                facts={"year": lacking[0], "seq": slot},
                not_before=at,
            )
            for one in people
            for to in reached[one.id]
        ]
        return await post(tx, letters, at)

"""The working calendar as administrators change it: one day, or a year at once by a file. Open deadlines follow."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import delete, extract, insert, select

from store import tables
from store.chosen_forms import Unfit
from store.clock.recount import affected, recount
from store.clock.workdays import load_calendar
from store.db import Tx
from store.running.book import Plain, Wish
from store.texts import _
from store.words import Json

KINDS = ("working", "off")
_day = tables.calendar_day.c


class Days(Plain):
    """Subject: a day, "2026-10-01", or a year, "2026". State: kind and name of the day, None when it is like any
    other of its weekday; of a year [kind, name] by day."""

    async def state(self, tx: Tx, subject: str) -> Json:
        if len(subject) == 4:
            return await year(tx, int(subject))
        row = (await tx.execute(select(_day.kind, _day.name).where(_day.date == _date(subject)))).one_or_none()
        return {"kind": row.kind, "name": row.name} if row else None

    async def put(self, wish: Wish, subject: str, before: Json, after: Json) -> None:
        calendar = await load_calendar(wish.tx, wish.at)
        if len(subject) == 4:
            await _put_year(wish.tx, int(subject), before or {}, after or {})
        else:
            await _put_day(wish.tx, _date(subject), after)
        wish.moved += await recount(wish.tx, calendar, wish.at)


async def moving(tx: Tx, subject: str, after: Json, at: datetime) -> int:
    """How many open matters would get another deadline if that day were so; nothing is kept. Raises `Unfit`."""
    async with tx.begin_nested() as trial:
        calendar = await load_calendar(tx, at)
        await _put_day(tx, _date(subject), after)
        count = len(await affected(tx, calendar, at))
        await trial.rollback()
    return count


async def year(tx: Tx, number: int) -> Json:
    """The days of a year that differ from Monday-to-Friday: [kind, name] by day; None when its table is not there."""
    rows = select(_day.date, _day.kind, _day.name).where(extract("year", _day.date) == number).order_by(_day.date)
    return {row.date.isoformat(): [row.kind, row.name] for row in await tx.execute(rows)} or None


async def _put_day(tx: Tx, day: date, after: Mapping[str, Json] | None) -> None:
    if await year(tx, day.year) is None:
        raise Unfit(_("The table of {year} is not there yet. Bring in the whole year first."), year=day.year)
    if after is not None and (after["kind"] not in KINDS or len(after["name"]) > 100):
        raise Unfit(_("Choose whether the day is worked, and a name of at most 100 characters."))
    await tx.execute(delete(tables.calendar_day).where(_day.date == day))
    if after is not None:
        row = {"date": day, "kind": after["kind"], "name": after["name"], "source": "import"}
        await tx.execute(insert(tables.calendar_day).values(row))


async def _put_year(tx: Tx, number: int, before: Mapping[str, Json], after: Mapping[str, Json]) -> None:
    changed = [day for day in {**before, **after} if before.get(day) != after.get(day)]
    await tx.execute(delete(tables.calendar_day).where(_day.date.in_([_date(day) for day in changed])))
    rows = [
        {"date": _date(day), "kind": after[day][0], "name": after[day][1], "source": "import"}
        for day in changed
        if day in after
    ]
    if rows:
        await tx.execute(insert(tables.calendar_day), rows)


def _date(subject: str) -> date:
    try:
        return date.fromisoformat(subject)
    except ValueError:
        raise Unfit(_("There is no such day as “{text}”."), text=subject) from None

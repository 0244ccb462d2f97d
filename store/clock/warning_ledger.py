"""预警台账: what is near its deadline, overdue, or stuck, by person, department and county; computed, never stored.

near     due within one working day (the yellow light)
overdue  past its deadline (the red light)
stuck    nothing was written for five working days, or a task was not received in time
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, exists, func, or_, select

from store import tables
from store.clock.workdays import Calendar, load_calendar, move_working_days
from store.db import Tx
from store.law.scope import area
from store.law.standing import DEPARTMENTS
from store.reading.views import items_of
from store.staff.people import PAGE
from store.texts import _, said
from store.words import Found, Item, Lookup, Person, words_of

STUCK_DAYS = 5
GROUPS = MappingProxyType({"near": _("Due soon"), "overdue": _("Overdue"), "stuck": _("Stuck")})
problem, task = tables.problem.c, tables.task.c


async def look_warnings(tx: Tx, lookup: Lookup, who: Person, at: datetime) -> Found:
    """How many per group; with `by` how many per person, department or county; with `group` alone the entries."""
    query, calendar = lookup.query, await load_calendar(tx, at)
    group = str(query.get("group") or "")
    if group not in GROUPS:
        counts = {name: await _count(tx, _fits(who, name, at, calendar)) for name in GROUPS}
        labels = {name: f"{said(GROUPS[name], lookup.language)} {counts[name]}" for name in GROUPS}
        items = tuple(Item(name, labels[name], data={"count": counts[name]}) for name in GROUPS)
        return Found(lookup, items, sum(counts.values()))
    if query.get("by") in _BY:
        return await _grouped(tx, lookup, who, at, calendar)
    start = max(0, int(query.get("page") or 0)) * PAGE
    numbers = await warned(tx, who, group, at, start, PAGE)
    found = await _count(tx, _fits(who, group, at, calendar))
    return Found(lookup, await items_of(tx, numbers, lookup.language, at), found)


async def warned(tx: Tx, who: Person, group: str, at: datetime, start: int, size: int) -> list[str]:
    """The numbers of a page of one group, the nearest or longest passed deadline first."""
    fits = _fits(who, group, at, await load_calendar(tx, at))
    shown = select(problem.number).where(fits).order_by(problem.due_at, problem.number).limit(size).offset(start)
    return list((await tx.execute(shown)).scalars())


def _fits(who: Person, group: str, at: datetime, calendar: Calendar) -> ColumnElement[bool]:
    """The condition on a problem in the asker's area that belongs to a group."""
    conditions: Mapping[str, ColumnElement[bool]] = {
        "near": and_(problem.due_at >= at, problem.due_at <= move_working_days(calendar, at, 1)),
        "overdue": problem.due_at < at,
        "stuck": or_(problem.last_at < move_working_days(calendar, at, -STUCK_DAYS), _unreceived(at)),
    }
    running = and_(problem.due_at.is_not(None), problem.state.not_in(("suspended", "archived")))
    return and_(running, conditions[group], area(who))


def _unreceived(at: datetime) -> ColumnElement[bool]:
    late = select(1).where(task.number == problem.number, task.state == "assigned", task.receive_by < at)
    return exists(late.correlate(tables.problem))


async def _count(tx: Tx, fits: ColumnElement[bool]) -> int:
    return (await tx.execute(select(func.count()).select_from(tables.problem).where(fits))).scalar_one()


async def _grouped(tx: Tx, lookup: Lookup, who: Person, at: datetime, calendar: Calendar) -> Found:
    """The most burdened first."""
    by = _BY[lookup.query["by"]](lookup.language)
    query = by.where(_fits(who, lookup.query["group"], at, calendar))
    rows = (await tx.execute(query.order_by(func.count().desc(), by.selected_columns[0]))).all()
    items = [_item(row, lookup) for row in rows]
    return Found(lookup, tuple(items), sum(row.count for row in rows))


def _item(row: Any, lookup: Lookup) -> Item:
    name = row.name
    if lookup.query["by"] == "department":
        name = words_of(DEPARTMENTS[row.key], lookup.language) if row.key else ""
    return Item(row.key, f"{name} {row.count}", data={"count": row.count})


def _by_person(language: str) -> Select[Any]:
    person = tables.person
    whose = tables.problem.join(person, person.c.id == problem.holder_person)
    return _counting(person.c.id, person.c.name, whose)


def _by_department(language: str) -> Select[Any]:
    return _counting(problem.department, problem.department, tables.problem)


def _by_county(language: str) -> Select[Any]:
    unit = tables.unit
    name = unit.c.name_en if language == "en" else unit.c.name_zh
    return _counting(unit.c.code, name, tables.problem.join(unit, unit.c.code == problem.bureau))


def _counting(key: ColumnElement[Any], name: ColumnElement[str], source: FromClause) -> Select[Any]:
    columns = (key.label("key"), func.max(name).label("name"), func.count().label("count"))
    return select(*columns).select_from(source).group_by(key)


_BY = MappingProxyType({"person": _by_person, "department": _by_department, "county": _by_county})

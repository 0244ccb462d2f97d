"""Offices: who sits in one, and who stands in when nobody does. A matter is never with nobody.

An office without anybody active (and not accused by the matter) is stood in for by the next one up: department head,
county supervision, city supervision, the city's leaders, its administrators. Whoever is away is stood in for by their
substitute, else by that next office; this is the one place where absence counts (`absence.py` knows who is away).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, any_, func, literal, not_, or_, select, true

from store import tables
from store.db import Tx
from store.law.scope import bureau_of, hidden_from
from store.law.standing import handles
from store.remembered import once
from store.staff.absence import stand_ins
from store.words import NOTHING, Address, Department, FieldRole, Holder, Json, Level, Person, Role

Tasks = Iterable[Mapping[str, Json]]
"""Tasks as they stand in an entry's fields."""

_person, _unit, _bureau = tables.person, tables.unit, bureau_of(tables.unit)

PEOPLE: Select[Any] = (
    select(
        _person.c.id,
        _person.c.name,
        _person.c.role,
        _person.c.unit_code,
        _person.c.field_role,
        _person.c.language,
        _unit.c.department,
        _unit.c.name_zh.label("unit_zh"),
        _unit.c.name_en.label("unit_en"),
        func.coalesce(_bureau.c.code, _unit.c.code).label("bureau"),
        _bureau.c.kind.label("bureau_kind"),
    )
    .select_from(_person.join(_unit, _unit.c.code == _person.c.unit_code).outerjoin(_bureau, true()))
    .where(_person.c.active)
    .order_by(_person.c.id)
)
"""Active staff with their unit and bureau."""


@dataclass(frozen=True, slots=True)
class Seats:
    """The office that acts as a holder, and who sits in it."""

    holder: Holder
    people: tuple[Person, ...] = ()
    instead_of: Mapping[str, str] = NOTHING  # userid of a substitute -> the names of those they stand in for


def person_of(row: Row[Any], address: Address | None = None) -> Person:
    """A row of `PEOPLE` as a person."""
    return Person(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        unit=row.unit_code,
        department=Department(row.department) if row.department else None,
        bureau=row.bureau,
        level=Level.CITY if row.bureau_kind == "city" else Level.COUNTY,
        field_role=FieldRole(row.field_role) if row.field_role else None,
        language=row.language,
        address=address,
    )


def supervision(bureau: str) -> Holder:
    """The supervision desk of a county or city bureau."""
    return Holder(unit=bureau, role=Role.SUPERVISION_OFFICER)


def ladder(holder: Holder, unit: str, bureau: str, city: str) -> tuple[Holder, ...]:
    """The holder, then every office above it. `unit` and `bureau` are those the matter belongs to."""
    head = Holder(unit=unit, role=Role.DEPARTMENT_HEAD)
    offices = (
        head,
        supervision(bureau),
        supervision(city),
        Holder(unit=city, role=Role.LEADER),
        Holder(unit=city, role=Role.ADMINISTRATOR),
    )
    if holder in offices:
        return tuple(dict.fromkeys(offices[offices.index(holder) :]))
    # A head of a department above the reporter's own is followed by supervision, a person by their head.
    above = offices if holder.person else offices[1:]
    return tuple(dict.fromkeys((holder, *above)))


async def acting(tx: Tx, rungs: tuple[Holder, ...], accused: Sequence[str], at: datetime, without: Tasks = ()) -> Seats:
    """The first rung where anybody is present whom the matter does not accuse; the last one, empty, when nobody is.

    `without`: tasks whose handlers, and everybody of their departments, do not count: who may give a verdict.
    """
    for rung in rungs:
        people = [one for one in await members(tx, rung, accused) if not handles(one, without)]
        seats = await _present(tx, rung, people, accused, at, without)
        if seats.people:
            return seats
    return Seats(rungs[-1])


async def _present(
    tx: Tx, rung: Holder, people: Sequence[Person], accused: Sequence[str], at: datetime, without: Tasks
) -> Seats:
    """Those who are there, and the substitutes of those who are away."""
    away = await stand_ins(tx, [one.id for one in people], at)
    if not away:
        return Seats(rung, tuple(people))
    names = {one.id: one.name for one in people}
    found = {one.id: one for one in people if one.id not in away}
    instead: dict[str, str] = {}
    for absent, userid in away.items():
        for one in await members(tx, Holder(person=userid), []) if userid else ():
            if not handles(one, without) and not await involved(tx, one, accused):
                found.setdefault(one.id, one)
                instead[one.id] = "、".join(filter(None, (instead.get(one.id), names[absent])))
    return Seats(rung, tuple(found.values()), instead)


async def involved(tx: Tx, one: Person, accused: Sequence[str]) -> bool:
    """Whether a matter accuses them or somebody in their line."""
    if not accused:
        return False
    line = hidden_from(list(accused), person=one.id, role=one.role.value, unit=one.unit, bureau=one.bureau)
    return bool((await tx.execute(select(line))).scalar_one())


async def members(tx: Tx, holder: Holder, accused: Sequence[str]) -> tuple[Person, ...]:
    """Who is, or sits in, that holder, without the accused and their line."""
    if holder.person:
        query = PEOPLE.where(_person.c.id == holder.person)
    else:
        fits = _person.c.role == holder.role
        if holder.role is Role.SUPERVISION_OFFICER:
            head = and_(_person.c.role == Role.DEPARTMENT_HEAD, _unit.c.department == Department.SUPERVISION)
            fits = or_(fits, head)
        below = literal(holder.unit) == any_(func.string_to_array(_unit.c.path, "/"))
        query = PEOPLE.where(fits, below, or_(_unit.c.code == holder.unit, _bureau.c.code == holder.unit))
        if accused:
            line = hidden_from(
                list(accused), person=_person.c.id, role=_person.c.role, unit=_unit.c.code, bureau=_bureau.c.code
            )
            query = query.where(not_(line))
    return tuple(person_of(row) for row in await tx.execute(query))


async def person_known(tx: Tx, userid: str) -> Person | None:
    """The active member of staff with that userid, in any case."""
    row = (await tx.execute(PEOPLE.where(_person.c.id_lower == userid.lower()))).one_or_none()
    return person_of(row) if row else None


async def head_office(tx: Tx, path: str) -> str | None:
    """The code of the nearest unit on `path` (root first) that an active department head sits in."""
    codes = path.split("/")
    found = await tx.execute(
        select(_unit.c.code)
        .join(_person, _person.c.unit_code == _unit.c.code)
        .where(_person.c.active, _person.c.role == Role.DEPARTMENT_HEAD, _unit.c.code.in_(codes))
        .order_by(func.length(_unit.c.path).desc())
        .limit(1)
    )
    code: str | None = found.scalar_one_or_none()
    return code


async def city_of(tx: Tx, bureau: str) -> str:
    """The city bureau above (or at) a bureau; the bureau itself when there is none."""
    return await once(tx, ("city", bureau), lambda: _city_of(tx, bureau))


async def _city_of(tx: Tx, bureau: str) -> str:
    path = select(_unit.c.path).where(_unit.c.code == bureau).scalar_subquery()
    city = tables.unit.alias("city")
    found = await tx.execute(
        select(city.c.code).where(city.c.kind == "city", city.c.code == any_(func.string_to_array(path, "/")))
    )
    code: str | None = found.scalar_one_or_none()
    return code or bureau

"""The roster as administrators read it: a list with filters, one person with what they hold, units as a tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, any_, exists, func, literal, not_, or_, select

from store import tables
from store.clock.workdays import local_day
from store.db import Tx
from store.moving.tasks import TO_DO
from store.staff.absence import away_on, follow
from store.staff.people import escape
from store.words import Role

_person, _unit, _contact, _absence = tables.person.c, tables.unit.c, tables.contact.c, tables.absence.c
_substitute = tables.person.alias("substitute")
_reached = exists().where(_contact.person_id == _person.id, _contact.off_at.is_(None))


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the roster; `away`: until which day they are away today."""

    id: str
    name: str
    unit: Mapping[str, str]
    role: str
    field_role: str | None
    active: bool
    reached: bool
    away: date | None


@dataclass(frozen=True, slots=True)
class Absence:
    """One absence: days, both included, and who stands in."""

    from_day: date
    to_day: date
    substitute: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class Branch:
    """A unit in the tree: how deep it lies, its heads, and how many people sit in it or below it."""

    code: str
    names: Mapping[str, str]
    kind: str
    department: str | None
    depth: int
    closed: bool
    heads: Sequence[tuple[str, str]]
    people: int


async def listed(
    tx: Tx, filters: Mapping[str, str], sort: str, start: int, size: int, at: datetime
) -> tuple[list[Listed], int]:
    """People who fit: `words` (a part of name, userid, initials or address), `unit` (and below), `role`,
    `field_role`, `active` (yes, no, all; the active ones without it), `reached` (no), `away` (yes)."""
    today = local_day(at)
    away = (
        select(func.max(_absence.to_day))
        .where(_absence.person_id == _person.id, _absence.from_day <= today, _absence.to_day >= today)
        .scalar_subquery()
    )
    where = [*_fits(filters)]
    if filters.get("away") == "yes":
        where.append(away.is_not(None))
    ways = {"name": _person.name, "unit": _unit.path, "role": _person.role}
    by = ways.get(sort.removeprefix("-"), _unit.path)
    order = (by.desc() if sort.startswith("-") else by.asc(), _person.id)
    query = (
        select(
            *(_person.id, _person.name, _unit.name_zh, _unit.name_en, _person.role, _person.field_role),
            *(_person.active, _reached.label("reached"), away.label("away"), func.count().over().label("total")),
        )
        .join(tables.unit, _unit.code == _person.unit_code)
        .where(*where)
    )
    rows = (await tx.execute(query.order_by(*order).limit(size).offset(start))).all()
    people = [
        Listed(
            *(row.id, row.name, {"zh": row.name_zh, "en": row.name_en}, row.role, row.field_role),
            *(row.active, row.reached, row.away),
        )
        for row in rows
    ]
    return people, rows[0].total if rows else 0


def _fits(filters: Mapping[str, str]) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    active = filters.get("active", "yes")
    if active in ("yes", "no"):
        where.append(_person.active if active == "yes" else not_(_person.active))
    if words := filters.get("words", "").lower():
        like = f"%{escape(words)}%"
        address = exists().where(_contact.person_id == _person.id, _contact.address.like(like))
        named = (_person.name.ilike(like), _person.id_lower.like(like), _person.initials.like(like))
        where.append(or_(*named, address))
    if unit := filters.get("unit"):
        where.append(literal(unit) == any_(func.string_to_array(_unit.path, "/")))
    if role := filters.get("role"):
        where.append(_person.role == role)
    if field_role := filters.get("field_role"):
        where.append(_person.field_role == field_role)
    if filters.get("reached") == "no":
        where.append(not_(_reached))
    return where


async def holds(tx: Tx, person: str) -> Sequence[str]:
    """The numbers of what waits for somebody: what leaving would hand over."""
    clue, task = tables.clue.c, tables.task.c
    asked = select(clue.number).where(clue.holder_person == person, clue.state == "need_info")
    tasks = select(task.number).where(task.person_id == person, task.state.in_(TO_DO))
    return (await tx.execute(asked.union(tasks).order_by("number"))).scalars().all()


async def absences(tx: Tx, person: str, since: date) -> list[Absence]:
    """Absences that end on that day or later, in their order."""
    rows = (
        select(_absence.from_day, _absence.to_day, _absence.substitute, _substitute.c.name)
        .outerjoin(_substitute, _substitute.c.id == _absence.substitute)
        .where(_absence.person_id == person, _absence.to_day >= since)
        .order_by(_absence.from_day)
    )
    return [Absence(*row) for row in await tx.execute(rows)]


async def all_absences(tx: Tx, since: date, most: int = 300) -> list[Any]:
    """Everybody's absences that end on that day or later: (person, person_name, from_day, to_day, substitute, name)."""
    rows = (
        select(
            *(_absence.person_id.label("person"), _person.name.label("person_name"), _absence.from_day),
            *(_absence.to_day, _absence.substitute, _substitute.c.name),
        )
        .join(tables.person, _person.id == _absence.person_id)
        .outerjoin(_substitute, _substitute.c.id == _absence.substitute)
        .where(_absence.to_day >= since)
        .order_by(_absence.from_day, _person.id)
        .limit(most)
    )
    return list(await tx.execute(rows))


async def ends_with(tx: Tx, person: str, day: date) -> str | None:
    """Who would act for somebody on that day, after all substitutes; None for the superior."""
    away = await away_on(tx, day)
    return follow(away, person) if person in away else person


async def names(tx: Tx, people: Sequence[str]) -> dict[str, str]:
    """Names by userid, of those who left, too."""
    rows = await tx.execute(select(_person.id, _person.name).where(_person.id.in_(list(people))))
    return {row.id: row.name for row in rows}


async def tree(tx: Tx, *, closed: bool = False) -> list[Branch]:
    """Every unit, each after the one above it; closed ones only when they are asked for."""
    heads: dict[str, list[tuple[str, str]]] = {}
    seated: dict[str, int] = {}
    people = select(_person.id, _person.name, _person.role, _unit.code, _unit.path).where(_person.active)
    for row in await tx.execute(people.join(tables.unit, _unit.code == _person.unit_code).order_by(_person.id)):
        if row.role == Role.DEPARTMENT_HEAD:
            heads.setdefault(row.code, []).append((row.id, row.name))
        for code in row.path.split("/"):
            seated[code] = seated.get(code, 0) + 1
    units = select(tables.unit).order_by(_unit.path)
    if not closed:
        units = units.where(_unit.closed_at.is_(None))
    return [
        Branch(
            code=row.code,
            names={"zh": row.name_zh, "en": row.name_en},
            kind=row.kind,
            department=row.department,
            depth=row.path.count("/"),
            closed=row.closed_at is not None,
            heads=heads.get(row.code, []),
            people=seated.get(row.code, 0),
        )
        for row in await tx.execute(units)
    ]

"""For whom something is shared: units with all below them, departments, roles. An empty list leaves nobody out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Row, any_, cast, func, literal, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY, TEXT, array

from store import tables
from store.db import Tx
from store.law.standing import DEPARTMENTS, Texts, supervises
from store.staff.offices import PEOPLE, person_of
from store.texts import _, row, said
from store.words import Department, FieldRole, Level, Person, Role, words_of

ROLES: Mapping[str, str] = MappingProxyType(
    {
        FieldRole.CUSTOMER_MANAGER: _("customer managers"),
        FieldRole.MARKET_INSPECTOR: _("market inspectors"),
        FieldRole.DELIVERY_WORKER: _("delivery workers"),
        Role.DEPARTMENT_HEAD: _("department heads"),
        Role.SUPERVISION_OFFICER: _("supervision officers"),
        Role.LEADER: _("leaders"),
        Role.ADMINISTRATOR: _("administrators"),
        Role.CUSTODIAN: _("custodians"),
    }
)
"""Roles and field roles that a scope can name, as groups of people."""

_PUBLISHERS = frozenset({Role.DEPARTMENT_HEAD, Role.SUPERVISION_OFFICER, Role.LEADER, Role.ADMINISTRATOR})
_unit, _person = tables.unit.c, tables.person.c


@dataclass(frozen=True, slots=True)
class Scope:
    """Unit codes, departments, roles and field roles."""

    units: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()

    @classmethod
    def of(cls, row: Row[Any]) -> Scope:
        """That of a row which has one."""
        return cls(tuple(row.units), tuple(row.departments), tuple(row.roles))

    @property
    def columns(self) -> dict[str, list[str]]:
        return {"units": list(self.units), "departments": list(self.departments), "roles": list(self.roles)}


def publishes(who: Person) -> bool:
    """Whether they may share documents and announcements."""
    return who.role in _PUBLISHERS


def covers(columns: Any, who: Person) -> ColumnElement[bool]:
    """The condition that `who` is within the scope of the row at hand; `columns`: of a table that has one."""
    path = func.string_to_array(select(_unit.path).where(_unit.code == who.unit).scalar_subquery(), "/")
    roles = [role.value for role in (who.role, who.field_role) if role is not None]
    departments = [who.department.value] if who.department else []
    return (
        or_(func.cardinality(columns.units) == 0, columns.units.op("&&")(path))
        & or_(func.cardinality(columns.departments) == 0, columns.departments.op("&&")(_texts(departments)))
        & or_(func.cardinality(columns.roles) == 0, columns.roles.op("&&")(_texts(roles)))
    )


async def within(tx: Tx, scope: Scope) -> list[Person]:
    """Everybody active whom the scope covers."""
    path = func.string_to_array(_unit.path, "/")
    fits: list[ColumnElement[bool]] = [true()]
    if scope.units:
        fits.append(path.op("&&")(_texts(scope.units)))
    if scope.departments:
        fits.append(_unit.department.in_(scope.departments))
    if scope.roles:
        fits.append(or_(_person.role.in_(scope.roles), _person.field_role.in_(scope.roles)))
    return [person_of(found) for found in await tx.execute(PEOPLE.where(*fits))]


async def units_for(tx: Tx, who: Person, *, bureaus: bool = False) -> list[tuple[str, Texts]]:
    """The units that `who` may share with: of the city all, of a county its own; only the `bureaus` among them."""
    top = None if who.level is Level.CITY or who.role is Role.ADMINISTRATOR else who.bureau
    query = select(_unit.code, _unit.name_zh, _unit.name_en).order_by(_unit.path)
    if top is not None:
        query = query.where(literal(top) == any_(func.string_to_array(_unit.path, "/")))
    if bureaus:
        query = query.where(_unit.kind.in_(("city", "county")))
    return [(found.code, {"zh": found.name_zh, "en": found.name_en}) for found in await tx.execute(query)]


async def allowed(tx: Tx, who: Person, scope: Scope) -> Scope:
    """The scope as `who` may use it: a county shares within itself; what does not exist is left out."""
    known = [code for code, _names in await units_for(tx, who)]
    units = tuple(code for code in scope.units if code in known)
    if not units and not (who.level is Level.CITY or who.role is Role.ADMINISTRATOR):
        units = (who.bureau,)
    departments = tuple(one for one in scope.departments if one in tuple(Department))
    return Scope(units, departments, tuple(one for one in scope.roles if one in ROLES))


async def described(tx: Tx, scopes: Iterable[Scope], language: str) -> list[str]:
    """Each scope in words: "民权县局 · 营销 · 客户经理"."""
    known = list(scopes)
    codes = {code for scope in known for code in scope.units}
    found = await tx.execute(select(_unit.code, _unit.name_zh, _unit.name_en).where(_unit.code.in_(codes)))
    names = {one.code: words_of({"zh": one.name_zh, "en": one.name_en}, language) for one in found}
    return [_described(scope, names, language) for scope in known]


def _described(scope: Scope, names: Mapping[str, str], language: str) -> str:
    departments = [words_of(DEPARTMENTS[Department(one)], language) for one in scope.departments]
    roles = [said(ROLES[one], language) for one in scope.roles if one in ROLES]
    parts = [[names.get(code, code) for code in scope.units], departments, roles]
    return " · ".join(row(part, language) for part in parts if part) or said(_("everybody"), language)


def manages(columns: Any, who: Person) -> ColumnElement[bool]:
    """The condition that `who` looks after the row at hand: its maker, the city's supervision, administrators."""
    if who.role is Role.ADMINISTRATOR or (supervises(who) and who.level is Level.CITY):
        return true()
    made: ColumnElement[bool] = columns.made_by == who.id
    return made


def _texts(values: Iterable[str]) -> ColumnElement[Any]:
    return cast(array([literal(value) for value in values]), ARRAY(TEXT))

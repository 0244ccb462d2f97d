"""Who may see what: one condition per ledger, put into every query that answers a person.

Everybody sees what they reported. Beyond that, unless the clue accuses them or somebody whose department they head or
whose bureau they lead: what they hold; a department head what the department reported; supervision and leaders what
their county, or the whole city, reported. An internal clue leaves that circle to its reporter, its holder and the
city's supervision and leaders.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, any_, exists, false, func, literal, not_, or_, select, true
from sqlalchemy.sql.elements import BindParameter, ColumnClause
from sqlalchemy.sql.selectable import FromClause

from store import tables
from store.standing import supervises
from store.words import Ledger, Level, Person, Role

Column = ColumnElement[str] | BindParameter[str] | ColumnClause[str] | str


def bureau_of(unit: FromClause, name: str = "bureau") -> FromClause:
    """The county or city bureau that a unit belongs to: (code, kind), the nearest on its path; no row above those."""
    above = tables.unit.alias(f"{name}_above")
    return (
        select(above.c.code, above.c.kind)
        .where(above.c.kind.in_(("city", "county")), above.c.code == any_(func.string_to_array(unit.c.path, "/")))
        .order_by(func.length(above.c.path).desc())
        .limit(1)
        .lateral(name)
    )


def hidden_from(
    accused: Select[tuple[str]] | list[str], *, person: Column, role: Column, unit: Column, bureau: Column
) -> ColumnElement[bool]:
    """Whether a person (their id, role, unit and bureau: columns or values) is one of the accused or in their line."""
    subject, at = tables.person.alias("subject"), tables.unit.alias("subject_unit")
    over = bureau_of(at, "subject_bureau")
    return exists(
        select(1)
        .select_from(subject.join(at, at.c.code == subject.c.unit_code).outerjoin(over, true()))
        .where(
            subject.c.id.in_(accused),
            or_(
                subject.c.id == person,
                and_(_is(role, Role.DEPARTMENT_HEAD), _value(unit) == any_(func.string_to_array(at.c.path, "/"))),
                and_(_is(role, Role.LEADER), func.coalesce(over.c.code, at.c.code) == bureau),
            ),
        )
    )


def sees(who: Person, ledger: Ledger = Ledger.CLUE) -> ColumnElement[bool]:
    """The condition on a row of that ledger that lets `who` see it."""
    if ledger is not Ledger.CLUE:
        return false()
    clue = tables.clue.c
    named = tables.clue_accused.c
    accused = select(named.person_id).where(named.number == clue.number).correlate(tables.clue)
    hidden = and_(
        clue.internal,
        hidden_from(accused, person=who.id, role=who.role.value, unit=who.unit, bureau=who.bureau),
    )
    return or_(clue.reporter == who.id, and_(or_(held_by(who), _wide(who)), not_(hidden)))


def held_by(who: Person) -> ColumnElement[bool]:
    """The condition on a clue that it waits for `who`, in person or by office."""
    clue = tables.clue.c
    roles = {who.role.value} | ({Role.SUPERVISION_OFFICER.value} if supervises(who) else set())
    office = and_(clue.holder_unit.in_({who.unit, who.bureau}), clue.holder_role.in_(roles))
    return or_(clue.holder_person == who.id, office)


def _wide(who: Person) -> ColumnElement[bool]:
    """What the role alone opens, beyond one's own and what one holds."""
    clue = tables.clue.c
    if supervises(who) or who.role is Role.LEADER:
        return true() if who.level is Level.CITY else and_(clue.bureau == who.bureau, not_(clue.internal))
    if who.role is Role.DEPARTMENT_HEAD:
        below = select(tables.unit.c.code).where(
            _value(who.unit) == any_(func.string_to_array(tables.unit.c.path, "/"))
        )
        return and_(clue.unit_code.in_(below), not_(clue.internal))
    return false()


def _is(role: Column, wanted: Role) -> ColumnElement[bool]:
    return (true() if role == wanted.value else false()) if isinstance(role, str) else role == wanted.value


def _value(value: Column) -> ColumnElement[str]:
    return literal(value) if isinstance(value, str) else value

"""Who may see what: one condition per ledger, put into every query that answers a person.

Everybody sees what they reported. Beyond that, unless the clue accuses them or somebody whose department they head or
whose bureau they lead: what they hold; a department head what the department reported; supervision and leaders what
their county, or the whole city, reported. An internal clue leaves that circle to its reporter, its holder and the
city's supervision and leaders. A problem is seen likewise, through its clues, and by whoever has a task in it and the
heads of their departments. A substitute sees what waits for those they stand in for.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    any_,
    exists,
    false,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    true,
    union,
)
from sqlalchemy.sql.elements import BindParameter, ColumnClause
from sqlalchemy.sql.selectable import FromClause

from store import tables
from store.db import Tx
from store.law.problem_law import PROBLEM_STATES
from store.law.standing import supervises
from store.words import Ledger, Level, Person, Role, ledger_of

_OPEN = tuple(name for name, state in PROBLEM_STATES.items() if state.open)
_TABLES = {Ledger.CLUE: tables.clue, Ledger.PROBLEM: tables.problem}
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


# Made once: building expressions costs more than the questions that they ask.
_SUBJECT, _AT = tables.person.alias("subject"), tables.unit.alias("subject_unit")
_OVER = bureau_of(_AT, "subject_bureau")
_seat: ColumnElement[str] = func.coalesce(_OVER.c.code, _AT.c.code)
_LINE: Select[Any] = (
    select(literal_column("1"))
    .select_from(_SUBJECT.join(_AT, _AT.c.code == _SUBJECT.c.unit_code).outerjoin(_OVER, true()))
    .correlate_except(_SUBJECT, _AT, _OVER)
)


def hidden_from(
    accused: Select[tuple[str]] | list[str], *, person: Column, role: Column, unit: Column, bureau: Column
) -> ColumnElement[bool]:
    """Whether a person (their id, role, unit and bureau: columns or values) is one of the accused or in their line."""
    heads = and_(_is(role, Role.DEPARTMENT_HEAD), _value(unit) == any_(func.string_to_array(_AT.c.path, "/")))
    leads = and_(_is(role, Role.LEADER), _seat == bureau)
    return exists(_LINE.where(_SUBJECT.c.id.in_(accused), or_(_SUBJECT.c.id == person, heads, leads)))


@lru_cache(maxsize=512)
def sees(who: Person, ledger: Ledger = Ledger.CLUE) -> ColumnElement[bool]:
    """The condition on a row of that ledger that lets `who` see it."""
    return _sees(who, ledger)


def _sees(who: Person, ledger: Ledger, *, probing: bool = False, running: bool = False) -> ColumnElement[bool]:
    opened = or_(held_by(who, ledger), _wide(who, ledger, probing=probing, running=running))
    if ledger is Ledger.CLUE:
        return or_(tables.clue.c.reporter == who.id, and_(opened, _not_hidden(who, ledger), _not_sealed(who)))
    return or_(_reported(who), and_(or_(_has_task(who), opened), _not_hidden(who, ledger)))


@lru_cache(maxsize=512)
def holds(who: Person, ledger: Ledger) -> ColumnElement[bool]:
    """The condition that an entry waits for `who` and may be seen by them: what `sees` says of what they hold."""
    open_to = _not_sealed(who) if ledger is Ledger.CLUE else true()
    return and_(held_by(who, ledger), _not_hidden(who, ledger), open_to)


def _not_hidden(who: Person, ledger: Ledger) -> ColumnElement[bool]:
    """That the row at hand is not an internal matter which accuses `who` or somebody in their line."""
    person = {"person": who.id, "role": who.role.value, "unit": who.unit, "bureau": who.bureau}
    return not_(and_(_TABLES[ledger].c.internal, hidden_from(_accused(ledger), **person)))


def _not_sealed(who: Person) -> ColumnElement[bool]:
    """That the clue at hand is no anonymous tip, or one that `who` has a key to (tipline.md §5)."""
    wrap, clue = tables.tip_wrap.c, tables.clue.c
    mine: Select[Any] = select(literal_column("1")).where(wrap.number == clue.number, wrap.reader == who.id)
    return or_(clue.source != "tip", exists(mine.correlate(tables.clue)))


async def visible(tx: Tx, who: Person, number: str) -> bool:
    """Whether `who` may see that entry."""
    ledger = ledger_of(number)
    column = _TABLES[ledger].c.number
    return (await tx.execute(select(column).where(column == number, sees(who, ledger)))).first() is not None


@lru_cache(maxsize=512)
def at_a_glance(who: Person, ledger: Ledger) -> ColumnElement[bool]:
    """The same as `sees` for walking along an index: most rows of whoever sees widely are settled by their own
    columns, and the tasks of a department are looked up row by row, never all of them first."""
    if who.role is Role.DEPARTMENT_HEAD and not supervises(who):
        return _sees(who, ledger, probing=True)
    wide = and_(_wide(who, ledger), _not_hidden(who, ledger))
    return or_(and_(wide, _not_sealed(who)) if ledger is Ledger.CLUE else wide, sees(who, ledger))


@lru_cache(maxsize=512)
def open_to(who: Person, ledger: Ledger) -> ColumnElement[bool]:
    """The same as `sees` of rows that are open, all of which are looked at: a department's tasks in open problems are
    few, and found by an index of their own."""
    if who.role is Role.DEPARTMENT_HEAD and not supervises(who) and ledger is Ledger.PROBLEM:
        return _sees(who, ledger, running=True)
    return at_a_glance(who, ledger)


@lru_cache(maxsize=512)
def few(who: Person, ledger: Ledger) -> Select[Any] | None:
    """The numbers among which everything lies that `who` may see, for whoever sees little of a ledger: reported by
    them, given to them, waiting for them. None for those whose role opens a county, a department or the city."""
    if supervises(who) or who.role in (Role.LEADER, Role.DEPARTMENT_HEAD):
        return None
    entry, clue, task = _TABLES[ledger].c, tables.clue.c, tables.task.c
    own = clue.number if ledger is Ledger.CLUE else clue.problem
    found = [
        select(own).where(clue.reporter == who.id, own.is_not(None)),
        select(entry.number).where(held_by(who, ledger)),
    ]
    if ledger is Ledger.PROBLEM:
        found.append(select(task.number).where(task.person_id.in_((who.id, *who.stands_for))))
    apart = union(*found).subquery("few")
    return select(apart.c[0])


def held_by(who: Person, ledger: Ledger = Ledger.CLUE) -> ColumnElement[bool]:
    """The condition on an entry that it waits for `who`, in person, by office, or in somebody's stead."""
    entry = _TABLES[ledger].c
    roles = {who.role.value} | ({Role.SUPERVISION_OFFICER.value} if supervises(who) else set())
    office = and_(entry.holder_unit.in_({who.unit, who.bureau}), entry.holder_role.in_(roles))
    return or_(entry.holder_person.in_((who.id, *who.stands_for)), office)


def _wide(who: Person, ledger: Ledger, *, probing: bool = False, running: bool = False) -> ColumnElement[bool]:
    """What the role alone opens, beyond one's own and what one holds."""
    entry = _TABLES[ledger].c
    if supervises(who) or who.role is Role.LEADER:
        return true() if who.level is Level.CITY else and_(entry.bureau == who.bureau, _open_to_county(who, ledger))
    if who.role is not Role.DEPARTMENT_HEAD:
        return false()
    below = select(tables.unit.c.code).where(_value(who.unit) == any_(func.string_to_array(tables.unit.c.path, "/")))
    mine: ColumnElement[bool] = entry.unit_code.in_(below)
    if ledger is Ledger.PROBLEM:
        whose = _of(tables.task.c.unit_code, below, probing=probing)
        if running:  # a task follows its problem's state
            whose = and_(
                whose, tables.task.c.problem_state.in_([name for name, one in PROBLEM_STATES.items() if one.open])
            )
        mine = or_(mine, _tasked(whose, probing=probing))
    return and_(mine, not_(entry.internal))


def _open_to_county(who: Person, ledger: Ledger) -> ColumnElement[bool]:
    """Internal matters are the city's, but for those that it left to a county's supervision."""
    entry = _TABLES[ledger].c
    if ledger is Ledger.PROBLEM and supervises(who):
        return or_(not_(entry.internal), entry.level == Level.COUNTY.value)
    return not_(entry.internal)


@lru_cache(maxsize=512)
def area(who: Person) -> ColumnElement[bool]:
    """The condition on a problem that it lies in what `who` answers for: county or city, department, own tasks.

    Narrower than `sees` on purpose: without alternatives, so that an index finds it among a million.
    """
    if supervises(who) or who.role in (Role.LEADER, Role.DEPARTMENT_HEAD):
        return and_(_wide(who, Ledger.PROBLEM), _not_hidden(who, Ledger.PROBLEM))
    return tables.problem.c.holder_person.in_((who.id, *who.stands_for))


def _accused(ledger: Ledger) -> Select[tuple[str]]:
    """The userids that the row at hand names: a problem those of all its clues."""
    named, clue = tables.clue_accused.c, tables.clue.c
    if ledger is Ledger.CLUE:
        return select(named.person_id).where(named.number == clue.number).correlate(tables.clue)
    of_clues = select(named.person_id).where(named.number == clue.number, clue.problem == tables.problem.c.number)
    return of_clues.correlate(tables.problem)


def _reported(who: Person) -> ColumnElement[bool]:
    """Whoever reported one of its clues."""
    clue = tables.clue.c
    mine: Select[Any] = select(literal_column("1")).where(
        clue.problem == tables.problem.c.number, clue.reporter == who.id
    )
    return exists(mine.correlate(tables.problem))


def _has_task(who: Person) -> ColumnElement[bool]:
    """Whoever has or had a task in a problem, or stands in for somebody who has."""
    return _tasked(tables.task.c.person_id.in_((who.id, *who.stands_for)))


def _tasked(whose: ColumnElement[bool], *, probing: bool = False) -> ColumnElement[bool]:
    """That the problem at hand has such a task. Written so that PostgreSQL may look it up for one row or hash it for
    many; when `probing` it is looked up for each row (OFFSET forbids the hash)."""
    mine: Select[Any] = select(literal_column("1")).where(tables.task.c.number == tables.problem.c.number, whose)
    mine = mine.correlate(tables.problem)
    return exists(mine.offset(literal_column("0")) if probing else mine)


def _of(column: ColumnElement[str], codes: Select[tuple[str]], *, probing: bool) -> ColumnElement[bool]:
    """That a column is one of these codes; when `probing`, they are read once and not again for every row."""
    return column == any_(func.array(codes.scalar_subquery())) if probing else column.in_(codes)


def _is(role: Column, wanted: Role) -> ColumnElement[bool]:
    return (true() if role == wanted.value else false()) if isinstance(role, str) else role == wanted.value


def _value(value: Column) -> ColumnElement[str]:
    return literal(value) if isinstance(value, str) else value

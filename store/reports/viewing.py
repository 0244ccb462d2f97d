"""Who reads reports, and what their figures are made of: what their role opens, as `store/law/scope.py` has it.

Sums are told apart by who may know of an entry (`sight`): everybody of its circle, the county's supervision, the city
alone, or nobody but those with a key (tips). What somebody sees beside their role, or does not see in spite of it, are
a few entries each; they are found one by one (`corrections`), so that a figure is exactly as long as its list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, any_, case, literal, not_, or_, select, union

from store import tables
from store.db import Tx
from store.law.scope import held_by, sees
from store.law.standing import supervises
from store.tables.reports import report_entry
from store.words import Ledger, Level, Person, Role

_entry = report_entry.c


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """`office`: whose head looks (empty: supervision or a leader); `bureau`: the only one in sight (empty: all)."""

    office: str
    bureau: str
    sights: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether it is the whole city's."""
        return not self.office and not self.bureau

    def holds(self) -> ColumnElement[bool]:
        """The condition on a row of `report_entry` that the sums of this viewpoint have it."""
        where: list[ColumnElement[bool]] = [_entry.sight.in_(self.sights)]
        if self.office:
            where.append(literal(self.office) == any_(_entry.offices))
        if self.bureau:
            where.append(_entry.bureau == self.bureau)
        return and_(*where)


def viewpoint(who: Person) -> Viewpoint | None:
    """From where `who` looks at the reports; None: they have none (field staff)."""
    if supervises(who) or who.role is Role.LEADER:
        if who.level is Level.CITY:
            return Viewpoint("", "", ("open", "county", "city"))
        return Viewpoint("", who.bureau, ("open", "county") if supervises(who) else ("open",))
    if who.role is Role.DEPARTMENT_HEAD and who.department is not None:
        return Viewpoint(who.unit, "", ("open",))
    return None


@dataclass(frozen=True, slots=True)
class Correction:
    """An entry that is seen beside the sums (+1) or is in them but not seen (-1), as it counts."""

    sign: int
    entry: Any


async def corrections(tx: Tx, who: Person, view: Viewpoint, since: date, until: date) -> list[Correction]:
    """What the sums must be corrected by for `who`: entries that are open, or were opened or closed within the days."""
    found: list[Correction] = []
    during = or_(_entry.open, _entry.day.between(since, until), _entry.closed_on.between(since, until))
    held = view.holds()
    for ledger in Ledger:
        table = tables.clue if ledger is Ledger.CLUE else tables.problem
        seen = case((sees(who, ledger), True), else_=False).label("seen")
        inside = case((held, True), else_=False).label("inside")
        # What everybody in the circle knows and the sums have is seen: there is nothing to look at.
        doubtful = or_(_entry.sight != "open", not_(held))
        query = (
            select(report_entry, seen, inside)
            .join(table, table.c.number == _entry.number)
            .where(_entry.number.in_(_candidates(who, ledger)), during, doubtful)
        )
        rows = [row for row in await tx.execute(query) if row.seen != row.inside]
        found += [Correction(1 if row.seen else -1, row) for row in rows]
    return found


def _candidates(who: Person, ledger: Ledger) -> Select[Any]:
    """Entries of which somebody may know more, or less, than their role says: an index finds each kind of them."""
    clue, task, named, wrap = tables.clue.c, tables.task.c, tables.clue_accused.c, tables.tip_wrap.c
    accused = select(clue.number if ledger is Ledger.CLUE else clue.problem).join(
        tables.clue_accused, named.number == clue.number
    )
    kinds: Sequence[Select[Any]]
    if ledger is Ledger.CLUE:
        kinds = (
            select(clue.number).where(clue.reporter == who.id),
            select(clue.number).where(held_by(who)),
            select(wrap.number).where(wrap.reader == who.id),
            accused,
        )
    else:
        kinds = (
            select(clue.problem).where(clue.reporter == who.id, clue.problem.is_not(None)),
            select(tables.problem.c.number).where(held_by(who, ledger)),
            select(task.number).where(task.person_id.in_((who.id, *who.stands_for))),
            accused.where(clue.problem.is_not(None)),
        )
    return select(union(*kinds).subquery().c[0])

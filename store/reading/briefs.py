"""What a day begins with: what waits for a person, and how the bureaus stand. Read by the digests of the mail room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, cast, func, null, or_, select, union_all

from store import tables
from store.db import Tx
from store.law.rules import LAWS
from store.law.scope import held_by, sees
from store.moving.tasks import TO_DO
from store.words import Ledger, Person

OPEN = {ledger: tuple(name for name, state in law.states.items() if state.open) for ledger, law in LAWS.items()}


@dataclass(frozen=True, slots=True)
class Waiting:
    """One entry that waits for somebody."""

    number: str
    due_at: datetime
    internal: bool
    shop: str | None
    shop_note: str | None
    indicator_zh: str | None
    indicator_en: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How one bureau stands, over both ledgers; `closed` counts problems only."""

    code: str
    kind: str  # city | county
    name_zh: str
    name_en: str
    new: int
    closed: int
    open: int
    overdue: int
    stuck: int

    @property
    def quiet(self) -> bool:
        """Nothing that anybody would have to look at."""
        return not (self.new or self.overdue or self.stuck)


async def waiting_for(tx: Tx, who: Person) -> list[Waiting]:
    """Everything that waits for this person, also in somebody's stead, by its deadline."""
    task = tables.task.c
    people = (who.id, *who.stands_for)
    mine = select(task.number).where(task.person_id.in_(people), task.state.in_(TO_DO))
    problem = or_(held_by(who, Ledger.PROBLEM), tables.problem.c.number.in_(mine))
    both = union_all(
        _named(tables.clue, and_(held_by(who), sees(who), tables.clue.c.due_at.is_not(None), _no_tip())),
        _named(tables.problem, and_(problem, sees(who, Ledger.PROBLEM), tables.problem.c.due_at.is_not(None))),
    ).subquery()
    rows = await tx.execute(select(both).order_by(both.c.due_at, both.c.number))
    return [Waiting(**row) for row in rows.mappings()]


def _named(table: Table, where: ColumnElement[bool]) -> Any:
    shop, kind = tables.merchant, tables.indicator
    return (
        select(
            table.c.number,
            table.c.due_at,
            table.c.internal,
            shop.c.name.label("shop"),
            table.c.merchant_note.label("shop_note"),
            kind.c.name_zh.label("indicator_zh"),
            kind.c.name_en.label("indicator_en"),
        )
        .select_from(
            table.outerjoin(shop, shop.c.licence_no == table.c.merchant).outerjoin(
                kind, kind.c.code == table.c.indicator
            )
        )
        .where(where)
    )


def _no_tip() -> ColumnElement[bool]:
    """Letters never speak of tips: those who may know of one are told by a constant sentence."""
    return tables.clue.c.source != "tip"


async def standings(tx: Tx, at: datetime, since: datetime, still_since: datetime) -> list[tuple[Standing, Standing]]:
    """Every bureau twice: as its county sees it (without internal matters), and as the city does; the city first.

    New and closed count from `since`; what is open and was not touched since `still_since` is stuck.
    """
    entry = union_all(_clues(), _problems()).subquery()
    seen = entry.c
    counts = (
        func.count().filter(seen.opened >= since),
        func.count().filter(seen.closed >= since),
        func.count().filter(seen.open),
        func.count().filter(and_(seen.open, seen.due_at < at)),
        func.count().filter(and_(seen.open, seen.last_at < still_since)),
    )
    rows = await tx.execute(select(seen.bureau, seen.internal, *counts).group_by(seen.bureau, seen.internal))
    found = {(row[0], row[1]): tuple(row)[2:] for row in rows}
    unit, none = tables.unit.c, (0,) * len(counts)
    bureaus = select(unit.code, unit.kind, unit.name_zh, unit.name_en).where(unit.kind.in_(("city", "county")))
    answer = []
    for row in await tx.execute(bureaus.order_by(func.length(unit.path), unit.code)):
        plain, internal = found.get((row.code, False), none), found.get((row.code, True), none)
        both = tuple(a + b for a, b in zip(plain, internal, strict=True))
        answer.append((Standing(*row, *plain), Standing(*row, *both)))
    return answer


def _clues() -> Any:
    clue = tables.clue.c
    over = cast(null(), tables.When).label("closed")
    opened = clue.state.in_(OPEN[Ledger.CLUE]).label("open")
    counted = select(
        clue.bureau, clue.internal, clue.reported_at.label("opened"), over, opened, clue.due_at, clue.last_at
    )
    return counted.where(_no_tip())  # a count, too, says that there is one


def _problems() -> Any:
    problem = tables.problem.c
    opened = problem.state.in_(OPEN[Ledger.PROBLEM]).label("open")
    return select(
        problem.bureau,
        problem.internal,
        problem.opened_at.label("opened"),
        problem.closed_at.label("closed"),
        opened,
        problem.due_at,
        problem.last_at,
    )

"""Who may read the profile of a shop: one condition on a shop, put into every query that answers a person.

Supervision and leaders those of their county, or of the city; heads of a department likewise; everybody the shops
that they serve, or that somebody they stand in for does, and those where they have a task. To all others a shop has
no profile.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, literal_column, or_, select, true

from store import tables
from store.db import Tx
from store.law.standing import OPEN_TASK, supervises
from store.words import Level, Person, Role

_shop, _task = tables.merchant.c, tables.task.c


@lru_cache(maxsize=512)
def reads(who: Person) -> ColumnElement[bool]:
    """The condition on a row of `merchant` that lets `who` read its profile."""
    own = (who.id, *who.stands_for)
    serves = or_(_shop.customer_manager.in_(own), _shop.market_inspector.in_(own), _shop.delivery_worker.in_(own))
    if oversees(who):
        return true() if who.level is Level.CITY else or_(_shop.county_code == who.bureau, serves, _busy(own))
    return or_(serves, _busy(own))


def oversees(who: Person) -> bool:
    """Whether somebody looks after a whole county, or the city."""
    return supervises(who) or who.role in (Role.LEADER, Role.DEPARTMENT_HEAD)


def _busy(own: tuple[str, ...]) -> ColumnElement[bool]:
    """Whoever is sent to a shop must know what to look for."""
    mine: Select[Any] = (
        select(literal_column("1"))
        .select_from(tables.task.join(tables.problem, tables.problem.c.number == _task.number))
        .where(tables.problem.c.merchant == _shop.licence_no, _task.person_id.in_(own), _task.state.in_(OPEN_TASK))
    )
    return exists(mine.correlate(tables.merchant))


@lru_cache(maxsize=512)
def within(who: Person, licence_no: ColumnElement[str], county: ColumnElement[str]) -> ColumnElement[bool]:
    """The same condition on any table that names a shop and its county: for lists, which it keeps from looking every
    shop up."""
    own = (who.id, *who.stands_for)
    roles = (_shop.customer_manager, _shop.market_inspector, _shop.delivery_worker)
    served = select(_shop.licence_no).where(or_(*(role.in_(own) for role in roles)))
    busy = (
        select(tables.problem.c.merchant)
        .select_from(tables.task.join(tables.problem, tables.problem.c.number == _task.number))
        .where(_task.person_id.in_(own), _task.state.in_(OPEN_TASK), tables.problem.c.merchant.is_not(None))
    )
    mine = licence_no.in_(served.union_all(busy))
    if oversees(who):
        return true() if who.level is Level.CITY else or_(county == who.bureau, mine)
    return mine


async def may_read(tx: Tx, who: Person, licence_no: str) -> bool:
    """Whether there is such a shop and `who` may read its profile."""
    query = select(_shop.licence_no).where(_shop.licence_no == licence_no, reads(who))
    return (await tx.execute(query)).first() is not None

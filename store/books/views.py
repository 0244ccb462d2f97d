"""Saved views: filters that somebody gave a name, for themselves or for everybody of their bureau.

A view opens nothing: whoever looks through it sees what they may see.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, delete, func, insert, or_, select, update

from store import tables
from store.db import Tx
from store.texts import _
from store.words import Json, Ledger, Person

MOST = 50
"""Views that one person may keep."""
LONGEST = 60
"""Characters of a name."""

view, person = tables.saved_view.c, tables.person.c


class CannotKeep(Exception):
    """A view that cannot be kept so; its text is one marked sentence."""


@dataclass(frozen=True, slots=True)
class SavedView:
    """`query` is what stands in the address; `mine` says whether whoever asked may rename or delete it."""

    id: int
    name: str
    ledger: Ledger
    query: Mapping[str, Json]
    shared: bool
    owner: str
    mine: bool


async def listed(tx: Tx, who: Person, ledger: Ledger | None = None) -> list[SavedView]:
    """One's own views, then those that colleagues of the bureau share, by name."""
    query = (
        select(tables.saved_view, person.name.label("owner_name"))
        .join(tables.person, person.id == view.owner)
        .where(or_(view.owner == who.id, and_(view.shared, view.unit_code == who.bureau)))
        .order_by(view.owner != who.id, view.name, view.id)
    )
    rows = await tx.execute(query.where(view.ledger == ledger) if ledger else query)
    return [
        SavedView(row.id, row.name, Ledger(row.ledger), row.query, row.shared, row.owner_name, row.owner == who.id)
        for row in rows
    ]


async def keep(
    tx: Tx, who: Person, name: str, ledger: Ledger, query: Mapping[str, str], at: datetime, *, shared: bool
) -> int:
    """Keep a view; its id. One with the same name is replaced. Raises `CannotKeep`."""
    name = _named(name)
    count = await tx.execute(select(func.count()).where(view.owner == who.id, view.name != name))
    if count.scalar_one() >= MOST:
        raise CannotKeep(_("You keep 50 views already; please delete one that is no longer needed."))
    await tx.execute(delete(tables.saved_view).where(view.owner == who.id, view.name == name))
    record = {"owner": who.id, "unit_code": who.bureau, "shared": shared, "name": name, "ledger": ledger.value}
    new = insert(tables.saved_view).values(**record, query=dict(query), made_at=at).returning(view.id)
    made: int = (await tx.execute(new)).scalar_one()
    return made


async def change(tx: Tx, who: Person, view_id: int, name: str, *, shared: bool) -> bool:
    """Rename one's own view, share it or take it back; whether there is such a one. Raises `CannotKeep`."""
    name = _named(name)
    other = select(view.id).where(view.owner == who.id, view.name == name, view.id != view_id)
    if (await tx.execute(other)).first():
        raise CannotKeep(_("Another view of yours has this name already."))
    mine = update(tables.saved_view).where(view.id == view_id, view.owner == who.id)
    return (await tx.execute(mine.values(name=name, shared=shared).returning(view.id))).first() is not None


async def drop(tx: Tx, who: Person, view_id: int) -> bool:
    """Delete one's own view; whether there was such a one."""
    mine = delete(tables.saved_view).where(view.id == view_id, view.owner == who.id)
    return (await tx.execute(mine.returning(view.id))).first() is not None


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST:
        raise CannotKeep(_("Please give the view a name of at most 60 characters."))
    return name

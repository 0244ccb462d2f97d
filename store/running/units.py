"""Units as administrators change them: the one tree of bureaus and departments.

A unit that is closed keeps its name for everything it did; it is not offered any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, Select, any_, func, insert, literal, select, update

from store import tables
from store.chosen_forms import Unfit
from store.db import Tx
from store.master.imports import fields
from store.master.imports.report import Wrong
from store.master.imports.units import repath
from store.running.book import Plain, Wish
from store.texts import _
from store.words import Department, Json

KINDS = ("province", "city", "county", "department")
_COLUMNS = ("parent_code", "name_zh", "name_en", "kind", "department")
_unit, _person, _shop = tables.unit.c, tables.person.c, tables.merchant.c
_STATES: Select[Any] = select(tables.unit)


class Units(Plain):
    """State: parent_code, name_zh, name_en, kind, department, closed."""

    async def state(self, tx: Tx, subject: str) -> Json:
        row = (await tx.execute(_STATES.where(_unit.code == subject))).one_or_none()
        return _state(row) if row else None

    async def put(self, wish: Wish, subject: str, before: Json, after: Json) -> None:
        if after is None:  # what it did keeps its name
            after = {**before, "closed": True}
        await _check(wish.tx, subject, before, after)
        own = {name: after[name] for name in _COLUMNS}
        if before is None:
            await wish.tx.execute(insert(tables.unit).values(code=subject, path=subject, **own))
        else:
            await wish.tx.execute(update(tables.unit).where(_unit.code == subject).values(own))
        if after["closed"] != bool(before and before["closed"]):
            if after["closed"]:
                await _empty(wish.tx, subject)
            closed = wish.at if after["closed"] else None
            await wish.tx.execute(update(tables.unit).where(_unit.code == subject).values(closed_at=closed))
        await repath(wish.tx)


async def states(tx: Tx) -> dict[str, Json]:
    """Every unit's state, for an import."""
    return {row.code: _state(row) for row in await tx.execute(_STATES)}


def _state(row: Row[Any]) -> Json:
    return {**{name: getattr(row, name) for name in _COLUMNS}, "closed": row.closed_at is not None}


async def _check(tx: Tx, subject: str, before: Json, after: Mapping[str, Json]) -> None:
    if before is None:
        _code(subject)
        if (await tx.execute(select(_unit.code).where(func.lower(_unit.code) == subject.lower()))).first():
            raise Unfit(_("There is a unit {code} already."), code=subject)
    for name in ("name_zh", "name_en"):
        if not after[name] or len(after[name]) > 200:
            raise Unfit(_("Give a name in both languages, of at most 200 characters."))
    if after["kind"] not in KINDS or after["department"] not in (None, *Department):
        raise Unfit(_("Choose a kind from the list."))
    await _parent(tx, subject, before, after)


def _code(subject: str) -> None:
    try:
        fields.code(subject)
    except Wrong as wrong:
        raise Unfit(wrong.sentence, **wrong.facts) from None


async def _parent(tx: Tx, subject: str, before: Json, after: Mapping[str, Json]) -> None:
    """The unit above is there, open, and not below this one."""
    parent = after["parent_code"]
    if parent is None or (before and before["parent_code"] == parent and before["closed"] == after["closed"]):
        return
    row = (await tx.execute(select(_unit.path, _unit.closed_at).where(_unit.code == parent))).one_or_none()
    if row is None or (row.closed_at is not None and not after["closed"]):
        raise Unfit(_("There is no open unit “{code}”."), code=parent)
    if subject in row.path.split("/"):
        raise Unfit(_("{code} lies below this unit: they would form a ring."), code=parent)


async def _empty(tx: Tx, subject: str) -> None:
    """A unit is closed when nobody and nothing belongs to it any more. Raises `Unfit` with the numbers."""
    below = literal(subject) == any_(func.string_to_array(_unit.path, "/"))
    counts = {
        "people": select(func.count())
        .select_from(tables.person.join(tables.unit, _unit.code == _person.unit_code))
        .where(_person.active, below),
        "shops": select(func.count()).where(_shop.county_code == subject, _shop.status != "closed"),
        "units": select(func.count()).where(_unit.parent_code == subject, _unit.closed_at.is_(None)),
        "matters": select(
            *(
                select(func.count())
                .where(table.c.holder_unit == subject, table.c.due_at.is_not(None))
                .scalar_subquery()
                for table in (tables.clue, tables.problem)
            )
        ),
    }
    found = {name: sum((await tx.execute(query)).one()) for name, query in counts.items()}
    if any(found.values()):
        sentence = _(
            "It cannot be closed yet: {people} people, {units} units, {shops} shops and {matters} open matters "
            "belong to it. Move them first."
        )
        raise Unfit(sentence, **found)

"""Writing many records at once: COPY into a temporary table, compare, then one INSERT … ON CONFLICT.

Only records that are new or differ are written, so importing a file again costs little and changes nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, Column, ColumnElement, MetaData, Select, Table, Text, cast, func, select, text, tuple_
from sqlalchemy.dialects.postgresql import insert

from store.db import Tx
from store.tables import Point

_BETWEEN = "\x1f"  # parts the members of an array; no name holds it


@dataclass(frozen=True, slots=True)
class Staged:
    """Records that lie beside their table. `values` are the columns they fill, the key among them."""

    target: Table
    beside: Table
    key: str
    values: dict[str, ColumnElement[Any]]

    @property
    def _new(self) -> ColumnElement[bool]:
        return self.target.c[self.key].is_(None)

    @property
    def _differs(self) -> ColumnElement[bool]:
        # A point has no equality in PostgreSQL; it follows from latitude and longitude anyway.
        compared = [name for name in self.values if not isinstance(self.target.c[name].type, Point)]
        ours, theirs = [self.target.c[name] for name in compared], [self.values[name] for name in compared]
        return tuple_(*ours).is_distinct_from(tuple_(*theirs))

    def _against_target(self, *columns: ColumnElement[Any]) -> Select[Any]:
        same = self.target.c[self.key] == self.beside.c[self.key]
        return select(*columns).select_from(self.beside.outerjoin(self.target, same))

    async def count(self, tx: Tx) -> tuple[int, int, int]:
        """How many are new, how many differ, how many are already so."""
        old = ~self._new
        counts = self._against_target(
            func.count().filter(self._new),
            func.count().filter(old, self._differs),
            func.count().filter(old, ~self._differs),
        )
        added, changed, unchanged = (await tx.execute(counts)).one()
        return added, changed, unchanged

    async def write(self, tx: Tx) -> None:
        """Add what is new and change what differs."""
        wanted = self._against_target(*self.values.values()).where(self._new | self._differs)
        statement = insert(self.target).from_select(list(self.values), wanted)
        changes = {name: statement.excluded[name] for name in self.values if name != self.key}
        await tx.execute(statement.on_conflict_do_update(index_elements=[self.key], set_=changes))


@asynccontextmanager
async def staged(
    tx: Tx, target: Table, key: str, names: Sequence[str], records: Iterable[dict[str, Any]]
) -> AsyncIterator[Staged]:
    """The records in a temporary table that is gone afterwards. They are read once, as they are copied."""
    columns = [Column(name, Text if _as_text(target, name) else target.c[name].type) for name in names]
    beside = Table(f"staged_{target.name}", MetaData(), *columns, prefixes=["TEMPORARY"])
    await tx.run_sync(beside.create)
    driver = (await tx.get_raw_connection()).driver_connection
    assert driver is not None
    arrays = [name for name in names if isinstance(target.c[name].type, ARRAY)]
    await driver.copy_records_to_table(beside.name, columns=list(names), records=_tuples(records, names, arrays))
    await tx.execute(text(f"ANALYZE {beside.name}"))
    yield Staged(target, beside, key, {name: _value(target, beside, name) for name in names})
    await tx.run_sync(beside.drop)


def _as_text(target: Table, name: str) -> bool:
    """Points and arrays are copied as text: the driver writes an array's members one by one, which is slow."""
    return isinstance(target.c[name].type, Point | ARRAY)


def _tuples(records: Iterable[dict[str, Any]], names: Sequence[str], arrays: list[str]) -> Iterator[tuple[Any, ...]]:
    for record in records:
        for name in arrays:
            record[name] = _BETWEEN.join(record[name])
        yield tuple([record[name] for name in names])


def _value(target: Table, beside: Table, name: str) -> ColumnElement[Any]:
    """The staged column as its table has it."""
    column, wanted = beside.c[name], target.c[name].type
    if isinstance(wanted, ARRAY):
        return func.string_to_array(column, _BETWEEN)
    return cast(column, wanted) if isinstance(wanted, Point) else column

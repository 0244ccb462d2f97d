"""Writing many records at once: COPY into a temporary table, compare, then one INSERT … ON CONFLICT.

Only records that are new or differ are written, so importing a file again costs little and changes nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, MetaData, Select, Table, func, select, text, tuple_
from sqlalchemy.dialects.postgresql import insert

from store.db import Tx
from store.tables import Point


@dataclass(frozen=True, slots=True)
class Staged:
    """Records that lie beside their table. `names` are the columns they fill, the key among them."""

    target: Table
    beside: Table
    key: str
    names: Sequence[str]

    @property
    def _new(self) -> ColumnElement[bool]:
        return self.target.c[self.key].is_(None)

    @property
    def _differs(self) -> ColumnElement[bool]:
        # A point has no equality in PostgreSQL; it follows from latitude and longitude anyway.
        compared = [name for name in self.names if not isinstance(self.target.c[name].type, Point)]
        ours, theirs = ([table.c[name] for name in compared] for table in (self.target, self.beside))
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
        wanted = self._against_target(*(self.beside.c[name] for name in self.names)).where(self._new | self._differs)
        statement = insert(self.target).from_select(list(self.names), wanted)
        values = {name: statement.excluded[name] for name in self.names if name != self.key}
        await tx.execute(statement.on_conflict_do_update(index_elements=[self.key], set_=values))


@asynccontextmanager
async def staged(
    tx: Tx, target: Table, key: str, names: Sequence[str], records: Iterable[dict[str, Any]]
) -> AsyncIterator[Staged]:
    """The records in a temporary table that is gone afterwards. They are read once, as they are copied."""
    columns = [Column(name, target.c[name].type) for name in names]
    beside = Table(f"staged_{target.name}", MetaData(), *columns, prefixes=["TEMPORARY"])
    points = {name for name in names if isinstance(target.c[name].type, Point)}
    await tx.run_sync(beside.create)
    driver = (await tx.get_raw_connection()).driver_connection
    assert driver is not None
    rows = (tuple(_copied(record[name], name in points) for name in names) for record in records)
    await driver.copy_records_to_table(beside.name, columns=list(names), records=rows)
    await tx.execute(text(f"ANALYZE {beside.name}"))
    yield Staged(target, beside, key, names)
    await tx.run_sync(beside.drop)


def _copied(value: Any, point: bool) -> Any:
    """COPY goes past SQLAlchemy, which would write a point's text as the two floats that the driver takes."""
    if not point or value is None:
        return value
    return tuple(float(part) for part in value.strip("()").split(","))

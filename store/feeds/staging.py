"""Rows of one file beside their table: copied in as they are read, checked by the database, written in two statements.

Nothing is held in memory but the first hundred faults, so a file of a million rows costs as much of it as a short one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Integer,
    MetaData,
    Select,
    Table,
    and_,
    func,
    insert,
    literal,
    select,
    text,
    tuple_,
    update,
)

from store import tables
from store.db import Tx
from store.feeds.kinds import Feed
from store.master.imports.report import SHOWN, Remarks
from store.texts import _


@dataclass(frozen=True, slots=True)
class Staged:
    """The rows of a file, each with its number in the file as `row`."""

    feed: Feed
    beside: Table

    def _same(self) -> ColumnElement[bool]:
        """That a row of the books has the key of a staged one, and still counts."""
        books = self.feed.table.c
        keys = (books[name] == self.beside.c[name] for name in self.feed.telling)
        return and_(*keys, books.replaced_by.is_(None))

    async def check(self, tx: Tx, faults: Remarks) -> None:
        """Tell of rows whose shop or county nobody knows, and of keys that stand in the file twice."""
        where = self.beside.c[self.feed.where]
        known, sentence = _known(self.feed.where)
        unknown = select(self.beside.c.row, where.label("code")).where(where.not_in(known))
        for row in await _first(tx, unknown, faults):
            faults.add(row.row, self.feed.where, sentence, {"code": row.code})
        for row in await self._twice(tx, faults):
            facts = {"row": row.first, "columns": ", ".join(self.feed.telling)}
            faults.add(row.row, "", _("Row {row} says the same already ({columns})."), facts)

    async def _twice(self, tx: Tx, faults: Remarks) -> list[Any]:
        """Rows whose key stands further up, with the row where it stands first."""
        keys = [self.beside.c[name] for name in self.feed.telling]
        groups = select(literal(1)).select_from(self.beside).group_by(*keys).having(func.count() > 1)
        if (await tx.execute(groups.limit(1))).first() is None:  # as nearly always, and much sooner known
            return []
        first = func.min(self.beside.c.row).over(partition_by=keys).label("first")
        rows = select(self.beside.c.row, first).subquery()
        return await _first(tx, select(rows).where(rows.c.row > rows.c.first), faults)

    async def count(self, tx: Tx) -> tuple[int, int, int]:
        """How many are new, differ from the books, are already so."""
        books, staged = self.feed.table.c, self.beside.c
        leading = self.feed.telling[0]
        bounds = (await tx.execute(select(func.min(staged[leading]), func.max(staged[leading])))).one()
        near = books[leading].between(*bounds)  # said beforehand, it spares reading years of orders
        old = books[self.feed.where].is_not(None)
        names = self.feed.names
        differ = tuple_(*(books[one] for one in names)).is_distinct_from(tuple_(*(staged[one] for one in names)))
        counts = select(
            func.count().filter(~old), func.count().filter(old, differ), func.count().filter(old, ~differ)
        ).select_from(self.beside.outerjoin(self.feed.table, and_(self._same(), near)))
        added, changed, unchanged = (await tx.execute(counts)).one()
        return added, changed, unchanged

    async def write(self, tx: Tx, batch: int, *, replacing: bool) -> None:
        """Every row counts from now on; what the books said of the same key is kept, but counts no more."""
        if replacing:
            await tx.execute(update(self.feed.table).where(self._same()).values(replaced_by=batch))
        staged = self.beside.c
        # In the order of the key, which the index then takes as it comes.
        rows = select(*(staged[name] for name in self.feed.names), literal(batch)).order_by(
            *(staged[name] for name in self.feed.telling)
        )
        await tx.execute(insert(self.feed.table).from_select([*self.feed.names, "batch"], rows))

    async def cycles(self, tx: Tx) -> list[str]:
        """The order cycles that the file speaks of."""
        return sorted((await tx.execute(select(self.beside.c.cycle).distinct())).scalars())


@asynccontextmanager
async def staged(tx: Tx, feed: Feed, rows: Iterator[tuple[Any, ...]]) -> AsyncIterator[Staged]:
    """The rows in a temporary table that is gone afterwards."""
    columns = [Column("row", Integer), *(Column(name, feed.table.c[name].type) for name in feed.names)]
    beside = Table("staged_feed", MetaData(), *columns, prefixes=["TEMPORARY"])
    await tx.run_sync(beside.create)
    driver = (await tx.get_raw_connection()).driver_connection
    assert driver is not None
    await driver.copy_records_to_table(beside.name, columns=["row", *feed.names], records=rows)
    await tx.execute(text(f"ANALYZE {beside.name}"))
    yield Staged(feed, beside)
    await tx.run_sync(beside.drop)


def _known(where: str) -> tuple[Select[tuple[str]], str]:
    """What the books know, and what is said of others."""
    if where == "county_code":
        county = select(tables.unit.c.code).where(tables.unit.c.kind.in_(("county", "city")))
        return county, _("There is no county “{code}”. Import the units first.")
    shop = select(tables.merchant.c.licence_no)
    return shop, _("There is no shop with licence {code}. Import the merchants first.")


async def _first(tx: Tx, faulty: Select[Any], faults: Remarks) -> list[Any]:
    """The first of these rows; the others are only counted."""
    found = faulty.add_columns(func.count().over().label("total")).order_by("row").limit(SHOWN)
    rows = list((await tx.execute(found)).all())
    faults.count += rows[0].total - len(rows) if rows else 0
    return rows

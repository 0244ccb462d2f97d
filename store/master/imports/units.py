"""Import of units: the one tree of bureaus and departments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select

from store import tables
from store.db import Tx
from store.master.imports.fields import Column, code, maybe_code, one_of, one_of_or_none, words
from store.master.imports.kinds import Kind, Reading, Record, Row
from store.texts import _
from store.words import Department


class Units(Kind):
    """Rows may come in any order; parents may stand in the file or in the books. A unit may be given another
    parent (bureaus are reorganised): the paths of everything below it follow."""

    key, table, stored_key = "code", tables.unit, "code"
    columns = (
        Column("code", code),
        Column("parent_code", maybe_code),
        Column("name_zh", words()),
        Column("name_en", words()),
        Column("kind", one_of("province", "city", "county", "department")),
        Column("department", one_of_or_none(*Department), needed=False),
    )

    def __init__(self) -> None:
        self.parents: dict[str, str | None] = {}

    async def prepare(self, tx: Tx) -> None:
        rows = await tx.execute(select(tables.unit.c.code, tables.unit.c.parent_code))
        self.parents = {row.code: row.parent_code for row in rows}

    def stored(self, present: frozenset[str]) -> list[str]:
        return [*super().stored(present), "path"]

    def records(self, rows: Iterator[Row], reading: Reading) -> Iterator[Record]:
        kept = list(rows)
        self.parents.update({key: None for key in reading.keys if key not in self.parents})
        self.parents.update({row.values["code"]: row.values["parent_code"] for row in kept})
        for row in kept:
            path = self._path(row)
            if path:
                yield {**row.values, "path": path}

    def _path(self, row: Row) -> str:
        """The codes from the root down to this unit; empty when it hangs in the air."""
        codes = [row.values["code"]]
        while parent := self.parents[codes[-1]]:
            if parent in codes:
                ring = " → ".join([*codes, parent])
                row.wrong("parent_code", _("The units form a ring: {ring}."), ring=ring)
                return ""
            if parent not in self.parents:
                if len(codes) == 1:  # told once, on the row that names it
                    row.wrong("parent_code", _("There is no unit “{code}”, in the file or in the books."), code=parent)
                return ""
            codes.append(parent)
        return "/".join(reversed(codes))

    async def finish(self, tx: Tx, changed: int) -> None:
        """Units that the file does not name lie below moved ones, perhaps."""
        if changed:
            await repath(tx)


async def repath(tx: Tx) -> None:
    """Make every unit's path what its parents say."""
    rows = (await tx.execute(select(tables.unit.c.code, tables.unit.c.parent_code, tables.unit.c.path))).all()
    parents: Mapping[str, str | None] = {row.code: row.parent_code for row in rows}
    for row in rows:
        path = _joined(parents, row.code)
        if path != row.path:
            await tx.execute(tables.unit.update().where(tables.unit.c.code == row.code).values(path=path))


def _joined(parents: Mapping[str, Any], unit: str) -> str:
    parent = parents[unit]
    return f"{_joined(parents, parent)}/{unit}" if parent else unit

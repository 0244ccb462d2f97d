"""What every kind of import file has in common: checked rows come in, records of one table go out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Table

from store.db import Tx
from store.master.imports.fields import Column
from store.master.imports.report import Remarks
from store.texts import _
from store.words import Json

Record = dict[str, Any]


@dataclass(slots=True)
class Row:
    """One row whose cells could all be read. What is wrong with it nevertheless is said through `wrong`."""

    number: int
    values: dict[str, Any]
    faults: Remarks
    notes: Remarks
    fine: bool = True

    def wrong(self, column: str, sentence: str, **facts: Json) -> None:
        self.fine = False
        self.faults.add(self.number, column, sentence, facts)

    def note(self, column: str, sentence: str, **facts: Json) -> None:
        self.notes.add(self.number, column, sentence, facts)


@dataclass(slots=True)
class Reading:
    """What a kind may know of the whole file: which of its columns are there, and the keys met so far (also of
    rows with faults, so that one fault does not cause ten others)."""

    columns: frozenset[str]
    keys: dict[str, int] = field(default_factory=dict)


class Kind:
    """One kind of import file. An instance serves one import."""

    columns: ClassVar[tuple[Column, ...]]
    key: ClassVar[str]
    """The column that tells rows apart; in `table` it is `stored_key`."""
    table: ClassVar[Table]
    stored_key: ClassVar[str]
    at: datetime
    """When the import takes place."""
    by: str = ""
    """Who imports, for kinds that keep a history."""
    absent: ClassVar[str] = _("The column is missing; what the books have in it stays as it is.")
    """What is noted of a column that the file might have."""

    def same(self, key: Any) -> str:
        """The key as it is compared."""
        return str(key)

    async def prepare(self, tx: Tx) -> None:
        """Read from the books what rows are checked against."""

    def stored(self, present: frozenset[str]) -> list[str]:
        """The columns of `table` that a file with these columns fills."""
        return [column.name for column in self.columns if column.name in present]

    def records(self, rows: Iterator[Row], reading: Reading) -> Iterator[Record]:
        """The rows as records of `table`; rows at fault are told and left out."""
        raise NotImplementedError

    async def finish(self, tx: Tx, changed: int) -> None:
        """What else must be written, when everything was right and `changed` rows are new or changed."""

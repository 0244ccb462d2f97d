"""Import of the indicator library."""

from __future__ import annotations

import re
from collections.abc import Iterator

from store import tables
from store.db import Tx
from store.library.recording import record, settle, snapshot
from store.master.imports.fields import Column, maybe_words, number, one_of, one_of_or_none, whole, words
from store.master.imports.kinds import Kind, Reading, Record, Row
from store.master.imports.report import Wrong
from store.texts import _
from store.words import Department, Json

_CODE = re.compile(r"[WN][0-9A-Z]{0,15}")
SIDES = {"W": "external", "N": "internal"}


def as_code(cell: str) -> str:
    """An indicator's code in capitals. Raises `Wrong`."""
    cell = cell.strip()
    if not _CODE.fullmatch(cell.upper()):
        raise Wrong(_("“{text}” is no indicator code: W or N, then digits."), {"text": cell[:40]})
    return cell.upper()


def _maybe_code(cell: str) -> str | None:
    return as_code(cell) if cell else None


def _keywords(cell: str) -> list[str]:
    return [word.strip() for word in cell.split("|") if word.strip()]


def _active(cell: str) -> bool:
    return (one_of("yes", "no", empty="yes")(cell) or "yes") == "yes"


class Indicators(Kind):
    """Codes are fixed (features.md E03): a name, weight or department may change, but a file moves no code to another
    parent, since statistics and old cases go by its prefix. Codes that the file does not name stay as they are. What
    an indicator was worth before stays in the books, dated (`library/recording.py`)."""

    key, table, stored_key = "code", tables.indicator, "code"
    columns = (
        Column("code", as_code),
        Column("parent_code", _maybe_code),
        Column("name_zh", words()),
        Column("name_en", words(300)),
        Column("side", one_of("external", "internal")),
        Column("nature", one_of_or_none("illegal", "violation"), needed=False),
        Column("level", whole(1, 9)),
        Column("weight", number(0, 1000)),
        Column("severity", whole(1, 5)),
        Column("responsible_department", one_of(*Department)),
        Column("due_working_days", whole(1, 365)),
        Column("keywords_zh", _keywords, needed=False),
        Column("legal_basis", maybe_words(2000), needed=False),
        Column("origin", one_of("province", "city", empty="city"), needed=False, rare=True),
        Column("active", _active, needed=False, rare=True),
    )

    def __init__(self) -> None:
        self.parents: dict[str, str | None] = {}
        self.before: dict[str, dict[str, Json]] = {}

    async def prepare(self, tx: Tx) -> None:
        await settle(tx, self.at)
        self.before = await snapshot(tx)
        self.parents = {code: row["parent_code"] for code, row in self.before.items()}

    def records(self, rows: Iterator[Row], reading: Reading) -> Iterator[Record]:
        kept = list(rows)
        before = dict(self.parents)
        self.parents.update({key: None for key in reading.keys if key not in before})
        self.parents.update({row.values["code"]: row.values["parent_code"] for row in kept})
        for row in kept:
            self._check(row, before)
            if row.fine:
                yield row.values

    async def finish(self, tx: Tx, changed: int) -> None:
        if changed:
            await record(tx, self.before, self.by, self.at)

    def _check(self, row: Row, before: dict[str, str | None]) -> None:
        own, parent = row.values["code"], row.values["parent_code"]
        if own in before and before[own] != parent:
            moved = _("{code} stands under {old} in the books, and a code never moves. Give it a new code.")
            row.wrong("parent_code", moved, code=own, old=before[own] or "–")
        elif parent and parent not in self.parents:
            row.wrong("parent_code", _("There is no indicator “{code}”, in the file or in the books."), code=parent)
        elif parent and not (own.startswith(parent) and len(own) > len(parent)):
            row.wrong("code", _("A code begins with the code of its parent, {parent}."), parent=parent)
        elif (depth := self._depth(own)) != row.values["level"]:
            row.wrong("level", _("Under these parents the level is {level}."), level=depth)
        if row.values["side"] != SIDES[own[0]]:
            row.wrong("side", _("Codes with {letter} are {side}."), letter=own[0], side=SIDES[own[0]])

    def _depth(self, own: str) -> int:
        """1 for a root. There are no rings: every parent's code is shorter than its child's."""
        parent = self.parents.get(own)
        return 1 if not parent or len(parent) >= len(own) else 1 + self._depth(parent)

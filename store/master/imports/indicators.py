"""Import of the indicator library."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from sqlalchemy import Integer, literal, select, update

from store import tables
from store.clock.workdays import local_day, midnight
from store.db import Tx
from store.library.recording import keep_values, note, record, settle, snapshot
from store.master.imports.fields import Column, day, maybe_words, number, one_of, one_of_or_none, whole, words
from store.master.imports.kinds import Kind, Reading, Record, Row
from store.master.imports.report import Wrong
from store.master.indicators import VALUES
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


def _maybe_day(cell: str) -> date | None:
    return day(cell) if cell else None


_own = tables.indicator
_top = select(_own.c.code, literal(1, Integer).label("level")).where(_own.c.parent_code.is_(None)).cte(recursive=True)
_tree = _top.union_all(select(_own.c.code, _top.c.level + 1).join(_top, _own.c.parent_code == _top.c.code))
_RELEVEL = update(_own).where(_own.c.code == _tree.c.code, _own.c.level != _tree.c.level).values(level=_tree.c.level)
"""What hangs below a moved indicator moves along."""


class Indicators(Kind):
    """Codes are fixed (features.md E03): a name, weight or department may change, but a code moves only below another
    parent whose code its own begins with, since statistics and old cases go by its prefix. Codes that the file does
    not name stay as they are. What an indicator was worth before stays in the books, dated
    (`library/recording.py`); `valid_from` says from which later day on a row's values count."""

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
        Column("valid_from", _maybe_day, needed=False, rare=True),
    )

    def __init__(self) -> None:
        self.parents: dict[str, str | None] = {}
        self.before: dict[str, dict[str, Json]] = {}
        self.active: dict[str, bool] = {}
        self.later: dict[str, tuple[date, dict[str, Json]]] = {}
        """By code: the day from which on the file wants other values, and those."""

    def stored(self, present: frozenset[str]) -> list[str]:
        return super().stored(present - {"valid_from"})

    async def prepare(self, tx: Tx) -> None:
        await settle(tx, self.at)
        self.before = await snapshot(tx)
        self.parents = {code: row["parent_code"] for code, row in self.before.items()}
        self.active = {code: row["active"] for code, row in self.before.items()}

    def records(self, rows: Iterator[Row], reading: Reading) -> Iterator[Record]:
        kept = list(rows)
        self.parents.update({key: None for key in reading.keys if key not in self.before})
        self.parents.update({row.values["code"]: row.values["parent_code"] for row in kept})
        self.active.update({row.values["code"]: row.values["active"] for row in kept if "active" in row.values})
        for row in kept:
            self._check(row)
            self._check_active(row)
            since = row.values.pop("valid_from", None)
            if since is not None:
                self._set_later(row, since)
            if row.fine:
                yield row.values

    async def finish(self, tx: Tx, changed: int) -> None:
        if changed:
            await tx.execute(_RELEVEL)
            await record(tx, self.before, self.by, self.at)
        for code, (since, after) in self.later.items():
            before = {name: self.before[code][name] for name in VALUES}
            await keep_values(tx, code, before, after, midnight(since), self.by, self.at)
            told = {name: after[name] for name in VALUES if after[name] != before[name]}
            told["valid_from"] = midnight(since).isoformat()
            await note(
                tx, code, "valued", self.by, self.at, {name: before[name] for name in told if name in before}, told
            )

    def _check(self, row: Row) -> None:
        own, parent = row.values["code"], row.values["parent_code"]
        fits = parent is None or (own.startswith(parent) and len(own) > len(parent))
        old = self.before.get(own)
        if old and old["parent_code"] != parent and not (parent and fits):
            moved = _("{code} stands under {old} in the books, and a code never moves. Give it a new code.")
            row.wrong("parent_code", moved, code=own, old=old["parent_code"] or "–")
        elif parent and parent not in self.parents:
            row.wrong("parent_code", _("There is no indicator “{code}”, in the file or in the books."), code=parent)
        elif not fits:
            row.wrong("code", _("A code begins with the code of its parent, {parent}."), parent=parent)
        elif (depth := self._depth(own)) != row.values["level"]:
            row.wrong("level", _("Under these parents the level is {level}."), level=depth)
        if row.values["side"] != SIDES[own[0]]:
            row.wrong("side", _("Codes with {letter} are {side}."), letter=own[0], side=SIDES[own[0]])

    def _check_active(self, row: Row) -> None:
        """Below what is not active nothing is."""
        own, parent = row.values["code"], row.values["parent_code"]
        if not self.active.get(own, True):
            below = sum(self.active.get(code, True) for code, above in self.parents.items() if above == own)
            if below:
                sentence = _("{count} indicators below {code} “{name}” are active. Deactivate them first.")
                row.wrong("active", sentence, count=below, code=own, name=row.values["name_zh"])
        elif parent in self.before and not self.active[parent]:
            name = self.before[parent]["name_zh"]
            row.wrong("parent_code", _("{code} “{name}” above it is not active."), code=parent, name=name)

    def _set_later(self, row: Row, since: date) -> None:
        """Values for a later day are kept apart: until then those of the books count."""
        own, today = row.values["code"], local_day(self.at)
        before: Mapping[str, Json] = self.before.get(own) or {}
        if not before:
            row.wrong("valid_from", _("A new indicator counts at once. Leave the day empty."))
        elif any(row.values[name] != before[name] for name in VALUES):
            if since < today:
                row.wrong("valid_from", _("What was judged stays as it was. Choose today or a later day."))
            elif since > today and row.fine:
                self.later[own] = (since, {name: row.values[name] for name in VALUES})
                row.values.update({name: before[name] for name in VALUES})

    def _depth(self, own: str) -> int:
        """1 for a root. There are no rings: every parent's code is shorter than its child's."""
        parent = self.parents.get(own)
        return 1 if not parent or len(parent) >= len(own) else 1 + self._depth(parent)

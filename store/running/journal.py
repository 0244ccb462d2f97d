"""The journal of what administrators changed: written once, never altered; read by page, by subject, by person."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, insert, select

from store import tables
from store.db import Tx
from store.words import Json

KINDS = ("person", "unit", "absence", "setting", "calendar", "form", "template", "letter", "import")
_journal = tables.office_change.c
_UNDONE = tables.office_change.alias("undone")


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `before` and `after` are states of the subject (None: it is not there); `undone_by` is the number
    of the change that took it back."""

    id: int
    kind: str
    subject: str
    before: Json
    after: Json
    why: str
    by: str
    at: datetime
    undoes: int | None = None
    part_of: int | None = None
    undone_by: int | None = None

    @property
    def differing(self) -> list[str]:
        """The names of what differs, when both states have names; sorted."""
        before, after = self.before or {}, self.after or {}
        if not isinstance(before, dict) or not isinstance(after, dict):
            return []
        return sorted(name for name in {*before, *after} if before.get(name) != after.get(name))


_CHANGES: Select[Any] = select(
    tables.office_change,
    select(_UNDONE.c.id).where(_UNDONE.c.undoes == _journal.id).scalar_subquery().label("undone_by"),
)


def token(state: Json) -> str:
    """What tells one state of a subject from another: put into a form, it shows what its reader had seen."""
    return hashlib.sha256(json.dumps(state, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]


async def note(
    tx: Tx,
    kind: str,
    subject: str,
    before: Json,
    after: Json,
    by: str,
    at: datetime,
    *,
    why: str = "",
    undoes: int | None = None,
    part_of: int | None = None,
) -> int:
    """Write a change down; its number."""
    record = {"kind": kind, "subject": subject, "before": before, "after": after, "why": why, "set_by": by, "at": at}
    made = insert(tables.office_change).values(**record, undoes=undoes, part_of=part_of)
    number: int = (await tx.execute(made.returning(_journal.id))).scalar_one()
    return number


async def one(tx: Tx, number: int) -> Change | None:
    """The change of that number."""
    row = (await tx.execute(_CHANGES.where(_journal.id == number))).one_or_none()
    return _change(row) if row else None


async def of(tx: Tx, kind: str, subject: str, limit: int = 20) -> list[Change]:
    """What was changed about a subject, the newest first."""
    about = _CHANGES.where(_journal.kind == kind, _journal.subject == subject)
    return [_change(row) for row in await tx.execute(about.order_by(_journal.id.desc()).limit(limit))]


async def last(tx: Tx, kind: str, subject: str) -> Change | None:
    """The newest change of a subject."""
    found = await of(tx, kind, subject, 1)
    return found[0] if found else None


async def parts(tx: Tx, number: int) -> list[Change]:
    """The changes that came with an import, the newest first."""
    within = _CHANGES.where(_journal.part_of == number)
    return [_change(row) for row in await tx.execute(within.order_by(_journal.id.desc()))]


async def listed(tx: Tx, kinds: Sequence[str], start: int, size: int) -> tuple[list[Change], int]:
    """Changes of those kinds that came with no import, the newest first, and how many there are."""
    wanted = (_journal.kind.in_(list(kinds)), _journal.part_of.is_(None))
    total = (await tx.execute(select(func.count()).select_from(tables.office_change).where(*wanted))).scalar_one()
    page = _CHANGES.where(*wanted).order_by(_journal.id.desc()).limit(size).offset(start)
    return [_change(row) for row in await tx.execute(page)], total


def _change(row: Row[Any]) -> Change:
    return Change(
        id=row.id,
        kind=row.kind,
        subject=row.subject,
        before=row.before,
        after=row.after,
        why=row.why,
        by=row.set_by,
        at=row.at,
        undoes=row.undoes,
        part_of=row.part_of,
        undone_by=row.undone_by,
    )

"""The log of provincial imports: what came when, what was wrong with it, and taking a batch back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, delete, func, insert, select, text, update

from store.db import Tx
from store.feeds.judging import judge
from store.feeds.kinds import FEEDS, Feed
from store.master.imports.report import Remark, Report, Wrong
from store.tables.feeds import batch, feed_order
from store.texts import _
from store.words import NOTHING

_LOCK = 0x153_0006


@dataclass(frozen=True, slots=True)
class Batch:
    """One line of the log. `state`: `done`, `refused` (nothing of it is in the books) or `undone`."""

    id: int
    kind: str
    name: str
    state: str
    added: int
    changed: int
    unchanged: int
    faults: tuple[Remark, ...]
    fault_count: int
    set_by: str
    at: datetime
    undone_by: str | None
    undone_at: datetime | None

    @property
    def rows(self) -> int:
        return self.added + self.changed + self.unchanged


async def batches(tx: Tx, *, kind: str | None = None, before: int | None = None, limit: int = 50) -> list[Batch]:
    """The log, the newest first; `before` is the id that the last page ended with."""
    query = select(batch).order_by(batch.c.id.desc()).limit(limit)
    if kind:
        query = query.where(batch.c.kind == kind)
    if before:
        query = query.where(batch.c.id < before)
    return [_batch(row) for row in await tx.execute(query)]


async def batch_of(tx: Tx, number: int) -> Batch | None:
    """The batch with that number."""
    row = (await tx.execute(select(batch).where(batch.c.id == number))).one_or_none()
    return _batch(row) if row else None


async def taken(tx: Tx, kind: str, sha256: str) -> Batch | None:
    """The batch that brought exactly this content and still counts."""
    same = and_(batch.c.kind == kind, batch.c.sha256 == sha256, batch.c.state == "done")
    row = (await tx.execute(select(batch).where(same))).one_or_none()
    return _batch(row) if row else None


async def lock(tx: Tx, kind: str) -> None:
    """One batch of a kind at a time, until the transaction ends."""
    place = list(FEEDS).index(kind)
    await tx.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK}, {place})"))


async def log(tx: Tx, kind: str, sha256: str, report: Report, who: str, at: datetime) -> int:
    """Write a batch down; its number."""
    faults = [
        {"row": one.row, "column": one.column, "sentence": one.sentence, "facts": dict(one.facts)}
        for one in report.faults
    ]
    row: dict[str, Any] = {
        "kind": kind,
        "name": report.file,
        "sha256": sha256,
        "state": "done" if report.ok else "refused",
        "added": report.added,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "fault_count": report.fault_count,
        "faults": faults,
        "set_by": who,
        "at": at,
    }
    number: int = (await tx.execute(insert(batch).values(row).returning(batch.c.id))).scalar_one()
    return number


@dataclass(frozen=True, slots=True)
class Undone:
    """What became of a batch that was taken back: its rows, and how many warnings wait for their clue now."""

    batch: Batch
    rows: int
    waiting: int


async def undo(tx: Tx, number: int, who: str, at: datetime) -> Undone:
    """Take a batch back: the books are as though it had never come, whatever came after it.

    Clues that it already gave rise to stay in the ledger, which forgets nothing. Raises `Wrong`.
    """
    found = await batch_of(tx, number)
    if found is None:
        raise Wrong(_("There is no batch {number}."), {"number": number})
    await lock(tx, found.kind)
    found = await batch_of(tx, number)  # whoever held the lock may have undone it
    assert found
    if found.state == "undone":
        raise Wrong(_("Batch {number} is undone already."), {"number": number})
    if found.state == "refused":
        raise Wrong(_("Batch {number} was refused: nothing of it is in the books."), {"number": number})
    feed = FEEDS[found.kind]()
    cycles = await _cycles(tx, number) if found.kind == "orders" else []
    rows = await _take_back(tx, feed, number)
    ended = {"state": "undone", "undone_by": who, "undone_at": at}
    await tx.execute(update(batch).where(batch.c.id == number).values(ended))
    waiting = await judge(tx, cycles, at) if cycles else 0
    return Undone(found, rows, waiting)


async def _take_back(tx: Tx, feed: Feed, number: int) -> int:
    """What the batch replaced counts again, or counts as replaced by whatever replaced the batch's own row."""
    rows = feed.table
    count = (await tx.execute(select(func.count()).select_from(rows).where(rows.c.batch == number))).scalar_one()
    taken_out = delete(rows).where(rows.c.batch == number)
    gone = taken_out.returning(*(rows.c[name] for name in feed.telling), rows.c.replaced_by).cte("gone")
    same = and_(*(rows.c[name] == gone.c[name] for name in feed.telling))
    # One statement: a row may count again only once the one that replaced it is gone.
    await tx.execute(
        update(rows).where(rows.c.replaced_by == number, same).values(replaced_by=gone.c.replaced_by).add_cte(gone)
    )
    return count


async def _cycles(tx: Tx, number: int) -> list[str]:
    cycles = select(feed_order.c.cycle).where(feed_order.c.batch == number).distinct()
    return sorted((await tx.execute(cycles)).scalars())


def _batch(row: Row[Any]) -> Batch:
    faults = (
        Remark(row.name, one["row"], one["column"], one["sentence"], one["facts"] or NOTHING) for one in row.faults
    )
    named = {name: row._mapping[name] for name in Batch.__dataclass_fields__ if name != "faults"}
    return Batch(faults=tuple(faults), **named)

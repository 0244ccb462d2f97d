"""Files of provincial data on their way into the books: checked by a worker, brought in when somebody says so.

A step is claimed by a lock that lives and dies with the connection of whoever takes it, and ends in one transaction
with what it did: killed anywhere, it is as if it had not begun, and another worker takes it up.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from store.db import Tx
from store.feeds import Brought
from store.master.imports.report import Remark
from store.tables.shopwork import feed_job
from store.words import NOTHING, Json

ATTEMPTS = 3
"""How often a step may break off (a killed worker) before nobody tries it again."""

_LOCK = 0x153_000A
WAITING = ("to_check", "to_bring")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step had to tell. `earlier`: the batch that brought exactly this already."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    faults: tuple[Remark, ...] = ()
    fault_count: int = 0
    notes: tuple[Remark, ...] = ()
    note_count: int = 0
    warnings: int = 0
    earlier: int | None = None

    @property
    def rows(self) -> int:
        return self.added + self.changed + self.unchanged


@dataclass(frozen=True, slots=True)
class Job:
    """One file. `state`: to_check and to_bring wait for a worker or are at work (`began_at`); checked waits for a
    person; faulty, known (its content is in the books already), done, dropped and failed are over."""

    id: int
    kind: str
    name: str
    object: str
    size: int
    state: str
    asked_by: str
    asked_at: datetime
    began_at: datetime | None
    ended_at: datetime | None
    rows_read: int
    rows_expected: int | None
    batch: int | None
    attempts: int
    outcome: Outcome | None

    @property
    def waiting(self) -> bool:
        return self.state in WAITING

    @property
    def share(self) -> float:
        """How much of the file has been read, 0 to 1."""
        return min(1.0, self.rows_read / self.rows_expected) if self.rows_expected else 0.0


async def put_down(tx: Tx, kind: str, name: str, object_path: str, size: int, who: str, at: datetime) -> int:
    """A file that was sent, to be checked; its number."""
    row = {"kind": kind, "name": name, "object": object_path, "size": size, "state": "to_check"}
    new = insert(feed_job).values(**row, asked_by=who, asked_at=at).returning(feed_job.c.id)
    return int((await tx.execute(new)).scalar_one())


async def decide(tx: Tx, number: int, state: str, at: datetime) -> bool:
    """Bring a checked file in (`to_bring`), or drop it (`dropped`); False when it does not wait for that."""
    known = (feed_job.c.id == number) & (feed_job.c.state == "checked")
    fresh: dict[str, Any] = {"state": state, "began_at": None, "rows_read": 0, "attempts": 0}
    fresh["ended_at"] = at if state == "dropped" else None
    return (await tx.execute(update(feed_job).where(known).values(fresh))).rowcount == 1


async def job_of(tx: Tx, number: int) -> Job | None:
    row = (await tx.execute(select(feed_job).where(feed_job.c.id == number))).one_or_none()
    return _job(row) if row else None


async def unfinished(tx: Tx, limit: int = 10) -> list[Job]:
    """The files that wait for a worker or for somebody to say so, the newest first."""
    open_ones = select(feed_job).where(feed_job.c.state.in_((*WAITING, "checked")))
    return [_job(row) for row in await tx.execute(open_ones.order_by(feed_job.c.id.desc()).limit(limit))]


@asynccontextmanager
async def claimed(engine: AsyncEngine, at: datetime, number: int | None = None) -> AsyncIterator[Job | None]:
    """The next file to work on (or that one), held until the block ends; None when there is none that is free."""
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        job = await _claim(connection, at, number)
        try:
            yield job
        finally:
            if job is not None:
                await connection.execute(text(f"SELECT pg_advisory_unlock({_LOCK}, {job.id})"))


async def _claim(tx: Tx, at: datetime, number: int | None) -> Job | None:
    waiting = select(feed_job.c.id).where(feed_job.c.state.in_(WAITING)).order_by(feed_job.c.id)
    if number is not None:
        waiting = waiting.where(feed_job.c.id == number)
    for found in (await tx.execute(waiting)).scalars().all():
        taken = await tx.execute(text(f"SELECT pg_try_advisory_lock({_LOCK}, {found})"))
        if not taken.scalar_one():
            continue
        begun = {"began_at": at, "attempts": feed_job.c.attempts + 1}
        same = (feed_job.c.id == found) & feed_job.c.state.in_(WAITING)  # it may have been done a moment ago
        row = (await tx.execute(update(feed_job).where(same).values(begun).returning(feed_job))).one_or_none()
        if row is not None:
            return _job(row)
        await tx.execute(text(f"SELECT pg_advisory_unlock({_LOCK}, {found})"))
    return None


async def read_so_far(tx: Tx, number: int, rows: int, expected: int | None) -> None:
    """How far the reading of a file is."""
    values = {"rows_read": rows, "rows_expected": expected}
    await tx.execute(update(feed_job).where(feed_job.c.id == number).values(values))


async def ended(tx: Tx, job: Job, brought: Brought, at: datetime) -> str:
    """Write down what came of a step, in the transaction that did it; the new state."""
    if brought.earlier:
        state = "known"
    elif not brought.ok:
        state = "faulty"
    else:
        state = "checked" if job.state == "to_check" else "done"
    over = None if state == "checked" else at
    rows = brought.report.rows or None
    values: dict[str, Any] = {"state": state, "ended_at": over, "report": _told(brought), "batch": brought.batch}
    if rows:
        values |= {"rows_read": rows, "rows_expected": rows}
    await tx.execute(update(feed_job).where(feed_job.c.id == job.id).values(values))
    return state


async def failed(tx: Tx, job: Job, at: datetime) -> None:
    """Nobody tries that step again: it broke off too often."""
    await tx.execute(update(feed_job).where(feed_job.c.id == job.id).values(state="failed", ended_at=at))


def _told(brought: Brought) -> Mapping[str, Json]:
    report = brought.report
    return {
        "added": report.added,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "faults": [_remark(one) for one in report.faults],
        "fault_count": report.fault_count,
        "notes": [_remark(one) for one in report.notes],
        "note_count": report.note_count,
        "warnings": brought.warnings,
        "earlier": brought.earlier.id if brought.earlier else None,
    }


def _remark(one: Remark) -> Mapping[str, Json]:
    return {"row": one.row, "column": one.column, "sentence": one.sentence, "facts": dict(one.facts)}


def _job(row: Row[Any]) -> Job:
    named = {name: row._mapping[name] for name in Job.__dataclass_fields__ if name != "outcome"}
    return Job(**named, outcome=_outcome(row.name, row.report) if row.report else None)


def _outcome(file: str, told: Mapping[str, Json]) -> Outcome:
    remarks = {
        which: tuple(
            Remark(file, one["row"], one["column"], one["sentence"], one["facts"] or NOTHING) for one in told[which]
        )
        for which in ("faults", "notes")
    }
    return Outcome(**{**told, **remarks})

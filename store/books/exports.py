"""Exports as jobs: asked for once, written in the background by any replica, kept for some days, for one person.

A job is claimed with a lease that its worker renews while rows are written; a worker that was killed stops renewing,
and another one begins anew. The file and the numbers in it lie in the object store.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, Select, Text, and_, any_, func, insert, literal, not_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store import tables
from store.books.filters import Filters
from store.books.listing import KEYS, fitting, sort_of
from store.clock.workdays import load_calendar
from store.db import Tx
from store.law.scope import at_a_glance
from store.moving.entries import SHORT, TABLES
from store.words import Json, Ledger, Person

LEASE = timedelta(seconds=60)
KEPT = timedelta(days=7)
ATTEMPTS = 4
OPEN_EACH = 5
"""Exports that one person may have under way."""
BATCH = 1000

job = tables.export_job.c


class TooMany(Exception):
    """Enough of one person's exports are under way already."""


@dataclass(frozen=True, slots=True)
class Job:
    """One export. `rows` of `total` are written; `size` in bytes."""

    id: str
    owner: str
    ledger: Ledger
    query: Mapping[str, Json]
    format: str
    language: str
    state: str
    asked_at: datetime
    attempts: int
    rows: int
    total: int | None
    size: int | None
    sight: str | None
    done_at: datetime | None
    expires_at: datetime | None

    @property
    def filters(self) -> Filters:
        return Filters.of(self.ledger, {name: str(value) for name, value in self.query.items()})[0]

    @property
    def sort(self) -> str:
        return str(self.query.get("sort", ""))

    @property
    def percent(self) -> int:
        if self.state == "done":
            return 100
        return min(99, 100 * self.rows // self.total) if self.total else 0


_COLUMNS = [job[name] for name in Job.__dataclass_fields__]


def _job(row: Any) -> Job:
    return Job(**{**row._mapping, "ledger": Ledger(row.ledger)})


async def ask(
    tx: Tx, who: Person, ledger: Ledger, query: Mapping[str, str], form: str, language: str, at: datetime
) -> str:
    """Ask for a file of what `query` shows; the job's id. Raises `TooMany`."""
    running = select(func.count()).where(job.owner == who.id, job.state.in_(("waiting", "running")))
    if (await tx.execute(running)).scalar_one() >= OPEN_EACH:
        raise TooMany
    number = str(uuid.uuid4())
    record = {"id": number, "owner": who.id, "ledger": ledger.value, "query": dict(query), "format": form}
    await tx.execute(insert(tables.export_job).values(**record, language=language, asked_at=at))
    return number


async def mine(tx: Tx, who: Person, limit: int = 50) -> list[Job]:
    """One's own exports, the newest first."""
    rows = await tx.execute(select(*_COLUMNS).where(job.owner == who.id).order_by(job.asked_at.desc()).limit(limit))
    return [_job(row) for row in rows]


async def one(tx: Tx, who: Person, job_id: str) -> Job | None:
    """One's own export with that id."""
    row = (await tx.execute(select(*_COLUMNS).where(job.id == job_id, job.owner == who.id))).one_or_none()
    return _job(row) if row else None


def sight(who: Person) -> str:
    """What decides of how far somebody sees: another post, another sight."""
    said = (who.id, who.role.value, who.unit, who.bureau, who.level.value)
    return hashlib.sha256("\0".join(said).encode()).hexdigest()[:32]


# --- the worker's side ------------------------------------------------------------------------------------


async def claim(tx: Tx) -> Job | None:
    """Take the oldest job that waits, or whose worker has died. One that was begun too often has failed."""
    free = or_(job.state == "waiting", and_(job.state == "running", job.lease_until < func.clock_timestamp()))
    worn = update(tables.export_job).where(free, job.attempts >= ATTEMPTS)
    await tx.execute(worn.values(state="failed", lease_until=None))
    due = select(job.id).where(free).order_by(job.asked_at).limit(1).with_for_update(skip_locked=True)
    chosen = (await tx.execute(due)).scalar_one_or_none()  # first and by itself: within the update it may run twice
    if chosen is None:
        return None
    lease = func.clock_timestamp() + literal(LEASE)
    begun = {"state": "running", "lease_until": lease, "attempts": job.attempts + 1, "rows": 0}
    taken = update(tables.export_job).where(job.id == chosen).values(**begun)
    return _job((await tx.execute(taken.returning(*_COLUMNS))).one())


async def renew(tx: Tx, claimed: Job, rows: int, total: int | None) -> bool:
    """Say how far it is and keep the job; False when somebody else has taken it."""
    held = update(tables.export_job).where(
        job.id == claimed.id, job.state == "running", job.attempts == claimed.attempts
    )
    lease = func.clock_timestamp() + literal(LEASE)
    done = await tx.execute(held.values(rows=rows, total=total, lease_until=lease).returning(job.id))
    return done.first() is not None


async def finish(tx: Tx, claimed: Job, who: Person, rows: int, size: int, at: datetime) -> bool:
    """The file lies in the object store; False when somebody else has taken the job."""
    held = update(tables.export_job).where(
        job.id == claimed.id, job.state == "running", job.attempts == claimed.attempts
    )
    end = {"state": "done", "rows": rows, "total": rows, "size": size, "sight": sight(who), "done_at": at}
    done = await tx.execute(held.values(**end, lease_until=None, expires_at=at + KEPT).returning(job.id))
    return done.first() is not None


async def fail(tx: Tx, claimed: Job) -> None:
    """It cannot be written."""
    mine_still = update(tables.export_job).where(job.id == claimed.id, job.attempts == claimed.attempts)
    await tx.execute(mine_still.values(state="failed", lease_until=None))


async def expired(tx: Tx, at: datetime) -> list[Job]:
    """The jobs whose files are to be deleted now; each is handed out once."""
    gone = update(tables.export_job).where(job.state == "done", job.expires_at <= at)
    return [_job(row) for row in await tx.execute(gone.values(state="expired").returning(*_COLUMNS))]


# --- what is in a file ------------------------------------------------------------------------------------


async def rows(
    connection: AsyncConnection, filters: Filters, who: Person, at: datetime, sort: str = ""
) -> AsyncIterator[Sequence[Any]]:
    """Everything that fits and `who` may see, in the order of the list, in batches from a cursor of the server."""
    stream = await connection.stream(
        await _wanted(connection, filters, who, at, sort), execution_options={"yield_per": BATCH}
    )
    async for batch in stream.partitions(BATCH):
        yield batch


async def total(tx: Tx, filters: Filters, who: Person, at: datetime, sort: str = "") -> int:
    """How many that will be."""
    some = fitting(filters, who, at, await load_calendar(tx, at), sort_of(filters, sort)[0]).subquery()
    return (await tx.execute(select(func.count()).select_from(some))).scalar_one()


async def _wanted(tx: Tx, filters: Filters, who: Person, at: datetime, sort: str) -> Select[Any]:
    ledger, calendar = filters.ledger, await load_calendar(tx, at)
    name, descending = sort_of(filters, sort)
    key, table = KEYS[ledger][name], TABLES[ledger]
    wanted = fitting(filters, who, at, calendar, name).add_columns(key.label("key")).subquery("wanted")
    query = SHORT[ledger].join(wanted, wanted.c.number == table.c.number)
    if ledger is Ledger.PROBLEM:
        query = _with_more(query)
    order = (wanted.c.key, wanted.c.number)
    return query.order_by(*((one.desc() for one in order) if descending else order))


def _with_more(query: Select[Any]) -> Select[Any]:
    """With a problem's person: whoever has, or had last, the main task in it."""
    task, person = tables.task, tables.person.alias("responsible_person")
    main = (
        select(person.c.name)
        .select_from(task.join(person, person.c.id == task.c.person_id))
        .where(task.c.number == tables.problem.c.number, task.c.part == "main")
        .order_by(task.c.id.desc())
        .limit(1)
        .correlate(tables.problem)
        .scalar_subquery()
    )
    return query.add_columns(main.label("responsible"))


async def still_sees(tx: Tx, who: Person, claimed: Job, numbers: Sequence[str]) -> bool:
    """Whether `who` may still see everything that was written: the same post, and nothing of it hidden since."""
    if claimed.sight != sight(who):
        return False
    entry = TABLES[claimed.ledger].c
    for some in _parts(numbers, 20_000):
        hidden = (
            select(entry.number)
            .where(entry.number == any_(literal(list(some), ARRAY(Text))), not_(at_a_glance(who, claimed.ledger)))
            .limit(1)
        )
        if (await tx.execute(hidden)).first():
            return False
    return True


def _parts(numbers: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(numbers), size):
        yield numbers[start : start + size]

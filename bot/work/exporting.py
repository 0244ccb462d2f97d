"""Writing the ledgers' files in the background: claimed, streamed row by row, kept in the object store.

The page that asked may be closed and this process killed: the job is in the database, its lease ends, and whoever
claims it next begins anew.
"""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

import obstore

from store import db
from store.books import exports, layout
from store.books.exports import Job
from store.books.told import told_filters
from store.clock.workdays import Calendar, load_calendar
from store.staff.absence import standing_in
from store.staff.offices import person_known
from store.words import Person

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.office import Office
    from store.books.writing import Writer

log = logging.getLogger(__name__)

_POLL = 3.0


class _Taken(Exception):
    """Our lease ran out, and another worker has the job."""


@dataclass(frozen=True, slots=True)
class _Scene:
    """What one job is written with."""

    job: Job
    who: Person
    at: datetime
    calendar: Calendar


async def run(office: Office, stop: asyncio.Event) -> None:
    """Write what was asked for, one job after the other, until `stop`."""
    while not stop.is_set():
        if not await write_next(office):
            await sweep(office)
            with_end = asyncio.ensure_future(stop.wait())
            await asyncio.wait({with_end}, timeout=_POLL)
            with_end.cancel()


async def write_next(office: Office) -> bool:
    """Claim a job and write it; whether there was one."""
    async with office.engine.begin() as tx:
        job = await exports.claim(tx)
    if job is None:
        return False
    try:
        await _write(office, job)
    except _Taken:
        log.warning("export %s was taken over", job.id)
    except Exception:
        log.exception("export %s failed, attempt %d", job.id, job.attempts)
        if job.attempts >= exports.ATTEMPTS:
            async with office.engine.begin() as tx:
                await exports.fail(tx, job)
    return True


async def sweep(office: Office) -> int:
    """Delete the files whose time is over; how many."""
    async with office.engine.begin() as tx:
        gone = await exports.expired(tx, await db.now(tx) + office.shift)
    for job in gone:
        await obstore.delete_async(office.objects, [file_of(job), numbers_of(job)])
    return len(gone)


def file_of(job: Job) -> str:
    """Where the file lies in the object store."""
    return f"exports/{job.id}.{job.format}"


def numbers_of(job: Job) -> str:
    """Where the numbers of the entries in it lie, one a line."""
    return f"exports/{job.id}.numbers"


async def _write(office: Office, job: Job) -> None:
    with tempfile.TemporaryDirectory(prefix="loop153-export-") as folder:
        path, numbers = Path(folder) / "file", Path(folder) / "numbers"
        async with office.engine.connect() as connection:
            await connection.execution_options(isolation_level="REPEATABLE READ")
            scene = await _scene(connection, office, job)
            if scene is None:  # whoever asked has left: nobody may fetch it
                async with office.engine.begin() as tx:
                    await exports.fail(tx, job)
                return
            rows = await _stream(office, connection, scene, path, numbers)
        await obstore.put_async(office.objects, numbers_of(job), numbers)
        await obstore.put_async(office.objects, file_of(job), path)
        size = path.stat().st_size
        async with office.engine.begin() as tx:
            at = await db.now(tx) + office.shift
            if not await exports.finish(tx, job, scene.who, rows, size, at):
                raise _Taken


async def _scene(connection: AsyncConnection, office: Office, job: Job) -> _Scene | None:
    at = await db.now(connection) + office.shift
    who = await person_known(connection, job.owner)
    if who is None:
        return None
    return _Scene(job, await standing_in(connection, who, at), at, await load_calendar(connection, at))


async def _stream(office: Office, connection: AsyncConnection, scene: _Scene, path: Path, numbers: Path) -> int:
    """Write every row; how many. Between batches the lease is renewed and the page learns how far it is."""
    job, count = scene.job, 0
    filters, sort = job.filters, job.sort
    total = await exports.total(connection, filters, scene.who, scene.at, sort)
    progress = _Progress(office, job, total)
    await progress(0)
    async with _book(scene, path) as book:
        with numbers.open("w", encoding="ascii") as listed:
            async for batch in exports.rows(connection, filters, scene.who, scene.at, sort):
                await asyncio.to_thread(_put, scene, book, batch)
                listed.writelines(f"{row.number}\n" for row in batch)
                count += len(batch)
                await progress(count)
    return count


def _put(scene: _Scene, book: Writer, batch: Sequence[Any]) -> None:
    """One batch, beside the event loop: others want answers meanwhile."""
    language, ledger = scene.job.language, scene.job.ledger
    told = (layout.told(row, language, scene.at, scene.calendar) for row in batch)
    book.write([layout.cells(ledger, one) for one in told])


@asynccontextmanager
async def _book(scene: _Scene, path: Path) -> AsyncIterator[Writer]:
    """The file of the job, open for writing."""
    from store.books.writing import CsvBook, XlsxBook

    job = scene.job
    with path.open("wb") as out:
        book: Writer
        if job.format == "csv":
            text = TextIOWrapper(out, encoding="utf-8", newline="")
            book = CsvBook(text, job.ledger, job.language)
        else:
            book = XlsxBook(out, job.ledger, job.language, told_filters(job.filters, job.language), scene.at)
        yield book
        await asyncio.to_thread(book.close)


class _Progress:
    """Says how far a job is, at most every second, and keeps it ours."""

    def __init__(self, office: Office, job: Job, total: int) -> None:
        self._office, self._job, self._total = office, job, total
        self._last = -1.0

    async def __call__(self, rows: int) -> None:
        now = asyncio.get_running_loop().time()
        if 0 <= now - self._last < 1 and rows:
            return
        self._last = now
        async with self._office.engine.begin() as tx:
            if not await exports.renew(tx, self._job, rows, self._total):
                raise _Taken

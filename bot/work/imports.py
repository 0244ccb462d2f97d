"""Bringing files of provincial data in, in the background: one file at a time per replica, with its progress written
down, and nothing done by halves wherever it is broken off."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING
from uuid import uuid4

import obstore
from obstore.exceptions import BaseError
from sqlalchemy.ext.asyncio import AsyncEngine

from store import db
from store.feeds import bring, jobs
from store.feeds.jobs import ATTEMPTS, Job

if TYPE_CHECKING:
    from obstore.store import ObjectStore

    from bot.office import Office

log = logging.getLogger(__name__)

LARGEST = 200 * 1024 * 1024
"""Bytes of a file; store/master/imports/files.py refuses more, too."""
AT_ONCE = 256 * 1024
"""A file of so many bytes is read while its sender waits."""

_POLL = 2.0
_TOLD_EVERY = 1.0


async def run(office: Office, stop: asyncio.Event) -> None:
    """Work on what waits until `stop`."""
    while not stop.is_set():
        if not await work_one(office):
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _POLL)


async def keep(objects: ObjectStore, file: IO[bytes]) -> str:
    """Put an uploaded file where every replica finds it; its path there."""
    path = f"uploads/{uuid4().hex}"
    await obstore.put_async(objects, path, file)
    return path


async def drop(objects: ObjectStore, path: str) -> None:
    """A file that nobody needs any more."""
    with suppress(BaseError, OSError):
        await obstore.delete_async(objects, path)


async def work_one(office: Office, number: int | None = None) -> bool:
    """Take one step with the next file, or with that one; whether there was anything to do."""
    at = office.clock.now()
    async with jobs.claimed(office.engine, at, number) as job:
        if job is None:
            return False
        if job.attempts > ATTEMPTS:
            async with office.engine.begin() as tx:
                await jobs.failed(tx, job, at)
            log.error("import %d broke off %d times and is not tried again", job.id, ATTEMPTS)
            return True
        try:
            with tempfile.TemporaryDirectory(prefix="loop153-") as folder:
                path = Path(folder) / job.name
                await _fetch(office.objects, job.object, path)
                state = await _step(office, job, path)
        except Exception:
            log.exception("import %d broke off", job.id)
            return True
        if state not in ("checked", *jobs.WAITING):
            await drop(office.objects, job.object)
    return True


async def _fetch(objects: ObjectStore, source: str, path: Path) -> None:
    found = await obstore.get_async(objects, source)
    with path.open("wb") as file:
        async for chunk in found.stream():
            await asyncio.to_thread(file.write, bytes(chunk))


async def _step(office: Office, job: Job, path: Path) -> str:
    """A small file is read here; a large one in a thread with a loop of its own, so that nobody else waits for it."""
    if job.size <= AT_ONCE:
        return await _bring(office.engine, job, path, office.shift)
    url = office.engine.url.render_as_string(hide_password=False)

    async def alone() -> str:
        engine = db.open_engine(url, pool=2)
        try:
            return await _bring(engine, job, path, office.shift)
        finally:
            await engine.dispose()

    return await asyncio.to_thread(asyncio.run, alone())


async def _bring(engine: AsyncEngine, job: Job, path: Path, shift: timedelta) -> str:
    """The step itself, and what came of it, in one transaction."""
    so_far: list[int | None] = [0, None]

    def read(rows: int, expected: int | None) -> None:
        so_far[:] = rows, expected

    async with _telling(engine, job.id, so_far), engine.begin() as tx:
        at = await db.now(tx) + shift
        checking = job.state == "to_check"
        brought = await bring(tx, job.kind, path, job.asked_by, at, dry_run=checking, progress=read)
        return await jobs.ended(tx, job, brought, at)


@asynccontextmanager
async def _telling(engine: AsyncEngine, number: int, so_far: list[int | None]) -> AsyncIterator[None]:
    """Meanwhile, write down now and then how far it is."""

    async def tell() -> None:
        said = 0
        while True:
            await asyncio.sleep(_TOLD_EVERY)
            rows, expected = so_far
            if rows and rows != said:
                async with engine.begin() as tx:
                    await jobs.read_so_far(tx, number, rows, expected)
                said = rows

    telling = asyncio.create_task(tell())
    try:
        yield
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)

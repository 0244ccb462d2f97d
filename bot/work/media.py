"""Fetching photos and recordings in the background: leased, retried, hashed, stored once, shown as thumbnails."""

from __future__ import annotations

import asyncio
import logging
import mimetypes
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import obstore

from bot.doors import Media, MediaGone
from bot.work.pictures import examine
from notifier import outbox
from store import db
from store.casefiles import evidence
from store.casefiles.evidence import Seen, Wanted
from store.staff import people
from store.words import Letter, Person

if TYPE_CHECKING:
    from obstore.store import ObjectStore

    from bot.office import Office

log = logging.getLogger(__name__)

BATCH = 4  # files in flight at once; bytes of a batch are in memory together
_DARKROOM = ThreadPoolExecutor(1, "darkroom")  # one at a time: people who wait for an answer need the other core
PATIENCE = timedelta(days=3)  # WeCom keeps media for three days (protocols/wecom.md §10)
_POLL = 2.0
_FETCH_SECONDS = 45.0


async def run(office: Office, stop: asyncio.Event, wake: asyncio.Event) -> None:
    """Fetch what is wanted until `stop`; `wake` (a notification) saves the wait between two looks."""
    while not stop.is_set():
        if await fetch_batch(office) == 0:
            wake.clear()
            waits = [asyncio.ensure_future(event.wait()) for event in (stop, wake)]
            await asyncio.wait(waits, timeout=_POLL, return_when=asyncio.FIRST_COMPLETED)
            for wait in waits:
                wait.cancel()


async def fetch_batch(office: Office) -> int:
    """Lease and fetch what is due now; how many files were taken up."""
    async with office.engine.begin() as tx:
        wanted = await evidence.claim(tx, BATCH)
    await asyncio.gather(*(_fetch(office, one) for one in wanted))
    return len(wanted)


async def _fetch(office: Office, wanted: Wanted) -> None:
    """Fetch one file with no transaction open, then write down what became of it."""
    door = office.doors.get(wanted.door)
    try:
        if door is None:
            raise ConnectionError(f"door {wanted.door} is closed")
        async with asyncio.timeout(_FETCH_SECONDS):
            media = await door.fetch(wanted.ref)
        seen = await _store(office.objects, media)
    except MediaGone as gone:
        await _give_up(office, wanted, str(gone) or "gone")
    except Exception as fault:  # the network, the other side, a full disk: all of it is tried again
        await _again(office, wanted, f"{type(fault).__name__}: {fault}"[:200])
    else:
        async with office.engine.begin() as tx:
            await evidence.keep(tx, wanted, seen)


async def _store(objects: ObjectStore, media: Media) -> Seen:
    """Bytes first, row second: a crash between the two leaves an object that the next try finds in place."""
    loop = asyncio.get_running_loop()
    seen, thumb = await loop.run_in_executor(_DARKROOM, examine, media.data, media.mime)
    await obstore.put_async(objects, original(seen.sha256), media.data)
    if thumb is not None:
        await obstore.put_async(objects, thumbnail(seen.sha256), thumb)
    return seen


async def keep_upload(office: Office, who: Person, name: str, data: bytes, kind: str) -> str | None:
    """Keep what somebody sent with a page; its evidence id, or None for bytes that are not of that kind (a type of
    question: image, audio, file). It belongs to them until a line of a ledger takes it."""
    declared = mimetypes.guess_type(name)[0] or "application/octet-stream"
    loop = asyncio.get_running_loop()
    seen, _thumb = await loop.run_in_executor(_DARKROOM, examine, data, declared)
    if kind == "image" and (not seen.mime.startswith("image/") or not seen.thumb):
        return None
    if kind == "audio" and not seen.mime.startswith(("audio/", "video/")):
        return None
    seen = await _store(office.objects, Media(data, seen.mime))
    async with office.engine.begin() as tx:
        at = await db.now(tx) + office.shift
        return await evidence.bring(tx, who, name, seen, at)


def original(sha256: str) -> str:
    """Where the untouched bytes lie in the object store."""
    return f"evidence/{sha256[:2]}/{sha256}"


def thumbnail(sha256: str) -> str:
    """Where the small JPEG lies."""
    return f"thumbs/{sha256[:2]}/{sha256}.jpg"


async def _again(office: Office, wanted: Wanted, reason: str) -> None:
    delay = timedelta(seconds=min(2.0**wanted.attempts, 600))
    async with office.engine.begin() as tx:
        now = await db.now(tx)
        if now + office.shift - wanted.received_at < PATIENCE:
            await evidence.try_later(tx, wanted, reason, delay)
            log.warning("media not fetched, will retry: door=%s attempt=%d %s", wanted.door, wanted.attempts, reason)
            return
    await _give_up(office, wanted, reason)


async def _give_up(office: Office, wanted: Wanted, reason: str) -> None:
    """Tell the reporter at once, so that a missing photo can be sent again."""
    log.error("media lost: door=%s attempts=%d %s", wanted.door, wanted.attempts, reason)
    async with office.engine.begin() as tx:
        number = await evidence.give_up(tx, wanted, reason)
        now = await db.now(tx) + office.shift
        letters = [
            Letter(
                key=f"media:{wanted.id}:{address.door}",
                to=address,
                person=wanted.person,
                purpose="media_lost",
                template="media_lost",
                facts={"number": number, "kind": wanted.kind, "seq": wanted.id[:4]},
                not_before=now,
                urgent=True,
            )
            for address in await people.addresses(tx, wanted.person)
        ]
        await outbox.post(tx, letters)

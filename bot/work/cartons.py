"""Reading pack codes off the photos of reports, in the background, where the extra for it is installed.

One replica reads, one photo after the other: a second of processor time each, in a thread. Killed anywhere, the photo
is read again.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError

from bot.housework import Work, writing
from bot.work.media import original
from notifier.cartons import letters
from store import db
from store.clock.workdays import local_day
from store.moving.entries import accused_of, load_entry
from store.profile import cartons, photographed
from store.profile.cartons import Read, Unread
from store.staff import offices
from store.staff.contacts import contacts

if TYPE_CHECKING:
    from bot.office import Office

log = logging.getLogger(__name__)

LOCK = 0x153_000B
_AT_ONCE = 8
_POLL = 2.0


async def run(office: Office, stop: asyncio.Event) -> None:
    """Read what comes until `stop`; without the extra there is nothing to do."""
    while not stop.is_set():
        done = await read_some(office) if photographed.ready() else 0
        if not done:
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _POLL)


async def read_some(office: Office) -> int:
    """Read some photos; how many."""
    async with db.alone(office.engine, LOCK) as mine:
        if mine is None:
            return 0
        at = await db.now(mine) + office.shift
        photos = await cartons.unread(mine, at, _AT_ONCE)
        for photo in photos:
            await _read(office, photo, at)
    return len(photos)


async def _read(office: Office, photo: Unread, at: datetime) -> None:
    found: tuple[photographed.Candidate, ...] = ()
    try:
        data = bytes(await (await obstore.get_async(office.objects, original(photo.sha256))).bytes_async())
        found = await asyncio.to_thread(photographed.reading, data, local_day(at))
    except (BaseError, OSError, ValueError):  # gone, or no picture: there is no code on it
        log.info("a photo could not be read")
    async with writing(office) as work:
        read = await cartons.keep(work.tx, photo, found, work.at)
        if read is not None:
            await _tell(work, photo, read)


async def _tell(work: Work, photo: Unread, read: Read) -> None:
    """The sender of a draft learns which shop it is; of a report, sender and judges hear only of another one."""
    people = {photo.person}
    if photo.number is not None:
        entry = await load_entry(work.tx, photo.number)
        if entry is None or entry.fields["merchant"] == read.licence_no:
            return
        accused = await accused_of(work.tx, entry.number)
        if entry.holder is not None:
            seats = await offices.acting(work.tx, (entry.holder,), accused, work.at)
            people |= {one.id for one in seats.people}
        people -= set(accused)
    facts = {"code": read.code, "licence_no": read.licence_no, "shop": read.name, "number": photo.number}
    await work.post(letters(photo.id, facts, await contacts(work.tx, people), work.at))

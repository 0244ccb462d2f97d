"""The first page of administration: what needs a look, and the way to every part."""

from __future__ import annotations

from aiohttp import web

from bot.console.running import wording
from bot.console.visit import Visit
from notifier import queue as mail
from store.running import journal


async def front(visit: Visit) -> web.StreamResponse:
    """What needs a look."""
    async with visit.read() as tx:
        queue = await mail.queues(tx, visit.office.shift)
        doors = await mail.shut(tx)
        changes, _total = await journal.listed(tx, journal.KINDS, 0, 6)
        told = await wording.told(visit, tx, changes)
    return visit.page("running/front.html", queue=queue, shut=doors, told=told)

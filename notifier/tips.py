"""What the clock causes in the tip line: warnings, erasures, and the one constant sentence that officers are told.

The letters know no number, category, name or size; they leave in batches, so that nobody can tell when a tip came.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from notifier.outbox import post
from notifier.wire import wire
from store import db
from store.db import Tx
from store.staff.contacts import contacts
from store.tips import clocks, drafts, push
from store.words import Address, Letter


async def tips(engine: AsyncEngine, shift: timedelta) -> int:
    """Strike the clocks of tips, forget drafts that ended, and write to whoever is wanted; how much of each."""
    async with engine.begin() as tx:
        at = await db.now(tx) + shift
        struck = await clocks.strike(tx, at) + await drafts.sweep(tx, at)
        return struck + await tell(tx, at)


async def tell(tx: Tx, at: datetime) -> int:
    """Letters to everybody whose batch has come; how many."""
    wanted = await push.take(tx, at)
    reached = await contacts(tx, [person for person, _kind in wanted])
    return await post(tx, [_letter(person, kind, to, at) for person, kind in wanted for to in reached[person]], at)


async def forget_shares(engine: AsyncEngine, shift: timedelta) -> int:
    """Write the table of deletion shares anew, so that what was deleted is not in its file either."""
    async with wire(engine) as conn:
        await conn.execute("VACUUM (FULL) tip_apart.share")
    return 0


def _letter(person: str, kind: str, to: Address, at: datetime) -> Letter:
    return Letter(
        key=f"tips:{person}:{kind}:{at.isoformat()}:{to.door}:{to.id}",
        to=to,
        person=person,
        purpose="tips",
        template="tips",
        facts={"kind": kind},
        not_before=at,
        urgent=kind == "alarm",
    )

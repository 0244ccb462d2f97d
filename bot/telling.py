"""From what moved in the ledgers to letters in the mail room, in the same transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from notifier import hours, outbox, overtaken, shown
from notifier.hooking import hooked
from notifier.plan import letters
from store.staff import people
from store.words import Letter, Moved, every


async def tell(tx: AsyncConnection, moved: tuple[Moved, ...], at: datetime, sending_hours: str) -> None:
    """Letters to everybody who must hear of lines that were written elsewhere than at the desk."""
    await post_fitted(tx, await heard_of(tx, moved, at), at, sending_hours)


async def heard_of(tx: AsyncConnection, moved: tuple[Moved, ...], at: datetime) -> list[Letter]:
    """The letters that these moves cause; what they overtake is taken back, and cards that show it are greyed."""
    planned: list[Letter] = []
    for one in every(moved):
        await overtaken.cancel(tx, one)
        told = letters(one, await people.hearers(tx, one), at)
        planned += [*await shown.follow(tx, one, told, at), *await hooked(tx, one, at)]
    return planned


async def post_fitted(tx: AsyncConnection, post: list[Letter], at: datetime, sending_hours: str) -> int:
    """Into the mail room; what may not leave at this hour is held there. Gives how many went in."""
    return await outbox.post(tx, await hours.fitted(tx, post, at, sending_hours), at) if post else 0

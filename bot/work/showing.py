"""Pictures on their way: found by the id in a letter, drawn when the first one wants them, and kept for the others."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from store.reports import pictures
from store.reports.pictures import Picture


class Missing(Exception):
    """There is no such picture (any more), or nobody whom it may be shown to."""


async def wanted(engine: AsyncEngine, id_: str) -> Picture:
    """What is known of a picture. Raises `Missing`."""
    async with engine.connect() as tx:
        found = await pictures.load(tx, id_)
    if found is None:
        raise Missing(id_)
    return found


async def png(engine: AsyncEngine, id_: str) -> bytes:
    """The picture, drawn now if nobody has. Raises `Missing`."""
    from bot.console.reports.picture import drawn

    picture = await wanted(engine, id_)
    if picture.png is not None:
        return picture.png
    data = await drawn(engine, picture)
    if data is None:
        raise Missing(id_)
    async with engine.begin() as tx:
        return await pictures.keep(tx, id_, data)


async def uploaded(engine: AsyncEngine, id_: str, media: str | None, until: datetime | None) -> None:
    """Keep what a door calls its upload; None: it does not know it any more."""
    async with engine.begin() as tx:
        await pictures.uploaded(tx, id_, media, until)

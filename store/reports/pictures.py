"""Pictures of reports on their way to people: asked for in one transaction, drawn when they are first sent, kept for a
month, so that a repetition shows the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from store.db import Tx
from store.tables.reports import report_picture
from store.words import Json

KEPT = timedelta(days=31)
_own = report_picture.c


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture. `png` is None until it is drawn; `media`: what a door calls its upload, until `media_until`."""

    id: str
    person: str
    asked: Mapping[str, Json]
    made_at: datetime
    png: bytes | None
    media: str | None
    media_until: datetime | None


async def want(tx: Tx, id_: str, person: str, asked: Mapping[str, Json], at: datetime) -> None:
    """Ask for a picture; one that is asked for already stays as it is."""
    row = insert(report_picture).values(id=id_, person_id=person, asked=dict(asked), made_at=at)
    await tx.execute(row.on_conflict_do_nothing())


async def load(tx: Tx, id_: str) -> Picture | None:
    row = (await tx.execute(select(report_picture).where(_own.id == id_))).one_or_none()
    return Picture(row.id, row.person_id, row.asked, row.made_at, row.png, row.media, row.media_until) if row else None


async def keep(tx: Tx, id_: str, png: bytes) -> bytes:
    """Keep what was drawn, unless somebody was first; what is kept."""
    await tx.execute(update(report_picture).where(_own.id == id_, _own.png.is_(None)).values(png=png))
    kept = (await tx.execute(select(_own.png).where(_own.id == id_))).scalar_one_or_none()
    return kept or png


async def uploaded(tx: Tx, id_: str, media: str | None, until: datetime | None) -> None:
    """Note what a door calls its upload; None: what it called it is not good any more."""
    await tx.execute(update(report_picture).where(_own.id == id_).values(media=media, media_until=until))


async def sweep(tx: Tx, at: datetime) -> int:
    """Forget pictures of long ago."""
    return (await tx.execute(delete(report_picture).where(_own.made_at < at - KEPT))).rowcount

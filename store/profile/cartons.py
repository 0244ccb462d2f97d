"""Pack codes on the photos of reports (features.md G06): which photos are yet to be read, what was read off them.

A photo is looked at once. What it shows is a suggestion: it names a shop to whoever reports or judges, and changes
nothing by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.dialects.postgresql import insert

from store import tables
from store.db import Tx
from store.profile.photographed import Candidate
from store.tables.shopwork import carton
from store.texts import _, said
from store.words import Entry, Json, Ledger

SURE = 0.5
"""From how sure a reading on is worth saying."""
PATIENCE = timedelta(days=3)

_photo, _shop = tables.evidence.c, tables.merchant.c


@dataclass(frozen=True, slots=True)
class Unread:
    """A photo that nobody has looked at. `number` is that of its clue, None while it belongs to a draft."""

    id: str
    sha256: str
    person: str
    number: str | None


@dataclass(frozen=True, slots=True)
class Read:
    """A code on a photo, and its shop; the name is None when it is none of ours."""

    evidence: str
    code: str
    licence_no: str
    name: str | None


async def unread(tx: Tx, at: datetime, limit: int) -> list[Unread]:
    """Photos of reports of the last days, the newest first: somebody may be waiting for them."""
    reports = or_(_photo.ledger.is_(None), _photo.ledger == Ledger.CLUE)
    fresh = (_photo.state == "stored", _photo.kind == "image", _photo.received_at > at - PATIENCE)
    query = (
        select(_photo.id, _photo.sha256, _photo.person_id, _photo.number)
        .outerjoin(carton, carton.c.evidence == _photo.id)
        .where(*fresh, reports, carton.c.evidence.is_(None))
    )
    return [Unread(*row) for row in await tx.execute(query.order_by(_photo.received_at.desc()).limit(limit))]


async def keep(tx: Tx, photo: Unread, found: Sequence[Candidate], at: datetime) -> Read | None:
    """Write down what was read off a photo; None when it is nothing, or somebody else was first."""
    best = next((one for one in found if one.sure >= SURE and not one.doubts), None)
    row: dict[str, Json] = {"evidence": photo.id, "read_at": at}
    if best:
        row |= {"code": best.code.text, "licence_no": best.code.licence_no, "sure": best.sure}
    new = insert(carton).values(row).on_conflict_do_nothing().returning(carton.c.evidence)
    if (await tx.execute(new)).first() is None or best is None:
        return None
    found_on = await _read(tx, carton.c.evidence == photo.id)
    return found_on[0]


async def on_photos(tx: Tx, photos: Sequence[str]) -> list[Read]:
    """The codes that were read off these photos, each shop once."""
    return await _read(tx, carton.c.evidence.in_(photos)) if photos else []


async def of_entry(tx: Tx, entry: Entry) -> list[Read]:
    """The codes on the photos of an entry; of a problem, on those of its clues, too."""
    numbers = [entry.number, *entry.fields.get("clues", ())]
    return await _read(tx, carton.c.evidence.in_(select(_photo.id).where(_photo.number.in_(numbers))))


async def told(tx: Tx, entry: Entry, language: str) -> list[str]:
    """The same as sentences: they say so when it is another shop than the entry speaks of."""
    return [_sentence(one, entry, language) for one in await of_entry(tx, entry)]


def _sentence(one: Read, entry: Entry, language: str) -> str:
    facts = {"code": one.code, "licence_no": one.licence_no, "shop": one.name or ""}
    if one.name is None:
        sentence = _("⚠ A photo shows pack code {code}: licence {licence_no} is not in our books.")
    elif one.licence_no == entry.fields.get("merchant"):
        sentence = _("A photo shows pack code {code}, which is of this shop.")
    else:
        sentence = _("⚠ A photo shows pack code {code}, which is of another shop: {shop} ({licence_no}).")
    return said(sentence, language, facts)


async def _read(tx: Tx, which: ColumnElement[bool]) -> list[Read]:
    query = (
        select(carton.c.evidence, carton.c.code, carton.c.licence_no, _shop.name)
        .outerjoin(tables.merchant, _shop.licence_no == carton.c.licence_no)
        .where(which, carton.c.code.is_not(None))
        .order_by(carton.c.sure.desc(), carton.c.code)
    )
    found = [Read(*row) for row in await tx.execute(query)]
    return list({one.licence_no: one for one in reversed(found)}.values())[::-1]

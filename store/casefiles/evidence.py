"""Evidence: what was sent as photo or recording, who is fetching it, and what became of it.

A row exists from the moment the message was heard (`wanted`); the bytes follow in the background and lie in the
object store under their SHA-256. Rows of ledger entries are never removed and their hash never changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import BigInteger, ColumnElement, Integer, and_, cast, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY, BIT, array, insert

from store import tables
from store.db import Tx
from store.tables import evidence
from store.words import File, Json, Person

LEASE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Something to fetch: which door has it under which reference, and how often that was tried."""

    id: str
    door: str
    ref: str
    kind: str
    name: str | None
    attempts: int
    person: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Seen:
    """What the bytes turned out to be. Positions are WGS-84 degrees from the camera, sizes are bytes and pixels."""

    sha256: str
    size: int
    mime: str
    width: int | None = None
    height: int | None = None
    taken_at: datetime | None = None
    taken_lat: float | None = None
    taken_lon: float | None = None
    exif: Mapping[str, Json] | None = None
    phash: int | None = None
    thumb: bool = False


async def expect(tx: Tx, file: File, who: Person, at: datetime) -> None:
    """Note that a file was sent, so that it will be fetched; the same message again changes nothing."""
    assert who.address is not None
    await tx.execute(
        insert(evidence)
        .values(
            id=file.id,
            person_id=who.id,
            kind=file.kind.value,
            door=who.address.door,
            ref=file.ref,
            name=file.name,
            received_at=at,
            next_at=func.clock_timestamp(),
        )
        .on_conflict_do_nothing()
    )


async def bring(tx: Tx, who: Person, name: str, seen: Seen, at: datetime) -> str:
    """Note a file whose bytes are in the object store already, sent with a page; its id."""
    number, kind = str(uuid4()), _kind(seen.mime)
    row = {"id": number, "person_id": who.id, "kind": kind, "door": "console", "ref": seen.sha256, "name": name or None}
    facts = {**asdict(seen), "exif": dict(seen.exif) if seen.exif else None}
    await tx.execute(insert(evidence).values(**row, received_at=at, state="stored", attempts=1, **facts))
    return number


def _kind(mime: str) -> str:
    return {"image": "image", "audio": "voice", "video": "video"}.get(mime.partition("/")[0], "file")


async def claim(tx: Tx, limit: int) -> Sequence[Wanted]:
    """Lease up to `limit` wanted files that are due, oldest first; other replicas pass over them."""
    free = (evidence.c.lease_until.is_(None)) | (evidence.c.lease_until < func.clock_timestamp())
    due = (
        select(evidence.c.id)
        .where(evidence.c.state == "wanted", evidence.c.next_at <= func.clock_timestamp(), free)
        .order_by(evidence.c.next_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    columns = [
        evidence.c[name] for name in ("id", "door", "ref", "kind", "name", "attempts", "person_id", "received_at")
    ]
    rows = await tx.execute(
        update(evidence)
        .where(evidence.c.id.in_(due))
        .values(lease_until=func.clock_timestamp() + literal(LEASE), attempts=evidence.c.attempts + 1)
        .returning(*columns)
    )
    return [Wanted(*row) for row in rows]


async def keep(tx: Tx, wanted: Wanted, seen: Seen) -> None:
    """The bytes are in the object store."""
    await tx.execute(
        update(evidence)
        .where(evidence.c.id == wanted.id, evidence.c.state == "wanted")
        .values(
            state="stored",
            lease_until=None,
            reason=None,
            sha256=seen.sha256,
            size=seen.size,
            mime=seen.mime,
            width=seen.width,
            height=seen.height,
            taken_at=seen.taken_at,
            taken_lat=seen.taken_lat,
            taken_lon=seen.taken_lon,
            exif=dict(seen.exif) if seen.exif else None,
            phash=seen.phash,
            thumb=seen.thumb,
        )
    )


async def try_later(tx: Tx, wanted: Wanted, reason: str, after: timedelta) -> None:
    """It did not come this time; `reason` is for the administrator."""
    await tx.execute(
        update(evidence)
        .where(evidence.c.id == wanted.id, evidence.c.state == "wanted")
        .values(lease_until=None, reason=reason, next_at=func.clock_timestamp() + literal(after))
    )


async def give_up(tx: Tx, wanted: Wanted, reason: str) -> str | None:
    """It will never come. The number of the entry it belongs to, if any, so that the reporter can be told."""
    rows = await tx.execute(
        update(evidence)
        .where(evidence.c.id == wanted.id, evidence.c.state == "wanted")
        .values(state="failed", lease_until=None, reason=reason)
        .returning(evidence.c.number)
    )
    number: str | None = rows.scalar_one_or_none()
    return number


async def backlog(tx: Tx) -> int:
    """How many files are still to be fetched."""
    return (await tx.execute(select(func.count()).where(evidence.c.state == "wanted"))).scalar_one()


@dataclass(frozen=True, slots=True)
class SeenBefore:
    """Where in the books a photo is already; otherwise than `same_bytes` it only looks the same."""

    number: str
    seq: int
    same_bytes: bool


ALIKE_BITS = 5
"""In how many of the 64 bits two pictures' hashes may differ and still be one picture: resized, saved anew."""


async def seen_before(tx: Tx, sha256: str, phash: int | None, number: str, seq: int | None = None) -> list[SeenBefore]:
    """Every other entry that has this photo, the oldest first; with `seq` other lines of the same entry count, too.

    Hashes are found by a piece of 10 or 11 bits that they share (`tables.evidence`), then compared whole.
    """
    elsewhere = evidence.c.number != number
    if seq is not None:
        elsewhere = or_(elsewhere, evidence.c.seq != seq)
    alike: ColumnElement[bool] = evidence.c.sha256 == sha256
    if phash is not None and phash not in _BLANK:
        pieces = cast(array(_pieces(phash)), ARRAY(Integer))
        bits = func.bit_count(cast(evidence.c.phash.op("#")(literal(phash, BigInteger)), BIT(64)))
        alike = or_(alike, and_(evidence.c.phash_parts.op("&&", is_comparison=True)(pieces), bits <= ALIKE_BITS))
    same = (evidence.c.sha256 == sha256).label("same")
    found = select(evidence.c.number, evidence.c.seq, same).where(
        alike, elsewhere, evidence.c.number.is_not(None), evidence.c.kind == "image"
    )
    rows = await tx.execute(found.order_by(evidence.c.received_at, evidence.c.number).limit(10))
    return [SeenBefore(row.number, row.seq, row.same) for row in rows]


_BLANK = (0, -1)
"""The hashes of pictures without any contrast, which all look alike."""


def _pieces(phash: int) -> list[int]:
    """The pieces of a hash as `tables.evidence.phash_parts` has them."""
    return [(phash >> at & 2**bits - 1) + 2048 * at for at, bits in tables.PIECES]

"""Announcements to a scope: who was told, who read it, who has not yet (features.md H04)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from store import tables
from store.db import Tx
from store.law.standing import Texts
from store.sharing.scopes import Scope, covers, manages, within
from store.words import Person

REMIND_EVERY = timedelta(hours=4)
"""The unread are reminded this often at most."""
item, reader = tables.announcement.c, tables.announcement_reader.c
_maker = tables.person.alias("maker")
_mine = tables.announcement_reader.alias("mine")


@dataclass(frozen=True, slots=True)
class Announcement:
    """One announcement as one reader finds it. `told` and `read` count people."""

    id: int
    title: str
    text: str
    scope: Scope
    document: int | None
    made_by: str
    maker: str
    made_at: datetime
    until: datetime | None
    withdrawn: bool
    over: bool  # withdrawn, or past its time
    read_at: datetime | None
    sent: bool  # the reader is among those it was sent to
    mine: bool  # they look after it
    told: int
    read: int
    reminders: int
    reminded_at: datetime | None

    @property
    def last(self) -> datetime | None:
        """The last moment at which it counts."""
        return self.until - timedelta(seconds=1) if self.until else None


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody it was sent to."""

    id: str
    name: str
    unit: Texts
    read_at: datetime | None
    read_in: str


async def publish(
    tx: Tx, who: Person, title: str, text: str, scope: Scope, until: datetime | None, document: int | None, at: datetime
) -> tuple[int, list[Person]]:
    """Announce something to everybody in the scope; its number, and whom to tell."""
    values = {"title": title, "text": text, "until": until, "document": document, "made_by": who.id, "made_at": at}
    put = insert(tables.announcement).values(**values, **scope.columns).returning(item.id)
    number: int = (await tx.execute(put)).scalar_one()
    people = await within(tx, scope)
    if people:
        rows = [{"announcement": number, "person_id": one.id} for one in people]
        await tx.execute(insert(tables.announcement_reader), rows)
    await mark_read(tx, number, who, "console", at)
    return number, [one for one in people if one.id != who.id]


async def listed(tx: Tx, who: Person, at: datetime, start: int, size: int) -> tuple[list[Announcement], int]:
    """Those that are for `who` or looked after by them; what they have not read first, then the newest."""
    unread = and_(_mine.c.person_id.is_not(None), _mine.c.read_at.is_(None), _runs(at))
    query = _items(who).order_by(unread.desc(), item.made_at.desc(), item.id.desc())
    rows = list(await tx.execute(query.add_columns(func.count().over().label("total")).limit(size).offset(start)))
    return [_item(row, at) for row in rows], rows[0].total if rows else 0


async def one(tx: Tx, who: Person, number: int, at: datetime) -> Announcement | None:
    """The announcement with that number, if it is for `who`."""
    row = (await tx.execute(_items(who).where(item.id == number))).one_or_none()
    return _item(row, at) if row else None


async def unread(tx: Tx, who: Person, at: datetime) -> int:
    """How many `who` was sent and has not read."""
    mine = (reader.person_id == who.id, reader.read_at.is_(None), _runs(at))
    joined = tables.announcement_reader.join(tables.announcement, item.id == reader.announcement)
    return (await tx.execute(select(func.count()).select_from(joined).where(*mine))).scalar_one()


async def readers(tx: Tx, number: int) -> list[Reader]:
    """Whom it was sent to: those who have not read it first."""
    person, unit = tables.person.c, tables.unit.c
    joined = tables.announcement_reader.join(tables.person, person.id == reader.person_id).join(
        tables.unit, unit.code == person.unit_code
    )
    columns = (person.id, person.name, unit.name_zh, unit.name_en, reader.read_at, reader.read_in)
    rows = await tx.execute(
        select(*columns)
        .select_from(joined)
        .where(reader.announcement == number)
        .order_by(reader.read_at.nulls_first(), unit.path, person.id)
    )
    names = ((row, {"zh": row.name_zh, "en": row.name_en}) for row in rows)
    return [Reader(row.id, row.name, unit, row.read_at, row.read_in or "") for row, unit in names]


async def mark_read(tx: Tx, number: int, who: Person, where: str, at: datetime) -> bool:
    """`who` has read it, for the first time; somebody who came later is noted, too."""
    put = insert(tables.announcement_reader).values(announcement=number, person_id=who.id, read_at=at, read_in=where)
    values = {"read_at": at, "read_in": where}
    first = put.on_conflict_do_update(
        index_elements=["announcement", "person_id"], set_=values, where=reader.read_at.is_(None)
    )
    return bool((await tx.execute(first.returning(reader.announcement))).first())


async def remind(tx: Tx, number: int, at: datetime) -> tuple[int, list[str]]:
    """Which reminder this is, and the userids of whoever has not read it; none when the last one was just now."""
    fits = (
        item.id == number,
        _runs(at),
        or_(item.reminded_at.is_(None), item.reminded_at <= at - REMIND_EVERY),
    )
    noted = update(tables.announcement).where(*fits).values(reminders=item.reminders + 1, reminded_at=at)
    round_ = (await tx.execute(noted.returning(item.reminders))).scalar_one_or_none()
    if round_ is None:
        return 0, []
    left = select(reader.person_id).where(reader.announcement == number, reader.read_at.is_(None))
    return round_, sorted((await tx.execute(left)).scalars())


async def withdraw(tx: Tx, who: Person, number: int, at: datetime) -> None:
    """Nobody is shown it any more, but for who looks after it."""
    mine = (item.id == number, item.withdrawn_at.is_(None))
    await tx.execute(update(tables.announcement).where(*mine).values(withdrawn_at=at, withdrawn_by=who.id))


def _runs(at: datetime) -> ColumnElement[bool]:
    return and_(item.withdrawn_at.is_(None), or_(item.until.is_(None), item.until > at))


def _items(who: Person) -> Select[Any]:
    counted = select(func.count(), func.count(reader.read_at)).where(reader.announcement == item.id)
    told = counted.with_only_columns(func.count()).scalar_subquery().label("told")
    read = counted.with_only_columns(func.count(reader.read_at)).scalar_subquery().label("read")
    joined = tables.announcement.join(_maker, _maker.c.id == item.made_by).outerjoin(
        _mine, and_(_mine.c.announcement == item.id, _mine.c.person_id == who.id)
    )
    mine = manages(item, who)
    theirs = and_(item.withdrawn_at.is_(None), or_(_mine.c.person_id.is_not(None), covers(item, who)))
    columns = (_maker.c.name.label("maker"), _mine.c.read_at, _mine.c.person_id.label("sent"))
    query = select(tables.announcement, *columns, mine.label("mine"), told, read)
    return query.select_from(joined).where(or_(mine, theirs))


def _item(row: Row[Any], at: datetime) -> Announcement:
    gone = row.withdrawn_at is not None
    return Announcement(
        row.id,
        row.title,
        row.text,
        Scope.of(row),
        row.document,
        row.made_by,
        row.maker,
        row.made_at,
        row.until,
        gone,
        gone or (row.until is not None and row.until <= at),
        row.read_at,
        row.sent is not None,
        row.mine,
        row.told,
        row.read,
        row.reminders,
        row.reminded_at,
    )

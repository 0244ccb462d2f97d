"""Free threads, beside an entry or without one: ask, assign, reply, mention, close (features.md H05, H16).

Only who takes part sees a thread; beside an entry, only while they may see the entry, too. Whoever is assigned is
waited for until they reply. What everybody writes stays; nothing is changed or removed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, literal, or_, select, update

from store import tables
from store.db import Tx
from store.law.scope import sees
from store.moving.entries import TABLES
from store.staff.offices import PEOPLE, person_of
from store.words import Person

thread, taking, posts = tables.thread.c, tables.thread_person.c, tables.thread_post.c
_maker, _assignee = tables.person.alias("maker"), tables.person.alias("assignee")


@dataclass(frozen=True, slots=True)
class Thread:
    """One thread as one of its people finds it. `unread` counts posts; `mine`: it waits for their answer."""

    id: int
    title: str
    number: str | None
    maker: str
    made_by: str
    made_at: datetime
    last_at: datetime
    posts: int
    unread: int
    assignee: str | None
    assignee_name: str
    due_on: date | None
    closed: bool
    mine: bool


@dataclass(frozen=True, slots=True)
class Post:
    """One contribution. `kind`: ask, reply, assign, close, reopen."""

    seq: int
    kind: str
    text: str
    by: str
    name: str
    at: datetime
    about: str
    due_on: date | None
    mine: bool


async def mine(
    tx: Tx, who: Person, start: int, size: int, *, closed: bool = False, words: str = ""
) -> tuple[list[Thread], int]:
    """The threads that `who` takes part in: what waits for them first, then what is new to them, then the latest."""
    query = _threads(who).where(thread.closed_at.is_not(None) if closed else thread.closed_at.is_(None))
    if words:
        query = query.where(thread.title.ilike(f"%{words}%"))
    waits = case((thread.assignee == who.id, 0), (thread.posts > taking.seen, 1), else_=2)
    ordered = query.order_by(waits, thread.due_on.nulls_last(), thread.last_at.desc(), thread.id.desc())
    rows = list(await tx.execute(ordered.add_columns(func.count().over().label("total")).limit(size).offset(start)))
    return [_thread(row, who) for row in rows], rows[0].total if rows else 0


async def of_entry(tx: Tx, who: Person, number: str) -> list[Thread]:
    """The threads beside an entry that `who` takes part in, the newest first."""
    rows = await tx.execute(_threads(who).where(thread.number == number).order_by(thread.last_at.desc()).limit(50))
    return [_thread(row, who) for row in rows]


async def waiting(tx: Tx, who: Person) -> int:
    """How many open threads wait for `who`: assigned to them, or with something new."""
    query = _threads(who).where(thread.closed_at.is_(None), or_(thread.assignee == who.id, thread.posts > taking.seen))
    return (await tx.execute(select(func.count()).select_from(query.subquery()))).scalar_one()


async def one(tx: Tx, who: Person, number: int) -> Thread | None:
    """The thread with that number, if `who` takes part in it and may see what it stands beside."""
    row = (await tx.execute(_threads(who).where(thread.id == number))).one_or_none()
    return _thread(row, who) if row else None


async def read(tx: Tx, who: Person, number: int) -> list[Post]:
    """Every post in its order, for whoever was found to see the thread."""
    about = tables.person.alias("about")
    joined = tables.thread_post.join(_maker, _maker.c.id == posts.made_by).outerjoin(about, about.c.id == posts.about)
    query = select(tables.thread_post, _maker.c.name, about.c.name.label("about_name")).select_from(joined)
    return [
        Post(
            row.seq,
            row.kind,
            row.text,
            row.made_by,
            row.name,
            row.made_at,
            row.about_name or "",
            row.due_on,
            row.made_by == who.id,
        )
        for row in await tx.execute(query.where(posts.thread == number).order_by(posts.seq))
    ]


async def people(tx: Tx, number: int) -> list[Person]:
    """Who takes part."""
    mine = select(taking.person_id).where(taking.thread == number)
    return [person_of(row) for row in await tx.execute(PEOPLE.where(tables.person.c.id.in_(mine)))]


async def saw(tx: Tx, who: Person, number: int, seq: int) -> None:
    """`who` has read up to that post."""
    mine = (taking.thread == number, taking.person_id == who.id, taking.seen < seq)
    await tx.execute(update(tables.thread_person).where(*mine).values(seen=seq))


def _threads(who: Person) -> Select[Any]:
    joined = (
        tables.thread.join(tables.thread_person, and_(taking.thread == thread.id, taking.person_id == who.id))
        .join(_maker, _maker.c.id == thread.made_by)
        .outerjoin(_assignee, _assignee.c.id == thread.assignee)
    )
    columns = (_maker.c.name.label("maker"), _assignee.c.name.label("assignee_name"), taking.seen)
    return select(tables.thread, *columns).select_from(joined).where(_open_to(who))


def _open_to(who: Person) -> ColumnElement[bool]:
    """That the entry beside the thread, if there is one, may be seen."""
    beside = [
        select(literal(1)).where(table.c.number == thread.number, sees(who, ledger)).correlate(tables.thread).exists()
        for ledger, table in TABLES.items()
    ]
    return or_(thread.number.is_(None), *beside)


def _thread(row: Row[Any], who: Person) -> Thread:
    return Thread(
        row.id,
        row.title,
        row.number,
        row.maker,
        row.made_by,
        row.made_at,
        row.last_at,
        row.posts,
        max(0, row.posts - row.seen),
        row.assignee,
        row.assignee_name or "",
        row.due_on,
        row.closed_at is not None,
        row.assignee == who.id and row.closed_at is None,
    )

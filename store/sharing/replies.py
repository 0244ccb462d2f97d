"""What people do in a thread: ask, reply, assign, close. Each gives back who is to be told of it.

Who is named after an @ is brought in. Nobody is brought into a thread beside an entry that they may not see.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from store import tables
from store.db import Tx
from store.law.scope import visible
from store.master.imports.report import Wrong
from store.moving.entries import TABLES
from store.sharing.threads import people, saw
from store.staff.offices import PEOPLE, person_of
from store.texts import _
from store.words import Person, ledger_of

thread, taking, posts = tables.thread.c, tables.thread_person.c, tables.thread_post.c
MOST_PEOPLE = 50


@dataclass(frozen=True, slots=True)
class Told:
    """A post of which others must hear: the thread, who wrote, and who is told for which reason.

    `why`: asked, assigned, mentioned, replied, closed, reopened. `quiet`: nothing of it may stand in a letter.
    """

    thread: int
    seq: int
    title: str
    number: str | None
    text: str
    by: str
    due_on: date | None
    quiet: bool
    people: tuple[tuple[str, str], ...]  # (userid, why)


async def ask(
    tx: Tx,
    who: Person,
    title: str,
    text: str,
    others: Sequence[Person],
    at: datetime,
    *,
    number: str | None = None,
    assignee: str | None = None,
    due_on: date | None = None,
) -> Told:
    """Begin a thread with these people. Raises `Wrong` when one of them may not see the entry it stands beside."""
    if number is not None and not await visible(tx, who, number):
        raise Wrong(_("There is no {number} that you may see."), {"number": number})
    values = {"title": title, "number": number, "made_by": who.id, "made_at": at, "last_at": at}
    put = insert(tables.thread).values(**values, assignee=assignee, due_on=due_on).returning(thread.id)
    made: int = (await tx.execute(put)).scalar_one()
    everybody = {one.id: one for one in (who, *others)}
    mentioned = await _mentioned(tx, text)
    everybody |= {one.id: one for one in mentioned}
    await _join(tx, made, number, list(everybody.values()))
    await _post(tx, made, who, "ask", text, at, about=assignee, due_on=due_on)
    why = dict.fromkeys(everybody, "asked") | {one.id: "mentioned" for one in mentioned}
    why |= {assignee: "assigned"} if assignee else {}
    return await _told(tx, made, who, text, due_on, why)


async def reply(tx: Tx, who: Person, number: int, text: str, at: datetime) -> Told:
    """Say something; whoever was assigned and says it is not waited for any more. Others can be brought in by @."""
    held = await _held(tx, number)
    mentioned = await _mentioned(tx, text)
    await _join(tx, number, held.number, mentioned)
    await _post(tx, number, who, "reply", text, at)
    if held.assignee == who.id:
        await tx.execute(update(tables.thread).where(thread.id == number).values(assignee=None, due_on=None))
    why = {one.id: "replied" for one in await people(tx, number)} | {one.id: "mentioned" for one in mentioned}
    return await _told(tx, number, who, text, None, why)


async def assign(tx: Tx, who: Person, number: int, to: Person, due_on: date | None, text: str, at: datetime) -> Told:
    """From now on it waits for `to`, until that day if one is given."""
    held = await _held(tx, number)
    await _join(tx, number, held.number, [to])
    await _post(tx, number, who, "assign", text, at, about=to.id, due_on=due_on)
    await tx.execute(update(tables.thread).where(thread.id == number).values(assignee=to.id, due_on=due_on))
    return await _told(tx, number, who, text, due_on, {to.id: "assigned"})


async def close(tx: Tx, who: Person, number: int, text: str, at: datetime) -> Told:
    """It is settled; nobody is waited for."""
    await _held(tx, number)
    await _post(tx, number, who, "close", text, at)
    done = {"closed_at": at, "assignee": None, "due_on": None}
    await tx.execute(update(tables.thread).where(thread.id == number).values(done))
    return await _told(tx, number, who, text, None, {one.id: "closed" for one in await people(tx, number)})


async def reopen(tx: Tx, who: Person, number: int, at: datetime) -> Told:
    """It was not settled after all."""
    await _post(tx, number, who, "reopen", "", at)
    await tx.execute(update(tables.thread).where(thread.id == number).values(closed_at=None))
    return await _told(tx, number, who, "", None, {one.id: "reopened" for one in await people(tx, number)})


async def _held(tx: Tx, number: int) -> Any:
    """The thread's row until the transaction ends. Raises `Wrong` when it was closed meanwhile."""
    query = select(thread.number, thread.assignee, thread.closed_at).where(thread.id == number).with_for_update()
    row = (await tx.execute(query)).one()
    if row.closed_at is not None:
        raise Wrong(_("This thread is closed. Reopen it to go on."))
    return row


async def _join(tx: Tx, made: int, number: str | None, who: Iterable[Person]) -> None:
    """Let people take part. Raises `Wrong` when the entry beside it is not for one of them, or they are too many."""
    newcomers = list(who)
    for one in newcomers if number is not None else ():
        if not await visible(tx, one, number or ""):
            raise Wrong(_("{name} may not see {number}, so this cannot be shared with them."), _facts(one, number))
    if newcomers:
        rows = [{"thread": made, "person_id": one.id} for one in newcomers]
        await tx.execute(insert(tables.thread_person).on_conflict_do_nothing(), rows)
    count = (await tx.execute(select(func.count()).where(taking.thread == made))).scalar_one()
    if count > MOST_PEOPLE:
        raise Wrong(
            _("At most {most} people can take part in one thread; an announcement reaches more."), {"most": MOST_PEOPLE}
        )


def _facts(one: Person, number: str | None) -> dict[str, str]:
    return {"name": one.name, "number": number or ""}


async def _post(
    tx: Tx,
    number: int,
    who: Person,
    kind: str,
    text: str,
    at: datetime,
    *,
    about: str | None = None,
    due_on: date | None = None,
) -> int:
    counted = update(tables.thread).where(thread.id == number).values(posts=thread.posts + 1, last_at=at)
    seq: int = (await tx.execute(counted.returning(thread.posts))).scalar_one()
    values = {"thread": number, "seq": seq, "kind": kind, "text": text, "about": about, "due_on": due_on}
    await tx.execute(insert(tables.thread_post).values(**values, made_by=who.id, made_at=at))
    await saw(tx, who, number, seq)
    return seq


async def _mentioned(tx: Tx, text: str) -> list[Person]:
    """Whoever is named after an @, by their whole name or userid; the longest that fits. Others by that name, too."""
    found: dict[str, Person] = {}
    for part in text.split("@")[1:21]:
        rest = part[:60]
        name, userid = tables.person.c.name, tables.person.c.id_lower
        fits = or_(func.starts_with(rest, name), func.starts_with(rest.lower(), userid))
        longest = func.greatest(
            case((func.starts_with(rest, name), func.length(name)), else_=0),
            case((func.starts_with(rest.lower(), userid), func.length(userid)), else_=0),
        ).label("fit")
        rows = list(await tx.execute(PEOPLE.add_columns(longest).where(fits).order_by(None).order_by(longest.desc())))
        found |= {row.id: person_of(row) for row in rows if row.fit == rows[0].fit}
    return list(found.values())


async def _told(tx: Tx, number: int, who: Person, text: str, due_on: date | None, why: dict[str, str]) -> Told:
    row = (await tx.execute(select(thread.title, thread.number, thread.posts).where(thread.id == number))).one()
    others = tuple((one, reason) for one, reason in why.items() if one != who.id)
    quiet = await _is_quiet(tx, row.number)
    return Told(number, row.posts, row.title, row.number, text, who.name, due_on, quiet, others)


async def _is_quiet(tx: Tx, number: str | None) -> bool:
    """Whether the entry beside it is an internal matter or came from a tip: letters only point at it."""
    if number is None:
        return False
    table = TABLES[ledger_of(number)]
    clue = tables.clue.c
    tip = select(literal(1)).where(clue.source == "tip", or_(clue.number == number, clue.problem == number)).exists()
    return bool((await tx.execute(select(or_(table.c.internal, tip)).where(table.c.number == number))).scalar_one())

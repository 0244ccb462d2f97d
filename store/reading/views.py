"""What people read of the ledgers: their tasks, what is theirs, the ledgers page by page.

Every answer is cut to what the asker may see (`scope.py`) and spans both ledgers. Pages have 8 items.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select, union_all

from store import tables
from store.clock.workdays import Calendar, load_calendar
from store.db import Tx
from store.law.rules import LAWS, state_name
from store.law.scope import area, holds, sees
from store.law.standing import supervises
from store.moving.entries import TABLES, load_entries
from store.moving.tasks import TO_DO
from store.reading.phrases import one_line
from store.staff.people import PAGE
from store.words import Entry, Found, Item, Ledger, Level, Lookup, Person, words_of

clue, problem, task, request = tables.clue.c, tables.problem.c, tables.task.c, tables.request.c
OPEN = {ledger: tuple(name for name, state in law.states.items() if state.open) for ledger, law in LAWS.items()}

Numbers = Select[Any]
"""Which entries: their `number`, and the `key` they are sorted by."""


async def look_tasks(tx: Tx, lookup: Lookup, who: Person, at: datetime) -> Found:
    """What waits for me, most urgent first: clues and problems I hold, my tasks, requests that I decide on."""
    return await page(tx, lookup, at, waiting(who))


def waiting(who: Person) -> list[Numbers]:
    """What waits for somebody, by its deadline."""
    held = [
        select(entry.number, entry.due_at.label("key")).where(entry.state.in_(OPEN[ledger]), holds(who, ledger))
        for ledger, entry in ((Ledger.CLUE, clue), (Ledger.PROBLEM, problem))
    ]
    mine = select(task.number, task.due_at.label("key")).where(
        task.person_id.in_((who.id, *who.stands_for)), task.state.in_(TO_DO), task.problem_state != "suspended"
    )
    return [*held, mine, *_to_decide(who)]


def _to_decide(who: Person) -> list[Numbers]:
    """Extensions wait for the supervision in charge, suspensions for the city's."""
    if not supervises(who):
        return []
    county = and_(problem.level == Level.COUNTY, problem.bureau == who.bureau, request.kind == "extend")
    mine = or_(request.kind == "extend", request.kind == "suspend") if who.level is Level.CITY else county
    asked = select(request.number, request.at.label("key")).join(tables.problem, problem.number == request.number)
    return [asked.where(request.answer.is_(None), mine, area(who))]


async def look_mine(tx: Tx, lookup: Lookup, who: Person, at: datetime) -> Found:
    """What I reported, and the problems I was given a task in, newest first."""
    reported = select(clue.number, clue.reported_at.label("key")).where(clue.reporter == who.id)
    worked = select(task.number, func.max(task.given_at).label("key")).where(task.person_id == who.id)
    return await page(tx, lookup, at, [reported, worked.group_by(task.number)], newest=True)


async def look_ledger(tx: Tx, lookup: Lookup, who: Person, at: datetime) -> Found:
    """How many entries per state; or, with `state`, those entries, newest first."""
    ledger, state = Ledger(lookup.query.get("ledger") or Ledger.CLUE), lookup.query.get("state")
    entry = TABLES[ledger].c
    if state:
        key = (clue.reported_at if ledger is Ledger.CLUE else problem.opened_at).label("key")
        listed = select(entry.number, key).where(entry.state == state, sees(who, ledger))
        return await page(tx, lookup, at, [listed], newest=True)
    query = select(entry.state, func.count()).where(sees(who, ledger)).group_by(entry.state)
    counts = {row[0]: row[1] for row in await tx.execute(query)}
    items = (
        Item(
            name, f"{words_of(state_name(ledger, name), lookup.language)} {counts[name]}", data={"count": counts[name]}
        )
        for name in LAWS[ledger].states
        if name in counts
    )
    return Found(lookup, tuple(items), sum(counts.values()))


async def page(tx: Tx, lookup: Lookup, at: datetime, selects: list[Numbers], *, newest: bool = False) -> Found:
    """One page of entries, each as one line; an entry that several of the selects find is there once."""
    start = max(0, int(lookup.query.get("page") or 0)) * PAGE
    numbers, total = await numbered(tx, selects, start, PAGE, newest=newest)
    return Found(lookup, await items_of(tx, numbers, lookup.language, at), total)


async def numbered(
    tx: Tx, selects: list[Numbers], start: int, size: int, *, newest: bool = False
) -> tuple[list[str], int]:
    """A page of numbers in their order, each once, and how many there are in all."""
    both = (union_all(*selects) if len(selects) > 1 else selects[0]).subquery()
    once = select(both.c.number, (func.max if newest else func.min)(both.c.key).label("key")).group_by(both.c.number)
    found = once.subquery() if len(selects) > 1 else both
    order = (found.c.key.desc(), found.c.number.desc()) if newest else (found.c.key, found.c.number.desc())
    # The page first, its names after: nobody looks up the names of what is not shown.
    counted = select(found.c.number, func.count().over().label("total"))
    rows = (await tx.execute(counted.order_by(*order).limit(size).offset(start))).all()
    total = rows[0].total if rows else 0
    if start and not rows:  # a page beyond the last one
        total = (await tx.execute(select(func.count()).select_from(found))).scalar_one()
    return [row.number for row in rows], total


async def items_of(tx: Tx, numbers: list[str], language: str, at: datetime) -> tuple[Item, ...]:
    """The entries with these numbers as items, in this order."""
    entries: dict[str, Entry] = {}
    for ledger in Ledger:
        wanted = [number for number in numbers if number.startswith(ledger.prefix)]
        entries |= {entry.number: entry for entry in (await load_entries(tx, ledger, wanted) if wanted else ())}
    calendar = await load_calendar(tx, at)
    return tuple(_item(entries[number], language, at, calendar) for number in numbers)


def _item(entry: Entry, language: str, at: datetime, calendar: Calendar) -> Item:
    data = {"ledger": entry.ledger.value, "state": entry.state}
    return Item(entry.number, one_line(entry, language, at, calendar), data=data)

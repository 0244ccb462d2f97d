"""What the clock should do by now: warnings, archives, re-checks, clues from orders. The mail room's ticks ask here
and strike each.

Everything is found through the index of `next_at`, so a million problems at rest cost nothing. Asking twice is
harmless: whoever strikes second is refused, as nothing is due any more.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from store import tables
from store.clocks import Clocks, load_clocks
from store.db import Tx
from store.deadlines import due_warnings, next_warning
from store.entries import TABLES, load_entries
from store.feeds.judging import waiting
from store.library.recording import settle
from store.sampling import draw_month
from store.watching import ladder_of, watch_of
from store.words import Ask, Ledger
from store.workdays import Calendar, load_calendar

LIMIT = 200
RESTING = {Ledger.CLUE: ("answered", "unfounded", "transferred"), Ledger.PROBLEM: ("closed", "closed_unfounded")}


async def overdue_moves(tx: Tx, at: datetime, limit: int = LIMIT) -> list[Ask]:
    """Up to `limit` moves that are due, those due the longest first. Also draws last month's sample,
    once, and lets new values of indicators come into force."""
    clocks, calendar = await load_clocks(tx, at), await load_calendar(tx, at)
    await settle(tx, at)
    await draw_month(tx, at, clocks)
    asks = [ask for ledger in Ledger for ask in await _due(tx, ledger, at, clocks, calendar, limit)]
    return [*asks, *await _samples(tx, limit), *await waiting(tx, limit)][:limit]


async def _due(tx: Tx, ledger: Ledger, at: datetime, clocks: Clocks, calendar: Calendar, limit: int) -> list[Ask]:
    table, asks = TABLES[ledger], []
    due = select(table.c.number).where(table.c.next_at <= at).order_by(table.c.next_at).limit(limit)
    numbers = list((await tx.execute(due)).scalars())
    for entry in await load_entries(tx, ledger, numbers) if numbers else ():
        rungs = ladder_of(clocks.ladder, entry.state)
        passed = due_warnings(watch_of(entry.fields), at, calendar, rungs)
        if entry.state in RESTING[ledger]:
            asks.append(Ask(ledger, "archive", entry.number))
        elif passed:  # the newest rung that was reached: it stands for those before it
            asks.append(Ask(ledger, "warn", entry.number, {"rung": passed[-1][0]}))
        else:  # the ladder was changed meanwhile
            again = next_warning(watch_of(entry.fields), calendar, rungs)
            await tx.execute(update(table).where(table.c.number == entry.number).values(next_at=again))
    return asks


async def _samples(tx: Tx, limit: int) -> list[Ask]:
    """Problems that were drawn and are archived by now."""
    drawn, problem = tables.drawn.c, tables.problem.c
    waiting = select(drawn.number).where(drawn.sampled_seq.is_(None)).order_by(drawn.number)
    ready = waiting.join(tables.problem, problem.number == drawn.number).where(problem.state == "archived")
    numbers = (await tx.execute(ready.limit(limit))).scalars()
    return [Ask(Ledger.PROBLEM, "sample", number) for number in numbers]

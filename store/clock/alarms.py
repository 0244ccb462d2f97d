"""What the clock should do by now: warnings, archives, re-checks, clues from orders, visits to shops. The ticks ask
here and strike each.

Everything is found through the index of `next_at`, so a million problems at rest cost nothing. Asking twice is
harmless: whoever strikes second is refused, as nothing is due any more.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, or_, select, update

from store import tables
from store.clock.clocks import Clocks, load_clocks
from store.clock.deadlines import due_warnings, next_warning
from store.clock.watching import ladder_of, watch_of
from store.clock.workdays import Calendar, load_calendar
from store.db import Tx
from store.feeds.judging import waiting
from store.library.recording import settle
from store.moving.entries import TABLES, load_entries
from store.moving.sampling import draw_month
from store.profile import visits
from store.words import Ask, Ledger

LIMIT = 200
RESTING = {Ledger.CLUE: ("answered", "unfounded", "transferred"), Ledger.PROBLEM: ("closed", "closed_unfounded")}


async def overdue_moves(tx: Tx, at: datetime, limit: int = LIMIT) -> list[Ask]:
    """Up to `limit` moves that are due, those due the longest first. Also draws last month's sample,
    once, and lets new values of indicators come into force."""
    clocks, calendar = await load_clocks(tx, at), await load_calendar(tx, at)
    await settle(tx, at)
    await draw_month(tx, at, clocks)
    asks = [ask for ledger in Ledger for ask in await _due(tx, ledger, at, clocks, calendar, limit)]
    return [*asks, *await _samples(tx, limit), *await waiting(tx, limit), *await visits.due(tx, at)][:limit]


async def _due(tx: Tx, ledger: Ledger, at: datetime, clocks: Clocks, calendar: Calendar, limit: int) -> list[Ask]:
    """What is due in one ledger. Where the ladder was changed meanwhile there may be nothing to do yet: those are put
    off, page by page, until something is found."""
    table = TABLES[ledger]
    due = select(table.c.number).where(table.c.next_at <= at).order_by(table.c.next_at, table.c.number).limit(limit)
    while numbers := list((await tx.execute(due)).scalars()):
        asks, later = [], []
        for entry in await load_entries(tx, ledger, numbers):
            rungs = ladder_of(clocks.ladder, entry.state)
            passed = due_warnings(watch_of(entry.fields), at, calendar, rungs)
            if entry.state in RESTING[ledger]:
                asks.append(Ask(ledger, "archive", entry.number))
            elif passed:  # the newest rung that was reached: it stands for those before it
                asks.append(Ask(ledger, "warn", entry.number, {"rung": passed[-1][0]}))
            else:
                again = next_warning(watch_of(entry.fields), calendar, rungs)
                later.append({"which": entry.number, "again": again})
        if later:
            put_off = update(table).where(table.c.number == bindparam("which")).values(next_at=bindparam("again"))
            await tx.execute(put_off, later)
        if asks or len(numbers) < limit:
            return asks
    return []


async def look_again(tx: Tx, since: datetime) -> None:
    """Let the clock look at everything that runs at that moment, because the ladder or the calendar changes then."""
    for table in TABLES.values():
        sooner = or_(table.c.next_at.is_(None), table.c.next_at > since)
        await tx.execute(update(table).where(table.c.due_at.is_not(None), sooner).values(next_at=since))


async def _samples(tx: Tx, limit: int) -> list[Ask]:
    """Problems that were drawn and are archived by now."""
    drawn, problem = tables.drawn.c, tables.problem.c
    waiting = select(drawn.number).where(drawn.sampled_seq.is_(None)).order_by(drawn.number)
    ready = waiting.join(tables.problem, problem.number == drawn.number).where(problem.state == "archived")
    numbers = (await tx.execute(ready.limit(limit))).scalars()
    return [Ask(Ledger.PROBLEM, "sample", number) for number in numbers]

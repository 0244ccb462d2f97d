"""What somebody sees first in the console: what waits for them, how much is open around them, and what they look for.

Every answer is cut to what the asker may see (`scope.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select

from store.books.filters import running
from store.clock.deadlines import light
from store.clock.workdays import Calendar, load_calendar, move_working_days
from store.db import Tx
from store.law.given import moment
from store.law.rules import LAWS, state_name
from store.law.scope import open_to
from store.law.standing import Texts
from store.moving.entries import TABLES, load_entries, load_entry
from store.reading.finding import fitting
from store.reading.phrases import clock_words, due_words, holder_words, shop_name
from store.reading.views import OPEN, Numbers, numbered, waiting
from store.words import Entry, Ledger, Person, words_of


@dataclass(frozen=True, slots=True)
class Row:
    """One entry in a list. `light` is green, yellow, red, or empty where none runs."""

    number: str
    ledger: Ledger
    state: str
    state_words: str
    shop: str
    matter: str  # the indicator by name, or the first words of the text
    holder: str
    due: str
    last: str
    light: str
    tip: bool = False  # an anonymous one: all there is to know of it is in the vault


@dataclass(frozen=True, slots=True)
class Count:
    """How many open entries are in one state; of them, how many are overdue and how many due within a working day."""

    ledger: Ledger
    state: str
    words: str
    total: int
    overdue: int
    near: int


async def waiting_for(tx: Tx, who: Person, language: str, at: datetime, start: int, size: int) -> tuple[list[Row], int]:
    """What waits for `who`, most urgent first, and how many there are."""
    return await _rows(tx, waiting(who), language, at, start, size, newest=False)


async def found(
    tx: Tx, who: Person, query: Mapping[str, str], language: str, at: datetime, start: int, size: int
) -> tuple[list[Row], int]:
    """What fits `words` (all of them), newest first. A query without words finds nothing."""
    selects = fitting(query, who)
    return await _rows(tx, selects, language, at, start, size, newest=True) if selects else ([], 0)


async def open_counts(tx: Tx, who: Person, language: str, at: datetime) -> list[Count]:
    """How much is open within sight, state by state in the order of the law."""
    soon = move_working_days(await load_calendar(tx, at), at, 1)
    counts: list[Count] = []
    for ledger in Ledger:
        entry = TABLES[ledger].c
        runs = running(ledger)
        late, near = and_(runs, entry.due_at < at), and_(runs, entry.due_at.between(at, soon))
        query = select(entry.state, func.count(), func.count().filter(late), func.count().filter(near))
        rows = await tx.execute(query.where(entry.state.in_(OPEN[ledger]), open_to(who, ledger)).group_by(entry.state))
        by_state = {row[0]: row[1:] for row in rows}
        counts += [
            Count(ledger, name, words_of(state_name(ledger, name), language), *by_state[name])
            for name in LAWS[ledger].states
            if name in by_state
        ]
    return counts


async def _rows(
    tx: Tx, selects: list[Numbers], language: str, at: datetime, start: int, size: int, *, newest: bool
) -> tuple[list[Row], int]:
    numbers, total = await numbered(tx, selects, start, size, newest=newest)
    entries: dict[str, Entry] = {}
    for ledger in Ledger:
        wanted = [number for number in numbers if number.startswith(ledger.prefix)]
        entries |= {entry.number: entry for entry in (await load_entries(tx, ledger, wanted) if wanted else ())}
    calendar = await load_calendar(tx, at)
    return [row_of(entries[number], language, at, calendar) for number in numbers if number in entries], total


async def one(tx: Tx, number: str, language: str, at: datetime) -> Row | None:
    """The entry with that number, for whoever was found to see it."""
    entry = await load_entry(tx, number)
    return row_of(entry, language, at, await load_calendar(tx, at)) if entry else None


def row_of(entry: Entry, language: str, at: datetime, calendar: Calendar) -> Row:
    """An entry as a row of a list."""
    fields = entry.fields
    kind: Texts = {"zh": fields["indicator_zh"] or "", "en": fields["indicator_en"] or ""}
    runs = bool(fields["due_at"]) and entry.state != "suspended"
    return Row(
        number=entry.number,
        ledger=entry.ledger,
        state=entry.state,
        state_words=words_of(state_name(entry.ledger, entry.state), language),
        shop=shop_name(fields, language),
        matter=words_of(kind, language) or " ".join(str(fields["text"]).split())[:60],
        holder=holder_words(entry, language),
        due=due_words(entry, language, at, calendar),
        last=clock_words(moment(fields["last_at"]), language, at),
        light=light(moment(fields["due_at"]), at, calendar) if runs else "",
        tip=fields.get("source") == "tip",
    )

"""The board: how much is in which state, in which county, how much of it is late, and what lies longest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from store import tables
from store.books.filters import running
from store.clock.warning_ledger import STUCK_DAYS
from store.clock.workdays import load_calendar, local_day, move_working_days
from store.db import Tx
from store.law.rules import LAWS, state_name
from store.law.scope import open_to
from store.moving.entries import TABLES
from store.reading.views import OPEN
from store.words import Ledger, Person, words_of


@dataclass(frozen=True, slots=True)
class Cell:
    """Entries of one state in one county. `oldest`: for how many days the one that lies longest has been there;
    `still`: how many have heard nothing for five working days."""

    total: int = 0
    late: int = 0
    near: int = 0
    still: int = 0
    oldest: int = 0

    def __add__(self, other: Cell) -> Cell:
        return Cell(
            self.total + other.total,
            self.late + other.late,
            self.near + other.near,
            self.still + other.still,
            max(self.oldest, other.oldest),
        )


@dataclass(frozen=True, slots=True)
class Column:
    """One state of one ledger: by county (codes), and all of them together."""

    ledger: Ledger
    state: str
    words: str
    all: Cell
    counties: Mapping[str, Cell]


async def board(tx: Tx, who: Person, language: str, at: datetime, county: str = "") -> list[Column]:
    """The open states of both ledgers in the order of the law, as far as `who` may see; of one county, or of all."""
    found: list[Column] = []
    for ledger in Ledger:
        cells = await _cells(tx, ledger, who, at, county)
        for state in LAWS[ledger].states:
            if state not in OPEN[ledger]:
                continue
            here = {place: cell for (name, place), cell in cells.items() if name == state}
            words = words_of(state_name(ledger, state), language)
            found.append(Column(ledger, state, words, sum(here.values(), Cell()), here))
    return found


async def _cells(tx: Tx, ledger: Ledger, who: Person, at: datetime, county: str) -> dict[tuple[str, str], Cell]:
    entry, calendar = TABLES[ledger].c, await load_calendar(tx, at)
    soon, quiet = move_working_days(calendar, at, 1), move_working_days(calendar, at, -STUCK_DAYS)
    runs = running(ledger)
    query = (
        select(
            entry.state,
            entry.bureau,
            func.count(),
            func.count().filter(runs, entry.due_at < at),
            func.count().filter(runs, entry.due_at.between(at, soon)),
            func.count().filter(runs, entry.last_at < quiet),
            func.min(func.coalesce(entry.since, entry.last_at)),
        )
        .where(entry.state.in_(OPEN[ledger]), open_to(who, ledger))
        .group_by(entry.state, entry.bureau)
    )
    rows = await tx.execute(query.where(entry.bureau == county) if county else query)
    return {(row[0], row[1]): Cell(row[2], row[3], row[4], row[5], _days(row[6], at)) for row in rows}


def _days(since: datetime | None, at: datetime) -> int:
    return (local_day(at) - local_day(since)).days if since else 0


async def bureaus(tx: Tx, language: str) -> list[tuple[str, str]]:
    """(code, name) of the city and its counties, the city first."""
    unit = tables.unit.c
    rows = await tx.execute(
        select(unit.code, unit.name_zh, unit.name_en)
        .where(unit.kind.in_(("city", "county")))
        .order_by(unit.kind, unit.code)
    )
    return [(row.code, row.name_en if language == "en" else row.name_zh) for row in rows]


def named(bureaus: Sequence[tuple[str, str]], code: str) -> str:
    """The name of a bureau; its code when it is none of ours."""
    return dict(bureaus).get(code, code)

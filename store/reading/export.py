"""A ledger as a file: one JSON object a line, CSV for spreadsheets, or a workbook; read with a server-side cursor.

The fields are those of the outside contract. Everything is written as it is read, so a million rows need no more
memory than a thousand.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection

from store import tables
from store.db import Tx
from store.moving.entries import TABLES
from store.reading.writers import LINE, Writer
from store.words import Json, Ledger

BATCH = 1000


async def export(connection: AsyncConnection, ledger: Ledger, writer: Writer, *, lines: bool = False) -> int:
    """Write every entry of a ledger in the order of its number; how many there were."""
    count = 0
    async for entry in entries(connection, ledger, lines=lines):
        writer.write(entry)
        count += 1
    writer.close()
    return count


async def entries(
    connection: AsyncConnection, ledger: Ledger, *, lines: bool = False
) -> AsyncIterator[dict[str, Json]]:
    """Every entry of a ledger as the contract writes it, with its `lines` when asked."""
    query = _with_lines(_QUERIES[ledger], ledger) if lines else _QUERIES[ledger]
    async with connection.stream(query, execution_options={"yield_per": BATCH}) as rows:
        async for row in rows:
            yield _entry(row, ledger, lines)


clue, problem = tables.clue, tables.problem
_of_problem = clue.alias("of_problem")
_numbers = select(func.array_agg(aggregate_order_by(_of_problem.c.number, _of_problem.c.number))).where(
    _of_problem.c.problem == problem.c.number
)
# What a problem does not keep itself is that of the clue whose handling form made it.
_FROM_CLUE = ("source", "reporter", "sent_lat", "sent_lon", "datum", "accuracy", "reported_at")
_QUERIES: Mapping[Ledger, Select[Any]] = {
    Ledger.CLUE: select(clue).order_by(clue.c.number),
    Ledger.PROBLEM: select(
        problem, *(clue.c[name] for name in _FROM_CLUE), _numbers.correlate(problem).scalar_subquery().label("clues")
    )
    .join_from(problem, clue, clue.c.number == problem.c.form)
    .order_by(problem.c.number),
}


def _with_lines(query: Select[Any], ledger: Ledger) -> Select[Any]:
    line = tables.line.c
    pairs = [item for name in LINE for item in (name, line[name])]
    whole = func.json_agg(aggregate_order_by(func.json_build_object(*pairs), line.seq))
    mine = select(whole).where(line.ledger == ledger, line.number == TABLES[ledger].c.number)
    return query.add_columns(mine.scalar_subquery().label("history"))


def _entry(row: Row[Any], ledger: Ledger, lines: bool) -> dict[str, Json]:
    sent = {"lat": row.sent_lat, "lon": row.sent_lon, "datum": row.datum, "accuracy": row.accuracy}
    entry = {
        "number": row.number,
        "state": row.state,
        "source": row.source,
        "unit": row.unit_code,
        "reporter": row.reporter,
        "merchant": row.merchant,
        "indicator": row.indicator,
        "severity": row.severity,
        "text": row.text,
        "photos": row.photos,
        "place": sent if row.sent_lat is not None else None,
        "reported_at": _iso(row.reported_at),
        "due_at": _iso(row.due_at),
        "holder": _holder(row),
    }
    entry |= {"problem": row.problem} if ledger is Ledger.CLUE else {"clues": row.clues}
    return entry | {"lines": row.history or []} if lines else entry


def _holder(row: Row[Any]) -> str | None:
    """A staff id, or "unit/role" of the office that holds it."""
    person: str | None = row.holder_person
    return person or (f"{row.holder_unit}/{row.holder_role}" if row.holder_unit else None)


def _iso(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None


async def picked(tx: Tx, ledger: Ledger, numbers: Sequence[str], *, lines: bool = False) -> list[dict[str, Json]]:
    """The entries with these numbers as the contract writes them, in this order."""
    query = _with_lines(_QUERIES[ledger], ledger) if lines else _QUERIES[ledger]
    rows = await tx.execute(query.where(TABLES[ledger].c.number.in_(list(numbers))))
    found = {row.number: _entry(row, ledger, lines) for row in rows}
    return [found[number] for number in numbers if number in found]

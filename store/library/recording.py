"""Who changed what in the library, and the values of an indicator by day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from store import tables
from store.db import Tx
from store.master.indicators import VALUES, values_on
from store.tables.library import indicator_change, indicator_value
from store.words import NOTHING, Json

SINCE_EVER = datetime(1970, 1, 1, tzinfo=UTC)
"""From when on an indicator has had the values that it came with."""

Row = Mapping[str, Any]
_own = tables.indicator


async def note(
    tx: Tx, code: str, what: str, by: str, at: datetime, before: Row = NOTHING, after: Row = NOTHING
) -> None:
    """Write a change down; `what` is one of those that the table allows."""
    record = {"code": code, "what": what, "before": dict(before), "after": dict(after), "set_by": by, "at": at}
    await tx.execute(insert(indicator_change).values(record))


async def changes(tx: Tx, code: str | None = None, limit: int = 100) -> list[Row]:
    """What was done to one indicator, or to the whole library, the newest first: code, what, before, after, set_by,
    at."""
    query = select(indicator_change).order_by(indicator_change.c.id.desc()).limit(limit)
    if code:
        query = query.where(indicator_change.c.code == code)
    return [dict(row) for row in (await tx.execute(query)).mappings()]


async def history(tx: Tx, code: str) -> list[Row]:
    """The dated values of an indicator, the oldest first; empty when they have never changed."""
    dated = select(indicator_value).where(indicator_value.c.code == code).order_by(indicator_value.c.valid_from)
    return [dict(row) for row in (await tx.execute(dated)).mappings()]


async def keep_values(tx: Tx, code: str, before: Row, after: Row, valid_from: datetime, by: str, at: datetime) -> None:
    """From `valid_from` on `after` counts; `before` did since ever, when nothing was ever changed."""
    common = {"code": code, "set_by": by, "set_at": at}
    base = {**common, "valid_from": SINCE_EVER, **{name: before[name] for name in VALUES}}
    if not await history(tx, code):
        await tx.execute(insert(indicator_value).values(base))
    new = {name: after[name] for name in VALUES}
    dated = upsert(indicator_value).values(**common, valid_from=valid_from, **new)
    changed = {**new, "set_by": by, "set_at": at}
    await tx.execute(dated.on_conflict_do_update(index_elements=["code", "valid_from"], set_=changed))


async def settle(tx: Tx, at: datetime) -> None:
    """Make the rows of the library say what counts now: changes set for a later day come into force by this, too."""
    now = values_on(at)
    differs = or_(*(_own.c[name].is_distinct_from(now.c[name]) for name in VALUES))
    new = {name: now.c[name] for name in VALUES}
    await tx.execute(update(_own).where(_own.c.code == now.c.code, differs).values(new))


async def snapshot(tx: Tx) -> dict[str, dict[str, Json]]:
    """Every indicator as its row stands, by code."""
    rows = (await tx.execute(select(_own).order_by(_own.c.code))).mappings()
    return {row["code"]: {name: value for name, value in row.items() if name != "code"} for row in rows}


async def record(tx: Tx, before: Mapping[str, dict[str, Json]], by: str, at: datetime) -> None:
    """Write down what became of the library since `before`: after an import, which changes rows by the hundred."""
    for code, row in (await snapshot(tx)).items():
        old = before.get(code)
        if old is None:
            await note(tx, code, "added", by, at, after=row)
        elif old != row:
            names = [name for name in row if old[name] != row[name]]
            own = ({name: old[name] for name in names}, {name: row[name] for name in names})
            await note(tx, code, "changed", by, at, *own)
            if set(names) & set(VALUES):
                await keep_values(tx, code, old, row, at, by, at)

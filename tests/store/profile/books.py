"""Books for the tests of scores: problems with verdicts, written as the ledger writes them but without its ceremony."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import func, insert, select

from store import tables
from store.db import Tx
from store.moving.entries import load_entry
from store.profile.following import follow
from store.tables.feeds import batch, feed_outflow, feed_score
from store.words import CLOCK, Moved
from tests.world import CODE, MQ, SHOP

AT = datetime(2026, 11, 17, 2, 0, tzinfo=UTC)


async def matter(tx: Tx, shop: str = SHOP, indicator: str | None = CODE, *, internal: bool = False) -> str:
    """The number of a new problem of that shop, which waits for its verdict."""
    count = (await tx.execute(select(func.count()).select_from(tables.problem))).scalar_one()
    clue, number = f"XS-2025-{count + 1:06d}", f"WT-2025-{count + 1:06d}"
    same: dict[str, Any] = {"unit_code": MQ, "bureau": MQ, "merchant": shop, "indicator": indicator}
    same |= {"internal": internal, "severity": 3, "text": "店内有外地码卷烟", "last_at": AT, "lines": 1}
    held = {"holder_unit": MQ, "holder_role": "supervision_officer", "due_at": AT}
    filed = {"number": clue, "source": "staff", "reporter": "mq-cm", "reported_at": AT, "state": "county_review"}
    await tx.execute(insert(tables.clue).values(**filed, **same, **held))
    await tx.execute(insert(tables.handling_form).values(clue=clue, state="accepted", opened_at=AT))
    opened = {"number": number, "form": clue, "state": "verifying", "level": "county", "department": "enforcement"}
    times = {"opened_at": AT, "work_due_at": AT, "since": AT}
    await tx.execute(insert(tables.problem).values(**opened, **times, **same, **held))
    linked = {"state": "accepted", "problem": number, "problem_state": "verifying"}
    nobody = {"holder_unit": None, "holder_role": None, "due_at": None}
    await tx.execute(tables.clue.update().where(tables.clue.c.number == clue).values(**linked, **nobody))
    return number


async def line(tx: Tx, number: str, verb: str, at: datetime, **fields: Any) -> Moved:
    """A line of a problem, and what follows from it for the score."""
    lines = tables.line.c
    last = select(func.coalesce(func.max(lines.seq), 0)).where(lines.number == number)
    seq = (await tx.execute(last)).scalar_one() + 1
    said = {"ledger": "problem", "number": number, "seq": seq, "verb": verb, "before": "x", "after": "x"}
    await tx.execute(
        insert(tables.line).values(**said, by="clock", at=at, fields=fields, prev_hash="x", hash=f"{number}-{seq}")
    )
    entry = await load_entry(tx, number)
    assert entry
    moved = Moved(entry, verb, "x", CLOCK, at, seq, "", fields)
    await follow(tx, moved)
    return moved


async def confirm(tx: Tx, at: datetime, shop: str = SHOP, indicator: str | None = CODE) -> str:
    """A new problem that supervision confirmed at that moment."""
    number = await matter(tx, shop, indicator)
    await line(tx, number, "verify_closed", at)
    return number


async def came(tx: Tx, kind: str, at: datetime) -> int:
    """A batch of provincial data that came at that moment."""
    count = (await tx.execute(select(func.count()).select_from(batch))).scalar_one()
    row = {"kind": kind, "name": "x.csv", "sha256": f"{count}", "state": "done", "set_by": "sq-admin", "at": at}
    return int((await tx.execute(insert(batch).values(row).returning(batch.c.id))).scalar_one())


async def provincial(tx: Tx, score: float, day: date, came_at: datetime, shop: str = SHOP, model: str = "") -> None:
    """A provincial score; an older one of that day is replaced."""
    number = await came(tx, "scores", came_at)
    same = (feed_score.c.licence_no == shop, feed_score.c.day == day, feed_score.c.model == model)
    await tx.execute(feed_score.update().where(*same, feed_score.c.replaced_by.is_(None)).values(replaced_by=number))
    row = {"licence_no": shop, "day": day, "model": model, "score": score, "batch": number}
    await tx.execute(insert(feed_score).values(row))


async def flowed(
    tx: Tx, cartons: float, quarter: str, came_at: datetime, shop: str = SHOP, direction: str = "out_of_province"
) -> None:
    """Cartons of the shop that were found elsewhere."""
    number = await came(tx, "outflow", came_at)
    row = {"licence_no": shop, "quarter": quarter, "period": quarter, "direction": direction, "quantity": cartons}
    await tx.execute(insert(feed_outflow).values(**row, source=f"案{number}", batch=number))


async def stored(tx: Tx, shop: str = SHOP) -> dict[str, Any] | None:
    """The shop's row among the scores."""
    scores = tables.metadata.tables["shop_score"]
    row = (await tx.execute(select(scores).where(scores.c.licence_no == shop))).mappings().one_or_none()
    return dict(row) if row else None

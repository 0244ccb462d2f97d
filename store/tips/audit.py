"""One line for everything that somebody did with the vault: who, what, which tip, when; never why or what was in it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select

from store import tables
from store.db import Tx


async def note(tx: Tx, person: str, what: str, number: str | None, at: datetime) -> None:
    """Write the line."""
    await tx.execute(insert(tables.vault_audit).values(person_id=person, what=what, number=number, at=at))


async def lines_of(tx: Tx, number: str) -> list[tuple[str, str, datetime]]:
    """What was done with a tip: (userid, what, when), the oldest first."""
    audit = tables.vault_audit.c
    query = select(audit.person_id, audit.what, audit.at).where(audit.number == number).order_by(audit.id)
    return [(row.person_id, row.what, row.at) for row in await tx.execute(query)]

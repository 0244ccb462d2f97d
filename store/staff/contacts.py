"""Where people are reached. What is told to programs in their name (the door `hook`) reaches nobody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select

from store.db import Tx
from store.tables import contact
from store.words import Address


async def addresses(tx: Tx, userid: str) -> tuple[Address, ...]:
    """Every working address of one person."""
    return (await contacts(tx, [userid]))[userid]


async def contacts(tx: Tx, people: Iterable[str]) -> dict[str, tuple[Address, ...]]:
    """Every working address of each of these people; nobody is missing in the answer."""
    query = select(contact).where(
        contact.c.person_id.in_(list(people)), contact.c.off_at.is_(None), contact.c.door != "hook"
    )
    found: dict[str, tuple[Address, ...]] = defaultdict(tuple)
    for row in await tx.execute(query.order_by(contact.c.door.desc(), contact.c.address)):
        found[row.person_id] += (Address(row.door, row.address),)
    return found

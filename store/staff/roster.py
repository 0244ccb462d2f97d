"""The staff roster as a door's directory sees it: who is reached there, and what the directory changes about it.

The directory never makes a person: role and unit are the bureau's decision (`loop153 import staff`).
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, func, select, update

from store.db import Tx
from store.master.pinyin import person_initials
from store.tables import contact, person

LEFT = "left the directory"


@dataclass(frozen=True, slots=True)
class Listed:
    """One address of a door and the person behind it; `off` is why nobody is reached there any more."""

    address: str
    person: str
    name: str
    off: str | None


_ROSTER = (
    select(contact.c.address, contact.c.person_id, person.c.name, contact.c.off_reason)
    .join(person, person.c.id == contact.c.person_id)
    .where(contact.c.door == bindparam("wanted"))
    .order_by(contact.c.address)
)


async def roster(tx: Tx, door: str) -> list[Listed]:
    """Everybody who has an address at that door."""
    return [Listed(*row) for row in await tx.execute(_ROSTER, {"wanted": door})]


async def switch_off(tx: Tx, door: str, addresses: list[str], reason: str = LEFT) -> None:
    """Nobody is reached there any more; an earlier reason stays."""
    await tx.execute(
        update(contact)
        .where(contact.c.door == door, contact.c.address.in_(addresses), contact.c.off_reason.is_(None))
        .values(off_reason=reason, off_at=func.clock_timestamp())
    )


async def switch_on(tx: Tx, door: str, addresses: list[str]) -> None:
    """They are reached there again."""
    there = (contact.c.door == door, contact.c.address.in_(addresses))
    await tx.execute(update(contact).where(*there).values(off_reason=None, off_at=None))


async def rename(tx: Tx, person_id: str, name: str) -> None:
    """The person is called otherwise now, and found under the new name."""
    changed = {"name": name, "initials": person_initials(name)}
    await tx.execute(update(person).where(person.c.id == person_id).values(changed))

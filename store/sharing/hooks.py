"""Who is told of moves of the ledgers: addresses of programs, each hearing what one person may see."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from store import tables
from store.db import Tx
from store.law.scope import visible
from store.sharing.sealing import Seal
from store.staff.offices import person_known
from store.words import Moved, Person

DOOR = "hook"
hook = tables.hook.c


@dataclass(frozen=True, slots=True)
class Hook:
    """`verbs` empty: every move. `person` is whose scope it hears."""

    id: str
    name: str
    url: str
    person: str
    verbs: tuple[str, ...]
    active: bool


async def add(
    tx: Tx, seal: Seal, person: str, name: str, url: str, verbs: Sequence[str], by: Person, at: datetime
) -> tuple[Hook, str]:
    """A new one, and the secret that its messages are signed with, told once (Standard Webhooks: `whsec_…`)."""
    made, key = secrets.token_hex(8), secrets.token_bytes(32)
    values = {"id": made, "name": name, "url": url, "person_id": person, "verbs": list(verbs)}
    sealed = seal.close(key, f"hook:{made}")
    await tx.execute(insert(tables.hook).values(**values, sealed=sealed, made_by=by.id, made_at=at))
    address = {"door": DOOR, "address": made, "person_id": person}
    await tx.execute(upsert(tables.contact).values(address).on_conflict_do_nothing())
    return Hook(made, name, url, person, tuple(verbs), True), f"whsec_{b64encode(key).decode()}"


async def of(tx: Tx, person: str | None = None) -> list[Hook]:
    """Those of one person, or all."""
    query = select(tables.hook).where(hook.active).order_by(hook.made_at, hook.id)
    return [_hook(row) for row in await tx.execute(query.where(hook.person_id == person) if person else query)]


async def drop(tx: Tx, made: str, person: str | None = None) -> Hook | None:
    """It is told nothing any more; None when it is not theirs."""
    mine = [hook.id == made, hook.active, *([hook.person_id == person] if person else [])]
    row = (await tx.execute(update(tables.hook).where(*mine).values(active=False).returning(tables.hook))).one_or_none()
    if row is None:
        return None
    contact = tables.contact.c
    await tx.execute(delete(tables.contact).where(contact.door == DOOR, contact.address == made))
    return _hook(row)


async def hearing(tx: Tx, moved: Moved) -> list[Hook]:
    """Those that are told of a move: it is among their verbs, and their person may see the entry."""
    wanted = or_(func.cardinality(hook.verbs) == 0, hook.verbs.any(moved.verb))
    rows = list(await tx.execute(select(tables.hook).where(hook.active, wanted)))
    found: list[Hook] = []
    for row in rows:
        who = await person_known(tx, row.person_id)
        if who is not None and await visible(tx, who, moved.entry.number):
            found.append(_hook(row))
    return found


async def target(tx: Tx, seal: Seal, made: str) -> tuple[str, bytes] | None:
    """Where to send and what to sign with. Raises `Unreadable` when the service has another key now."""
    row = (await tx.execute(select(hook.url, hook.sealed).where(hook.id == made, hook.active))).one_or_none()
    return (row.url, seal.open(row.sealed, f"hook:{made}")) if row else None


def _hook(row: Row[Any]) -> Hook:
    return Hook(row.id, row.name, row.url, row.person_id, tuple(row.verbs), row.active)

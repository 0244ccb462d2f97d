"""Systems of others that people enter from here: OpenID Connect clients, set up by administrators (features.md H06)."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, insert, select, update

from store import tables
from store.db import Tx
from store.sharing.scopes import Scope, covers
from store.words import Person

ICONS = ("globe", "shop", "chart", "list", "book", "seal", "file", "person", "gear", "send")
partner = tables.partner.c


@dataclass(frozen=True, slots=True)
class Partner:
    """One client. `start` is the address behind its link, `redirects` those that codes may be sent to, exactly."""

    id: str
    name: str
    icon: str
    start: str
    redirects: tuple[str, ...]
    scope: Scope
    active: bool


@dataclass(frozen=True, slots=True)
class Details:
    """What an administrator enters."""

    name: str
    icon: str
    start: str
    redirects: Sequence[str]
    scope: Scope

    @property
    def columns(self) -> dict[str, Any]:
        own = {"name": self.name, "icon": self.icon, "start": self.start, "redirects": list(self.redirects)}
        return own | self.scope.columns


async def add(tx: Tx, by: Person, given: Details, at: datetime) -> tuple[str, str]:
    """A new one: its client id, and its secret, told once."""
    made, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    own = {"id": made, "secret_hash": _hash(secret), "made_by": by.id, "made_at": at}
    await tx.execute(insert(tables.partner).values(**own, **given.columns))
    await _note(tx, by, "partner_added", at)
    return made, secret


async def change(tx: Tx, by: Person, known: str, given: Details, at: datetime) -> None:
    await tx.execute(update(tables.partner).where(partner.id == known).values(given.columns))
    await _note(tx, by, "partner_changed", at)


async def renew_secret(tx: Tx, by: Person, known: str, at: datetime) -> str:
    """Another secret; the old one is good for nothing any more."""
    secret = secrets.token_urlsafe(32)
    await tx.execute(update(tables.partner).where(partner.id == known).values(secret_hash=_hash(secret)))
    await _note(tx, by, "partner_secret", at)
    return secret


async def switch(tx: Tx, by: Person, known: str, at: datetime, *, active: bool) -> None:
    """Whether people may enter it from here."""
    await tx.execute(update(tables.partner).where(partner.id == known).values(active=active))
    await _note(tx, by, "partner_opened" if active else "partner_closed", at)


async def everyone(tx: Tx) -> list[Partner]:
    rows = await tx.execute(select(tables.partner).order_by(partner.active.desc(), partner.name, partner.id))
    return [_partner(row) for row in rows]


async def open_to(tx: Tx, who: Person) -> list[Partner]:
    """Those that `who` may enter."""
    mine = (partner.active, covers(partner, who))
    return [_partner(row) for row in await tx.execute(select(tables.partner).where(*mine).order_by(partner.name))]


async def one(tx: Tx, known: str) -> Partner | None:
    row = (await tx.execute(select(tables.partner).where(partner.id == known))).one_or_none()
    return _partner(row) if row else None


async def admits(tx: Tx, known: str, who: Person) -> bool:
    """Whether `who` may enter that system now."""
    mine = (partner.id == known, partner.active, covers(partner, who))
    return (await tx.execute(select(partner.id).where(*mine))).first() is not None


async def proves(tx: Tx, known: str, secret: str) -> Partner | None:
    """The client whose secret this is. It takes as long to find out when there is none of that name."""
    row = (await tx.execute(select(tables.partner).where(partner.id == known, partner.active))).one_or_none()
    right = hmac.compare_digest(row.secret_hash if row else bytes(32), _hash(secret))
    return _partner(row) if row is not None and right else None


def _partner(row: Row[Any]) -> Partner:
    return Partner(row.id, row.name, row.icon, row.start, tuple(row.redirects), Scope.of(row), row.active)


async def _note(tx: Tx, by: Person, what: str, at: datetime) -> None:
    await tx.execute(insert(tables.audit).values(person_id=by.id, what=what, at=at))


def _hash(secret: str) -> bytes:
    return sha256(secret[:200].encode("utf-8", "replace")).digest()

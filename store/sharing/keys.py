"""Keys of the open interface: made by an administrator, shown once, good for their rights until they end.

A key acts as a person, with that person's scope and nothing beyond it; or it only reads, as a leader of one bureau
would. The database knows the SHA-256 of a key, which has 256 bits from the CSPRNG.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from sqlalchemy import Row, and_, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from store import tables
from store.db import Tx
from store.law.standing import Texts
from store.staff.absence import standing_in
from store.staff.offices import person_known
from store.texts import _
from store.words import Level, Person, Role

RIGHTS: Mapping[str, str] = MappingProxyType(
    {
        "entries:read": _("read both ledgers"),
        "entries:write": _("report and make moves"),
        "shops:read": _("read shops and their profiles"),
        "indicators:read": _("read the indicator library"),
        "feeds:write": _("bring provincial data"),
        "codes:read": _("trace pack codes"),
        "hooks:write": _("be told of moves"),
    }
)
WRITING = frozenset({"entries:write", "feeds:write", "hooks:write"})
"""Rights that only a key of a person can have."""
LONGEST = timedelta(days=400)
_PREFIX = "l153_"
_USED_EVERY = timedelta(minutes=1)
key = tables.api_key.c
_unit = tables.unit.c


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever a key stands for. `acts`: as a person, who may also write."""

    key: int
    who: Person
    rights: frozenset[str]
    acts: bool


@dataclass(frozen=True, slots=True)
class Known:
    """A key as an administrator sees it."""

    id: int
    name: str
    tail: str
    person: str
    unit: Texts | None
    rights: tuple[str, ...]
    made_at: datetime
    ends_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None


async def make(
    tx: Tx,
    by: Person,
    name: str,
    rights: Sequence[str],
    ends_at: datetime,
    at: datetime,
    *,
    person: str | None = None,
    unit: str | None = None,
) -> str:
    """A new key, as it is told once."""
    told = _PREFIX + secrets.token_urlsafe(32)
    allowed = [one for one in rights if one in RIGHTS and (person is not None or one not in WRITING)]
    values = {"name": name, "person_id": person, "unit_code": unit, "rights": allowed, "made_by": by.id, "made_at": at}
    made = insert(tables.api_key).values(**values, hash=_hash(told), tail=told[-4:], ends_at=min(ends_at, at + LONGEST))
    await tx.execute(made)
    await tx.execute(insert(tables.audit).values(person_id=by.id, what="api_key_made", at=at))
    return told


async def find(tx: Tx, told: str, at: datetime) -> Caller | None:
    """Whom a key stands for now; None when it is none, over, revoked, or its person has left."""
    live = and_(key.hash == _hash(told), key.revoked_at.is_(None), key.ends_at > at)
    row = (await tx.execute(select(tables.api_key).where(live))).one_or_none()
    if row is None:
        return None
    who = await _stands_for(tx, row, at)
    if who is None:
        return None
    stale = or_(key.used_at.is_(None), key.used_at < at - _USED_EVERY)
    await tx.execute(update(tables.api_key).where(key.id == row.id, stale).values(used_at=at))
    return Caller(row.id, who, frozenset(row.rights), row.person_id is not None)


async def _stands_for(tx: Tx, row: Row[Any], at: datetime) -> Person | None:
    if row.person_id is not None:
        who = await person_known(tx, row.person_id)
        return await standing_in(tx, who, at) if who else None
    kind = (await tx.execute(select(_unit.kind).where(_unit.code == row.unit_code))).scalar_one_or_none()
    level = Level.CITY if kind == "city" else Level.COUNTY
    return Person(f"key:{row.id}", row.name, Role.LEADER, row.unit_code, None, row.unit_code, level)


async def listed(tx: Tx) -> list[Known]:
    """Every key, those that are good first."""
    person = tables.person.c
    joined = tables.api_key.outerjoin(tables.person, person.id == key.person_id).outerjoin(
        tables.unit, _unit.code == key.unit_code
    )
    query = select(tables.api_key, person.name.label("person"), _unit.name_zh, _unit.name_en).select_from(joined)
    rows = await tx.execute(query.order_by(key.revoked_at.is_not(None), key.id.desc()).limit(200))
    return [_known(row) for row in rows]


async def revoke(tx: Tx, by: Person, number: int, at: datetime) -> None:
    """It is good for nothing from now on."""
    await tx.execute(update(tables.api_key).where(key.id == number, key.revoked_at.is_(None)).values(revoked_at=at))
    await tx.execute(insert(tables.audit).values(person_id=by.id, what="api_key_revoked", at=at))


def _known(row: Row[Any]) -> Known:
    unit = {"zh": row.name_zh, "en": row.name_en} if row.name_zh else None
    times = (row.made_at, row.ends_at, row.revoked_at, row.used_at)
    return Known(row.id, row.name, row.tail, row.person or "", unit, tuple(row.rights), *times)


def _hash(told: str) -> bytes:
    return sha256(told[:200].encode("utf-8", "replace")).digest()


# --- idempotency ------------------------------------------------------------------------------------------

answer = tables.api_answer.c
KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was asked with the same idempotency key: `same` content or another one, and the answer, if there was one."""

    same: bool
    status: int | None
    answer: Any


async def begin(tx: Tx, caller: Caller, once: str, content: str, at: datetime) -> Earlier | None:
    """Note what is asked; what was asked before with this key."""
    await tx.execute(tables.api_answer.delete().where(answer.at < at - KEPT))
    values = {"key": caller.key, "once": once, "sha256": content, "at": at}
    put = upsert(tables.api_answer).values(values).on_conflict_do_nothing().returning(answer.once)
    if (await tx.execute(put)).first():
        return None
    mine = (answer.key == caller.key, answer.once == once)
    row = (await tx.execute(select(tables.api_answer).where(*mine))).one()
    return Earlier(row.sha256 == content, row.status, row.answer)


async def settle(tx: Tx, caller: Caller, once: str, status: int, told: Any) -> None:
    """Keep the answer for whoever asks again."""
    mine = (answer.key == caller.key, answer.once == once)
    await tx.execute(update(tables.api_answer).where(*mine).values(status=status, answer=told))

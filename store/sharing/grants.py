"""Somebody's way into a partner's system: the request, the code (RFC 6749 4.1), and whether its token still counts."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete, insert, select, update

from store import tables
from store.db import Tx
from store.words import Json

REQUEST_LASTS = timedelta(minutes=15)
CODE_LASTS = timedelta(seconds=60)
_KEPT = timedelta(days=1)
request, code = tables.sso_request.c, tables.sso_code.c


@dataclass(frozen=True, slots=True)
class Grant:
    """A code that was exchanged just now: for whom, what was asked, and since when they are signed in."""

    partner: str
    person: str
    asked: Mapping[str, Json]
    signed_in_at: datetime


async def ask(tx: Tx, partner: str, asked: Mapping[str, Json], at: datetime) -> str:
    """Keep a checked request until its person is signed in here; its id."""
    made = secrets.token_urlsafe(18)
    await tx.execute(delete(tables.sso_request).where(request.made_at < at - REQUEST_LASTS))
    await tx.execute(delete(tables.sso_code).where(code.made_at < at - _KEPT))
    await tx.execute(insert(tables.sso_request).values(id=made, partner=partner, asked=dict(asked), made_at=at))
    return made


async def asked_for(tx: Tx, made: str, at: datetime) -> tuple[str, Mapping[str, Json]] | None:
    """The partner and what was asked; None for none, or one that is too old."""
    query = select(request.partner, request.asked).where(request.id == made, request.made_at > at - REQUEST_LASTS)
    row = (await tx.execute(query)).one_or_none()
    return (row.partner, row.asked) if row else None


async def grant(tx: Tx, made: str, person: str, signed_in_at: datetime, at: datetime) -> str | None:
    """A code for that request, which is used up; None when somebody was quicker."""
    gone = delete(tables.sso_request).where(request.id == made).returning(request.partner, request.asked)
    row = (await tx.execute(gone)).one_or_none()
    if row is None:
        return None
    told = secrets.token_urlsafe(32)
    values = {"partner": row.partner, "person_id": person, "asked": row.asked, "signed_in_at": signed_in_at}
    await tx.execute(insert(tables.sso_code).values(hash=_hash(told), **values, made_at=at))
    await tx.execute(insert(tables.audit).values(person_id=person, what="sso_entered", at=at))
    return told


async def drop(tx: Tx, made: str) -> None:
    """The request came to nothing."""
    await tx.execute(delete(tables.sso_request).where(request.id == made))


async def exchange(tx: Tx, told: str, partner: str, token: str, at: datetime) -> Grant | None:
    """What a code stands for, once; `token` is the id of the access token that is given for it. A code that comes
    twice takes its token back (RFC 6749 4.1.2)."""
    mine = (code.hash == _hash(told), code.partner == partner)
    fresh = update(tables.sso_code).where(*mine, code.used_at.is_(None), code.made_at > at - CODE_LASTS)
    columns = (code.person_id, code.asked, code.signed_in_at)
    row = (await tx.execute(fresh.values(used_at=at, token=token).returning(*columns))).one_or_none()
    if row is None:
        await tx.execute(update(tables.sso_code).where(code.hash == _hash(told)).values(token=None))
        return None
    return Grant(partner, row.person_id, row.asked, row.signed_in_at)


async def stands(tx: Tx, token: str) -> bool:
    """Whether an access token was not taken back."""
    return (await tx.execute(select(code.hash).where(code.token == token))).first() is not None


def _hash(told: str) -> bytes:
    return sha256(told[:200].encode("utf-8", "replace")).digest()

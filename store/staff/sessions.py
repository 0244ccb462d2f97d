"""Who is signed in to the console: one-time links, and the sessions that they open.

Tokens are 128 bits (links) and 256 bits (cookies) from the CSPRNG; the database knows their SHA-256 only, so that a
copy of it signs nobody in. A link is good for five minutes and once. A session ends after two idle hours, after twelve
hours in all, and at once when its person is no longer active.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, and_, delete, exists, func, insert, or_, select, update

from store import tables
from store.db import Tx
from store.law.standing import Texts
from store.staff.absence import standing_in
from store.staff.offices import person_known
from store.words import Person

LINK_LASTS = timedelta(minutes=5)
IDLE = timedelta(hours=2)
WHOLE = timedelta(hours=12)
MOST_LINKS = 10
"""Links that one person may ask for within an hour."""
_SEEN_EVERY = timedelta(minutes=1)
_LONGEST = 100
"""Characters of a token; more is no token of ours."""

link, session = tables.sign_in.c, tables.session.c
_person, _unit, _vault = tables.person.c, tables.unit.c, tables.vault_officer.c
_SEATED = select(tables.session, _unit.name_zh, _unit.name_en, _vault.kind).select_from(
    tables.session.join(tables.person, _person.id == session.person_id)
    .join(tables.unit, _unit.code == _person.unit_code)
    .outerjoin(tables.vault_officer, and_(_vault.person_id == session.person_id, _vault.active))
)


@dataclass(frozen=True, slots=True)
class Session:
    """One browser in which somebody is signed in. `key` tells it from every other and is no secret."""

    key: str
    door: str
    language: str
    unit: Texts  # where its person sits, in both languages
    vault: str = ""  # what they are to the vault: officer, custodian, outside; empty for nothing


# --- links ------------------------------------------------------------------------------------------------


async def make_link(tx: Tx, who: Person, at: datetime) -> str | None:
    """What a new one-time link for `who` carries; earlier ones are void. None when they asked too often."""
    lately = select(func.count()).where(link.person_id == who.id, link.made_at > at - timedelta(hours=1))
    if (await tx.execute(lately)).scalar_one() >= MOST_LINKS:
        return None
    await tx.execute(update(tables.sign_in).where(link.person_id == who.id, link.ends_at > at).values(ends_at=at))
    token = secrets.token_urlsafe(16)
    values = {"person_id": who.id, "door": who.address.door if who.address else "cli", "made_at": at}
    await tx.execute(insert(tables.sign_in).values(token_hash=_hash(token), ends_at=at + LINK_LASTS, **values))
    return token


async def is_good(tx: Tx, token: str, at: datetime) -> bool:
    """Whether a link could be used just now; looking does not use it."""
    return (await tx.execute(select(link.person_id).where(*_good(token, at)))).first() is not None


async def redeem(tx: Tx, token: str, at: datetime) -> str | None:
    """Use a link up: the cookie of the session it opens; None when it is spent, too old or none of ours."""
    used = update(tables.sign_in).where(*_good(token, at)).values(used_at=at)
    row = (await tx.execute(used.returning(link.person_id, link.door))).one_or_none()
    return await begin(tx, row.person_id, row.door, at) if row else None


def _good(token: str, at: datetime) -> tuple[ColumnElement[bool], ...]:
    active = exists().where(tables.person.c.id == link.person_id, tables.person.c.active)
    return (link.token_hash == _hash(token), link.used_at.is_(None), link.ends_at > at, active)


# --- sessions ---------------------------------------------------------------------------------------------


async def begin(tx: Tx, person: str, door: str, at: datetime) -> str | None:
    """Sign somebody in: the cookie of a new session, and a line about it. None when they are not active."""
    who = await person_known(tx, person)
    if who is None:
        return None
    await _sweep(tx, at)
    token = secrets.token_urlsafe(32)
    values = {"person_id": who.id, "door": door, "language": who.language, "made_at": at, "seen_at": at}
    await tx.execute(insert(tables.session).values(token_hash=_hash(token), ends_at=at + WHOLE, **values))
    await _note(tx, who.id, f"console_in_{door}", at)
    return token


async def find(tx: Tx, token: str, at: datetime) -> tuple[Session, Person] | None:
    """The session behind a cookie, and its person as they stand now, with those they stand in for."""
    live = (session.token_hash == _hash(token), session.ends_at > at, session.seen_at > at - IDLE)
    row = (await tx.execute(_SEATED.where(*live))).one_or_none()
    who = await person_known(tx, row.person_id) if row else None
    if row is None or who is None:
        return None
    unit = {"zh": row.name_zh, "en": row.name_en}
    found = Session(row.token_hash.hex(), row.door, row.language, unit, row.kind or "")
    return found, await standing_in(tx, who, at)


async def since(tx: Tx, key: str) -> datetime | None:
    """When that session began."""
    mine = select(session.made_at).where(session.token_hash == bytes.fromhex(key))
    return (await tx.execute(mine)).scalar_one_or_none()


async def seen(tx: Tx, key: str, at: datetime) -> None:
    """It was used just now. Written once a minute only."""
    mine = (session.token_hash == bytes.fromhex(key), session.seen_at < at - _SEEN_EVERY)
    await tx.execute(update(tables.session).where(*mine).values(seen_at=at))


async def speak(tx: Tx, key: str, language: str) -> None:
    """The language of this session from now on; chats and letters keep theirs."""
    await tx.execute(update(tables.session).where(session.token_hash == bytes.fromhex(key)).values(language=language))


async def end(tx: Tx, token: str, at: datetime) -> None:
    """Sign out, with a line about it. A session that is gone already stays gone."""
    gone = delete(tables.session).where(session.token_hash == _hash(token)).returning(session.person_id)
    person = (await tx.execute(gone)).scalar_one_or_none()
    if person is not None:
        await _note(tx, person, "console_out", at)


async def end_all(tx: Tx, person: str) -> None:
    """Sign somebody out everywhere, and void their links: they left, or lost a phone."""
    await tx.execute(delete(tables.session).where(session.person_id == person))
    await tx.execute(delete(tables.sign_in).where(link.person_id == person))


async def _sweep(tx: Tx, at: datetime) -> None:
    """What is over is thrown away when somebody comes in."""
    await tx.execute(delete(tables.session).where(or_(session.ends_at < at, session.seen_at < at - IDLE)))
    await tx.execute(delete(tables.sign_in).where(link.ends_at < at - timedelta(hours=1)))


async def _note(tx: Tx, person: str, what: str, at: datetime) -> None:
    await tx.execute(insert(tables.audit).values(person_id=person, what=what, at=at))


def _hash(token: str) -> bytes:
    return sha256(token[:_LONGEST].encode("utf-8", "replace")).digest()

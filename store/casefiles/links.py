"""Short-lived links to a case file: signed for one person and one case, good for half an hour.

A link is `/case/<number>.zip?token=<what>.<mac>`: `what` is the JSON list [person, number, end in seconds since 1970]
in base64url, `mac` its HMAC-SHA256 under a key that lies in the database, so every replica makes and knows them.
"""

from __future__ import annotations

import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from store import tables
from store.db import Tx

GOOD_FOR = timedelta(minutes=30)
_NAME = "case_links"
_KEY_BYTES = 32
_LONGEST = 1000
"""Characters of a token; more is no token of ours."""


async def make(tx: Tx, person: str, number: str, at: datetime) -> str:
    """The path of a link to the file of that case, for that person (userid), from `at` on."""
    end = int((at + GOOD_FOR).timestamp())
    what = json.dumps([person, number, end], ensure_ascii=False, separators=(",", ":")).encode()
    return f"/case/{number}.zip?token={_text(what)}.{_text(_mac(await _key(tx), what))}"


async def open(tx: Tx, token: str, at: datetime) -> tuple[str, str] | None:
    """(person, number) of a token that was made here and is still good at `at`; else None."""
    first, _, second = token[:_LONGEST].partition(".")
    what, mac = _bytes(first), _bytes(second)
    if what is None or mac is None or not hmac.compare_digest(_mac(await _key(tx), what), mac):
        return None
    person, number, end = json.loads(what)
    return (person, number) if at.timestamp() <= end else None


async def note_taken(tx: Tx, person: str, what: str, number: str, at: datetime) -> None:
    """Write down who took what out of the books."""
    await tx.execute(insert(tables.audit).values(person_id=person, what=what, number=number, at=at))


async def _key(tx: Tx) -> bytes:
    """The key of all replicas; the first that needs it makes it."""
    table = tables.secret
    new = upsert(table).values(name=_NAME, value=secrets.token_bytes(_KEY_BYTES))
    found = select(table.c.value).where(table.c.name == _NAME)
    key: bytes | None = (await tx.execute(found)).scalar_one_or_none()
    if key is None:
        await tx.execute(new.on_conflict_do_nothing())
        key = (await tx.execute(found)).scalar_one()
    return key


def _mac(key: bytes, what: bytes) -> bytes:
    return hmac.digest(key, what, sha256().name)


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes | None:
    try:
        return urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
    except (Error, ValueError):
        return None

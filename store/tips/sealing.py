"""The rows of one tip: what is sealed in them, how they hang together, and the check that nothing was changed.

Messages count up from 0 (the answers). Each is sealed for its place, signed by its author over the hash of the one
before it, and the sealed head knows how many there are and how the last one hashes. So a flipped bit, a swapped,
repeated or missing row, and a message that nobody entitled wrote, are all noticed when a tip is read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from nacl.public import PrivateKey
from nacl.signing import SigningKey, VerifyKey
from sqlalchemy import Row, insert, select, update

from store import tables, vault
from store.db import Tx
from store.tips.nouns import NotYours, Tampered
from store.vault import Broken
from store.words import Json

tip, tip_message = tables.tip, tables.tip_message
_START = b""


@dataclass(frozen=True, slots=True)
class Case:
    """What a tip knows of itself. `signers`: verify keys (hex) of officers by userid; `proofs`: those of receipts."""

    door: str
    notice: str
    signers: Mapping[str, str]
    proofs: tuple[str, ...]
    named: Json  # see `officers.recover`


@dataclass(frozen=True, slots=True)
class Said:
    """One message as it was written, checked."""

    counter: int
    author: str
    day: date
    payload: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes: `who` is tipster or officer; `userid` of an officer."""

    who: str
    sign: SigningKey
    userid: str = ""


async def tip_row(tx: Tx, number: str, *, lock: bool = False) -> Row[Any]:
    """The tip's row, unless it is gone. Raises `NotYours`."""
    query = select(tip).where(tip.c.number == number, tip.c.status != "erased")
    row = (await tx.execute(query.with_for_update() if lock else query)).one_or_none()
    if row is None:
        raise NotYours
    return row


# --- the case -------------------------------------------------------------------------------------------


def seal_case(key: PrivateKey, number: str, case: Case) -> bytes:
    """The case for the tip's row."""
    fields = {
        "door": case.door,
        "notice": case.notice,
        "signers": dict(case.signers),
        "proofs": list(case.proofs),
        "named": case.named,
    }
    return vault.seal(key, _json(fields), number, "case", 0)


def open_case(key: PrivateKey, row: Row[Any]) -> Case:
    """The case of a tip's row. Raises `Tampered`."""
    fields = _loaded(key, row.sealed, row.number, "case", 0)
    return Case(fields["door"], fields["notice"], fields["signers"], tuple(fields["proofs"]), fields["named"])


# --- messages -------------------------------------------------------------------------------------------


async def begin(tx: Tx, key: PrivateKey, number: str, author: Author, payload: Mapping[str, Json], day: date) -> bytes:
    """Write message 0 and return the sealed head for the tip's row."""
    last = await _write(tx, key, number, 0, author, payload, day, _START)
    return _seal_head(key, number, 0, last)


async def append(tx: Tx, key: PrivateKey, number: str, author: Author, payload: Mapping[str, Json], day: date) -> int:
    """Write the next message; its counter. Raises `Tampered` when the head does not fit."""
    row = await tip_row(tx, number, lock=True)
    last = _head(key, row)
    counter: int = row.messages + 1
    last = await _write(tx, key, number, counter, author, payload, day, last)
    head = _seal_head(key, number, counter, last)
    await tx.execute(update(tip).where(tip.c.number == number).values(messages=counter, head=head))
    return counter


async def conversation(tx: Tx, key: PrivateKey, row: Row[Any]) -> list[Said]:
    """Every message, the answers first. Raises `Tampered` when anything is not as it was written."""
    query = select(tip_message).where(tip_message.c.number == row.number).order_by(tip_message.c.counter)
    rows, case, last, found = (await tx.execute(query)).all(), open_case(key, row), _START, []
    if [one.counter for one in rows] != list(range(row.messages + 1)):
        raise Tampered(row.number)
    for one in rows:
        payload = _loaded(key, one.sealed, row.number, one.author, one.counter)
        _check_signature(case, one, payload, last)
        last = vault.link(last, one.sealed, one.signature)
        found.append(Said(one.counter, one.author, one.day, payload))
    if last != _head(key, row):
        raise Tampered(row.number)
    return found


async def _write(
    tx: Tx,
    key: PrivateKey,
    number: str,
    counter: int,
    author: Author,
    payload: Mapping[str, Json],
    day: date,
    last: bytes,
) -> bytes:
    signed = {**payload, "signer": author.userid}
    sealed = vault.seal(key, _json(signed), number, author.who, counter)
    signature = vault.sign(author.sign, *_signed(number, author.who, counter, day, last, sealed))
    row = {"number": number, "counter": counter, "author": author.who, "day": day}
    await tx.execute(insert(tip_message).values(**row, sealed=sealed, signature=signature))
    return vault.link(last, sealed, signature)


def _check_signature(case: Case, one: Row[Any], payload: Mapping[str, Json], last: bytes) -> None:
    signer = case.signers.get(payload["signer"])
    keys: Sequence[str] = case.proofs if one.author == "tipster" else (signer,) if signer else ()
    parts = _signed(one.number, one.author, one.counter, one.day, last, one.sealed)
    for key in keys:
        try:
            vault.check(VerifyKey(bytes.fromhex(key)), one.signature, *parts)
        except Broken:
            continue
        return
    raise Tampered(one.number)


def _signed(number: str, author: str, counter: int, day: date, last: bytes, sealed: bytes) -> tuple[bytes, ...]:
    return number.encode(), author.encode(), str(counter).encode(), day.isoformat().encode(), last, sealed


def _seal_head(key: PrivateKey, number: str, count: int, last: bytes) -> bytes:
    return vault.seal(key, last, number, "head", count)


def _head(key: PrivateKey, row: Row[Any]) -> bytes:
    try:
        return vault.unseal(key, row.head, row.number, "head", row.messages)
    except Broken:
        raise Tampered(row.number) from None


def _loaded(key: PrivateKey, sealed: bytes, number: str, field: str, counter: int) -> dict[str, Json]:
    try:
        found: dict[str, Json] = json.loads(vault.unseal(key, sealed, number, field, counter))
    except Broken:
        raise Tampered(number) from None
    return found


def _json(value: Mapping[str, Json]) -> bytes:
    return json.dumps(dict(value), ensure_ascii=False).encode("utf-8", "replace")

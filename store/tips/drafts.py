"""Drafts of tips in chats: sealed, in UNLOGGED tables, under keys that a new pepper forgets every day.

Neither a chat id nor a message key is written anywhere: only HMACs under the day's pepper. A crash empties the tables,
backups leave their schema out. Keys of the day before still count while a draft of it may live.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import date, datetime, timedelta
from uuid import uuid4

from nacl import secret, utils
from nacl.exceptions import CryptoError
from sqlalchemy import Table, delete, func, literal, select, true, update
from sqlalchemy.dialects.postgresql import Insert, insert

from store import tables
from store.clock.workdays import local_day
from store.db import Tx
from store.remembered import keep, once
from store.vault import KEY, pad, unpad
from store.words import Json

KEPT = timedelta(minutes=30)
"""How long an untouched draft lives, and how long a repeated delivery gets the same answer."""
_SIZES = (4 * 1024, 64 * 1024)
_FILE_SIZES = (64 * 1024, 256 * 1024, 1024 * 1024)
_PEPPERS = "peppers"
_CLOCK = select(func.clock_timestamp().label("at"), tables.tip_pepper.c.day, tables.tip_pepper.c.value).select_from(
    select(literal(1).label("one")).subquery().outerjoin(tables.tip_pepper, true())
)
"""One row at least; a few days' peppers at most."""
_LIVING = (tables.tip_draft, tables.tip_draft_file, tables.tip_seen)


class Chat:
    """One chat under the pepper of one day: what its rows are found by, and what opens them."""

    def __init__(self, pepper: bytes, door: str, chat_id: str, message: str = "") -> None:
        name = json.dumps([door, chat_id, message]).encode()
        self.found_by = hmac.digest(pepper, b"find" + name, hashlib.sha256)
        self._box = secret.SecretBox(hmac.digest(pepper, b"open" + name, hashlib.sha256))

    def seal(self, plain: bytes, sizes: tuple[int, ...] = _SIZES) -> bytes:
        return self._box.encrypt(pad(plain, sizes))

    def open(self, sealed: bytes) -> bytes:
        return unpad(self._box.decrypt(sealed))


async def clock(tx: Tx) -> datetime:
    """The database's clock, as `db.now`; the same question brings the peppers that this transaction will need."""
    rows = (await tx.execute(_CLOCK)).all()
    keep(tx, _PEPPERS, {row.day: bytes(row.value) for row in rows if row.day is not None})
    at: datetime = rows[0].at
    return at


async def held(tx: Tx, door: str, chat_id: str, at: datetime) -> Json | None:
    """The draft of a chat that has one, as `load`; whoever comes meanwhile waits at its row, not before it. Where there
    is none nobody waits: for visits, which begin with a draft."""
    chats = await _chats(tx, door, chat_id, at)
    keys, table = [chat.found_by for chat in chats], tables.tip_draft.c
    query = select(table.key, table.sealed).where(table.key.in_(keys), table.ends_at > at).with_for_update()
    for _again in chats:  # right after midnight the row moves: who waited for the old one finds the new one
        found = {bytes(row.key): row.sealed for row in await tx.execute(query)}
        for chat in chats:
            if chat.found_by in found:
                return _opened(chat, found[chat.found_by])
    return None


async def load(tx: Tx, door: str, chat_id: str, at: datetime) -> Json | None:
    """The draft of this chat; None when there is none or it ended. From now until the end of the transaction every
    other message of this chat waits."""
    chats = await _chats(tx, door, chat_id, at)
    await tx.execute(select(func.pg_advisory_xact_lock(int.from_bytes(chats[0].found_by[:8], "big", signed=True))))
    return await _load(tx, tables.tip_draft, chats, at)


async def save(tx: Tx, door: str, chat_id: str, state: Json, at: datetime) -> None:
    """Keep the draft (anything JSON holds), and its files, for 30 minutes from now."""
    chats, table, file = await _chats(tx, door, chat_id, at), tables.tip_draft, tables.tip_draft_file
    mine = file.c.key.in_([chat.found_by for chat in chats])
    touched = update(file).where(mine).values(ends_at=at + KEPT).returning(file.c.id).cte("touched")
    await tx.execute(_put(table, chats[0], state, at).add_cte(touched))
    for older in chats[1:]:
        await tx.execute(delete(table).where(table.c.key == older.found_by))


async def forget(tx: Tx, door: str, chat_id: str, at: datetime) -> None:
    """The draft is over: submitted or cancelled; its files too."""
    keys = [chat.found_by for chat in await _chats(tx, door, chat_id, at)]
    for table in (tables.tip_draft, tables.tip_draft_file):
        await tx.execute(delete(table).where(table.c.key.in_(keys)))


async def drop_files(tx: Tx, door: str, chat_id: str, at: datetime) -> None:
    """The files of the draft are needed no more; the draft stays."""
    keys = [chat.found_by for chat in await _chats(tx, door, chat_id, at)]
    await tx.execute(delete(tables.tip_draft_file).where(tables.tip_draft_file.c.key.in_(keys)))


async def keep_file(tx: Tx, door: str, chat_id: str, kind: str, mime: str, data: bytes, at: datetime) -> str:
    """Keep a cleaned file with the draft, sealed likewise; its id."""
    chat, id_ = (await _chats(tx, door, chat_id, at))[0], str(uuid4())
    head = json.dumps([kind, mime]).encode()
    sealed = chat.seal(len(head).to_bytes(2, "big") + head + data, _FILE_SIZES)
    row = {"id": id_, "key": chat.found_by, "sealed": sealed, "ends_at": at + KEPT}
    await tx.execute(insert(tables.tip_draft_file).values(row))
    return id_


async def files(tx: Tx, door: str, chat_id: str, at: datetime) -> dict[str, tuple[str, str, bytes]]:
    """The files of the draft: id -> (kind, mime, data)."""
    table, found = tables.tip_draft_file.c, {}
    for chat in await _chats(tx, door, chat_id, at):
        query = select(table.id, table.sealed).where(table.key == chat.found_by, table.ends_at > at)
        for row in await tx.execute(query):
            plain = chat.open(row.sealed)
            end = 2 + int.from_bytes(plain[:2], "big")
            kind, mime = json.loads(plain[2:end])
            found[row.id] = (kind, mime, plain[end:])
    return found


async def seen(tx: Tx, door: str, chat_id: str, message_key: str, at: datetime) -> Json | None:
    """The answer that this message got already; None when it is new."""
    return await _load(tx, tables.tip_seen, await _chats(tx, door, chat_id, at, message_key), at)


async def remember(tx: Tx, door: str, chat_id: str, message_key: str, answer: Json, at: datetime) -> None:
    """Keep the answer to a message for repeated deliveries, sealed like a draft."""
    await tx.execute(_put(tables.tip_seen, (await _chats(tx, door, chat_id, at, message_key))[0], answer, at))


async def bucket_key(tx: Tx, door: str, source: str, at: datetime) -> bytes:
    """The HMAC of an address under the day's pepper: the key of a token bucket kept in memory (tipline.md §7)."""
    return Chat(await _pepper(tx, local_day(at)), door, source, "bucket").found_by


async def sweep(tx: Tx, at: datetime) -> int:
    """Delete what ended, and peppers of days gone; how many rows."""
    count = 0
    for table in _LIVING:
        count += (await tx.execute(delete(table).where(table.c.ends_at <= at))).rowcount
    pepper = tables.tip_pepper
    gone = delete(pepper).where(pepper.c.day < local_day(at - KEPT))
    return count + (await tx.execute(gone)).rowcount


async def _chats(tx: Tx, door: str, chat_id: str, at: datetime, message: str = "") -> list[Chat]:
    """The chat under today's pepper and, right after midnight, under yesterday's."""
    days = dict.fromkeys((local_day(at), local_day(at - KEPT)))
    return [Chat(await _pepper(tx, day), door, chat_id, message) for day in days]


async def _pepper(tx: Tx, day: date) -> bytes:
    known: dict[date, bytes] = await once(tx, _PEPPERS, _none)
    if day not in known:
        known[day] = await _made(tx, day)
    return known[day]


async def _none() -> dict[date, bytes]:
    return {}


async def _made(tx: Tx, day: date) -> bytes:
    """The pepper of that day, made when it is the first question of the day."""
    table = tables.tip_pepper
    query = select(table.c.value).where(table.c.day == day)
    value = (await tx.execute(query)).scalar_one_or_none()
    if value is None:
        made = insert(table).values(day=day, value=utils.random(KEY)).on_conflict_do_nothing()
        await tx.execute(made)
        value = (await tx.execute(query)).scalar_one()
    return bytes(value)


async def _load(tx: Tx, table: Table, chats: list[Chat], at: datetime) -> Json | None:
    for chat in chats:
        query = select(table.c.sealed).where(table.c.key == chat.found_by, table.c.ends_at > at)
        sealed = (await tx.execute(query)).scalar_one_or_none()
        if sealed is not None:
            return _opened(chat, sealed)
    return None


def _opened(chat: Chat, sealed: bytes) -> Json | None:
    try:
        return json.loads(chat.open(sealed))
    except CryptoError:
        return None  # somebody changed the row: the draft is lost, and nothing else


def _put(table: Table, chat: Chat, value: Json, at: datetime) -> Insert:
    row = {"sealed": chat.seal(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")), "ends_at": at + KEPT}
    put = insert(table).values(key=chat.found_by, **row)
    return put.on_conflict_do_update(index_elements=["key"], set_=row)

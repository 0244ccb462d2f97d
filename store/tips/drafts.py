"""Drafts of tips in chats: sealed, in UNLOGGED tables, under keys that a new pepper forgets every day.

Neither a chat id nor a message key is written anywhere: only HMACs under the day's pepper. A crash empties the tables.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from store.db import Tx
from store.words import Json

KEPT = timedelta(minutes=30)
"""How long an untouched draft lives, and how long a repeated delivery gets the same answer."""


async def load(tx: Tx, door: str, chat_id: str, at: datetime) -> Json | None:
    """The draft of this chat, locked for this transaction; None when there is none or it ended. Also without a draft
    one message per chat at a time passes."""
    raise NotImplementedError


async def save(tx: Tx, door: str, chat_id: str, state: Json, at: datetime) -> None:
    """Keep the draft (anything JSON holds) for 30 minutes from now."""
    raise NotImplementedError


async def forget(tx: Tx, door: str, chat_id: str, at: datetime) -> None:
    """The draft is over: submitted or cancelled; its files too."""
    raise NotImplementedError


async def keep_file(tx: Tx, door: str, chat_id: str, kind: str, mime: str, data: bytes, at: datetime) -> str:
    """Keep a cleaned file with the draft, sealed likewise; its id."""
    raise NotImplementedError


async def files(tx: Tx, door: str, chat_id: str, at: datetime) -> dict[str, tuple[str, str, bytes]]:
    """The files of the draft: id -> (kind, mime, data)."""
    raise NotImplementedError


async def seen(tx: Tx, door: str, chat_id: str, message_key: str, at: datetime) -> Json | None:
    """The answer that this message got already; None when it is new."""
    raise NotImplementedError


async def remember(tx: Tx, door: str, chat_id: str, message_key: str, answer: Json, at: datetime) -> None:
    """Keep the answer to a message for repeated deliveries, sealed like a draft."""
    raise NotImplementedError


async def bucket_key(tx: Tx, door: str, source: str, at: datetime) -> bytes:
    """The HMAC of an address under the day's pepper: the key of a token bucket kept in memory (tipline.md §7)."""
    raise NotImplementedError


async def sweep(tx: Tx, at: datetime) -> int:
    """Delete what ended, and peppers of days gone; how many rows."""
    raise NotImplementedError

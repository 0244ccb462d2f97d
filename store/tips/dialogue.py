"""Messages both ways: sealed, counted, chained and signed; reading checks all of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from store.db import Tx
from store.tips.nouns import Conversation, Held, Opened, TipFile


async def read(tx: Tx, whose: Held | Opened, at: datetime) -> Conversation:
    """Everything that `whose` may see, after hashes, signatures and counters were checked. Marks the other side's
    messages as seen. Raises `Tampered`."""
    raise NotImplementedError


async def say(tx: Tx, held: Held, text: str, files: Sequence[TipFile], at: datetime) -> None:
    """A message of the tipster. Raises `Tampered`."""
    raise NotImplementedError


async def answer(tx: Tx, opened: Opened, text: str, files: Sequence[TipFile], at: datetime) -> None:
    """A message of the officer, signed with their key; the first one acknowledges the tip. Raises `Tampered`."""
    raise NotImplementedError


async def file_bytes(tx: Tx, whose: Held | Opened, file_id: str) -> bytes:
    """The bytes of a file, with its MIME type in `StoredFile`. Raises `Tampered`, or `NotYours` when there is no such
    file in this tip (or the receipt is not `full`)."""
    raise NotImplementedError

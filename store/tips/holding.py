"""The tipster's side: finding a tip by its receipt, reading it, adding to it, ending it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from store.db import Tx
from store.receipts import Receipt
from store.tips.nouns import Held, TipFile


async def find(tx: Tx, receipt: Receipt | None, at: datetime) -> Held | None:
    """The tip of this receipt. The same work and time for a receipt that is unknown, expired, deleted or malformed
    (None)."""
    raise NotImplementedError


async def rotate(tx: Tx, held: Held, at: datetime) -> Receipt:
    """A new receipt for a tip whose own was shown in a chat: at its first use on the web page. The old one works until
    `confirm_rotation`, so that a page that never arrived loses nothing."""
    raise NotImplementedError


async def confirm_rotation(tx: Tx, held: Held, at: datetime) -> None:
    """The tipster has written the new receipt down (`held` is found with it): the old one ends."""
    raise NotImplementedError


async def delete(tx: Tx, held: Held, at: datetime) -> None:
    """End a tip at once and for good; a tombstone with coarse dates stays."""
    raise NotImplementedError


async def give_identity(tx: Tx, held: Held, identity: str, at: datetime) -> None:
    """Seal who the tipster is to the custodian's key alone, when they were asked or want to say it. Raises `NoOfficer`
    when there is no custodian."""
    raise NotImplementedError


__all__ = ["Sequence", "TipFile"]

"""The officer's side: unlocking one's vault, one's list, opening a tip, identity, the end of a tip."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from store.db import Tx
from store.tips.nouns import Denied, OfficerKey, Opened, TipRow
from store.vault import Cost
from store.words import Json


async def unlock(
    tx: Tx, person_id: str, passphrase: str, at: datetime, *, cost: Cost | None = None
) -> OfficerKey | Denied:
    """The officer's keys, or why not. Never raises for a wrong passphrase, so that the caller's commit keeps the count
    of tries; five wrong ones lock the vault for 15 minutes, longer each time. Takes about a second in a thread.
    `cost` is stored with the key; the argument is of no use but to tests that make keys."""
    raise NotImplementedError


async def list_for(tx: Tx, key: OfficerKey, at: datetime) -> list[TipRow]:
    """The tips that this key opens, those that wait longest first."""
    raise NotImplementedError


async def open_tip(tx: Tx, key: OfficerKey, number: str, at: datetime) -> Opened:
    """Open one tip and leave an audit line. Raises `NotYours`."""
    raise NotImplementedError


async def ask_identity(tx: Tx, opened: Opened, reason: str, at: datetime) -> None:
    """Ask the custodian to release who the tipster is; leaves a line. When the tipster gave none, they are asked in the
    dialogue."""
    raise NotImplementedError


async def identity_requests(tx: Tx, key: OfficerKey, at: datetime) -> list[tuple[str, str, str]]:
    """What waits for the custodian: (tip number, userid who asks, reason)."""
    raise NotImplementedError


async def release_identity(tx: Tx, key: OfficerKey, number: str, at: datetime) -> str:
    """The custodian opens the identity for the officer who asked, to whom it is sealed; leaves a line. The text is
    returned to the custodian. Raises `NotYours`."""
    raise NotImplementedError


async def identity(tx: Tx, opened: Opened, at: datetime) -> str | None:
    """Who the tipster is, once it was released to this officer; leaves a line."""
    raise NotImplementedError


async def dispatch(tx: Tx, opened: Opened, fields: Mapping[str, Json], delay: timedelta, at: datetime) -> datetime:
    """Plan a sanitised field check with only these `fields` (text, merchant, indicator, department, assignee,
    severity, due_on), up to `delay` from now at a random moment; returns that moment. Raises `Refused`."""
    raise NotImplementedError


async def accept(tx: Tx, opened: Opened, fields: Mapping[str, Json], at: datetime) -> str:
    """Accept the tip into the ledgers with the handling form's `fields` (as verb accept): the new problem's number.
    Raises `Refused`."""
    raise NotImplementedError


async def close(tx: Tx, opened: Opened, outcome: str, text: str, at: datetime) -> None:
    """End the tip with an outcome (confirmed | unfounded | transferred | answered) and a last message; retention
    begins."""
    raise NotImplementedError

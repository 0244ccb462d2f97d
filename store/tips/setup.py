"""Setting the vault up: escrow, officers, recovery. What the command line, the console and the demo call."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from store.db import Tx
from store.vault import Cost


@dataclass(frozen=True, slots=True)
class NewOfficer:
    """What is shown once: the printable key that opens the vault when the passphrase is forgotten."""

    recovery: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Status:
    """What `loop153 vault status` shows: no content, no secret."""

    ready: bool
    threshold: int
    shares: int
    officers: tuple[tuple[str, str, bool], ...]  # userid, kind, active
    tips: dict[str, int]  # status -> how many


async def init(tx: Tx, at: datetime, *, threshold: int = 2, shares: int = 3) -> tuple[str, ...]:
    """Make the bureau's escrow key; its private half as `shares` phrases of words, of which `threshold` restore it,
    shown once and never stored. Raises `Refused` when there is one."""
    raise NotImplementedError


async def add_officer(
    tx: Tx, person_id: str, kind: str, passphrase: str, at: datetime, *, cost: Cost | None = None
) -> NewOfficer:
    """Make a vault for somebody (kind: officer | custodian | outside). Raises `Refused`."""
    raise NotImplementedError


async def status(tx: Tx) -> Status:
    """How the vault stands."""
    raise NotImplementedError

"""Filing a tip: the vault rows and the entry of the clue ledger, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from store.db import Tx
from store.receipts import Receipt
from store.tips.nouns import TipFile
from store.words import Json

NAMING = ("person_name", "person_role", "person_unit")
"""Answers that name somebody inside: a typed name, a role's code (`Role` or `FieldRole`), a typed or chosen station.
Beside them every full name of a member of staff anywhere in the answers counts as named. `about` = "insider" says that
the tip is about staff at all. `identity` is sealed to the custodian alone. Everything else is free."""


async def can_take(tx: Tx, at: datetime) -> bool:
    """Whether anybody could open a tip: a door asks before it begins."""
    raise NotImplementedError


async def file_tip(
    tx: Tx,
    answers: Mapping[str, Json],
    files: Sequence[TipFile],
    *,
    door: str,
    notice: str,
    chat: bool,
    at: datetime,
) -> Receipt:
    """Seal a tip and enter it in the clue ledger (source tip, a random number, a coarse day). `notice`: which notice
    the door had shown; `chat`: the receipt will be shown inside a chat. Raises `NoOfficer` with nothing written."""
    raise NotImplementedError

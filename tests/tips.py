"""A vault for tests: escrow, officers of the sample world and a custodian, with passphrases that cost nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from store import tips
from store.db import Tx
from store.tips import Held, OfficerKey, Opened, TipFile
from store.tips.receipts import Receipt
from store.vault import Cost

CHEAP = Cost(passes=1, memory=8192)
"""The least that Argon2id takes."""

OFFICERS = {"sq-ng1": "officer", "sq-ng2": "officer", "mq-ng1": "officer", "sq-custodian": "custodian"}
PHOTO = TipFile("image", "image/jpeg", b"\xff\xd8 cleaned already " * 40)
ANSWERS: dict[str, Any] = {
    "about": "shop",
    "text": "凌晨两点有人从后门往外搬整箱的真烟",
    "merchant": "江山便利店",
    "when": "last week",
    "place": {"lat": 34.649412345, "lon": 115.142398765, "datum": "wgs84", "label": "人民路"},
}


def passphrase(userid: str) -> str:
    return f"correct horse {userid}"


async def make_vault(
    tx: Tx, at: datetime, officers: Mapping[str, str] = OFFICERS
) -> tuple[tuple[str, ...], dict[str, str]]:
    """The escrow's phrases, and the printed recovery keys by userid."""
    phrases = await tips.setup.init(tx, at)
    made = {
        one: await tips.setup.add_officer(tx, one, kind, passphrase(one), at, cost=CHEAP)
        for one, kind in officers.items()
    }
    return phrases, {one: new.recovery for one, new in made.items()}


async def file_tip(
    tx: Tx, at: datetime, *, chat: bool = False, files: tuple[TipFile, ...] = (), **more: Any
) -> Receipt:
    return await tips.file_tip(tx, {**ANSWERS, **more}, files, door="web", notice="https", chat=chat, at=at)


async def held(tx: Tx, receipt: Receipt, at: datetime) -> Held:
    found = await tips.find(tx, receipt, at)
    assert found
    return found


async def key_of(tx: Tx, userid: str, at: datetime) -> OfficerKey:
    key = await tips.unlock(tx, userid, passphrase(userid), at)
    assert isinstance(key, OfficerKey)
    return key


async def opened(tx: Tx, userid: str, number: str, at: datetime) -> Opened:
    return await tips.open_tip(tx, await key_of(tx, userid, at), number, at)

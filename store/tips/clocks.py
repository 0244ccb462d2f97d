"""The clocks of tips: acknowledge within 7 days, feed back within 3 months, erase 90 days after the end."""

from __future__ import annotations

from datetime import datetime

from store.db import Tx
from store.tips.nouns import Tampered


async def alarm(tx: Tx, fault: Tampered, at: datetime) -> None:
    """Note that a tip was tampered with, and have the officers and administrators told by a constant sentence."""
    raise NotImplementedError

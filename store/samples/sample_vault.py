"""The sample world's vault: one city officer and a custodian with passphrases that the demo shows on its banner."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from store.db import Tx
from store.tips import setup
from store.tips.setup import CannotSetUp
from store.vault import DEAR, Cost

PASSPHRASES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        # userid -> what they are to the vault, and their passphrase
        "city-supervision1": ("officer", "灯塔 渔船 棉花 信封"),
        "city-custodian": ("custodian", "石桥 风筝 茶壶 铅笔"),
    }
)


async def sample_vault(tx: Tx, at: datetime, *, cost: Cost = DEAR) -> Mapping[str, tuple[str, str]]:
    """Make the vault in a demo's database, once; whose passphrases are what. The escrow's shares are thrown away."""
    try:
        await setup.init(tx, at)
    except CannotSetUp:  # an earlier demo made it
        return PASSPHRASES
    for userid, (kind, passphrase) in PASSPHRASES.items():
        await setup.add_officer(tx, userid, kind, passphrase, at, cost=cost)
    return PASSPHRASES

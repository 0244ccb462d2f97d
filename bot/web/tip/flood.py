"""How much may come at once: of one visitor, and of all together. Nothing of it is written down (tipline.md §7)."""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256

from bot.tips.buckets import Buckets

_ALL = b"all"
COSTS = {"begin": 2.0, "open": 2.0, "take": 1.0, "say": 2.0}
"""What a posted form costs, by the name of its handler; others cost 0.5."""


@dataclass(slots=True)
class Flood:
    """One process's buckets. A visitor is known by an HMAC of the address under a key that lives in memory for a day.

    Through a proxy on this machine, and through Tor, everybody has one address: there only the common bucket counts.
    """

    visitor: Buckets = field(default_factory=lambda: Buckets(rate=2.0, burst=200))
    door: Buckets = field(default_factory=lambda: Buckets(rate=200.0, burst=4000))
    _day: date | None = None
    _key: bytes = b""

    def passes(self, address: str | None, handler: str, at: datetime) -> bool:
        """Whether this form may be taken now."""
        cost = COSTS.get(handler, 0.5)
        mine = self._name(address, at.date())
        if mine is not None and not self.visitor.take(mine, at, cost):
            return False
        return self.door.take(_ALL, at, cost)

    def _name(self, address: str | None, day: date) -> bytes | None:
        if address is None or _is_ours(address):
            return None
        if day != self._day:
            self._day, self._key = day, secrets.token_bytes(32)
        return hmac.digest(self._key, address.encode(), sha256)


def _is_ours(address: str) -> bool:
    """Whether it is a proxy's of the same house, which says nothing of who is behind it."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return True
    return found.is_loopback or found.is_private

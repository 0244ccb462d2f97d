"""Slows down whoever tries links that open nothing. The tokens need no such guard; the log and the metrics do."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections import deque
from dataclasses import dataclass, field

MOST = 20
WITHIN = 600.0
"""So many misses from one address within so many seconds."""
_ADDRESSES = 10_000


@dataclass(slots=True)
class Flood:
    """Counts misses by a keyed hash of the address; the key lives as long as the process."""

    _key: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    _misses: dict[bytes, deque[float]] = field(default_factory=dict)

    def again(self, address: str) -> bool:
        """Note a miss; whether there were too many. What is good is let in all the same."""
        now = time.monotonic()
        if len(self._misses) >= _ADDRESSES:
            self._misses.clear()
        name = hashlib.blake2b(address.encode(), key=self._key, digest_size=16).digest()
        misses = self._misses.setdefault(name, deque(maxlen=MOST + 1))
        misses.append(now)
        return len(misses) > MOST and now - misses[0] < WITHIN

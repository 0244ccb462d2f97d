"""One message per person at a time within this process, so that replicas rarely have to take a turn again."""

from __future__ import annotations

import asyncio
from weakref import WeakValueDictionary

from store.words import Address


class Turns:
    """A lock per address that exists only while somebody holds or awaits it."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[Address, asyncio.Lock] = WeakValueDictionary()

    def of(self, sender: Address) -> asyncio.Lock:
        """The turn of `sender`, for `async with`; later messages of the same address wait in order."""
        lock = self._locks.get(sender)
        if lock is None:
            lock = self._locks[sender] = asyncio.Lock()
        return lock

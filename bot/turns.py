"""One message per person at a time within this process, so that replicas rarely have to take a turn again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from store.words import Address


class Turns:
    """A lock per address that exists only while somebody holds or awaits it."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[Address, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def of(self, sender: Address) -> AsyncIterator[None]:
        """Hold the turn of `sender`; later messages of the same address wait in order."""
        lock = self._locks.get(sender)
        if lock is None:
            lock = self._locks[sender] = asyncio.Lock()
        async with lock:
            yield

"""How many letters may be with one door at once: begins with two, grows with every success, shrinks with trouble.

A frequency limit or a wrong secret is therefore met by two calls, not by dozens; a busy door soon runs at full width.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import monotonic

from store.words import Later, Never, Outcome, Sent

_FIRST = 2
_QUIET = 1.0  # seconds after which a door counts as untried again
_MANY = 5  # so many different letters in trouble and no success between: it is the door, not the letters


class _Line:
    """People waiting in order for one of `width()` places."""

    def __init__(self, width: Callable[[], int]) -> None:
        self._width = width
        self._waiting: deque[asyncio.Future[None]] = deque()
        self.busy = 0

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        await self._enter()
        try:
            yield
        finally:
            self.busy -= 1
            self._let_in()

    async def _enter(self) -> None:
        if self.busy < self._width() and not self._waiting:
            self.busy += 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # let in and cancelled in the same instant
                self.busy -= 1
                self._let_in()
            raise

    def _let_in(self) -> None:
        while self._waiting and self.busy < self._width():
            turn = self._waiting.popleft()
            if not turn.done():
                self.busy += 1
                turn.set_result(None)


class Window:
    """The way to one door, for one replica: an anteroom, where letters are marked as started, and then the slots."""

    def __init__(self, widest: int = 32) -> None:
        self.widest = widest
        self._size = _FIRST
        self._slots = _Line(lambda: self._size)
        self._anteroom = _Line(lambda: 2 * self._size)
        self._last = monotonic()
        self._shut_until = 0.0
        self._troubled: set[int] = set()

    @asynccontextmanager
    async def anteroom(self) -> AsyncIterator[bool]:
        """A place to get ready in, so that the slots need not wait for the database; False when the door is shut."""
        if not self._anteroom.busy and monotonic() - self._last > _QUIET:
            self._size = min(self._size, _FIRST)
        async with self._anteroom.place():
            yield monotonic() >= self._shut_until

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[bool]:
        """A place on the way, waited for in order; False when the door was shut meanwhile."""
        async with self._slots.place():
            yield monotonic() >= self._shut_until
            self._last = monotonic()

    def limit(self, widest: int) -> None:
        """What the door allows, as all replicas agreed."""
        self.widest = max(1, widest)
        self._size = min(self._size, self.widest)

    def shut(self, seconds: float) -> None:
        """Nobody enters for a while; begin carefully afterwards."""
        self._shut_until = max(self._shut_until, monotonic() + seconds)
        self._size = 1

    @property
    def halved(self) -> int:
        """Half of what is allowed now."""
        return max(1, self.widest // 2)

    @property
    def failing(self) -> float:
        """Seconds to leave the door alone because nothing gets through; 0 while something does."""
        extra = len(self._troubled) - _MANY
        return 0.0 if extra < 0 else min(15.0, 2.0 ** min(extra, 4))

    def learn(self, letter: int, outcome: Outcome) -> None:
        """Draw the conclusion from one answer."""
        match outcome:
            case Sent():
                self._troubled.clear()
                self._size = min(self.widest, self._size + 1)
            case Later(counts=counts):
                if counts:
                    self._troubled.add(letter)
                self._size = max(1, self._size // 2)
            case Never(alarm=alarm):
                if not alarm:
                    self._troubled.clear()  # the door did answer

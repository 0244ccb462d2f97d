"""What the mail room needs of a door (bot/doors.py)."""

from __future__ import annotations

from typing import Protocol

from notifier.shown import Shown
from store.words import Address, Card, Outcome


class Sender(Protocol):
    """A door's sending half."""

    def envelope(self, to: Address, text: str, key: str, card: Card | None = None, picture: str = "") -> bytes:
        """The exact bytes that `send` will post. Same arguments, same bytes. With `picture` (an id in the books) it
        shows that instead of the text, where the door shows pictures."""

    def update(self, to: Address, card: Shown, words: str) -> bytes:
        """The exact bytes that take the buttons off a card; `words` stand in their place where the door can."""

    async def send(self, to: Address, body: bytes) -> Outcome:
        """Post frozen bytes. What the network or the other side does is an `Outcome`, never an exception."""

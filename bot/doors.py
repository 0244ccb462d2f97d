"""What a door is: the few things the office needs of each way in and out, and the list of them.

A door is a folder with `read.py` (outside -> Incoming) and `send.py` (Letter -> Outcome). Adding one touches
that folder and `DOORS` below.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from store.words import Address, Outcome, Say


@dataclass(frozen=True, slots=True)
class Media:
    """The bytes of a photo or recording as the door gave them."""

    data: bytes
    mime: str
    name: str | None = None


class MediaGone(Exception):
    """The other side does not have it any more; retrying is useless."""


class Door(Protocol):
    """One way in and out. Doors hold no state that matters: PostgreSQL does."""

    name: str

    def routes(self) -> Sequence[web.RouteDef]:
        """The HTTP routes it listens on; empty for a door that polls."""

    def pages(self, says: Sequence[Say]) -> list[str]:
        """The utterances as this door's texts, each within its size limit, split on character boundaries."""

    def envelope(self, to: Address, text: str, key: str) -> bytes:
        """The exact bytes that `send` will post: what the mail room freezes. Same arguments, same bytes."""

    async def send(self, to: Address, body: bytes) -> Outcome:
        """Post frozen bytes. Never raises for what the network or the other side does: that is an `Outcome`."""

    async def fetch(self, ref: str) -> Media:
        """The bytes behind a `File.ref`. Raises `MediaGone`, or any other error to be tried again later."""

    async def start(self) -> None:
        """Begin what runs in the background (polling); return at once."""

    async def stop(self) -> None:
        """End it within a few seconds."""

"""What a door is: the few things the office needs of each way in and out, and the list of them.

A door is a folder with `read.py` (outside -> Incoming), `send.py` (Letter -> Outcome) and `opening.py` (settings ->
Door). Adding one touches that folder, its settings, and `DOORS` below.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol, cast

from aiohttp import ClientSession, web
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.settings import PREFIX, Settings
from notifier.shown import Shown
from store.words import Address, Card, Incoming, Outcome, Receipt, Say

Receive = Callable[[Incoming], Awaitable[Receipt]]
"""The desk, as a door sees it."""


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

    def envelope(self, to: Address, text: str, key: str, card: Card | None = None, picture: str = "") -> bytes:
        """The exact bytes that `send` will post: what the mail room freezes. Same arguments, same bytes.

        A door that can draw a `card` shows it with the text or in its place; any other leaves it aside. A door that
        shows pictures sends the `picture` (its id in `store/reports/pictures.py`) in place of the text.
        """

    def update(self, to: Address, card: Shown, words: str) -> bytes:
        """The exact bytes that take the buttons off a card, for `send`, too; `words` stand in their place where the
        door can write there."""

    async def send(self, to: Address, body: bytes) -> Outcome:
        """Post frozen bytes. Never raises for what the network or the other side does: that is an `Outcome`."""

    async def fetch(self, ref: str) -> Media:
        """The bytes behind a `File.ref`. Raises `MediaGone`, or any other error to be tried again later."""

    async def start(self) -> None:
        """Begin what runs in the background (polling); return at once."""

    async def stop(self) -> None:
        """End it within a few seconds."""


DOORS: Mapping[str, tuple[str, ...]] = {
    "wecom": ("wecom_corp_id", "wecom_agent_id", "wecom_secret", "wecom_token", "wecom_aes_key"),
    "telegram": ("telegram_token",),
    "wechat": ("wechat_app_id", "wechat_secret", "wechat_token"),
    "hook": (),
}
"""Every door by its name, which is also its folder's, with the settings without which it stays closed."""


def missing(name: str, settings: Settings) -> list[str]:
    """The variables that this door still needs; it is open when there are none."""
    needs = [*DOORS[name]]
    if name == "telegram" and settings.telegram_mode == "webhook":
        needs.append("telegram_webhook_secret")
    return [PREFIX + need.upper() for need in needs if getattr(settings, need) is None]


def open_door(name: str, settings: Settings, http: ClientSession, engine: AsyncEngine, receive: Receive) -> Door:
    """The door of that name; only doors that open are loaded."""
    opening = import_module(f"bot.{name}.opening")
    return cast(Door, opening.open_door(settings, http, engine, receive))

"""The door to other programs is always open; who is told stands in the database."""

from __future__ import annotations

from aiohttp import ClientSession
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.doors import Door, Receive
from bot.hook.door import HookDoor
from bot.settings import Settings
from store.sharing.sealing import open_seal


def open_door(settings: Settings, http: ClientSession, engine: AsyncEngine, receive: Receive) -> Door:
    """The door of these settings."""
    return HookDoor(engine, open_seal(settings.secret, settings.data_dir.absolute()), inside=settings.hooks_inside)

"""When the Telegram door opens, and with what."""

from __future__ import annotations

from aiohttp import ClientSession
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.doors import Door, Receive
from bot.settings import Settings
from bot.telegram.door import TelegramConfig, TelegramDoor


def open_door(settings: Settings, http: ClientSession, engine: AsyncEngine, receive: Receive) -> Door:
    """The door of these settings, which are complete."""
    assert settings.telegram_token is not None
    secret = settings.telegram_webhook_secret if settings.telegram_mode == "webhook" else None
    config = TelegramConfig(
        token=settings.telegram_token.get_secret_value(),
        base=settings.telegram_api_base,
        webhook_secret=secret.get_secret_value() if secret else None,
        public_url=settings.public_url,
    )
    return TelegramDoor(config, http, engine, receive)

"""When the Official Account's door opens, and with what."""

from __future__ import annotations

from aiohttp import ClientSession
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.doors import Door, Receive
from bot.settings import Settings
from bot.wechat.config import WechatConfig
from bot.wechat.door import WechatDoor


def open_door(settings: Settings, http: ClientSession, engine: AsyncEngine, receive: Receive) -> Door:
    """The door of these settings, which are complete."""
    assert settings.wechat_app_id is not None
    assert settings.wechat_secret is not None
    assert settings.wechat_token is not None
    aes_key = settings.wechat_aes_key
    config = WechatConfig(
        app_id=settings.wechat_app_id,
        secret=settings.wechat_secret.get_secret_value(),
        token=settings.wechat_token.get_secret_value(),
        aes_key=aes_key.get_secret_value() if aes_key else None,
        api_base=settings.wechat_api_base,
    )
    return WechatDoor(config, http, engine, receive)

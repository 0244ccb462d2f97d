"""When the WeCom door opens, and with what."""

from __future__ import annotations

import re
from collections.abc import Mapping

from aiohttp import ClientSession
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.doors import Door, Receive
from bot.settings import Settings
from bot.wecom.config import WecomConfig
from bot.wecom.door import WecomDoor

_VERIFY_NAME = re.compile(r"WW_verify_(\w+)\.txt")


def open_door(settings: Settings, http: ClientSession, engine: AsyncEngine, receive: Receive) -> Door:
    """The door of these settings, which are complete."""
    return WecomDoor(config_of(settings), http, engine, receive)


def config_of(settings: Settings) -> WecomConfig:
    """The app's values out of complete settings."""
    assert settings.wecom_corp_id is not None
    assert settings.wecom_agent_id is not None
    contacts = settings.wecom_contacts_secret
    return WecomConfig(
        corp_id=settings.wecom_corp_id,
        agent_id=settings.wecom_agent_id,
        secret=_plain(settings.wecom_secret),
        token=_plain(settings.wecom_token),
        aes_key=_plain(settings.wecom_aes_key),
        contacts_secret=contacts.get_secret_value() if contacts else None,
        api_base=settings.wecom_api_base,
        oauth_base=settings.wecom_oauth_base,
        verify_files=verify_files(settings),
    )


def verify_files(settings: Settings) -> Mapping[str, str]:
    """`WW_verify_….txt` by name: those that lie in the data folder, and those named in `LOOP153_WECOM_VERIFY`, whose
    text is the random part of their name (that is what Tencent puts into them)."""
    named = (settings.wecom_verify or "").replace(",", " ").split()
    texts = {name: found[1] for name in named if (found := _VERIFY_NAME.fullmatch(name))}
    if settings.data_dir.is_dir():
        for file in settings.data_dir.glob("WW_verify_*.txt"):
            texts[file.name] = file.read_text("utf-8").strip()
    return texts


def _plain(secret: SecretStr | None) -> str:
    assert secret is not None
    return secret.get_secret_value()

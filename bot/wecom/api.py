"""The API of one self-built app: `message/*`, `media/*`, `menu/*`, and with the other secret the directory."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import aiohttp
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.wecom.config import WecomConfig
from bot.wecom.errors import TOKEN_CODES
from bot.weixin.client import Caller, Client
from bot.weixin.faults import Unreachable
from bot.weixin.keeper import Keeper
from store.tokens import Granted

_TOKEN_SECONDS = 5.0


def app_client(
    config: WecomConfig, http: aiohttp.ClientSession, engine: AsyncEngine, clock: Callable[[], float] = time.monotonic
) -> Client:
    """Calls as the app: sends, media, menu, and the part of the directory that the app may see."""
    return _client(config, config.secret, "wecom:app", http, engine, clock)


def contacts_client(config: WecomConfig, http: aiohttp.ClientSession, engine: AsyncEngine) -> Client | None:
    """Calls with the contacts-sync secret, where there is one: the whole directory, and nothing else (48002)."""
    if config.contacts_secret is None:
        return None
    return _client(config, config.contacts_secret, "wecom:contacts", http, engine, time.monotonic)


def _client(
    config: WecomConfig,
    secret: str,
    name: str,
    http: aiohttp.ClientSession,
    engine: AsyncEngine,
    clock: Callable[[], float],
) -> Client:
    caller = Caller(http, config.api_base)

    async def ask() -> Granted:
        params = {"corpid": config.corp_id, "corpsecret": secret}
        answer = await caller.ask("GET", "/cgi-bin/gettoken", params, seconds=_TOKEN_SECONDS)
        try:
            return Granted(str(answer["access_token"]), timedelta(seconds=float(answer["expires_in"])))
        except (KeyError, TypeError, ValueError):
            raise Unreachable("gettoken answered without a token") from None

    return Client(caller, Keeper(engine, name, ask, clock=clock), TOKEN_CODES)

"""The account's API: only its token, and the photos that somebody sent. Nothing is ever sent to anybody."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import aiohttp
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.doors import Media, MediaGone
from bot.wechat.config import WechatConfig
from bot.weixin.client import Caller, Client
from bot.weixin.faults import ApiError, Unreachable
from bot.weixin.keeper import Keeper
from store.tokens import Granted

LIMIT = 10 * 1024 * 1024
"""Bytes of the largest picture that WeChat takes from anybody."""
_TOKEN_SECONDS = 5.0
_TOKEN_CODES = frozenset((40001, 40014, 41001, 42001))
_MEDIA_CODES = frozenset((40004, 40005, 40006, 40007, 44001, 45001))


def client(
    config: WechatConfig, http: aiohttp.ClientSession, engine: AsyncEngine, clock: Callable[[], float] = time.monotonic
) -> Client:
    """Calls as the account. A new token kills the old one, so all replicas share one row of `token` (store/tokens)."""
    caller = Caller(http, config.api_base)

    async def ask() -> Granted:
        params = {"grant_type": "client_credential", "appid": config.app_id, "secret": config.secret}
        answer = await caller.ask("GET", "/cgi-bin/token", params, seconds=_TOKEN_SECONDS)
        try:
            return Granted(str(answer["access_token"]), timedelta(seconds=float(answer["expires_in"])))
        except (KeyError, TypeError, ValueError):
            raise Unreachable("token answered without a token") from None

    return Client(caller, Keeper(engine, "wechat:account", ask, clock=clock), _TOKEN_CODES)


async def fetch(calls: Client, media_id: str) -> Media:
    """The bytes. Raises `MediaGone` when no retry can help, `ApiError` or `Unreachable` when one may."""
    try:
        return await calls.download("/cgi-bin/media/get", {"media_id": media_id}, LIMIT)
    except ApiError as fault:
        if fault.code in _MEDIA_CODES:
            raise MediaGone(str(fault.code)) from None
        raise

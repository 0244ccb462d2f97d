"""Photos and recordings by media id (D90254). They die after three days, so they are fetched at once."""

from __future__ import annotations

from bot.doors import Media, MediaGone
from bot.wecom.errors import Reaction, reaction
from bot.weixin.client import Client
from bot.weixin.faults import ApiError

LIMIT = 20 * 1024 * 1024
"""Bytes; the largest that WeCom takes from anybody (a file, D90253)."""


async def fetch(client: Client, media_id: str) -> Media:
    """The bytes. Raises `MediaGone` when no retry can help, `ApiError` or `Unreachable` when one may."""
    try:
        return await client.download("/cgi-bin/media/get", {"media_id": media_id}, LIMIT)
    except ApiError as fault:
        if reaction(fault.code) in (Reaction.MEDIA_GONE, Reaction.MEDIA):
            raise MediaGone(str(fault)) from None
        raise

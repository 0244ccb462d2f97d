"""The bodies of message/send: the same letter always gives the same bytes (D90236)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from zlib import crc32

from bot.weixin.client import to_json
from bot.weixin.pages import unlinked
from store.words import Address

TEXT_LIMIT = 2048
RESEND_WINDOW = timedelta(hours=3)
"""For at least so long the same bytes are shown only once, so a letter of unknown fate may be sent again."""
_LONGEST_WINDOW = 14400  # seconds, WeCom's own limit


def envelope(agent_id: int, to: Address, text: str, key: str) -> bytes:
    """The body of message/send for one person. Raises `ValueError` above 2048 bytes of text: callers page."""
    if len(text.encode()) > TEXT_LIMIT:
        raise ValueError(f"a text of more than {TEXT_LIMIT} bytes: split it into pages first")
    return message(agent_id, to, "text", {"content": unlinked(text)}, key)


def message(agent_id: int, to: Address, kind: str, content: Mapping[str, Any], key: str) -> bytes:
    """The body of message/send for one person, of any kind.

    WeCom drops a body it has seen within `duplicate_check_interval`. That protects a letter that is sent twice, but
    would swallow another letter that happens to say the same, so the letter's key moves the interval a little.
    """
    spare = _LONGEST_WINDOW - int(RESEND_WINDOW.total_seconds())
    return to_json(
        {
            "touser": to.id,
            "msgtype": kind,
            "agentid": agent_id,
            kind: content,
            "enable_duplicate_check": 1,
            "duplicate_check_interval": _LONGEST_WINDOW - crc32(key.encode()) % (spare + 1),
        }
    )

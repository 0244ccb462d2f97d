"""Letter -> Outcome: the exact bytes of a `sendMessage`, and what its answer means for the letter."""

from __future__ import annotations

import json
from datetime import timedelta

from aiohttp import ClientError

from bot.telegram.api import Answer, BotApi
from store.words import Address, Json, Later, Never, Outcome, Sent

_SOON = timedelta(seconds=5)
_GONE = ("chat not found", "user not found", "peer_id_invalid", "user is deactivated", "bot was blocked")


def envelope(to: Address, text: str, keyboard: Json | None = None) -> bytes:
    """The body of `sendMessage`. Same arguments, same bytes."""
    message: dict[str, Json] = {"chat_id": int(to.id), "text": text, "link_preview_options": {"is_disabled": True}}
    if keyboard is not None:
        message["reply_markup"] = keyboard
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()


async def send(api: BotApi, body: bytes) -> Outcome:
    """Post frozen bytes; whatever the network or Telegram does is an `Outcome`."""
    try:
        return outcome(await api.call("sendMessage", body))
    except TimeoutError:
        return Later("timeout", _SOON)
    except (ClientError, OSError) as fault:
        return Later(type(fault).__name__, _SOON)


def outcome(answer: Answer) -> Outcome:
    """What an answer means (Bot API, "Making requests" and observed descriptions)."""
    reason = f"{answer.code} {answer.description}"[:200]
    if answer.ok:
        return Sent(str(answer.result.get("message_id")) if isinstance(answer.result, dict) else None)
    if answer.code == 429:
        pause = timedelta(seconds=max(1.0, float(answer.retry_after or 1)))
        return Later(reason, pause, counts=False, pause_door=True)
    if answer.code >= 500:
        return Later(reason, _SOON)
    if answer.code in (401, 404):
        return Never(reason, alarm=True)
    gone = answer.code == 403 or any(words in answer.description.lower() for words in _GONE)
    return Never(reason, gone=gone)

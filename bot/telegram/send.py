"""Letter -> Outcome: the exact bytes of a `sendMessage`, and what its answer means for the letter."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from aiohttp import ClientError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.telegram.api import Answer, BotApi
from bot.work import showing
from store.words import Address, Json, Later, Never, Outcome, Sent

_SOON = timedelta(seconds=5)
UPDATES = b'{"message_id":'
PHOTOS = b'{"photo":'
_NO_BUTTONS = ("message is not modified", "message to edit not found", "message can't be edited")
_GONE = ("chat not found", "user not found", "peer_id_invalid", "user is deactivated", "bot was blocked")


def envelope(to: Address, text: str, keyboard: Json | None = None) -> bytes:
    """The body of `sendMessage`. Same arguments, same bytes."""
    message: dict[str, Json] = {"chat_id": int(to.id), "text": text, "link_preview_options": {"is_disabled": True}}
    if keyboard is not None:
        message["reply_markup"] = keyboard
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()


def card_update(to: Address, message: int) -> bytes:
    """The body of `editMessageReplyMarkup` that takes the buttons off a message. `UPDATES` tells it from a message."""
    change = {"message_id": message, "chat_id": int(to.id), "reply_markup": {"inline_keyboard": []}}
    return json.dumps(change, separators=(",", ":")).encode()


def photo(to: Address, picture: str) -> bytes:
    """What stands for `sendPhoto` while a letter waits: whom to show which picture of the books. `PHOTOS` tells it."""
    return json.dumps({"photo": picture, "chat_id": int(to.id)}, separators=(",", ":")).encode()


async def send_photo(api: BotApi, engine: AsyncEngine, body: bytes) -> Outcome:
    """Draw the picture, if nobody has, and show it."""
    letter = json.loads(body)
    try:
        png = await showing.png(engine, letter["photo"])
        return outcome(await api.upload("sendPhoto", {"chat_id": str(letter["chat_id"])}, "photo", png))
    except showing.Missing:
        return Never("the picture is not kept any more")
    except TimeoutError:
        return Later("timeout", _SOON, doubt=True)
    except (ClientError, OSError) as fault:
        return Later(type(fault).__name__, _SOON)


async def send(api: BotApi, body: bytes) -> Outcome:
    """Post frozen bytes; whatever the network or Telegram does is an `Outcome`."""
    updates = body.startswith(UPDATES)
    try:
        answer = await api.call("editMessageReplyMarkup" if updates else "sendMessage", body)
        return updated(answer) if updates else outcome(answer, card=b'"reply_markup":' in body)
    except TimeoutError:
        return Later("timeout", _SOON)
    except (ClientError, OSError) as fault:
        return Later(type(fault).__name__, _SOON)


def updated(answer: Answer) -> Outcome:
    """What an answer to an update means: buttons that are gone already, with their message or without, are gone."""
    if not answer.ok and any(words in answer.description.lower() for words in _NO_BUTTONS):
        return Sent()
    found = outcome(answer)
    return replace(found, gone=False) if isinstance(found, Never) else Sent() if answer.ok else found


def outcome(answer: Answer, *, card: bool = False) -> Outcome:
    """What an answer means (Bot API, "Making requests" and observed descriptions); `card`: it had buttons."""
    reason = f"{answer.code} {answer.description}"[:200]
    if answer.ok:
        ref = str(answer.result.get("message_id")) if isinstance(answer.result, dict) else None
        return Sent(ref, code=ref if card else None)
    if answer.code == 429:
        pause = timedelta(seconds=max(1.0, float(answer.retry_after or 1)))
        return Later(reason, pause, counts=False, pause_door=True)
    if answer.code >= 500:
        return Later(reason, _SOON)
    if answer.code in (401, 404):
        return Never(reason, alarm=True)
    gone = answer.code == 403 or any(words in answer.description.lower() for words in _GONE)
    return Never(reason, gone=gone, plain=card and not gone)

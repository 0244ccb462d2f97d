"""Telegram -> Incoming: what an `Update` says, in the house's words."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

from bot.telegram.updates import Media, Message, Update
from store.words import Address, Body, Choice, Datum, File, FileKind, Incoming, Place, Silence, Text

DOOR = "telegram"
WANTED = ("message", "callback_query")
"""The kinds of update we ask for; everything else is acknowledged and counted."""


def read(update: Update, bot: str) -> Incoming | None:
    """The message in this update, or None when it is none of ours (a group, another bot, an unknown kind).

    `bot` is the bot's id: update ids are unique for one bot only.
    """
    key = f"{bot}:{update.update_id}"
    if update.callback_query is not None:
        tap = update.callback_query
        return Incoming(key, Address(DOOR, str(tap.sender.id)), Choice(tap.data) if tap.data else Silence("button"))
    message = update.message
    if message is None or message.sender is None or message.sender.is_bot or message.chat.type != "private":
        return None
    return Incoming(key, Address(DOOR, str(message.sender.id)), _body(message, key))


def _body(message: Message, key: str) -> Body:
    if message.text is not None:
        return Text(_without_slash(message.text))
    if message.location is not None:
        at, venue = message.location, message.venue
        label = f"{venue.title} {venue.address}".strip() if venue else ""
        return Place(at.latitude, at.longitude, Datum.WGS84, at.horizontal_accuracy, label)
    attached = _attached(message)
    if attached is None:
        return Text(message.caption) if message.caption else Silence("kind")
    kind, media = attached
    return File(
        id=str(uuid5(NAMESPACE_URL, f"{DOOR}:{key}")),
        kind=kind,
        ref=media.file_id,
        name=media.file_name,
        size=media.file_size,
        album=message.media_group_id,
        note=message.caption,
    )


def _attached(message: Message) -> tuple[FileKind, Media] | None:
    """The file of a message, photos in their largest size."""
    if message.photo:
        return FileKind.IMAGE, max(message.photo, key=lambda size: size.width * size.height)
    moving = message.video or message.video_note or message.animation
    if moving:
        return FileKind.VIDEO, moving
    sound = message.voice or message.audio
    if sound:
        return FileKind.VOICE, sound
    if message.document:
        picture = (message.document.mime_type or "").startswith("image/")
        return (FileKind.IMAGE if picture else FileKind.FILE), message.document
    return None


def _without_slash(text: str) -> str:
    """`/report@our_bot` is the word `report`; `/start`, which every chat begins with, asks for help."""
    if not text.startswith("/"):
        return text
    command, _, rest = text[1:].partition(" ")
    word = command.partition("@")[0]
    return f"{'help' if word == 'start' else word} {rest}".strip()

"""What Telegram sends, as far as we understand it: the parts of the Bot API's `Update` that can mean something here.

Unknown fields are ignored, so a newer Bot API changes nothing. aiogram has all of it as types, but loading them takes
seconds and 130 MB (a replica may use 200 MB in all); the tests hold these models and our requests against aiogram's.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class User(_Part):
    id: int
    is_bot: bool = False


class Chat(_Part):
    id: int
    type: str


class Media(_Part):
    """PhotoSize, Document, Voice, Audio, Video, VideoNote or Animation; sizes in bytes and pixels."""

    file_id: str
    file_size: int | None = None
    file_name: str | None = None
    mime_type: str | None = None
    width: int = 0
    height: int = 0


class Location(_Part):
    """Degrees in WGS-84; the radius of uncertainty in metres."""

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    horizontal_accuracy: float | None = None


class Venue(_Part):
    title: str = ""
    address: str = ""


class Message(_Part):
    message_id: int
    chat: Chat
    sender: User | None = Field(default=None, alias="from")
    text: str | None = None
    caption: str = ""
    media_group_id: str | None = None
    photo: tuple[Media, ...] = ()
    document: Media | None = None
    voice: Media | None = None
    audio: Media | None = None
    video: Media | None = None
    video_note: Media | None = None
    animation: Media | None = None
    location: Location | None = None
    venue: Venue | None = None


class Tap(_Part):
    """A CallbackQuery: somebody pressed an inline button."""

    id: str
    sender: User = Field(alias="from")
    data: str | None = None


class Update(_Part):
    update_id: int
    message: Message | None = None
    callback_query: Tap | None = None

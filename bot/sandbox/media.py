"""Media as the cloud keeps them: three days each, checked by kind, size and first bytes on upload (D90253)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from bot.sandbox.errors import Refusal
from bot.sandbox.tokens import word

LIFE = timedelta(days=3)
MEGABYTE = 1024 * 1024
LARGEST: Mapping[str, int] = {
    "image": 10 * MEGABYTE,
    "voice": 2 * MEGABYTE,
    "video": 10 * MEGABYTE,
    "file": 20 * MEGABYTE,
}


@dataclass(frozen=True, slots=True)
class Media:
    """Some bytes and what they are. `name` is the file name that members see."""

    kind: str
    data: bytes
    mime: str
    name: str
    at: datetime


class MediaShelf:
    """All media of the corp by id."""

    def __init__(self, now: Callable[[], datetime], rng: Random) -> None:
        self._now, self._rng = now, rng
        self._all: dict[str, Media] = {}

    def put(self, kind: str, data: bytes, name: str) -> str:
        """Keep what a member sent, whatever it is; the id to fetch it by."""
        media_id = word(self._rng, 86)
        self._all[media_id] = Media(kind, data, mime_of(data), name, self._now())
        return media_id

    def upload(self, kind: str, data: bytes, name: str) -> str:
        """Keep what the app sends, if it obeys the limits. Raises `Refusal`."""
        if kind not in LARGEST:
            raise Refusal(40005)
        if not data:
            raise Refusal(44001)
        if len(data) <= 5:
            raise Refusal(40006)
        if len(data) > LARGEST[kind]:
            raise Refusal(45001)
        mime = mime_of(data)
        good = {
            "image": mime in ("image/jpeg", "image/png"),
            "voice": mime == "audio/amr",
            "video": mime == "video/mp4",
        }
        if not good.get(kind, True):
            raise Refusal(40004)
        return self.put(kind, data, name)

    def lives(self, media_id: str) -> bool:
        media = self._all.get(media_id)
        return media is not None and self._now() - media.at < LIFE

    def get(self, media_id: str) -> Media:
        """Raises `Refusal` 40007 when it is unknown or older than three days."""
        if not self.lives(media_id):
            raise Refusal(40007)
        return self._all[media_id]

    def forget(self, media_id: str) -> None:
        """Lose it before its time."""
        self._all.pop(media_id, None)


def mime_of(data: bytes) -> str:
    """What the first bytes say."""
    starts = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png", b"#!AMR": "audio/amr", b"GIF8": "image/gif"}
    for start, mime in starts.items():
        if data.startswith(start):
            return mime
    return "video/mp4" if data[4:8] == b"ftyp" else "application/octet-stream"

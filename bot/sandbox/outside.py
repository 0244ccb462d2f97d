"""Phones of people outside the corp: a tipster's WeChat and a tipster's Telegram, on the same page as everybody's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from aiohttp import web

from bot.sandbox.chats import Chats
from bot.sandbox.media import MediaShelf
from bot.sandbox.telegram import Seen, TelegramCloud
from bot.sandbox.wechat import WechatCloud
from store.master.geo import to_wgs84
from store.words import Datum

DEPARTMENT = {"id": -1, "name": "外面的人", "name_en": "Outside", "parent": 0}


@dataclass(frozen=True, slots=True)
class Face:
    """Who has the phone, as the list of people shows them."""

    userid: str
    name: str
    role: str
    role_en: str


class Hands(Protocol):
    """What thumbs can do on any phone; the answer's words, or None."""

    async def say(self, userid: str, text: str) -> str | None: ...
    async def photo(self, userid: str, data: bytes, name: str = "photo.jpg") -> str | None: ...
    async def place(self, userid: str, lat: float, lon: float, label: str = "") -> str | None: ...
    async def enter(self, userid: str) -> str | None: ...


class Outside(Hands, Protocol):
    """A platform beside WeCom with one phone on it. `path`: where its API is found on the sandbox's port."""

    face: Face
    path: str

    def app(self) -> web.Application: ...
    def lie_beside(self, chats: Chats, media: MediaShelf, now: Callable[[], datetime]) -> None:
        """From now on what happens on the phone is shown on the page."""

    async def start(self) -> None: ...
    async def stop(self) -> None: ...


class _Phone:
    """What both have in common: bubbles."""

    face: Face

    def lie_beside(self, chats: Chats, media: MediaShelf, now: Callable[[], datetime]) -> None:
        self._chats, self._media, self._now = chats, media, now

    def _mine(self, kind: str, **content: Any) -> None:
        shown = self._chats.show(self._now(), self.face.userid, kind, content, "phone")
        self._chats.change(shown.id, state="sent")

    def _theirs(self, text: str | None) -> str | None:
        if text is not None:
            self._chats.show(self._now(), self.face.userid, "text", {"content": text}, "reply")
        return text

    def _pictured(self, data: bytes, name: str) -> None:
        self._mine("image", media_id=self._media.put("image", data, name), title=name)


class WechatPhone(_Phone):
    """A follower of the Official Account."""

    path = "/wechat"
    face = Face("wechat-tipster", "微信里的知情人", "不在单位", "not of the bureau")
    _OPENID = "oSandbox153Tipster0000000001"

    def __init__(self, cloud: WechatCloud) -> None:
        self.cloud = cloud

    def app(self) -> web.Application:
        return self.cloud.app()

    async def start(self) -> None:
        await self.cloud.start()

    async def stop(self) -> None:
        await self.cloud.stop()

    async def say(self, userid: str, text: str) -> str | None:
        self._mine("text", content=text)
        return self._theirs(await self.cloud.say(self._OPENID, text))

    async def photo(self, userid: str, data: bytes, name: str = "photo.jpg") -> str | None:
        self._pictured(data, name)
        return self._theirs(await self.cloud.photo(self._OPENID, data))

    async def place(self, userid: str, lat: float, lon: float, label: str = "") -> str | None:
        self._mine("location", latitude=lat, longitude=lon, title=label)
        return self._theirs(await self.cloud.place(self._OPENID, lat, lon, label))

    async def enter(self, userid: str) -> str | None:
        return self._theirs(await self.cloud.follow(self._OPENID))


class TelegramPhone(_Phone):
    """Somebody who found the bot. Buttons are shown as numbered lines, which the page makes tappable; what comes
    back is the number, as somebody might type it."""

    path = "/telegram"
    face = Face("telegram-tipster", "Telegram 里的知情人", "不在单位", "not of the bureau")
    _USER = 153_000_153

    def __init__(self, cloud: TelegramCloud) -> None:
        self.cloud = cloud
        cloud.told = self._told

    def app(self) -> web.Application:
        return self.cloud.app()

    async def start(self) -> None:
        """The bot polls; there is nothing to call."""

    async def stop(self) -> None:
        """Nor to hang up."""

    def _told(self, user: int, seen: Seen) -> None:
        if user == self._USER:
            lines = [f"{at}. {label}" for at, (label, _data) in enumerate(seen.buttons, 1) if not label.isdigit()]
            self._theirs("\n".join((seen.text, *lines)))

    async def say(self, userid: str, text: str) -> str | None:
        self._mine("text", content=text)
        self.cloud.say(self._USER, text)
        return None

    async def photo(self, userid: str, data: bytes, name: str = "photo.jpg") -> str | None:
        self._pictured(data, name)
        self.cloud.photo(self._USER, data)
        return None

    async def place(self, userid: str, lat: float, lon: float, label: str = "") -> str | None:
        """The page's map is in GCJ-02; Telegram speaks WGS-84."""
        self._mine("location", latitude=lat, longitude=lon, title=label)
        self.cloud.place(self._USER, *to_wgs84(lat, lon, Datum.GCJ02))
        return None

    async def enter(self, userid: str) -> str | None:
        return await self.say(userid, "/start")

"""From an Official Account's XML to what the house understands (protocols §4.1 and §19)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import uuid4
from xml.etree.ElementTree import Element

from bot.weixin.fields import degrees, event_key, message_key
from bot.weixin.xmltext import value
from store.words import Address, Body, Datum, File, FileKind, Incoming, Place, Silence, Text

DOOR = "wechat"


def read(root: Element) -> Incoming | None:
    """The message, or None for what nobody said to us. The sender's openid is case-sensitive and stays as it is."""
    sender, kind = value(root, "FromUserName"), value(root, "MsgType")
    if not sender:
        return None
    if kind == "event":
        event = value(root, "Event")
        body = _EVENTS.get(event.lower())
        return Incoming(event_key(root, sender, event), Address(DOOR, sender), body(root)) if body else None
    body = _MESSAGES.get(kind, _unreadable)
    return Incoming(message_key(root, sender), Address(DOOR, sender), body(root))


def _text(root: Element) -> Body:
    return Text(root.findtext("Content") or "")


def _file(kind: FileKind) -> Callable[[Element], Body]:
    def made(root: Element) -> Body:
        """Its id is random: the shelf gives the file another one, and nothing may lead from one to the other."""
        ref = value(root, "MediaId")
        return File(str(uuid4()), kind, ref) if ref else Silence("kind")

    return made


def _location(root: Element) -> Body:
    """A picked place; `Location_X` is the latitude, and WeChat's maps work in GCJ-02."""
    point = degrees(value(root, "Location_X"), value(root, "Location_Y"))
    return Place(*point, Datum.GCJ02, label=value(root, "Label")) if point else Silence("kind")


def _unreadable(root: Element) -> Body:
    return Silence("kind")


_MESSAGES: Mapping[str, Callable[[Element], Body]] = {
    "text": _text,
    "image": _file(FileKind.IMAGE),
    "voice": _file(FileKind.VOICE),
    "video": _file(FileKind.VIDEO),
    "shortvideo": _file(FileKind.VIDEO),
    "location": _location,
}

_EVENTS: Mapping[str, Callable[[Element], Body]] = {
    "subscribe": lambda root: Text("help"),
    "unsubscribe": lambda root: Silence("left"),
    "click": lambda root: Text(value(root, "EventKey") or "help"),
}
"""Following is answered with the notice. Where the phone is (LOCATION) and scans are not even read."""

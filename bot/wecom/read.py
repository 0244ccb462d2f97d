"""From WeCom's decrypted XML to what the house understands: every message and event kind of D90239 and D90240."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element

from bot.weixin.fields import degrees, event_key, message_key, name, number
from bot.weixin.xmltext import value
from store.words import Address, Body, Choice, Datum, File, FileKind, Incoming, Place, Silence, Text

DOOR = "wecom"


@dataclass(frozen=True, slots=True)
class ContactChanged:
    """A hint that this member of the directory changed; what changed must be read from the directory (D90970)."""

    userid: str


@dataclass(frozen=True, slots=True)
class Unheard:
    """Something nobody waits for. `known`: the pages list it, and there is nothing to do."""

    kind: str
    known: bool = False


Heard = Incoming | ContactChanged | Unheard


def read(root: Element) -> Heard:
    """What a callback says. Order and blanks of its fields do not matter; nothing that is missing raises."""
    kind = value(root, "MsgType")
    sender = value(root, "FromUserName").lower()
    if kind == "event":
        return _event(root, sender)
    body = _MESSAGES[kind](root, message_key(root, sender)) if kind in _MESSAGES else None
    if body is None or not sender:
        return Unheard(name(kind))
    return Incoming(message_key(root, sender), Address(DOOR, sender), body)


def _event(root: Element, sender: str) -> Heard:
    event = value(root, "Event")
    if event == "change_contact":
        return _contact_changed(root)
    body = _EVENTS[event](root) if event in _EVENTS else None
    if body is None or not sender or sender == "sys":
        return Unheard(name(event), known=event in _QUIET)
    return Incoming(event_key(root, sender, event), Address(DOOR, sender), body)


def _contact_changed(root: Element) -> Heard:
    if value(root, "ChangeType") not in ("create_user", "update_user", "delete_user"):
        return Unheard("change_contact", known=True)
    userid = value(root, "NewUserID") or value(root, "UserID")
    return ContactChanged(userid) if userid else Unheard("change_contact")


# --- messages ---------------------------------------------------------------------------------------------


def _text(root: Element, key: str) -> Body | None:
    return Text(root.findtext("Content") or "")


def _link(root: Element, key: str) -> Body | None:
    lines = (value(root, tag) for tag in ("Title", "Url"))
    return Text("\n".join(filter(None, lines)))


def _file(kind: FileKind) -> Callable[[Element, str], Body | None]:
    def made(root: Element, key: str) -> Body | None:
        ref = value(root, "MediaId")
        suffix = value(root, "Format").lower()
        name = f"{kind}.{suffix}" if suffix.isalnum() else None
        return File(str(uuid5(NAMESPACE_URL, f"{DOOR}:{key}")), kind, ref, name) if ref else None

    return made


def _location(root: Element, key: str) -> Body | None:
    return _place(root, "Location_X", "Location_Y", value(root, "Label"))


_MESSAGES: Mapping[str, Callable[[Element, str], Body | None]] = {
    "text": _text,
    "image": _file(FileKind.IMAGE),
    "voice": _file(FileKind.VOICE),
    "video": _file(FileKind.VIDEO),
    "location": _location,
    "link": _link,
}


def _place(root: Element, lat: str, lon: str, label: str) -> Place | None:
    """A picked place. Map pickers of WeCom and WeChat work in GCJ-02 (D98523); `Location_X` is the latitude."""
    point = degrees(value(root, lat), value(root, lon))
    return Place(*point, Datum.GCJ02, label=label) if point else None


# --- events -----------------------------------------------------------------------------------------------


def _silent(root: Element) -> Body | None:
    """Something happened that nobody said and that wants no answer."""
    return Silence()


def _position(root: Element) -> Body | None:
    """Where the phone is, sent by the app on entering. The page names no datum; a reading with a precision in
    metres comes from the phone's own receiver, which knows WGS-84. It orders shops and never answers a question."""
    point = degrees(value(root, "Latitude"), value(root, "Longitude"))
    if point is None:
        return None
    return Place(*point, Datum.WGS84, accuracy=number(value(root, "Precision")), automatic=True)


def _click(root: Element) -> Body | None:
    key = value(root, "EventKey")
    return Choice(f"m|{key}") if key else None


def _scan(root: Element) -> Body | None:
    """What the code says. A bar code's result begins with its symbology ("CODE_128,6901…"), which nobody wants."""
    found = root.find("ScanCodeInfo")
    if found is None:
        return None
    result = value(found, "ScanResult")
    if value(found, "ScanType") == "barcode":
        result = re.sub(r"^[A-Z0-9_]+,", "", result)
    return Text(result) if result else None


def _picked_place(root: Element) -> Body | None:
    """Taken from the event, because no page promises that a location message follows. If one does, the same place
    comes twice, and the second answers nothing new."""
    found = root.find("SendLocationInfo")
    if found is None:
        return None
    return _place(found, "Location_X", "Location_Y", value(found, "Poiname") or value(found, "Label"))


def _card(root: Element) -> Body | None:
    key = value(root, "EventKey")
    return Choice(key, tuple(_selected(root))) if key else None


def _selected(root: Element) -> Iterator[tuple[str, str]]:
    """Question and option of each choice; older copies of the page spell the elements `OpitonIds`, `OpitonId`."""
    for item in root.iterfind("SelectedItems/SelectedItem"):
        question = value(item, "QuestionKey")
        for path in ("OptionIds/OptionId", "OpitonIds/OpitonId"):
            yield from ((question, (option.text or "").strip()) for option in item.iterfind(path))


_EVENTS: Mapping[str, Callable[[Element], Body | None]] = {
    "subscribe": _silent,
    "unsubscribe": _silent,
    "enter_agent": _silent,
    "view": _silent,
    "LOCATION": _position,
    "click": _click,
    "scancode_push": _scan,
    "scancode_waitmsg": _scan,
    # The pictures themselves come as image messages.
    "pic_sysphoto": _silent,
    "pic_photo_or_album": _silent,
    "pic_weixin": _silent,
    "location_select": _picked_place,
    "template_card_event": _card,
    "template_card_menu_event": _card,
}

_QUIET = frozenset(
    (
        "batch_job_result",
        "view_miniprogram",
        "open_approval_change",
        "share_agent_change",
        "share_chain_change",
        "inactive_alert",
        "close_inactive_agent",
        "reopen_inactive_agent",
        "low_active_alert",
        "low_active",
        "active_restored",
        "taskcard_click",
    )
)
"""Documented events that ask nothing of us."""

"""What menu/create accepts (D90231): counts, name, key and URL lengths in bytes, and the kinds of leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.sandbox.errors import Refusal

Json = Any

KEYED = frozenset(
    {
        *("click", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin"),
        "location_select",
    }
)


@dataclass(frozen=True, slots=True)
class Level:
    """The limits of one level of the menu, in bytes, and the errcodes for breaking them."""

    most: int
    name: int
    key: int
    url: int
    codes: tuple[int, int, int, int, int]  # count, type, name, key, url


# The page allows keys of 128 bytes, the table of errcodes 60 in sub menus: the stricter holds (wecom.md, section 20).
TOP = Level(3, 16, 128, 1024, (40016, 40017, 40018, 40019, 40020))
SUB = Level(5, 40, 60, 1024, (40023, 40024, 40025, 40026, 40027))


def check_menu(payload: Mapping[str, Json]) -> dict[str, Json]:
    """The menu as it will be shown. Raises `Refusal`."""
    return {"button": _level(payload.get("button"), TOP)}


def _level(buttons: Json, level: Level) -> list[dict[str, Json]]:
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= level.most:
        raise Refusal(level.codes[0])
    return [_button(button, level) for button in buttons]


def _button(button: Json, level: Level) -> dict[str, Json]:
    if not isinstance(button, Mapping) or not button.get("name"):
        raise Refusal(41102)
    name = str(button["name"])
    if len(name.encode()) > level.name:
        raise Refusal(level.codes[2], name)
    if button.get("sub_button"):
        if level is SUB:
            raise Refusal(40022)
        return {"name": name, "sub_button": _level(button["sub_button"], SUB)}
    return {"name": name, **_leaf(button, level)}


def _leaf(button: Mapping[str, Json], level: Level) -> dict[str, Json]:
    _, wrong_type, _, wrong_key, wrong_url = level.codes
    kind, key, url = button.get("type"), str(button.get("key") or ""), str(button.get("url") or "")
    if kind == "view":
        if not url or len(url.encode()) > level.url:
            raise Refusal(wrong_url)
        return {"type": "view", "url": url}
    if kind == "view_miniprogram":
        if not (button.get("appid") and button.get("pagepath")):
            raise Refusal(40058, "appid or pagepath")
        return {"type": kind, "appid": button["appid"], "pagepath": button["pagepath"]}
    if kind not in KEYED:
        raise Refusal(wrong_type)
    if not key or len(key.encode()) > level.key:
        raise Refusal(wrong_key)
    return {"type": str(kind), "key": key}

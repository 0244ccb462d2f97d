"""template_card as wecom.md section 8 tables it: which parts each card type has, their counts, lengths and keys.

WeCom documents the errcodes of few card faults; the rest answer 40058 with the field's name. Lengths that the page
only recommends (建议不超过) are shown, not refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.sandbox.errors import Refusal

Json = Any
Card = Mapping[str, Json]

EVERY = ("card_type", "source", "task_id", "main_title", "replace_text")
PARTS: Mapping[str, tuple[str, ...]] = {
    "text_notice": (
        *("action_menu", "quote_area", "sub_title_text", "horizontal_content_list", "emphasis_content"),
        *("jump_list", "card_action"),
    ),
    "news_notice": (
        *("action_menu", "quote_area", "horizontal_content_list", "jump_list", "card_action", "card_image"),
        *("image_text_area", "vertical_content_list"),
    ),
    "button_interaction": (
        *("action_menu", "quote_area", "sub_title_text", "horizontal_content_list", "card_action"),
        *("button_selection", "button_list"),
    ),
    "vote_interaction": ("checkbox", "submit_button"),
    "multiple_interaction": ("select_list", "submit_button"),
}
COUNTS: Mapping[str, tuple[int, int]] = {
    "horizontal_content_list": (0, 6),
    "jump_list": (0, 3),
    "vertical_content_list": (0, 4),
    "button_list": (1, 6),
    "select_list": (1, 3),
}
INTERACTIVE = frozenset({"button_interaction", "vote_interaction", "multiple_interaction"})


def check_card(given: Card) -> dict[str, Json]:
    """The card as it will be shown; `interactive` is set when presses come back. Raises `Refusal`."""
    kind = str(given.get("card_type"))
    if kind not in PARTS:
        raise Refusal(40058, "card_type")
    card = {name: given[name] for name in (*EVERY, *PARTS[kind]) if given.get(name)}
    _check_head(card)
    for name, (least, most) in COUNTS.items():
        if name in PARTS[kind]:
            _count(card.get(name, []), name, least, most)
    _check_links(card)
    _check_menu(card)
    _check_buttons(card)
    _check_choices(card)
    if kind in INTERACTIVE or card.get("action_menu"):
        card["interactive"] = True
    return card


def _check_head(card: Card) -> None:
    title = _mapping(card, "main_title").get("title")
    if not title and not (card["card_type"] == "text_notice" and card.get("sub_title_text")):
        raise Refusal(41016, "main_title.title")
    task_id = card.get("task_id", "")
    if task_id and not re.fullmatch(r"[0-9A-Za-z_\-@]{1,128}", str(task_id)):
        raise Refusal(42014, "task_id")
    if card["card_type"] == "news_notice" and not (card.get("card_image") or card.get("image_text_area")):
        raise Refusal(40058, "card_image")
    image = _mapping(card, "card_image")
    ratio = image.get("aspect_ratio", 1.3)
    if image and not (image.get("url") and isinstance(ratio, int | float) and 1.3 <= ratio <= 2.25):
        raise Refusal(40058, "card_image")


def _check_links(card: Card) -> None:
    if card["card_type"] in ("text_notice", "news_notice") and _mapping(card, "card_action").get("type") not in (1, 2):
        raise Refusal(40058, "card_action.type")
    linked = [("card_action", _mapping(card, "card_action")), ("quote_area", _mapping(card, "quote_area"))]
    linked += [("jump_list", each) for each in card.get("jump_list", [])]
    linked += [("horizontal_content_list", each) for each in card.get("horizontal_content_list", [])]
    for name, part in linked:
        if part.get("type") == 1 and not part.get("url"):
            raise Refusal(41010, f"{name}.url")
        if name == "horizontal_content_list" and not part.get("keyname"):
            raise Refusal(40058, f"{name}.keyname")


def _check_menu(card: Card) -> None:
    if "action_menu" not in card:
        return
    if not card.get("task_id"):
        raise Refusal(42014, "action_menu needs a task_id")
    actions = _count(_mapping(card, "action_menu").get("action_list", []), "action_list", 1, 3)
    _keys(actions, "key", "action_list")


def _check_buttons(card: Card) -> None:
    buttons = card.get("button_list", [])
    for button in buttons:
        if not button.get("text"):
            raise Refusal(42020, "button_list.text")
        if button.get("type") == 1 and not button.get("url"):
            raise Refusal(41010, "button_list.url")
    _keys([button for button in buttons if button.get("type", 0) == 0], "key", "button_list")
    if card["card_type"] in ("vote_interaction", "multiple_interaction"):
        submit = _mapping(card, "submit_button")
        _keys([submit], "key", "submit_button")


def _check_choices(card: Card) -> None:
    """Selections and checkboxes: their question key, 1-10 (votes: 1-20) options, each with an id and a text."""
    asked = [("button_selection", _mapping(card, "button_selection"), 10), ("checkbox", _mapping(card, "checkbox"), 20)]
    asked += [("select_list", each, 10) for each in card.get("select_list", [])]
    if card["card_type"] == "vote_interaction" and not asked[1][1]:
        raise Refusal(40058, "checkbox")
    for name, part, most in asked:
        if not part:
            continue
        _keys([part], "question_key", name)
        options = _count(part.get("option_list", []), f"{name}.option_list", 1, most)
        _keys(options, "id", f"{name}.option_list", longest=128)
    _keys(card.get("select_list", []), "question_key", "select_list")


def _keys(parts: list[Card], field: str, where: str, longest: int = 1024) -> None:
    seen: set[str] = set()
    for part in parts:
        key = part.get(field) if isinstance(part, Mapping) else None
        if not key:
            raise Refusal(42019, f"{where}.{field}")
        if len(str(key).encode()) > longest or key in seen:
            raise Refusal(42018, f"{where}.{field}")
        seen.add(str(key))


def _count(parts: Json, where: str, least: int, most: int) -> list[Card]:
    if not isinstance(parts, list) or not least <= len(parts) <= most or not all(isinstance(p, Mapping) for p in parts):
        raise Refusal(40058, where)
    return parts


def _mapping(card: Card, name: str) -> Card:
    part = card.get(name, {})
    if not isinstance(part, Mapping):
        raise Refusal(40058, name)
    return part

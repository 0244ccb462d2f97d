"""A card as WeCom draws it: template_card, button_interaction (D90236), and its one update (D94888).

What the page only recommends (建议不超过 n 字) is kept, too: cut by us, between characters, it ends in an ellipsis.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from bot.wecom.message import message
from bot.weixin.client import to_json
from notifier.shown import Shown
from store.words import Address, Card

CARD = "template_card"
UPDATES = b'{"response_code":'
"""How the bytes of an update begin, which no message does."""

_TITLE, _DESC, _NOTE, _NAME, _VALUE, _BUTTON = 36, 44, 160, 5, 30, 10  # characters
_LINES, _BUTTONS = 6, 6
_KEY = 1024  # bytes; a button with a longer key would cost the whole card
_FIRST, _OTHER = 1, 2  # styles of buttons


def card_envelope(agent_id: int, to: Address, card: Card, key: str) -> bytes:
    """The body of message/send for one person's card; its task_id is made of the letter's key."""
    return message(agent_id, to, CARD, _drawn(card, key), key)


def card_update(agent_id: int, to: Address, card: Shown, words: str) -> bytes:
    """The body of update_template_card that greys the buttons of that person's card."""
    return to_json(
        {
            "response_code": card.code,
            "agentid": agent_id,
            "userids": [to.id],
            "button": {"replace_name": _cut(words, 2 * _BUTTON)},
        }
    )


def task_id(key: str) -> str:
    """The card's id at WeCom: letters of its alphabet, at most 128 bytes, as unique as the letter's key."""
    return f"loop153-{sha256(key.encode()).hexdigest()}"


def _drawn(card: Card, key: str) -> dict[str, Any]:
    title = {"title": _cut(card.title, _TITLE), "desc": _cut(card.desc, _DESC)}
    lines = [{"keyname": _cut(name, _NAME), "value": _cut(value, _VALUE)} for name, value in card.lines[:_LINES]]
    parts: dict[str, Any] = {
        "card_type": "button_interaction",
        "main_title": {name: text for name, text in title.items() if text},
        "sub_title_text": _cut(card.note, _NOTE),
        "horizontal_content_list": lines,
        "button_list": list(_buttons(card))[:_BUTTONS],
        "task_id": task_id(key),
    }
    return {name: part for name, part in parts.items() if part}


def _buttons(card: Card) -> Iterator[dict[str, Any]]:
    for number, option in enumerate(card.buttons):
        if len(option.token.encode()) <= _KEY:
            style = _OTHER if number else _FIRST
            yield {"type": 0, "text": _cut(option.label, _BUTTON), "style": style, "key": option.token}


def _cut(text: str, most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"

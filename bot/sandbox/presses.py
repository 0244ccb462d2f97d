"""A thumb on a card: which card a key belongs to, and what the event says was ticked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.sandbox.chats import Shown

Json = Any


@dataclass(frozen=True, slots=True)
class Press:
    """A button that was found: on which bubble, with which key, in the upper-right menu or not."""

    shown: Shown
    key: str
    menu: bool


def find_press(chat: Sequence[Shown], key: str, shown_id: int | None = None) -> Press | None:
    """The newest card in that chat with this key (or the card `shown_id`, greyed or not)."""
    for shown in reversed(chat):
        if shown.kind != "template_card" or (shown_id is not None and shown.id != shown_id):
            continue
        if shown_id is None and shown.content.get("replaced"):
            continue
        if key in _keys(shown.content.get("button_list", [])) or key == shown.content.get("submit_button", {}).get(
            "key"
        ):
            return Press(shown, key, menu=False)
        if key in _keys(shown.content.get("action_menu", {}).get("action_list", [])):
            return Press(shown, key, menu=True)
    return None


def _keys(buttons: Sequence[Mapping[str, Json]]) -> set[str]:
    return {str(button["key"]) for button in buttons if button.get("key")}


def selected_items(card: Mapping[str, Json], selected: Mapping[str, Sequence[str]]) -> dict[str, Json]:
    """SelectedItems as on the wire: each question of the card with the ticked options, or what was preset."""
    asked = [card.get("button_selection"), card.get("checkbox"), *card.get("select_list", [])]
    items = []
    for question in asked:
        if not question:
            continue
        ticked = selected.get(question["question_key"], _preset(question))
        items.append({"QuestionKey": question["question_key"], "OptionIds": {"OptionId": list(ticked)}})
    return {"SelectedItem": items}


def _preset(question: Mapping[str, Json]) -> list[str]:
    if question.get("selected_id"):
        return [str(question["selected_id"])]
    return [str(option["id"]) for option in question.get("option_list", []) if option.get("is_checked")]

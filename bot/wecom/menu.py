"""The app's menu: one table of buttons, and the calls that put it there (D90231)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.wecom.errors import Reaction, reaction
from bot.weixin.client import Client
from bot.weixin.faults import ApiError
from store.words import words_of

TOP_BYTES, SUB_BYTES, KEY_BYTES = 16, 40, 60
"""Longest names of top and sub buttons, and longest key (128 on one page, 60 for sub buttons on another)."""


@dataclass(frozen=True, slots=True)
class Button:
    """`key` is the chat word it stands for (it comes back as `Choice("m|key")`); `more` opens upwards instead."""

    zh: str
    en: str
    key: str = ""
    more: tuple[Button, ...] = ()


BUTTONS = (
    Button("上报", "Report", "report"),
    Button("待办", "Tasks", "tasks"),
    Button(
        "更多",
        "More",
        more=(
            Button("我的上报", "My reports", "mine"),
            Button("查找", "Find", "find"),
            Button("台账", "Ledger", "ledger"),
            Button("控制台", "Console", "console"),
            Button("帮助", "Help", "help"),
        ),
    ),
)


def menu(language: str, buttons: tuple[Button, ...] = BUTTONS) -> dict[str, Any]:
    """What menu/create takes. `language` is "zh" or "en"."""
    return {"button": [_button(button, language) for button in buttons]}


def _button(button: Button, language: str) -> dict[str, Any]:
    name = words_of({"zh": button.zh, "en": button.en}, language)
    if button.more:
        return {"name": name, "sub_button": [_button(each, language) for each in button.more]}
    return {"type": "click", "name": name, "key": button.key}


async def create(client: Client, agent_id: int, language: str) -> None:
    """Put our menu in the place of whatever was there. WeCom shows it within minutes."""
    await client.call("POST", "/cgi-bin/menu/create", {"agentid": str(agent_id)}, menu(language))


async def current(client: Client, agent_id: int) -> list[dict[str, Any]]:
    """The buttons as WeCom has them; empty when there is no menu."""
    try:
        answer = await client.call("GET", "/cgi-bin/menu/get", {"agentid": str(agent_id)})
    except ApiError as fault:
        if reaction(fault.code) is Reaction.MENU:
            return []
        raise
    return list(answer.get("button") or [])


async def delete(client: Client, agent_id: int) -> None:
    await client.call("GET", "/cgi-bin/menu/delete", {"agentid": str(agent_id)})

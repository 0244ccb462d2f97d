"""One page with every component of the console in it: what rooms are made of, to be looked at and checked at once."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.console import page
from bot.console.lists import Column, Listing, View
from bot.console.rooms import rooms
from bot.console.sheets import Sheet
from store.words import Item
from tests.world import who

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
COLUMNS = (
    Column("number", "Number", sorts=True, head=True),
    Column("state", "State"),
    Column("shop", "Shop", sorts=True),
    Column("due", "Deadline", sorts=True),
    Column("score", "Severity", sorts=True, number=True),
)
ROWS = [
    {
        "number": "WT-2026-000012",
        "state": ("已逾期", "bad"),
        "shop": "江山便利店",
        "due": ("red", "11月18日"),
        "score": 78,
    },
    {
        "number": "WT-2026-000011",
        "state": ("处理中", "info"),
        "shop": "好运来超市",
        "due": ("yellow", "今天 18:00"),
        "score": 64,
    },
    {
        "number": "WT-2026-000010",
        "state": ("已销号", "good"),
        "shop": "城西烟酒",
        "due": ("green", "12月2日"),
        "score": 9,
    },
    {"number": "WT-2026-000009", "state": ("挂账", "plain"), "shop": "睢州商行", "due": ("", ""), "score": 31},
]
GALLERY = (Path(__file__).with_suffix(".html")).read_text("utf-8")


def gallery(language: str) -> str:
    """The page, as somebody with every room would see it."""
    view = View.of(
        "/x", {"state": "open", "county": "mq", "sort": "-due"}, COLUMNS, filters=("state", "county"), size=4
    )
    sheet = Sheet(values={"why": ["<b>不是标签</b>"]}, errors={"why": "请写明理由。", "department": "请选择主办部门。"})
    facts: dict[str, Any] = {
        "who": who("sq-ng1"),
        "unit": {"zh": "商丘市局内管", "en": "Shangqiu bureau, supervision"},
        "menu": [*rooms(), *rooms(), *rooms()],
        "room": rooms()[0],
        "csrf": "x",
        "once": lambda: "y",
        "notice": None,
        "here": "/",
        "now": NOW,
        "errors": sheet.errors,
        "sheet": sheet,
        "listing": Listing(view, ROWS, 1284),
        "nothing": Listing(view, [], 0),
        "item": Item("411421100001", "江山便利店", "张江山 · 人民路 12 号"),
    }
    return page.template_of(GALLERY, language).render(facts)


async def show(request: web.Request) -> web.Response:
    text = gallery(request.query.get("language", "zh"))
    return web.Response(text=text, content_type="text/html", headers=page.HEADERS)

"""Real updates, as Telegram writes them, and what they say in the house's words."""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest

from bot.telegram.read import read
from bot.telegram.updates import Update
from store.words import Address, Body, Choice, Datum, File, FileKind, Place, Silence, Text

ME = {"id": 42, "is_bot": False, "first_name": "小王", "language_code": "zh-hans"}
CHAT = {"id": 42, "first_name": "小王", "type": "private"}


def message(**content: Any) -> dict[str, Any]:
    return {"update_id": 9, "message": {"message_id": 5, "date": 1763800000, "chat": CHAT, "from": ME, **content}}


def media(name: str, **more: Any) -> dict[str, Any]:
    return {"file_id": name, "file_unique_id": f"u-{name}", **more}


SMALL = media("small", width=90, height=67, file_size=1200)
LARGE = media("large", width=1280, height=960, file_size=190_000)
ID = str(uuid5(NAMESPACE_URL, "telegram:153:9"))


def image(ref: str, **more: Any) -> File:
    return File(ID, FileKind.IMAGE, ref, **more)


TABLE: list[tuple[dict[str, Any], Body]] = [
    (message(text="上报"), Text("上报")),
    (message(text="/report"), Text("report")),
    (message(text="/find@loop153_bot 17"), Text("find 17")),
    (message(text="/start"), Text("help")),
    (message(photo=[SMALL, LARGE]), image("large", size=190_000)),
    (
        message(photo=[LARGE, SMALL], caption="串码卷烟", media_group_id="77"),
        image("large", size=190_000, album="77", note="串码卷烟"),
    ),
    (
        message(document=media("d", mime_type="image/png", file_name="现场.png", file_size=9)),
        image("d", name="现场.png", size=9),
    ),
    (message(document=media("p", mime_type="application/pdf")), File(ID, FileKind.FILE, "p")),
    (message(voice=media("v", duration=3, mime_type="audio/ogg")), File(ID, FileKind.VOICE, "v")),
    (message(audio=media("a", duration=3)), File(ID, FileKind.VOICE, "a")),
    (message(video=media("m", width=1, height=1, duration=3)), File(ID, FileKind.VIDEO, "m")),
    (message(video_note=media("n", length=240, duration=3)), File(ID, FileKind.VIDEO, "n")),
    (
        message(location={"latitude": 34.4379, "longitude": 115.6491, "horizontal_accuracy": 12.0}),
        Place(34.4379, 115.6491, Datum.WGS84, 12.0),
    ),
    (
        message(
            location={"latitude": 34.4, "longitude": 115.6},
            venue={"location": {"latitude": 34.4, "longitude": 115.6}, "title": "便利店", "address": "凯旋路 8 号"},
        ),
        Place(34.4, 115.6, Datum.WGS84, None, "便利店 凯旋路 8 号"),
    ),
    (
        message(sticker=media("s", type="regular", width=1, height=1, is_animated=False, is_video=False)),
        Silence("kind"),
    ),
    (message(dice={"emoji": "🎲", "value": 3}), Silence("kind")),
    (
        {"update_id": 9, "callback_query": {"id": "1", "from": ME, "chat_instance": "1", "data": "q|a|kind|shop"}},
        Choice("q|a|kind|shop"),
    ),
    ({"update_id": 9, "callback_query": {"id": "1", "from": ME, "chat_instance": "1"}}, Silence("button")),
]


@pytest.mark.parametrize(("update", "body"), TABLE)
def test_what_an_update_says(update: dict[str, Any], body: Body) -> None:
    incoming = read(Update.model_validate(update), "153")
    assert incoming is not None
    assert (incoming.key, incoming.sender, incoming.body) == ("153:9", Address("telegram", "42"), body)


@pytest.mark.parametrize(
    "update",
    [
        {"update_id": 9, "edited_message": message(text="x")["message"]},
        message(text="hello", chat={"id": -100, "type": "supergroup", "title": "x"}),
        {"update_id": 9, "message": {"message_id": 5, "date": 1, "chat": {"id": 1, "type": "channel"}, "text": "x"}},
        message(text="x", **{"from": {"id": 7, "is_bot": True, "first_name": "b"}}),
        {"update_id": 9, "poll_answer": {"poll_id": "1", "option_ids": []}},
        {"update_id": 9},
    ],
)
def test_what_is_none_of_ours(update: dict[str, Any]) -> None:
    assert read(Update.model_validate(update), "153") is None


def test_the_updates_of_this_table_are_telegrams() -> None:
    """aiogram, which knows the whole Bot API, understands them as well."""
    from aiogram.types import Update as Whole

    for update, _ in TABLE:
        assert Whole.model_validate(update).update_id == 9

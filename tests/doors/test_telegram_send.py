"""What people see on Telegram, and what Telegram's answers mean for a letter."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from bot.doors import MediaGone
from bot.sandbox.telegram import Wrong
from bot.telegram.pages import LIMIT, keyboard, pages
from bot.telegram.send import envelope
from store.words import Address, Later, Never, Option, Outcome, Say, Sent
from tests.doors.telegram_world import telegram_world

ME = Address("telegram", "42")
YES_NO = (Option("q|a|ok|yes", "是"), Option("q|a|ok|no", "否"))
LONG = (
    Option("t1", "睢阳区凯旋路 128 号佳佳便利店(距您 120 米)"),
    Option("t2", "梁园区平原路 9 号顺发烟酒店(距您 240 米)"),
)


def rows(says: list[Say]) -> list[list[tuple[str, str]]]:
    board = keyboard(says) or {"inline_keyboard": []}
    return [[(button["text"], button["callback_data"]) for button in row] for row in board["inline_keyboard"]]


def test_short_options_are_buttons_and_need_no_numbers() -> None:
    says = [Say("已收到。"), Say("提交吗?", YES_NO)]
    assert pages(says) == ["已收到。\n\n提交吗?"]
    assert rows(says) == [[("是", "q|a|ok|yes"), ("否", "q|a|ok|no")]]


def test_long_options_are_numbered_and_tapped_by_number() -> None:
    says = [Say("哪一家?", LONG)]
    assert pages(says) == [f"哪一家?\n1. {LONG[0].label}\n2. {LONG[1].label}"]
    assert rows(says) == [[("1", "t1"), ("2", "t2")]]


def test_a_token_too_long_for_telegram_is_chosen_by_its_number() -> None:
    says = [Say("哪一个?", (Option("x" * 65, "甲"), Option("y", "乙")))]
    assert pages(says) == ["哪一个?\n1. 甲\n2. 乙"]
    assert rows(says) == [[("2", "y")]]


def test_nothing_said_is_nothing_sent() -> None:
    assert pages([]) == []
    assert keyboard([]) is None


def test_what_needs_several_messages_keeps_its_numbers() -> None:
    says = [Say("字" * 5000), Say("提交吗?", YES_NO)]
    assert pages(says)[-1].endswith("提交吗?\n1. 是\n2. 否")
    assert keyboard(says) is None


@given(st.lists(st.text(max_size=6000), max_size=3))
def test_pages_lose_nothing_and_fit(texts: list[str]) -> None:
    said = [Say(text) for text in texts]
    shown = pages(said)
    assert all(0 < len(page.encode("utf-16-le", "surrogatepass")) // 2 <= LIMIT for page in shown if page)
    assert "".join(shown).replace("\n", "") == "".join(texts).replace("\n", "")


def test_the_envelope_is_a_request_that_telegram_takes() -> None:
    """Held against aiogram's own method, which refuses wrong types."""
    from aiogram.methods import SendMessage

    body = json.loads(envelope(ME, "提交吗?", keyboard([Say("提交吗?", YES_NO)])))
    whole = SendMessage.model_validate(body)
    assert (whole.chat_id, whole.text) == (42, "提交吗?")
    assert envelope(ME, "同样的话") == envelope(ME, "同样的话")


OUTCOMES: list[tuple[Wrong | web.Response, Outcome]] = [
    (
        Wrong(429, "Too Many Requests: retry after 7", retry_after=7),
        Later("429 Too Many Requests: retry after 7", timedelta(seconds=7), counts=False, pause_door=True),
    ),
    (Wrong(500, "Internal Server Error"), Later("500 Internal Server Error", timedelta(seconds=5))),
    (
        web.Response(status=502, text="<html>Bad Gateway</html>", content_type="text/html"),
        Later("502 not the Bot API's JSON", timedelta(seconds=5)),
    ),
    (Wrong(403, "Forbidden: user is deactivated"), Never("403 Forbidden: user is deactivated", gone=True)),
    (Wrong(401, "Unauthorized"), Never("401 Unauthorized", alarm=True)),
    (Wrong(400, "Bad Request: message is too long"), Never("400 Bad Request: message is too long")),
]


@pytest.mark.parametrize(("fault", "outcome"), OUTCOMES)
async def test_what_an_answer_means(fault: Wrong | web.Response, outcome: Outcome) -> None:
    async with telegram_world() as world:
        world.cloud.known.add(42)
        world.cloud.faults.append(fault)
        assert await world.door.send(ME, world.door.envelope(ME, "您有新任务", "k")) == outcome
        assert world.cloud.chats[42] == []


async def test_a_letter_arrives() -> None:
    async with telegram_world() as world:
        world.cloud.known.add(42)
        outcome = await world.door.send(ME, world.door.envelope(ME, "您有新任务", "k"))
        assert outcome == Sent(str(world.cloud.chats[42][0].id))
        assert [seen.text for seen in world.cloud.chats[42]] == ["您有新任务"]


async def test_nobody_there_and_blocked_are_for_ever() -> None:
    async with telegram_world() as world:
        body = world.door.envelope(ME, "您有新任务", "k")
        assert await world.door.send(ME, body) == Never("400 Bad Request: chat not found", gone=True)
        world.cloud.known.add(42)
        world.cloud.blocked.add(42)
        assert await world.door.send(ME, body) == Never("403 Forbidden: bot was blocked by the user", gone=True)


async def test_nobody_answers() -> None:
    async with telegram_world() as world:
        await world.outside.close()
        outcome = await world.door.send(ME, world.door.envelope(ME, "x", "k"))
        assert outcome == Later("ClientConnectorError", timedelta(seconds=5))


async def test_files_are_fetched_and_a_missing_one_is_gone() -> None:
    async with telegram_world() as world:
        update = world.cloud.photo(42, b"\xff\xd8\xff photo")
        ref = update["message"]["photo"][-1]["file_id"]
        media = await world.door.fetch(ref)
        assert (media.data, media.mime) == (b"\xff\xd8\xff photo", "application/octet-stream")
        with pytest.raises(MediaGone):
            await world.door.fetch("unknown")
        world.cloud.files["big"] = bytes(20 * 2**20 + 1)
        with pytest.raises(MediaGone, match="too big"):
            await world.door.fetch("big")

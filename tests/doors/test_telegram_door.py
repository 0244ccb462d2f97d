"""The Telegram door in both its ways: being called, and asking."""

from __future__ import annotations

import asyncio
import json

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.telegram.polling import Polling
from store.words import Choice, File, Option, Text
from tests.doors.telegram_world import NO_DATABASE, SECRET, World, telegram_world

_HEADER = "X-Telegram-Bot-Api-Secret-Token"


def polling(world: World, engine: AsyncEngine = NO_DATABASE) -> Polling:
    return Polling(world.door._api, engine, world.door.hear, world.door.answer_later)


def texts(world: World, user: int = 42) -> list[str]:
    return [seen.text for seen in world.cloud.chats[user]]


async def test_a_webhook_is_answered_in_place_with_buttons() -> None:
    async with telegram_world() as world:
        world.desk.options = (Option("m|report", "上报"),)
        assert await world.cloud.deliver(world.http, world.cloud.say(42, "你好")) == 200
        [seen] = world.cloud.chats[42]
        assert (seen.text, seen.buttons) == ("heard 1: 你好", [("上报", "m|report")])
        assert [method for method, _ in world.cloud.calls] == ["sendMessage"]


async def test_a_repeated_update_gets_the_same_answer() -> None:
    async with telegram_world() as world:
        update = world.cloud.say(42, "上报")
        for _ in range(3):
            await world.cloud.deliver(world.http, update)
        assert texts(world) == ["heard 1: 上报"] * 3
        assert len(world.desk.heard) == 1


async def test_a_tap_is_heard_and_calmed() -> None:
    async with telegram_world() as world:
        await world.cloud.deliver(world.http, world.cloud.say(42, "hi"))
        await world.cloud.deliver(world.http, world.cloud.tap(42, "q|a|kind|shop"))
        await asyncio.gather(*world.door._errands)
        assert world.desk.heard[-1].body == Choice("q|a|kind|shop")
        assert world.cloud.spinning == set()


async def test_an_album_is_several_photos_of_one_album() -> None:
    async with telegram_world() as world:
        updates = [world.cloud.photo(42, b"x", caption="假烟" * (n == 0), album="a") for n in range(5)]
        await asyncio.gather(*(world.cloud.deliver(world.http, update) for update in updates))
        bodies = [one.body for one in world.desk.heard]
        assert {body.album for body in bodies if isinstance(body, File)} == {"a"}
        assert len({body.id for body in bodies if isinstance(body, File)}) == 5
        assert [body.note for body in bodies if isinstance(body, File) and body.note] == ["假烟"]


@pytest.mark.parametrize(
    ("secret", "body", "status"),
    [
        ("", "{}", 403),
        ("wrong", "{}", 403),
        ("错", "{}", 403),
        (SECRET, "not json", 400),
        (SECRET, "[]", 400),
        (SECRET, '{"update_id": "x"}', 400),
        (SECRET, '{"update_id": 1, "message": {"message_id": 1, "chat": {}}}', 400),
        (SECRET, '{"update_id": 1}', 200),
        (SECRET, '{"update_id": 1, "my_chat_member": {"date": 1}}', 200),
    ],
)
async def test_hostile_callbacks(secret: str, body: str, status: int) -> None:
    async with telegram_world() as world:
        headers = {_HEADER: secret} if secret else {}
        async with world.http.post(world.webhook, data=body.encode(), headers=headers) as response:
            assert (response.status, await response.text()) == (status, "")
        assert world.desk.heard == []


async def test_a_failing_desk_is_asked_again() -> None:
    async with telegram_world() as world:
        world.desk.failures = [OperationalError("", None, OSError())]
        assert await world.cloud.deliver(world.http, world.cloud.say(42, "上报")) == 200
        assert texts(world) == ["heard 1: 上报"]


async def test_polling_confirms_only_what_was_heard_and_answered() -> None:
    async with telegram_world(polling=True) as world:
        loop = polling(world)
        for user, text in ((42, "一"), (7, "甲"), (42, "二")):
            world.cloud.say(user, text)
        world.desk.failures = [OperationalError("", None, OSError())]
        with pytest.raises(OperationalError):
            await loop.round(wait=0)
        await loop.round(wait=0)
        assert sorted(texts(world) + texts(world, 7)) == sorted(f"heard {one}" for one in ("1: 甲", "2: 一", "3: 二"))
        await loop.round(wait=0)
        assert len(world.desk.heard) == 3


async def test_an_update_that_always_fails_is_passed_over() -> None:
    async with telegram_world(polling=True) as world:
        loop = polling(world)
        world.cloud.say(42, "毒")
        world.desk.failures = [ValueError()] * 5
        for _ in range(4):
            with pytest.raises(ConnectionError):
                await loop.round(wait=0)
        await loop.round(wait=0)
        world.cloud.say(42, "好")
        await loop.round(wait=0)
        assert [one.body for one in world.desk.heard] == [Text("好")]


async def test_a_killed_replica_answers_again_and_the_ledger_hears_once() -> None:
    async with telegram_world(polling=True) as world:
        world.cloud.say(42, "上报")
        await polling(world).round(wait=0)
        await polling(world).round(wait=0)  # the first one died before its next getUpdates
        assert texts(world) == ["heard 1: 上报"] * 2
        assert len(world.desk.heard) == 1


async def test_one_of_two_replicas_polls(engine: AsyncEngine) -> None:
    async with telegram_world(engine, polling=True) as world:
        await world.door.start()
        second = asyncio.ensure_future(polling(world, engine).run())
        for number in range(3):
            world.cloud.say(42, str(number))
            async with asyncio.timeout(10):
                await world.cloud.sees(42, number + 1)
        second.cancel()
        assert texts(world) == ["heard 1: 0", "heard 2: 1", "heard 3: 2"]


async def test_the_token_reaches_no_answer() -> None:
    async with telegram_world() as world:
        await world.cloud.deliver(world.http, world.cloud.say(42, "hi"))
        assert "AAH" not in json.dumps(world.cloud.calls)

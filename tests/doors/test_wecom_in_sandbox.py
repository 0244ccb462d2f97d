"""The WeCom door against the sandbox: another implementation of the protocol, with its own truth and its bad luck."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.doors import MediaGone
from bot.sandbox.callbacks import Patience
from bot.sandbox.clock import StillClock
from bot.sandbox.cloud import Cloud
from bot.sandbox.directory import Corp
from bot.sandbox.faults import Broken, Concurrent, Duplicate, Error, Frequency, LostAnswer, Reset, TokenDies
from bot.sandbox.sandbox import Sandbox, start_sandbox
from bot.wecom import login, menu
from bot.wecom.api import contacts_client
from bot.wecom.config import WecomConfig
from bot.wecom.directory import members
from bot.wecom.door import WecomDoor
from store.words import (
    Address,
    Body,
    Choice,
    Datum,
    File,
    Incoming,
    Later,
    Never,
    Outcome,
    Place,
    Receipt,
    Say,
    Sent,
    Text,
)
from tests.doors.echo import DIRECTORY, MORNING

FANG = Address("wecom", "wang.fang")


@dataclass
class Desk:
    """Says how often it was spoken to, and to a repetition what it said before, as the inbox does."""

    heard: list[Incoming] = field(default_factory=list)
    said: dict[str, Receipt] = field(default_factory=dict)

    async def __call__(self, incoming: Incoming) -> Receipt:
        self.heard.append(incoming)
        return self.said.setdefault(incoming.key, Receipt((Say(f"第 {len(self.said) + 1} 条"),)))

    @property
    def bodies(self) -> list[Body]:
        return [incoming.body for incoming in self.heard]


@dataclass
class World:
    sandbox: Sandbox
    door: WecomDoor
    desk: Desk
    http: aiohttp.ClientSession
    engine: AsyncEngine

    @property
    def cloud(self) -> Cloud:
        return self.sandbox.cloud

    async def send(self, text: str, key: str, to: Address = FANG) -> Outcome:
        return await self.door.send(to, self.door.envelope(to, text, key))


@asynccontextmanager
async def open_world(engine: AsyncEngine, http: aiohttp.ClientSession) -> AsyncIterator[World]:
    corp, desk, app = Corp.fresh(), Desk(), web.Application()
    sandbox = await start_sandbox(corp, DIRECTORY, StillClock(MORNING), "http://later", patience=Patience(pause=0))
    keys = (corp.secret, corp.token, corp.aes_key, corp.contacts_secret)
    config = WecomConfig(corp.corp_id, corp.agent_id, *keys, api_base=sandbox.url, oauth_base=sandbox.url)
    door = WecomDoor(config, http, engine, desk)
    app.add_routes(door.routes())
    async with TestServer(app) as server:
        sandbox.cloud.courier.url = str(server.make_url("/wecom/callback"))
        try:
            yield World(sandbox, door, desk, http, engine)
        finally:
            await sandbox.stop()
            await door.stop()


@pytest.fixture
async def world(engine: AsyncEngine, http: aiohttp.ClientSession) -> AsyncIterator[World]:
    async with open_world(engine, http) as opened:
        yield opened


async def test_the_callback_url_is_accepted(world: World) -> None:
    assert await world.cloud.verify_callback()


@pytest.mark.parametrize("cdata", [True, False])
async def test_everything_a_phone_can_send(world: World, cdata: bool) -> None:
    cloud = world.cloud
    cloud.courier.cdata = cdata
    await menu.create(world.door.client, world.door.config.agent_id, "zh")
    assert await cloud.say("Wang.Fang", "上报 <3 & ]]>") == "第 1 条"
    await cloud.photo("Wang.Fang", b"\xff\xd8\xff jpeg")
    await cloud.place("Wang.Fang", 34.65, 115.14, "惠民超市")
    await cloud.tap("Wang.Fang", "tasks")
    await cloud.scan("Wang.Fang", "scan", "https://x")
    await cloud.choose_place("Wang.Fang", "here", 34.66, 115.15, "老街")
    await cloud.enter("Wang.Fang", 34.6, 115.1)
    photo = world.desk.bodies[1]
    assert isinstance(photo, File)
    assert (await world.door.fetch(photo.ref)).data == b"\xff\xd8\xff jpeg"
    assert world.desk.bodies[0] == Text("上报 <3 & ]]>")
    assert world.desk.bodies[2:6] == [
        Place(34.65, 115.14, Datum.GCJ02, label="惠民超市"),
        Choice("m|tasks"),
        Text("https://x"),
        Place(34.66, 115.15, Datum.GCJ02, label="老街"),
    ]
    assert world.desk.bodies[-1] == Place(34.6, 115.1, Datum.WGS84, accuracy=30.0, automatic=True)
    assert len(world.desk.said) == len(world.desk.heard) == 8
    assert {incoming.sender for incoming in world.desk.heard} == {FANG}
    assert all(delivery.attempts == ["200"] and not delivery.problems for delivery in cloud.courier.deliveries)


async def test_repetitions_and_duplicates_are_known_by_their_key(world: World) -> None:
    world.cloud.faults.next("callback", LostAnswer(times=2))
    assert await world.cloud.say("Wang.Fang", "上报") == "第 1 条"
    world.cloud.faults.next("callback", Duplicate(times=3))
    await world.cloud.tap("Wang.Fang", "report")
    assert (len(world.desk.heard), len(world.desk.said)) == (6, 2)


async def test_a_media_id_that_nobody_knows_is_gone(world: World) -> None:
    with pytest.raises(MediaGone):
        await world.door.fetch("nothing")


async def test_letters_arrive_once_however_often_they_are_sent(world: World) -> None:
    assert isinstance(await world.send("请核查 XS-2026-000017", "a"), Sent)
    assert isinstance(await world.send("请核查 XS-2026-000017", "a"), Sent)
    world.cloud.faults.next("message/send", Reset(after_accept=True))
    lost = await world.send("请核查 XS-2026-000018", "b")
    assert isinstance(lost, Later)
    assert lost.doubt
    assert isinstance(await world.send("请核查 XS-2026-000018", "b"), Sent)
    assert isinstance(await world.send("请核查 XS-2026-000017", "another letter"), Sent)
    assert [shown.text for shown in world.cloud.inbox("Wang.Fang")] == [
        "请核查 XS-2026-000017",
        "请核查 XS-2026-000018",
        "请核查 XS-2026-000017",
    ]


async def test_who_cannot_be_reached(world: World) -> None:
    for userid in ("zhao.lei", "sun.yu", "zhou.min", "nobody"):
        outcome = await world.send("x", userid, Address("wecom", userid))
        assert isinstance(outcome, Never)
        assert outcome.gone


async def test_tokens_that_die_under_two_hundred_letters(world: World) -> None:
    await world.send("第 0 封", "0")
    world.cloud.faults.next("message/send", TokenDies(), times=1)
    outcomes = await asyncio.gather(*(world.send(f"第 {number} 封", str(number)) for number in range(1, 201)))
    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert [call.errcode for call in world.cloud.calls if call.name == "gettoken"] == [0, 0]


async def test_bad_weather(world: World) -> None:
    for fault in (Error(-1), Broken(502), Reset()):
        world.cloud.faults.next("message/send", fault)
        assert isinstance(await world.send("x", str(fault)), Later)
    world.cloud.faults.next("message/send", Frequency())
    outcome = await world.send("x", "often")
    assert isinstance(outcome, Later)
    assert (outcome.pause_door, outcome.counts, outcome.doubt) == (True, False, False)
    assert isinstance(await world.send("x", "meanwhile"), Later)
    assert [call.errcode for call in world.cloud.calls if call.name == "message/send"].count(45009) == 1


async def test_too_many_at_once_asks_for_fewer(world: World) -> None:
    world.cloud.faults.always("message/send", Concurrent(most=4))
    outcomes = await asyncio.gather(*(world.send("x", str(number)) for number in range(20)))
    refused = [outcome for outcome in outcomes if isinstance(outcome, Later)]
    assert refused
    assert all(outcome.fewer and not outcome.counts and not outcome.pause_door for outcome in refused)


async def test_the_directory_as_each_secret_sees_it(world: World) -> None:
    app = world.door.client
    assert set(await members(app)) == {"wang.fang", "li.na", "zhao.lei", "sun.yu"}
    everybody = contacts_client(world.door.config, world.http, world.engine)
    assert set(await members(app, everybody)) == {"wang.fang", "li.na", "zhao.lei", "sun.yu", "zhou.min"}


async def test_the_menu_is_accepted_and_shown(world: World) -> None:
    agent = world.door.config.agent_id
    assert await menu.current(world.door.client, agent) == []
    for language in ("zh", "en"):
        await menu.create(world.door.client, agent, language)
        assert [leaf["key"] for leaf in world.cloud.menu_leaves()][:2] == ["report", "tasks"]
    assert len(await menu.current(world.door.client, agent)) == 3
    await menu.delete(world.door.client, agent)
    assert await menu.current(world.door.client, agent) == []


async def test_who_opened_a_page(world: World) -> None:
    link = login.authorize_url(world.door.config, "https://bot.example.com/console", "a1")
    async with world.http.get(f"{link.partition('#')[0]}&userid=Wang.Fang", allow_redirects=False) as answer:
        query = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert query["state"] == ["a1"]
    assert await login.member(world.door.client, query["code"][0]) == "wang.fang"
    with pytest.raises(login.LoginAgain):
        await login.member(world.door.client, query["code"][0])

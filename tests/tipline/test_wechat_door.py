"""The Official Account's door before the desk: what is taken, refused and meant, and how a photo comes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import fromstring

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.doors import MediaGone
from bot.sandbox.wechat import OUT_OF_ORDER, Account, WechatCloud
from bot.wechat.config import WechatConfig
from bot.wechat.door import WechatDoor
from bot.wechat.read import read
from bot.weixin.faults import ApiError
from store.words import Address, Body, Choice, Datum, FileKind, Incoming, Place, Receipt, Say, Silence, Text
from tests.tipline import files

OPENID = "oTest_Case-Sensitive"


@dataclass
class World:
    cloud: WechatCloud
    door: WechatDoor
    http: ClientSession
    heard: list[Incoming] = field(default_factory=list)
    answer: str = "好的"

    async def receive(self, incoming: Incoming) -> Receipt:
        self.heard.append(incoming)
        return Receipt((Say(self.answer),) if self.answer else ())


@pytest.fixture
async def world(engine: AsyncEngine) -> AsyncIterator[World]:
    account = Account.fresh()
    cloud = WechatCloud(account)
    await cloud.start()
    async with TestServer(cloud.app()) as outside, ClientSession() as http:
        base = str(outside.make_url("")).rstrip("/")
        config = WechatConfig(account.app_id, account.secret, account.token, account.aes_key, base)
        made = World(cloud, None, http)  # type: ignore[arg-type]
        made.door = WechatDoor(config, http, engine, made.receive)
        app = web.Application()
        app.add_routes(made.door.routes())
        async with TestServer(app) as inside:
            cloud.callback = str(inside.make_url("/wechat/callback"))
            yield made
            await made.door.stop()
    await cloud.stop()


async def test_the_address_is_verified_and_a_message_answered_in_place(world: World) -> None:
    assert await world.cloud.verify()
    assert await world.cloud.say(OPENID, "您好 <b>&]]>") == "好的"
    assert world.heard == [Incoming(world.heard[0].key, Address("wechat", OPENID), Text("您好 <b>&]]>"))]
    world.answer = ""
    assert await world.cloud.say(OPENID, "嗯") is None
    assert {one.problem for one in world.cloud.attempts} == {""}


@pytest.mark.parametrize("broken", ["signature", "token", "body", "appid", "plain", "huge", "nothing", "dtd"])
async def test_what_is_not_sealed_for_us_is_refused_with_the_same_bytes(world: World, broken: str) -> None:
    cloud = world.cloud
    fields = cloud._head(OPENID, "text") | {"Content": "x", "MsgId": 1}
    if broken in ("token", "appid"):
        account = cloud.account
        other = Account.fresh()
        wrong = {"token": (account.app_id, other.token), "appid": (other.app_id, account.token)}[broken]
        cloud.account = Account(wrong[0], account.secret, wrong[1], account.aes_key)
    query, body = cloud.sealed(fields)
    match broken:
        case "signature":
            query["msg_signature"] = "0" * 40
        case "body":
            body = body.replace(b"<Encrypt><![CDATA[", b"<Encrypt><![CDATA[AAAA")
        case "plain":  # a plain message to an account that seals: somebody saw one signed address
            cloud.account = Account(*_values(cloud.account), mode="plain")
            query, body = cloud.sealed(fields)
        case "huge":
            body = b"<xml>" + b"a" * 200_000
        case "nothing":
            body = b""
        case "dtd":
            body = b'<!DOCTYPE x [<!ENTITY a "b">]><xml><Encrypt>&a;</Encrypt></xml>'
    async with world.http.post(cloud.callback, params=query, data=body) as answer:
        assert answer.status in (403, 413)
        assert await answer.read() == b""
    assert world.heard == []


def _values(account: Account) -> tuple[str, str, str, str]:
    return account.app_id, account.secret, account.token, account.aes_key


async def test_a_desk_that_fails_makes_wechat_ask_again(world: World) -> None:
    failures = [RuntimeError("boom")]
    receive = world.receive

    async def fails_once(incoming: Incoming) -> Receipt:
        if failures:
            raise failures.pop()
        return await receive(incoming)

    world.door._receive = fails_once
    world.cloud.patience = type(world.cloud.patience)(pause=0.01)
    assert await world.cloud.say(OPENID, "您好") == "好的"
    assert [one.status for one in world.cloud.attempts] == ["503", "200"]
    failures += [RuntimeError("boom")] * 4
    assert await world.cloud.say(OPENID, "您好") == OUT_OF_ORDER


MEANT: dict[str, tuple[str, Body | None]] = {
    "text": ("<MsgType>text</MsgType><Content>a\nb</Content><MsgId>9</MsgId>", Text("a\nb")),
    "place": (
        "<MsgType>location</MsgType><Location_X>34.5</Location_X><Location_Y>115.5</Location_Y><Label>x</Label>",
        Place(34.5, 115.5, Datum.GCJ02, label="x"),
    ),
    "broken place": ("<MsgType>location</MsgType><Location_X>north</Location_X>", Silence("kind")),
    "link": ("<MsgType>link</MsgType><Url>http://x</Url>", Silence("kind")),
    "follow": ("<MsgType>event</MsgType><Event>subscribe</Event>", Text("help")),
    "leave": ("<MsgType>event</MsgType><Event>unsubscribe</Event>", Silence("left")),
    "menu": ("<MsgType>event</MsgType><Event>CLICK</Event><EventKey>tip</EventKey>", Text("tip")),
    "where the phone is": ("<MsgType>event</MsgType><Event>LOCATION</Event><Latitude>34</Latitude>", None),
    "scan": ("<MsgType>event</MsgType><Event>SCAN</Event><EventKey>7</EventKey>", None),
    "photo without id": ("<MsgType>image</MsgType>", Silence("kind")),
}


@pytest.mark.parametrize("name", MEANT)
def test_what_a_message_means(name: str) -> None:
    inner, body = MEANT[name]
    found = read(fromstring(f"<xml><FromUserName>{OPENID}</FromUserName><CreateTime>7</CreateTime>{inner}</xml>"))
    assert (found.body if found else None) == body
    assert found is None or found.sender == Address("wechat", OPENID)
    assert not isinstance(body, Choice)


def test_a_file_has_an_id_that_leads_nowhere() -> None:
    xml = (
        f"<xml><FromUserName>{OPENID}</FromUserName><MsgType>image</MsgType><MediaId>m</MediaId><MsgId>1</MsgId></xml>"
    )
    first, second = read(fromstring(xml)), read(fromstring(xml))
    assert first is not None
    assert second is not None
    assert first.key == second.key
    assert first.body.kind is FileKind.IMAGE  # type: ignore[union-attr]
    assert first.body != second.body


async def test_photos_come_by_media_id_and_a_dead_token_is_renewed_once(world: World) -> None:
    cloud = world.cloud
    cloud.media["m1"] = files.png()
    assert (await world.door.fetch("m1")).data == files.png()
    cloud._token = "killed by another refresher"
    assert (await world.door.fetch("m1")).data == files.png()
    assert cloud.calls.count("token") == 2
    with pytest.raises(MediaGone):
        await world.door.fetch("m2")
    cloud.faults.append(45009)
    with pytest.raises(ApiError):
        await world.door.fetch("m1")
    assert [name for name in cloud.calls if "custom" in name or "send" in name] == []

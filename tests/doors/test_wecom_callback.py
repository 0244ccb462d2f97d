"""The callback as WeCom drives it: verification, passive replies, time limits, and everything hostile."""

from __future__ import annotations

import asyncio
import gzip
import io
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.wecom.config import WecomConfig
from bot.wecom.door import WecomDoor
from bot.weixin.xmltext import parse, value
from store.db import open_engine
from store.tables import door_state
from store.words import Incoming, Option, Receipt, Say, Text
from tests.doors.standin import AES_KEY, CORP, OK, TOKEN, Cloud
from tests.doors.test_envelope import ECHO, ENVELOPE, LAUGHS, QUERY, packed, signed
from tests.doors.test_wecom_read import event, message
from tests.world import build_world

CONFIG = WecomConfig(CORP, 1, "s", TOKEN, AES_KEY, verify_files={"WW_verify_Ab1.txt": "Ab1"})
HELLO = message("text", "<Content>上报</Content>")
Web = TestClient[web.Request, web.Application]
Receive = Callable[[Incoming], Awaitable[Receipt]]


class Desk:
    """Says what it was told to say, and remembers what it heard."""

    def __init__(self, *says: Say) -> None:
        self.says = says
        self.heard: list[Incoming] = []

    async def __call__(self, incoming: Incoming) -> Receipt:
        self.heard.append(incoming)
        return Receipt(self.says)


@asynccontextmanager
async def opened(receive: Receive, engine: AsyncEngine, seconds: float = 4.5) -> AsyncIterator[tuple[Web, WecomDoor]]:
    async with aiohttp.ClientSession() as http:
        door = WecomDoor(CONFIG, http, engine, receive, answer_seconds=seconds)
        app = web.Application()
        app.add_routes(door.routes())
        async with TestClient(TestServer(app)) as client:
            yield client, door
        await door.stop()


def outer(encrypted: str) -> str:
    return f"<xml><ToUserName>{CORP}</ToUserName><AgentID>1</AgentID><Encrypt>{encrypted}</Encrypt></xml>"


async def post(client: Web, inner: str) -> tuple[int, str]:
    encrypted = ENVELOPE.encrypt(inner.encode())
    response = await client.post("/wecom/callback", params=signed(encrypted), data=outer(encrypted))
    return response.status, await response.text()


def unsealed(body: str) -> dict[str, str]:
    root = parse(body.encode())
    query = {
        "msg_signature": value(root, "MsgSignature"),
        "timestamp": value(root, "TimeStamp"),
        "nonce": value(root, "Nonce"),
    }
    return {field.tag: field.text or "" for field in parse(ENVELOPE.open(query, value(root, "Encrypt")))}


@pytest.fixture
async def nowhere() -> AsyncIterator[AsyncEngine]:
    """A database that is not there."""
    engine = open_engine("postgresql://nobody@/none?host=/nonexistent")
    yield engine
    await engine.dispose()


async def test_the_url_is_verified_without_a_database(nowhere: AsyncEngine) -> None:
    async with opened(Desk(), nowhere) as (client, _):
        response = await client.get("/wecom/callback", params=QUERY | {"echostr": ECHO})
        assert (response.status, await response.read()) == (200, b"1288432023552776189")
        assert response.content_type == "text/plain"


async def test_a_plus_that_was_not_escaped_is_understood(nowhere: AsyncEngine) -> None:
    query = "&".join(f"{name}={given}" for name, given in (QUERY | {"echostr": ECHO}).items())
    async with opened(Desk(), nowhere) as (client, _):
        response = await client.get(f"/wecom/callback?{query}")
        assert (response.status, await response.read()) == (200, b"1288432023552776189")


VERIFICATIONS: dict[str, dict[str, str]] = {
    "nothing": {},
    "no echostr": QUERY,
    "no signature": {"timestamp": "1", "nonce": "2", "echostr": ECHO},
    "wrong signature": QUERY | {"echostr": ECHO, "msg_signature": "0" * 40},
    "changed nonce": QUERY | {"echostr": ECHO, "nonce": "1"},
    "not base64": signed("!") | {"echostr": "!"},
    "foreign receiver": signed(packed(b"1", b"wwother")) | {"echostr": packed(b"1", b"wwother")},
}


@pytest.mark.parametrize("case", VERIFICATIONS)
async def test_a_wrong_verification_is_forbidden_and_never_echoed(case: str, nowhere: AsyncEngine) -> None:
    async with opened(Desk(), nowhere) as (client, _):
        response = await client.get("/wecom/callback", params=VERIFICATIONS[case])
        assert (response.status, await response.read()) == (403, b"")


async def test_a_genuine_call_is_noted_for_the_doctor(engine: AsyncEngine) -> None:
    async with opened(Desk(), engine) as (client, _):
        await client.get("/wecom/callback", params=QUERY | {"echostr": ECHO})
    async with engine.connect() as tx:
        noted = (await tx.execute(select(door_state.c.door, door_state.c.checked_at))).one()
    assert noted.door == "wecom"
    assert noted.checked_at is not None


async def test_the_domain_file_is_served_at_the_root(nowhere: AsyncEngine) -> None:
    async with opened(Desk(), nowhere) as (client, _):
        response = await client.get("/WW_verify_Ab1.txt")
        assert (response.status, await response.text()) == (200, "Ab1")
        assert (await client.get("/WW_verify_other.txt")).status == 404


async def test_the_answer_comes_back_in_place(nowhere: AsyncEngine) -> None:
    desk = Desk(Say("您看到了什么情况?", (Option("q|1", "串码"), Option("q|2", "假烟]]>"))))
    async with opened(desk, nowhere) as (client, _):
        status, body = await post(client, HELLO)
    assert status == 200
    answer = unsealed(body)
    assert (answer["ToUserName"], answer["FromUserName"], answer["MsgType"]) == ("ZhangSan", CORP, "text")
    assert answer["Content"] == "您看到了什么情况?\n1. 串码\n2. 假烟]]>"
    assert [incoming.body for incoming in desk.heard] == [Text("上报")]


async def test_nothing_to_say_is_an_empty_answer(nowhere: AsyncEngine) -> None:
    desk = Desk()
    async with opened(desk, nowhere) as (client, _):
        assert await post(client, event("enter_agent")) == (200, "")
    assert len(desk.heard) == 1


async def test_only_the_first_page_comes_back_in_place(nowhere: AsyncEngine) -> None:
    desk = Desk(Say("\n".join(f"{number} 江山便利店" for number in range(300))))
    async with opened(desk, nowhere) as (client, door):
        _, body = await post(client, HELLO)
        pages = door.pages(desk.says)
    assert len(pages) > 1
    assert unsealed(body)["Content"] == pages[0]
    assert len(pages[0].encode()) <= 2000


@pytest.mark.parametrize("inner", [message("hologram", ""), event("brand_new"), event("batch_job_result"), "<xml/>"])
async def test_what_nobody_knows_is_acknowledged(inner: str, nowhere: AsyncEngine) -> None:
    desk = Desk()
    async with opened(desk, nowhere) as (client, _):
        assert await post(client, inner) == (200, "")
    assert desk.heard == []


async def test_too_late_is_no_acknowledgement_and_the_repetition_gets_the_answer(nowhere: AsyncEngine) -> None:
    """200 would tell WeCom not to repeat the message, and the answer would never reach anybody."""
    go_on = asyncio.Event()
    attempts: list[str] = []

    async def slow(incoming: Incoming) -> Receipt:
        attempts.append(incoming.key)
        await go_on.wait()
        return Receipt((Say("已记下。"),))

    async with opened(slow, nowhere, seconds=0.05) as (client, _):
        assert await post(client, HELLO) == (503, "")
        go_on.set()
        status, body = await post(client, HELLO)
    assert (status, unsealed(body)["Content"]) == (200, "已记下。")
    assert attempts == ["zhangsan:7301"] * 2


async def test_what_has_begun_is_finished_after_the_time_limit(nowhere: AsyncEngine) -> None:
    go_on, finished = asyncio.Event(), asyncio.Event()

    async def slow(incoming: Incoming) -> Receipt:
        await go_on.wait()
        finished.set()
        return Receipt(())

    async with opened(slow, nowhere, seconds=0.05) as (client, _):
        assert (await post(client, HELLO))[0] == 503
        go_on.set()
        async with asyncio.timeout(5):
            await finished.wait()


async def test_a_desk_that_fails_is_no_acknowledgement(nowhere: AsyncEngine, caplog: pytest.LogCaptureFixture) -> None:
    async def broken(incoming: Incoming) -> Receipt:
        raise RuntimeError("database gone")

    async with opened(broken, nowhere) as (client, _):
        assert await post(client, HELLO) == (503, "")
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == [
        "wecom callback: the message was not taken"
    ]


GOOD = ENVELOPE.encrypt(HELLO.encode())
FOREIGN = packed(HELLO.encode(), b"wwother")
NOT_UTF8 = ENVELOPE.encrypt("<xml><Content>烟</Content></xml>".encode("gb18030"))
ENTITIES = ENVELOPE.encrypt(LAUGHS.encode())
HOSTILE: dict[str, tuple[dict[str, str], bytes, int]] = {
    "wrong signature": (signed(GOOD) | {"msg_signature": "0" * 40}, outer(GOOD).encode(), 403),
    "signature of another message": (signed(ECHO), outer(GOOD).encode(), 403),
    "foreign receiver": (signed(FOREIGN), outer(FOREIGN).encode(), 403),
    "no parameters": ({}, outer(GOOD).encode(), 403),
    "no nonce": ({"msg_signature": "x", "timestamp": "1"}, outer(GOOD).encode(), 403),
    "not XML": (signed(GOOD), b'{"Encrypt": 1}', 403),
    "nothing": (signed(GOOD), b"", 403),
    "no Encrypt": (signed(GOOD), b"<xml><ToUserName>x</ToUserName></xml>", 403),
    "cut": (signed(GOOD), outer(GOOD).encode()[:-30], 403),
    "ciphertext cut": (signed(GOOD[:-8]), outer(GOOD[:-8]).encode(), 403),
    "wrong base64": (signed("###"), outer("###").encode(), 403),
    "wrong padding": (signed(packed(b"x", padding=77)), outer(packed(b"x", padding=77)).encode(), 403),
    "outer entities": (signed(GOOD), LAUGHS.encode(), 403),
    "inner entities": (signed(ENTITIES), outer(ENTITIES).encode(), 403),
    "not UTF-8 outside": (signed(GOOD), "<xml>烟</xml>".encode("gb18030"), 403),
    "not UTF-8 inside": (signed(NOT_UTF8), outer(NOT_UTF8).encode(), 403),
    "10 MB": (signed(GOOD), b"<xml>" + b"x" * 10_000_000, 413),
}


@pytest.mark.parametrize("case", HOSTILE)
async def test_hostile_callbacks(case: str, nowhere: AsyncEngine, caplog: pytest.LogCaptureFixture) -> None:
    query, body, status = HOSTILE[case]
    desk = Desk(Say("hello"))
    caplog.set_level(logging.INFO, "bot")
    async with opened(desk, nowhere) as (client, _):
        response = await client.post("/wecom/callback", params=query, data=io.BytesIO(body))
        assert (response.status, await response.read()) == (status, b"")
    assert desk.heard == []
    ours = [record for record in caplog.records if record.name.startswith("bot") and "background" not in record.msg]
    assert len(ours) == 1
    assert ours[0].exc_info is None
    assert "上报" not in ours[0].getMessage()


async def test_a_small_body_that_swells_is_refused(nowhere: AsyncEngine) -> None:
    bomb = gzip.compress(b" " * 5_000_000)
    async with opened(Desk(), nowhere) as (client, _):
        headers = {"Content-Encoding": "gzip"}
        response = await client.post("/wecom/callback", params=signed(GOOD), data=bomb, headers=headers)
        assert response.status == 413
        response = await client.post("/wecom/callback", params=signed(GOOD), data=b"no gzip", headers=headers)
        assert response.status == 403


async def test_a_body_without_a_length_is_refused_at_the_limit(nowhere: AsyncEngine) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * 10_000

    async with opened(Desk(), nowhere) as (client, _):
        response = await client.post("/wecom/callback", params=signed(GOOD), data=endless())
        assert response.status == 413


async def test_a_caller_who_hangs_up_leaves_no_trace(nowhere: AsyncEngine, caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk()
    async with opened(desk, nowhere) as (client, _):
        _, writer = await asyncio.open_connection(client.host, client.port)
        writer.write(b"POST /wecom/callback HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n<xml>")
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        assert await post(client, HELLO) == (200, "")
    assert all(record.exc_info is None for record in caplog.records if "background" not in record.msg)


async def test_a_changed_member_is_read_again(engine: AsyncEngine, http: aiohttp.ClientSession, cloud: Cloud) -> None:
    async with engine.begin() as tx:
        await build_world(tx)
    cloud.answers["user/get"] = [OK | {"userid": "MQ-CM", "name": "林小", "status": 1}]
    door = WecomDoor(replace(CONFIG, api_base=cloud.base), http, engine, Desk())
    app = web.Application()
    app.add_routes(door.routes())
    async with TestClient(TestServer(app)) as client:
        changed = "<ChangeType>update_user</ChangeType><UserID>MQ-CM</UserID>"
        assert await post(client, event("change_contact", changed)) == (200, "")
    await door.stop()
    async with engine.connect() as tx:
        assert (await tx.execute(text("SELECT name FROM person WHERE id = 'mq-cm'"))).scalar_one() == "林小"

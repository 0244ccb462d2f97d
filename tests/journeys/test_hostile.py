"""Everything hostile that can reach the callback of a running service: refused or heard, logged without content."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO

import aiohttp
import pytest

from bot.log import JsonLines
from bot.weixin.envelope import Envelope
from store.words import Address, Body, File, FileKind, Incoming, Text
from tests.doors.test_envelope import LAUGHS
from tests.doors.test_pictures import photo
from tests.journeys.reckoning import reckon
from tests.journeys.town import SHOP, Town, callback, until

CANARY = "金丝雀7153"
"""Stands in everything that people say here, and must stand in no log line."""


@pytest.fixture(autouse=True)
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    """The lines of the log, as operators get them; whatever a test does, they hold no content."""
    caplog.set_level(logging.DEBUG)
    lines: list[str] = []
    yield lines
    formatter = JsonLines()
    for record in (*caplog.get_records("setup"), *caplog.get_records("call")):
        line = formatter.format(record)
        assert CANARY not in line
        assert "pg_notify" not in line
        if record.name.startswith(("bot", "store", "loop153", "aiohttp", "asyncio")):
            assert record.exc_info is None or record.exc_info[0] is None, line


def inner(content: str, key: str = "1", kind: str = "text", who: str = "mq-cm") -> str:
    return (
        f"<xml><ToUserName>corp</ToUserName><FromUserName>{who}</FromUserName><CreateTime>1</CreateTime>"
        f"<MsgType>{kind}</MsgType>{content}<MsgId>{key}</MsgId></xml>"
    )


class Post:
    """Posts to the callback of a town by hand, sealed with the right keys unless told otherwise."""

    def __init__(self, town: Town, http: aiohttp.ClientSession) -> None:
        self._url, self._http, self.corp = callback(town.office.settings.port), http, town.corp
        self._envelope = Envelope(town.corp.token, town.corp.aes_key, town.corp.corp_id)

    def sealed(self, message: str | bytes, envelope: Envelope | None = None) -> tuple[dict[str, str], bytes]:
        by = envelope or self._envelope
        encrypted = by.encrypt(message if isinstance(message, bytes) else message.encode())
        query = {"timestamp": "1", "nonce": "2", "msg_signature": by.signature("1", "2", encrypted)}
        return query, f"<xml><Encrypt>{encrypted}</Encrypt></xml>".encode()

    async def __call__(self, query: dict[str, str], body: bytes | BytesIO) -> int:
        """The status; what is refused gets no word with it."""
        try:
            async with self._http.post(self._url, params=query, data=body) as answer:
                said = await answer.read()
                assert answer.status == 200 or said == b""
                return answer.status
        except aiohttp.ClientConnectionError:  # it hung up on a body that is far too long
            return 413


async def test_nothing_hostile_gets_in_and_honest_people_go_on(town: Town) -> None:
    said = f"<Content>{CANARY}</Content>"
    async with aiohttp.ClientSession() as http:
        post = Post(town, http)
        corp, good = town.corp, post.sealed(inner(said))
        foreign = Envelope(corp.token, corp.aes_key, "wwother")
        stranger = Envelope("wrongtoken", corp.aes_key, corp.corp_id)
        refused = {
            "wrong signature": (good[0] | {"msg_signature": "0" * 40}, good[1]),
            "signed with another token": post.sealed(inner(said), stranger),
            "meant for another corp": post.sealed(inner(said), foreign),
            "no parameters": ({}, good[1]),
            "no nonce": ({k: v for k, v in good[0].items() if k != "nonce"}, good[1]),
            "parameters that are no text": (good[0] | {"nonce": "\udce4", "timestamp": "\x00"}, good[1]),
            "not XML": (good[0], CANARY.encode()),
            "JSON": (good[0], b'{"Encrypt": "x"}'),
            "nothing": (good[0], b""),
            "entities outside": (good[0], LAUGHS.encode()),
            "entities inside": post.sealed(LAUGHS),
            "a file from outside": post.sealed('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml>&e;</xml>'),
            "half a body": (good[0], good[1][: len(good[1]) // 2]),
            "half a message": post.sealed(inner(said)[:-40]),
            "NUL": post.sealed(inner(f"<Content>{CANARY}\x00</Content>")),
            "NUL by number": post.sealed(inner(f"<Content>{CANARY}&#0;</Content>")),
            "half a character": post.sealed(inner(f"<Content>{CANARY}&#xD800;</Content>")),
            "half a character in bytes": post.sealed(inner(said).encode() + b"\xed\xa0\x80"),
            "not UTF-8": post.sealed(inner(said).encode("gb18030")),
            "deeper than any message": post.sealed(f"<xml>{'<a>' * 5000}{'</a>' * 5000}</xml>"),
        }
        for name, (query, body) in refused.items():
            assert await post(query, body) == 403, name
        assert await post(good[0], BytesIO(b"<xml>" + CANARY.encode() * 1_000_000)) == 413
        for method in ("PUT", "DELETE", "HEAD"):
            async with http.request(method, callback(town.office.settings.port), params=good[0]) as answer:
                assert answer.status == 405
        assert await town.rows("SELECT * FROM inbox") == []
        assert "请发现场照片" in await town.says("mq-cm", "上报")


async def test_odd_messages_with_a_good_seal_are_heard_or_passed_over(town: Town) -> None:
    odd = {
        "nobody": inner(f"<Content>{CANARY}</Content>", who=""),
        "a very long name": inner(f"<Content>{CANARY}</Content>", who="x" * 20_000),
        "a very long number": inner(f"<Content>{CANARY}</Content>", key="7" * 20_000),
        "an empty text": inner("<Content></Content>", "11"),
        "no text": inner("", "12"),
        "a long text": inner(f"<Content>{CANARY * 2000}</Content>", "13"),
        "no number": inner(f"<Content>{CANARY}</Content>", ""),
        "nowhere": inner("<Location_X>nan</Location_X><Location_Y>1e999</Location_Y>", "14", "location"),
        "beyond the pole": inner("<Location_X>91</Location_X><Location_Y>181</Location_Y>", "15", "location"),
        "a photo of nothing": inner("<MediaId></MediaId>", "16", "image"),
        "an unknown kind": inner(f"<Content>{CANARY}</Content>", "17", "hologram"),
        "a kind with a line in it": inner("", "18", f"x\n{CANARY}"),
        "an event of nothing": inner("<Event></Event>", "19", "event"),
        "a tap on an unknown button": inner("<Event>click</Event><EventKey>q|0|1|2</EventKey>", "20", "event"),
        "a tap with a long key": inner(f"<Event>click</Event><EventKey>{'|' * 9000}</EventKey>", "21", "event"),
        "nothing at all": "<xml/>",
    }
    async with aiohttp.ClientSession() as http:
        post = Post(town, http)
        for name, message in odd.items():
            assert await post(*post.sealed(message)) == 200, name
    assert await town.rows("SELECT * FROM clue") == []


async def test_an_old_callback_played_again_changes_nothing(town: Town) -> None:
    number = await town.files("mq-cm", CANARY)
    inbox = await town.rows("SELECT * FROM inbox ORDER BY key")
    [dialogue] = await town.rows("SELECT version FROM dialogue")
    async with aiohttp.ClientSession() as http:
        post = Post(town, http)
        for delivery in reversed(town.cloud.courier.deliveries):
            assert await post(dict(delivery.sealed.query), delivery.sealed.body) == 200
    assert await town.rows("SELECT * FROM inbox ORDER BY key") == inbox
    assert await town.rows("SELECT version FROM dialogue") == [dialogue]
    assert [clue["number"] for clue in await reckon(town)] == [number]


MARKUP = (
    f'<a href="https://evil.example">{CANARY}</a> ]]> {{{{ 7*7 }}}} {{number}} %(number)s & &lt; </xml> \u202e\u200b 🚬'
)


async def test_words_that_look_like_markup_are_words(town: Town) -> None:
    number = await town.files("mq-cm", MARKUP)
    pushed = await town.hears("mq-ng1", f"请研判线索 {number}")
    read = await town.says("mq-ng1", number)
    for shown in (pushed, read):
        assert f"{CANARY}[/a> ]]> {{{{ 7*7 }}}} {{number}} %(number)s &" in shown
        assert "<a " not in shown  # WeCom would make a link of it
    [clue] = await town.rows("SELECT text FROM clue")
    assert clue["text"] == MARKUP


async def test_what_a_database_cannot_keep_is_left_out_whichever_door_it_came_by(town: Town) -> None:
    """XML cannot hold it, JSON can: NUL characters and halves of surrogate pairs, in everything that is text."""
    sender, bad = Address("wecom", "mq-cm"), f"{CANARY}\x00\ud800"
    picture = File("6f1d6a3e-0000-5000-8000-000000000001", FileKind.IMAGE, f"ref{bad}", bad, note=bad)
    bodies: tuple[Body, ...] = (Text("上报"), picture, Text(bad))
    for number, body in enumerate(bodies):
        await town.office.receive(Incoming(f"mq-cm:{number}", sender, body))
    review = await town.says("mq-cm", "完成", "跳过", "没信号", "江山", "1", "不确定", "刚刚", "不需要", "提交")
    assert "XS-2026-000001" in review
    [clue] = await town.rows("SELECT text FROM clue")
    assert clue["text"].startswith(CANARY)


async def test_a_wrong_secret_holds_letters_back_but_no_report(town: Town) -> None:
    """The other side refuses us for good: few calls, an alarm for the administrator, and the chat goes on."""
    town.cloud.corp = replace(town.corp, secret="another")
    for _ in range(3):
        await town.files("mq-cm", CANARY)

    async def alarmed() -> bool:
        return bool(await town.rows("SELECT door FROM door_state WHERE broken IS NOT NULL"))

    await until(alarmed)
    assert sum(call.name == "gettoken" for call in town.cloud.calls) <= 3
    assert {row["stage"] for row in await town.rows("SELECT stage FROM letter")} == {"open"}
    assert len(await town.rows("SELECT number FROM clue")) == 3


async def test_photos_and_places_never_reach_the_log(town: Town) -> None:
    await town.photographs("mq-cm", photo())
    await town.stands_at("mq-cm", SHOP[0], SHOP[1], CANARY)
    await town.cloud.link("mq-cm", CANARY, f"https://example.com/{CANARY}")
    await town.says("nobody-known", CANARY)
    await reckon(town)

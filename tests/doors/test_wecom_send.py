"""Letters through message/send: every error code, the rules of tokens, pauses and doubt."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.wecom.api import app_client
from bot.wecom.errors import BUSY_PAUSE, REACTIONS, Reaction, reaction
from bot.wecom.message import RESEND_WINDOW, envelope
from bot.wecom.send import Sender
from store.tables import door_state
from store.words import Address, Later, Never, Outcome, Sent
from tests.doors.standin import OK, Cloud, refusal

TO = Address("wecom", "zhangsan")
BODY = envelope(1000002, TO, "XS-2026-000017 已交内管。", "k1")


class Clock:
    """Seconds that a test moves by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def sender(cloud: Cloud, http: aiohttp.ClientSession, engine: AsyncEngine, clock: Clock) -> Sender:
    return Sender(app_client(cloud.config(), http, engine, clock), engine, clock)


async def alarm(engine: AsyncEngine) -> str | None:
    async with engine.connect() as tx:
        found: str | None = (await tx.execute(select(door_state.c.broken))).scalar_one_or_none()
        return found


# --- the envelope -----------------------------------------------------------------------------------------


def test_an_envelope_is_what_the_page_documents() -> None:
    sent = json.loads(BODY)
    window = sent.pop("duplicate_check_interval")
    assert RESEND_WINDOW.total_seconds() <= window <= 14400
    assert sent == {
        "touser": "zhangsan",
        "msgtype": "text",
        "agentid": 1000002,
        "text": {"content": "XS-2026-000017 已交内管。"},
        "enable_duplicate_check": 1,
    }
    assert "已交内管".encode() in BODY


def test_one_letter_is_always_the_same_bytes_and_two_letters_never() -> None:
    assert envelope(1, TO, "催办", "a") == envelope(1, TO, "催办", "a")
    assert envelope(1, TO, "催办", "a") != envelope(1, TO, "催办", "b")


def test_a_text_that_wecom_would_cut_is_refused() -> None:
    assert envelope(1, TO, "a" * 2048, "k")
    with pytest.raises(ValueError, match="2048"):
        envelope(1, TO, "烟" * 683, "k")


# --- outcomes ---------------------------------------------------------------------------------------------


async def test_a_letter_goes_out_with_exactly_its_bytes(sender: Sender, cloud: Cloud) -> None:
    cloud.answers["message/send"] = [OK | {"msgid": "m-17"}]
    assert await sender.send(TO, BODY) == Sent("m-17")
    (call,) = cloud.of("message/send")
    assert (call.body, call.query) == (BODY, {"access_token": "t1"})


@pytest.mark.parametrize("part", ["invaliduser", "unlicenseduser"])
async def test_success_without_the_person_is_a_failure_for_that_person(sender: Sender, cloud: Cloud, part: str) -> None:
    cloud.answers["message/send"] = [OK | {"msgid": "m", part: "lisi|ZhangSan"}, OK | {"msgid": "m", part: "lisi"}]
    assert await sender.send(TO, BODY) == Never(part, gone=True)
    assert await sender.send(TO, BODY) == Sent("m")


HELD = (Reaction.TOKEN, Reaction.BROKEN, Reaction.PAUSE)
CODES = [(code, kind) for kind in Reaction if kind not in HELD for code in REACTIONS[kind]]


async def test_what_each_code_means_for_one_letter(sender: Sender, cloud: Cloud, engine: AsyncEngine) -> None:
    for code, kind in [*CODES, (99999, Reaction.BUG)]:
        cloud.answers["message/send"] = [refusal(code)]
        outcome = await sender.send(TO, BODY)
        assert reaction(code) is kind
        assert not isinstance(outcome, Sent)
        assert outcome.reason.startswith(f"{code} no, hint: [1655-{code}], from ip: 1.2.3.4")
        expected: dict[Reaction, Outcome] = {
            Reaction.BUSY: Later(outcome.reason, BUSY_PAUSE),
            Reaction.NARROW: Later(outcome.reason, timedelta(seconds=1), counts=False, fewer=True),
            Reaction.GONE: Never(outcome.reason, gone=True),
        }
        assert outcome == expected.get(kind, Never(outcome.reason))
    assert await alarm(engine) is None


def test_no_code_has_two_reactions() -> None:
    codes = [code for listed in REACTIONS.values() for code in listed]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("code", [code for code in REACTIONS[Reaction.BROKEN] if code != 40001])
async def test_a_broken_door_holds_its_letters_and_calls_for_help(
    sender: Sender, cloud: Cloud, engine: AsyncEngine, clock: Clock, code: int
) -> None:
    cloud.answers["message/send"] = [refusal(code), OK]
    for _ in range(10):
        outcome = await sender.send(TO, BODY)
        assert isinstance(outcome, Later)
        assert 299 < outcome.after.total_seconds() <= 300
        assert (outcome.counts, outcome.pause_door) == (False, True)
    assert len(cloud.of("message/send")) == 1
    assert str(await alarm(engine)).startswith(str(code))
    assert "from ip: 1.2.3.4" in str(await alarm(engine))
    clock.now += 301
    assert await sender.send(TO, BODY) == Sent(None)


async def test_a_frequency_limit_pauses_the_door_longer_each_time(sender: Sender, cloud: Cloud, clock: Clock) -> None:
    cloud.answers["message/send"] = [refusal(45009)]
    pauses = []
    for _ in range(8):
        first, second = await sender.send(TO, BODY), await sender.send(TO, BODY)
        assert isinstance(first, Later)
        assert first == second
        assert (first.counts, first.pause_door) == (False, True)
        pauses.append(first.after.total_seconds())
        clock.now += pauses[-1]
    assert pauses == [60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert len(cloud.of("message/send")) == 8
    cloud.answers["message/send"] = [OK, refusal(45009)]
    assert await sender.send(TO, BODY) == Sent(None)
    assert (await sender.send(TO, BODY)).after == timedelta(seconds=60)  # type: ignore[union-attr]


async def test_calls_under_way_together_lengthen_a_pause_once(sender: Sender, cloud: Cloud) -> None:
    cloud.answers["message/send"] = [refusal(45009)]
    outcomes = await asyncio.gather(*(sender.send(TO, BODY) for _ in range(20)))
    assert {outcome.after for outcome in outcomes} == {timedelta(seconds=60)}  # type: ignore[union-attr]


async def cut_off(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.close()
    return web.Response()


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (web.Response(status=502), "HTTP 502"),
        (web.Response(status=302, headers={"Location": "/"}), "HTTP 302"),
        (web.Response(text="<html>维护中</html>", content_type="text/html"), "not JSON"),
        (web.Response(text="[1]", content_type="application/json"), "not JSON"),
        (web.Response(text='{"errcode": "x"}', content_type="application/json"), "not JSON"),
        (cut_off, "ServerDisconnectedError"),
    ],
)
async def test_an_answer_that_means_nothing_leaves_a_doubt(
    sender: Sender, cloud: Cloud, answer: web.Response, reason: str
) -> None:
    cloud.answers["message/send"] = [answer]
    assert await sender.send(TO, BODY) == Later(reason, BUSY_PAUSE, doubt=True)


async def test_nobody_at_the_other_end_leaves_no_doubt(
    cloud: Cloud, http: aiohttp.ClientSession, engine: AsyncEngine
) -> None:
    closed = replace(cloud.config(), api_base="http://127.0.0.1:1")
    outcome = await Sender(app_client(closed, http, engine), engine).send(TO, BODY)
    assert outcome == Later("ClientConnectorError", BUSY_PAUSE)


async def test_an_unreachable_token_leaves_no_doubt_and_is_not_asked_for_by_everybody(
    sender: Sender, cloud: Cloud
) -> None:
    cloud.answers["gettoken"] = [web.Response(status=503)]
    outcomes = await asyncio.gather(*(sender.send(TO, BODY) for _ in range(50)))
    assert set(outcomes) == {Later("HTTP 503", BUSY_PAUSE)}
    assert len(cloud.calls) == 1


# --- tokens -----------------------------------------------------------------------------------------------


async def test_fifty_letters_share_one_token(sender: Sender, cloud: Cloud) -> None:
    outcomes = await asyncio.gather(*(sender.send(TO, BODY) for _ in range(50)))
    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert len(cloud.of("gettoken")) == 1


async def test_a_token_that_dies_at_the_fiftieth_of_two_hundred_letters_is_refreshed_once(
    sender: Sender, cloud: Cloud
) -> None:
    """mailroom.md §3, check 5; 32 are under way at a time."""
    gate, outcomes = asyncio.Semaphore(32), list[Outcome]()

    async def one() -> None:
        async with gate:
            if len(outcomes) == 50:
                cloud.bad.add("t1")
            outcomes.append(await sender.send(TO, BODY))

    await asyncio.gather(*(one() for _ in range(200)))
    assert [type(outcome) for outcome in outcomes] == [Sent] * 200
    assert cloud.granted == 2


async def test_two_replicas_share_a_token_and_its_refresh(
    cloud: Cloud, http: aiohttp.ClientSession, engine: AsyncEngine
) -> None:
    replicas = [Sender(app_client(cloud.config(), http, engine), engine) for _ in range(3)]
    for replica in replicas:
        assert isinstance(await replica.send(TO, BODY), Sent)
    assert cloud.granted == 1
    cloud.bad.add("t1")
    outcomes = await asyncio.gather(*(replica.send(TO, BODY) for replica in replicas for _ in range(10)))
    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert cloud.granted == 2


async def test_a_token_is_renewed_before_it_dies(sender: Sender, cloud: Cloud, clock: Clock) -> None:
    await sender.send(TO, BODY)
    clock.now += 6899
    await sender.send(TO, BODY)
    assert cloud.granted == 1


async def test_a_secret_that_is_wrong_costs_one_call_and_no_letter(
    sender: Sender, cloud: Cloud, engine: AsyncEngine, clock: Clock
) -> None:
    cloud.answers["gettoken"] = [refusal(40001)]
    outcomes = await asyncio.gather(*(sender.send(TO, BODY) for _ in range(40)))
    for outcome in outcomes:
        assert isinstance(outcome, Later)
        assert (outcome.counts, outcome.pause_door) == (False, True)
    assert [call.path for call in cloud.calls] == ["/cgi-bin/gettoken"]
    assert str(await alarm(engine)).startswith("40001")
    del cloud.answers["gettoken"]
    clock.now += 301
    assert isinstance(await sender.send(TO, BODY), Sent)


async def test_tokens_that_are_never_accepted_open_the_breaker(
    sender: Sender, cloud: Cloud, engine: AsyncEngine
) -> None:
    cloud.refuse_all = True
    for _ in range(20):
        outcome = await sender.send(TO, BODY)
        assert isinstance(outcome, Later)
        assert (outcome.counts, outcome.pause_door) == (False, True)
    assert len(cloud.of("message/send")) == 2
    assert len(cloud.of("gettoken")) == 2
    assert str(await alarm(engine)).startswith("42001")


async def test_the_same_token_granted_again_is_not_dropped_again(sender: Sender, cloud: Cloud) -> None:
    """WeCom repeats a living token: whoever was refused before it was granted again must not drop it."""
    cloud.answers["gettoken"] = [OK | {"access_token": "same", "expires_in": 7200}]
    await sender.send(TO, BODY)
    cloud.answers["message/send"] = [*[refusal(40014)] * 10, OK]
    outcomes = await asyncio.gather(*(sender.send(TO, BODY) for _ in range(10)))
    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert len(cloud.of("gettoken")) == 2

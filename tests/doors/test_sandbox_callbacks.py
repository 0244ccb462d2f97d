"""The sandbox's callbacks reach an app as WeCom's do: sealed, in time, repeated, and answered."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any
from xml.etree.ElementTree import Element

import aiohttp
import pytest

from bot.sandbox.callbacks import Patience
from bot.sandbox.directory import Corp
from bot.sandbox.envelope import BadReply, Sealer
from bot.sandbox.faults import (
    Broken,
    Concurrent,
    Dropped,
    Duplicate,
    Error,
    Frequency,
    Hang,
    Invalid,
    Late,
    LostAnswer,
    Reset,
    TokenDies,
)
from tests.doors.echo import HOUR, World, open_world
from tests.doors.test_sandbox_api import button_card, message, send


def test_the_published_vector_opens() -> None:
    corp = Corp(
        "ww1436e0e65a779aee",
        1,
        "",
        "",
        "hJqcu3uJ9Tn2gXPmxx2w9kkCkCE2EPYo",
        "6qkdMrq68nTKduznJYO1A37W2oEgpkMUvkttRToqhUt",
    )
    echostr = "fsi1xnbH4yQh0+PJxcOdhhK6TDXkjMyhEPA7xB2TGz6b+g7xyAbEkRxN/3cNXW9qdqjnoVzEtpbhnFyq6SVHyA=="
    sealer = Sealer(corp)
    plain = sealer.crypto.check_signature("012bc692d0a58dd4b10f8dfe5c4ac00ae211ebeb", "1476416373", "47744683", echostr)
    assert plain == "1288432023552776189"


async def test_the_callback_url_is_verified() -> None:
    async with open_world() as world:
        assert await world.cloud.verify_callback()
        world.cloud.courier.url = world.sandbox.url + "/nothing-here"
        assert not await world.cloud.verify_callback()


SENT: list[tuple[str, tuple[Any, ...], dict[str, str]]] = [
    ("say", ("上报 ]]> <b>&",), {"MsgType": "text", "Content": "上报 ]]> <b>&"}),
    ("place", (34.65, 115.14, "惠民超市"), {"MsgType": "location", "Location_X": "34.650000", "Label": "惠民超市"}),
    ("link", ("通知", "http://x?a=1&b=2"), {"MsgType": "link", "Title": "通知", "Url": "http://x?a=1&b=2"}),
    ("tap", ("report",), {"MsgType": "event", "Event": "click", "EventKey": "report"}),
    ("enter", (), {"MsgType": "event", "Event": "enter_agent", "EventKey": ""}),
    ("scan", ("code", "3210"), {"Event": "scancode_waitmsg", "ScanCodeInfo/ScanResult": "3210"}),
    ("choose_place", ("here", 34.6, 115.1, "店"), {"Event": "location_select", "SendLocationInfo/Label": "店"}),
]


@pytest.mark.parametrize("cdata", [True, False])
@pytest.mark.parametrize(("act", "given", "fields"), SENT, ids=[row[0] for row in SENT])
async def test_what_members_do_arrives(act: str, given: tuple[Any, ...], fields: dict[str, str], cdata: bool) -> None:
    async with open_world() as world:
        world.cloud.courier.cdata = cdata
        await getattr(world.cloud, act)("Wang.Fang", *given)
        heard = world.bot.heard[0]
        assert {name: heard.findtext(name) or "" for name in fields} == fields
        assert (heard.findtext("FromUserName"), heard.findtext("AgentID")) == ("Wang.Fang", "1000002")
        is_event = heard.findtext("MsgType") == "event"
        assert (heard.find("MsgId") is None) == is_event


async def test_a_photo_can_be_fetched_by_its_id() -> None:
    async with open_world() as world:
        await world.cloud.photo("Wang.Fang", b"\xff\xd8\xff123", "现场.jpg")
        media_id = world.bot.heard[0].findtext("MediaId", "")
        query = {"access_token": await world.token(), "media_id": media_id}
        async with world.http.get(f"{world.sandbox.url}/cgi-bin/media/get", params=query) as answer:
            assert (answer.content_type, await answer.read()) == ("image/jpeg", b"\xff\xd8\xff123")


async def test_directory_events_come_from_sys_without_an_agent() -> None:
    async with open_world() as world:
        await world.cloud.change_contact("delete_user", UserID="li.na")
        heard = world.bot.heard[0]
        found = [heard.findtext(name) for name in ("FromUserName", "Event", "ChangeType", "UserID", "AgentID")]
        assert found == ["sys", "change_contact", "delete_user", "li.na", None]


async def test_replies_and_pushes_are_one_inbox_in_order() -> None:
    async with open_world() as world:
        assert await world.cloud.say("Wang.Fang", "待办") == "收到：待办"
        await send(world, message("text", {"content": "新任务"}))
        assert await world.cloud.tap("Wang.Fang", "quiet") is None
        await world.cloud.settled()
        assert [(s.via, s.text) for s in world.cloud.inbox("Wang.Fang")] == [
            ("reply", "收到：待办"),
            ("push", "新任务"),
        ]
        assert [each.state for each in world.cloud.chats.of("Wang.Fang") if each.mine] == ["sent"]
        assert (await world.cloud.hears("Wang.Fang", "新任务")).via == "push"


async def test_a_slow_app_is_asked_four_times_with_the_same_bytes() -> None:
    async with open_world(Patience(answer_within=0.05, pause=0)) as world:
        stuck = asyncio.Event()

        async def never(_: Element) -> None:
            await stuck.wait()

        world.bot.answer = never
        assert await world.cloud.say("Wang.Fang", "上报") is None
        stuck.set()
        assert world.cloud.courier.deliveries[0].attempts == ["time-out"] * 4
        assert len(world.bot.bodies) == 4
        assert len(set(world.bot.bodies)) == 1
        assert [s.state for s in world.cloud.chats.of("Wang.Fang")] == ["lost"]


@pytest.mark.parametrize("same_nonce", [True, False])
async def test_a_lost_answer_is_asked_for_again(same_nonce: bool) -> None:
    async with open_world(Patience(pause=0, same_nonce=same_nonce)) as world:
        world.cloud.faults.next("callback", LostAnswer(times=2))
        assert await world.cloud.say("Wang.Fang", "上报") == "收到：上报"
        assert world.cloud.courier.deliveries[0].attempts == ["answer lost", "answer lost", "200"]
        assert len({heard.findtext("MsgId") for heard in world.bot.heard}) == 1
        assert len(world.cloud.inbox("Wang.Fang")) == 1


async def test_duplicates_arrive_together_and_show_once() -> None:
    async with open_world() as world:
        world.cloud.faults.next("callback", Duplicate(times=3))
        await world.cloud.say("Wang.Fang", "上报")
        assert (len(world.bot.heard), len(world.cloud.inbox("Wang.Fang"))) == (3, 1)
        assert len(world.cloud.courier.deliveries[0].answers) == 3


async def test_a_late_message_is_overtaken() -> None:
    async with open_world() as world:
        world.cloud.faults.next("callback", Late())
        await asyncio.gather(world.cloud.say("Wang.Fang", "一"), world.cloud.say("Wang.Fang", "二"))
        assert [heard.findtext("Content") for heard in world.bot.heard] == ["二", "一"]
        ids = [int(heard.findtext("MsgId", "")) for heard in world.bot.heard]
        assert ids[0] > ids[1]


async def test_a_reply_that_cannot_be_read_is_a_problem_not_a_bubble() -> None:
    sealer = Sealer(Corp.fresh())
    for body in (b"success", b"<xml/>", b"<!DOCTYPE a [<!ENTITY b 'c'>]><xml>&b;</xml>"):
        with pytest.raises(BadReply):
            sealer.open(body, "li.na")
    assert sealer.open(b"", "li.na") is None


async def test_a_press_is_reported_and_greys_the_card() -> None:
    async with open_world() as world:
        selection = {"question_key": "dept", "selected_id": "a", "option_list": [{"id": "a", "text": "营销"}]}
        sent = await send(world, message("template_card", button_card(button_selection=selection)))

        async def grey(_: Element) -> dict[str, Any]:
            return {"MsgType": "update_button", "Button": {"ReplaceName": "已签收"}}

        world.bot.answer = grey
        assert await world.cloud.tap("Wang.Fang", "take") is None
        heard = world.bot.heard[0]
        assert [heard.findtext(n) for n in ("Event", "EventKey", "TaskId", "CardType")] == [
            *("template_card_event", "take", "t-1", "button_interaction")
        ]
        assert heard.findtext("ResponseCode") != sent["response_code"]
        assert heard.findtext("SelectedItems/SelectedItem/OptionIds/OptionId") == "a"
        assert world.cloud.inbox("Wang.Fang")[0].content["replaced"] == "已签收"


async def test_a_card_is_replaced_by_the_reply_to_its_press() -> None:
    async with open_world() as world:
        await send(world, message("template_card", button_card()))
        card = {
            "CardType": "text_notice",
            "MainTitle": {"Title": "已完成"},
            "HorizontalContentList": [{"KeyName": "状态", "Value": "已反馈"}, {"KeyName": "人", "Value": "王芳"}],
            "CardAction": {"Type": 1, "Url": "http://x"},
        }

        async def done(_: Element) -> dict[str, Any]:
            return {"MsgType": "update_template_card", "TemplateCard": card}

        world.bot.answer = done
        await world.cloud.press("Wang.Fang", "take")
        assert world.cloud.inbox("Wang.Fang")[0].content == {
            "card_type": "text_notice",
            "main_title": {"title": "已完成"},
            "horizontal_content_list": [{"keyname": "状态", "value": "已反馈"}, {"keyname": "人", "value": "王芳"}],
            "card_action": {"type": 1, "url": "http://x"},
        }


async def attempt(world: World) -> str:
    """One push, as its caller sees it."""
    try:
        given = await asyncio.wait_for(send(world, message("text", {"content": "a"})), 0.2)
        return str(given["errcode"])
    except TimeoutError:
        return "time-out"
    except aiohttp.ContentTypeError:
        return "html"
    except AssertionError:
        return "status"
    except aiohttp.ClientError:
        return "reset"


@pytest.mark.parametrize(
    ("fault", "seen", "shown"),
    [
        (Error(-1), "-1", 0),
        (Error(60020), "60020", 0),
        (TokenDies(), "42001", 0),
        (TokenDies(40014), "40014", 0),
        (Hang(), "time-out", 0),
        (Hang(after_accept=True), "time-out", 1),
        (Reset(), "reset", 0),
        (Reset(after_accept=True), "reset", 1),
        (Broken(), "status", 0),
        (Dropped(), "0", 0),
        (Invalid(("wang.fang",)), "81013", 0),
    ],
)
async def test_faults_hit_the_next_call_only(fault: Any, seen: str, shown: int) -> None:
    async with open_world() as world:
        world.cloud.faults.next("message/send", fault)
        assert await attempt(world) == seen
        assert len(world.cloud.inbox("Wang.Fang")) == shown
        assert await attempt(world) == "0"


async def test_a_frequency_block_ends_with_office_time() -> None:
    async with open_world() as world:
        world.cloud.faults.next("message/send", Frequency(seconds=3600))
        assert [await attempt(world) for _ in range(3)] == ["45009"] * 3
        await world.clock.shift(HOUR)
        assert await attempt(world) == "0"
        assert [call.errcode for call in world.cloud.calls if call.name == "message/send"] == [45009] * 3 + [0]


async def test_too_many_at_once_are_refused() -> None:
    async with open_world() as world:
        await world.token()
        world.cloud.faults.always("message/send", Concurrent(most=2))
        seen = Counter(await asyncio.gather(*(attempt(world) for _ in range(5))))
        assert seen == {"0": 2, "45033": 3}


async def test_rates_repeat_from_one_seed() -> None:
    async with open_world() as world:
        world.cloud.faults.rate("message/send", Error(-1), 0.5)
        first = [await attempt(world) for _ in range(20)]
        assert 0 < first.count("-1") < 20
        assert world.cloud.faults.met["message/send", "Error"] == first.count("-1")
        world.cloud.faults.clear()
        assert await attempt(world) == "0"

"""The sandbox's API refuses and cuts exactly what WeCom's pages say."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from bot.sandbox.limits import Limits
from tests.doors.echo import HOUR, World, open_world

Json = dict[str, Any]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with open_world() as opened:
        yield opened


def message(kind: str, part: Any, **more: Any) -> Json:
    return {"touser": "wang.fang", "msgtype": kind, "agentid": 1000002, kind: part, **more}


def button_card(**changes: Any) -> Json:
    card: Json = {
        "card_type": "button_interaction",
        "task_id": "t-1",
        "main_title": {"title": "串码核查"},
        "button_list": [{"text": "签收", "key": "take"}, {"text": "详情", "type": 1, "url": "http://x"}],
    }
    return {**card, **changes}


def article(**changes: Any) -> Json:
    return {"title": "通报", "url": "http://x", **changes}


TEXTCARD = {"title": "催办", "description": "明日到期", "url": "https://x"}
NOTICE = {"card_type": "text_notice", "main_title": {"title": "t"}, "card_action": {"type": 1, "url": "http://x"}}
OPTIONS = [{"id": "1", "text": "甲"}]

REFUSED: list[tuple[str, Json, int]] = [
    ("no receiver", {**message("text", {"content": "a"}), "touser": ""}, 82001),
    ("list of receivers", {**message("text", {"content": "a"}), "touser": ["a"]}, 40031),
    ("1001 receivers", {**message("text", {"content": "a"}), "touser": "|".join(map(str, range(1001)))}, 40032),
    ("101 parties", {**message("text", {"content": "a"}), "toparty": "|".join(map(str, range(101)))}, 82002),
    ("101 tags", {**message("text", {"content": "a"}), "totag": "|".join(map(str, range(101)))}, 82003),
    ("nobody valid", {**message("text", {"content": "a"}), "touser": "nobody|zhao.lei|zhou.min|sun.yu"}, 81013),
    ("no agent", {k: v for k, v in message("text", {"content": "a"}).items() if k != "agentid"}, 41011),
    ("agent as text", message("text", {"content": "a"}, agentid="1000002"), 40056),
    ("foreign agent", message("text", {"content": "a"}, agentid=1000003), 301002),
    ("unknown kind", message("poem", {"content": "a"}), 40008),
    ("empty text", message("text", {"content": ""}), 44004),
    ("no text part", message("text", None), 44004),
    ("markdown of 2049 bytes", message("markdown", {"content": "a" * 2049}), 45002),
    ("textcard without title", message("textcard", {**TEXTCARD, "title": ""}), 41016),
    ("textcard without description", message("textcard", {**TEXTCARD, "description": ""}), 41033),
    ("textcard without url", message("textcard", {**TEXTCARD, "url": ""}), 41010),
    ("textcard with a bare url", message("textcard", {**TEXTCARD, "url": "x.cn"}), 40058),
    ("textcard with a long url", message("textcard", {**TEXTCARD, "url": "http://" + "x" * 2048}), 45034),
    ("news without articles", message("news", {"articles": []}), 40035),
    ("news of nine", message("news", {"articles": [article()] * 9}), 45008),
    ("news without title", message("news", {"articles": [article(title="")]}), 41016),
    ("news without url", message("news", {"articles": [article(url="")]}), 41010),
    ("safe news", message("news", {"articles": [article()]}, safe=1), 40074),
    ("image without id", message("image", {}), 41006),
    ("image with unknown id", message("image", {"media_id": "x"}), 40007),
    ("card of unknown type", message("template_card", {"card_type": "poster"}), 40058),
    ("card without title", message("template_card", button_card(main_title={})), 41016),
    ("card with a bad task id", message("template_card", button_card(task_id="一")), 42014),
    ("card with a long task id", message("template_card", button_card(task_id="a" * 129)), 42014),
    ("card without buttons", message("template_card", button_card(button_list=[])), 40058),
    ("seven buttons", message("template_card", button_card(button_list=[{"text": "a", "key": "k"}] * 7)), 40058),
    ("button twice", message("template_card", button_card(button_list=[{"text": "a", "key": "k"}] * 2)), 42018),
    ("button without key", message("template_card", button_card(button_list=[{"text": "a"}])), 42019),
    ("button without text", message("template_card", button_card(button_list=[{"key": "k"}])), 42020),
    ("long key", message("template_card", button_card(button_list=[{"text": "a", "key": "k" * 1025}])), 42018),
    ("url button without url", message("template_card", button_card(button_list=[{"text": "a", "type": 1}])), 41010),
    ("seven rows", message("template_card", button_card(horizontal_content_list=[{"keyname": "a"}] * 7)), 40058),
    ("notice without action", message("template_card", {**NOTICE, "card_action": {}}), 40058),
    ("four jumps", message("template_card", {**NOTICE, "jump_list": [{"title": "a"}] * 4}), 40058),
    ("menu without task id", message("template_card", {**NOTICE, "action_menu": {"action_list": [{}]}}), 42014),
    ("news card without picture", message("template_card", {**NOTICE, "card_type": "news_notice"}), 40058),
    (
        "11 options",
        message("template_card", button_card(button_selection={"question_key": "q", "option_list": OPTIONS * 11})),
        40058,
    ),
    (
        "vote without key",
        message(
            "template_card",
            {
                "card_type": "vote_interaction",
                "main_title": {"title": "t"},
                "checkbox": {"question_key": "q", "option_list": OPTIONS},
            },
        ),
        42019,
    ),
    (
        "multiple without questions",
        message(
            "template_card",
            {"card_type": "multiple_interaction", "main_title": {"title": "t"}, "submit_button": {"key": "k"}},
        ),
        40058,
    ),
]


@pytest.mark.parametrize(("name", "payload", "code"), REFUSED, ids=[row[0] for row in REFUSED])
async def test_send_refuses(world: World, name: str, payload: Json, code: int) -> None:
    given = await world.post("message/send", json.dumps(payload, ensure_ascii=False).encode())
    assert given["errcode"] == code
    assert f"hint: [{int(world.clock.now().timestamp())}_" in given["errmsg"]
    assert (world.cloud.post.sent, world.cloud.inbox("Wang.Fang")) == ([], [])


async def send(world: World, payload: Json) -> Json:
    return await world.post("message/send", json.dumps(payload, ensure_ascii=False).encode())


async def test_a_sent_text_is_seen_and_its_bytes_kept(world: World) -> None:
    raw = json.dumps(message("text", {"content": "您有一条新线索"}, mystery=1), ensure_ascii=False).encode()
    given = await world.post("message/send", raw)
    assert (given["errcode"], given["errmsg"]) == (0, "ok")
    assert [(s.kind, s.text, s.via, s.msgid) for s in world.cloud.inbox("Wang.Fang")] == [
        ("text", "您有一条新线索", "push", given["msgid"])
    ]
    assert [(s.raw, s.to) for s in world.cloud.post.sent] == [(raw, ("Wang.Fang",))]


@pytest.mark.parametrize(
    ("kind", "part", "shown"),
    [
        ("text", {"content": "内" * 700}, {"content": "内" * 682, "cut": True}),
        (
            "textcard",
            {**TEXTCARD, "title": "题" * 200, "description": "文" * 600, "btntxt": "查看详细"},
            {**TEXTCARD, "title": "题" * 128, "description": "文" * 512, "btntxt": "查看详细"},
        ),
        (
            "news",
            {"articles": [article(title="题" * 100, description="文" * 300)]},
            {"articles": [{"title": "题" * 42, "description": "文" * 170, "url": "http://x", "picurl": ""}]},
        ),
    ],
)
async def test_what_is_too_long_is_cut(world: World, kind: str, part: Json, shown: Json) -> None:
    assert (await send(world, message(kind, part)))["errcode"] == 0
    assert world.cloud.inbox("Wang.Fang")[0].content == shown


async def test_escaped_characters_are_refused_and_broken_json_counts_as_empty(world: World) -> None:
    escaped = json.dumps(message("text", {"content": "你好"})).encode()
    assert (await world.post("message/send", escaped))["errcode"] == 40033
    control = json.dumps(message("text", {"content": "a\u0001\\u4e2d"}), ensure_ascii=False).encode()
    assert (await world.post("message/send", control))["errcode"] == 0
    assert (await world.post("message/send", b"{"))["errcode"] == 41011


async def test_some_receivers_fail_with_errcode_zero(world: World) -> None:
    given = await send(world, {**message("text", {"content": "a"}), "touser": "WANG.FANG|Zhao.Lei|ghost|sun.yu"})
    assert (given["errcode"], given["invaliduser"], given["unlicenseduser"]) == (0, "zhao.lei|ghost", "sun.yu")
    everybody = await send(world, {**message("text", {"content": "b"}), "touser": "@all", "toparty": "99"})
    assert "invalidparty" not in everybody
    party = await send(world, {**message("text", {"content": "c"}), "touser": "", "toparty": "2|99"})
    assert party["invalidparty"] == "99"
    assert [shown.text for shown in world.cloud.inbox("li.na")] == ["b", "c"]


async def test_the_duplicate_check_suppresses_identical_bytes(world: World) -> None:
    payload = message("text", {"content": "催办"}, enable_duplicate_check=1, duplicate_check_interval=1800)
    first, again = await send(world, payload), await send(world, payload)
    assert again == first
    assert len(world.cloud.inbox("Wang.Fang")) == 1
    await world.clock.shift(timedelta(minutes=30))
    assert (await send(world, payload))["msgid"] != first["msgid"]
    assert len(world.cloud.inbox("Wang.Fang")) == 2


async def test_more_than_thirty_a_minute_vanish_silently(world: World) -> None:
    codes = {(await send(world, message("text", {"content": str(n)})))["errcode"] for n in range(35)}
    assert codes == {0}
    assert len(world.cloud.inbox("Wang.Fang")) == 30
    assert [len(each.dropped) for each in world.cloud.post.sent[-5:]] == [1] * 5
    await world.clock.shift(timedelta(minutes=1))
    await send(world, message("text", {"content": "later"}))
    assert len(world.cloud.inbox("Wang.Fang")) == 31


async def test_an_app_has_two_hundred_messages_per_seat_and_day() -> None:
    async with open_world(limits=Limits(person_times_per_seat=1)) as world:
        codes = [(await send(world, message("text", {"content": str(n)})))["errcode"] for n in range(6)]
        assert codes == [0, 0, 0, 0, 0, 45009]


async def test_tokens_live_die_and_belong(world: World) -> None:
    corp, first = world.cloud.corp, await world.token()
    assert await world.token() == first
    await world.clock.shift(2 * HOUR)
    assert (await world.get("user/get", access_token=first, userid="li.na"))["errcode"] == 42001
    second = await world.token()
    world.cloud.tokens.kill()
    assert (await world.get("user/get", access_token=second, userid="li.na"))["errcode"] == 40014
    assert (await world.get("user/get", userid="li.na"))["errcode"] == 41001
    assert (await world.get("gettoken", corpid=corp.corp_id, corpsecret="x"))["errcode"] == 40001
    assert (await world.get("gettoken", corpid="ww1", corpsecret="x"))["errcode"] == 40013
    contacts = await world.get("gettoken", corpid=corp.corp_id, corpsecret=corp.contacts_secret)
    raw = json.dumps(message("text", {"content": "a"})).encode()
    given = await world.post("message/send", raw, access_token=contacts["access_token"])
    assert given["errcode"] == 48002


async def test_frequent_token_calls_are_blocked_for_a_minute() -> None:
    async with open_world(limits=Limits(gettoken_minute=3)) as world:
        corp = world.cloud.corp

        async def ask() -> int:
            return int((await world.get("gettoken", corpid=corp.corp_id, corpsecret=corp.secret))["errcode"])

        assert [await ask() for _ in range(5)] == [0, 0, 0, 45009, 45009]
        await world.clock.shift(timedelta(minutes=1))
        assert await ask() == 0


async def test_a_card_is_updated_once_per_response_code(world: World) -> None:
    sent = await send(world, message("template_card", button_card()) | {"touser": "wang.fang|li.na"})
    update = {"agentid": 1000002, "userids": ["li.na", "ghost"], "response_code": sent["response_code"]}
    first = {**update, "button": {"replace_name": "已签收"}}
    given = await world.post("message/update_template_card", json.dumps(first, ensure_ascii=False).encode())
    assert (given["errcode"], given["invaliduser"]) == (0, ["ghost"])
    assert [world.cloud.inbox(who)[0].content.get("replaced") for who in ("li.na", "Wang.Fang")] == ["已签收", None]
    again = await world.post("message/update_template_card", json.dumps(first, ensure_ascii=False).encode())
    assert again["errcode"] == 42022
    used = await send(world, message("template_card", button_card()))
    assert used["errcode"] == 42014


async def test_recall_takes_a_message_off_the_phones_within_a_day(world: World) -> None:
    sent = await send(world, message("text", {"content": "错发"}))
    body = json.dumps({"msgid": sent["msgid"]}).encode()
    assert (await world.post("message/recall", body))["errcode"] == 0
    assert world.cloud.inbox("Wang.Fang") == []
    await world.clock.shift(25 * HOUR)
    assert (await world.post("message/recall", body))["errcode"] == 40058


PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


@pytest.mark.parametrize(
    ("kind", "data", "code"),
    [
        ("image", PNG, 0),
        ("file", b"123456", 0),
        ("voice", b"#!AMR\n1234", 0),
        ("poem", PNG, 40005),
        ("image", b"12345", 40006),
        ("image", b"GIF89a......", 40004),
        ("voice", b"#!AMR" + b"0" * 2 * 1024 * 1024, 45001),
        ("video", PNG, 40004),
    ],
)
async def test_uploads_are_judged_by_kind_size_and_first_bytes(world: World, kind: str, data: bytes, code: int) -> None:
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("media", io.BytesIO(data), filename="现场.png", content_type="application/octet-stream")
    query = {"access_token": await world.token(), "type": kind}
    async with world.http.post(f"{world.sandbox.url}/cgi-bin/media/upload", params=query, data=form) as answer:
        given = await answer.json()
    assert given["errcode"] == code
    if code == 0:
        async with world.http.get(
            f"{world.sandbox.url}/cgi-bin/media/get",
            params={"access_token": query["access_token"], "media_id": given["media_id"]},
        ) as answer:
            assert await answer.read() == data
            assert "%E7%8E%B0%E5%9C%BA.png" in answer.headers["Content-Disposition"]
        await world.clock.shift(timedelta(days=3))
        gone = await world.get("media/get", access_token=await world.token(), media_id=given["media_id"])
        assert gone["errcode"] == 40007


LEAF = {"name": "上报", "type": "click", "key": "report"}


@pytest.mark.parametrize(
    ("menu", "code"),
    [
        ({"button": [LEAF]}, 0),
        ({"button": [{"name": "更多", "sub_button": [LEAF] * 5}]}, 0),
        ({"button": []}, 40016),
        ({"button": [LEAF] * 4}, 40016),
        ({"button": [{**LEAF, "name": ""}]}, 41102),
        ({"button": [{**LEAF, "name": "六个汉字太长"}]}, 40018),
        ({"button": [{**LEAF, "type": "jump"}]}, 40017),
        ({"button": [{**LEAF, "key": "k" * 129}]}, 40019),
        ({"button": [{"name": "台", "type": "view", "url": "h" * 1025}]}, 40020),
        ({"button": [{"name": "更多", "sub_button": [LEAF] * 6}]}, 40023),
        ({"button": [{"name": "更多", "sub_button": [{**LEAF, "name": "字" * 14}]}]}, 40025),
        ({"button": [{"name": "更多", "sub_button": [{**LEAF, "key": "k" * 61}]}]}, 40026),
        ({"button": [{"name": "更多", "sub_button": [{"name": "更", "sub_button": [LEAF]}]}]}, 40022),
    ],
)
async def test_menus_are_judged(world: World, menu: Json, code: int) -> None:
    body = json.dumps(menu, ensure_ascii=False).encode()
    assert (await world.post("menu/create", body, agentid="1000002"))["errcode"] == code
    kept = await world.get("menu/get", access_token=await world.token(), agentid="1000002")
    assert (kept["errcode"], kept.get("button")) == ((0, menu["button"]) if code == 0 else (46003, None))


async def test_the_directory_shows_what_new_apps_may_see(world: World) -> None:
    token = await world.token()
    member = await world.get("user/get", access_token=token, userid="WANG.FANG")
    assert (member["userid"], member["name"], member["department"]) == ("Wang.Fang", "王芳", [11])
    assert not {"mobile", "avatar", "gender", "email"} & member.keys()
    below = await world.get("user/list", access_token=token, department_id="1", fetch_child="1")
    assert [each["userid"] for each in below["userlist"]] == ["Wang.Fang", "li.na", "zhao.lei", "sun.yu"]
    assert (await world.get("user/get", access_token=token, userid="ghost"))["errcode"] == 60111
    assert (await world.get("user/get", access_token=token, userid="zhou.min"))["errcode"] == 60011
    assert (await world.get("department/list", access_token=token, id="77"))["errcode"] == 60003
    units = await world.get("department/simplelist", access_token=token, id="2")
    assert [each["id"] for each in units["department_id"]] == [2, 11, 12]


async def test_userids_are_paged_for_the_contacts_secret_only(world: World) -> None:
    corp = world.cloud.corp
    assert (await world.post("user/list_id", b"{}"))["errcode"] == 48002
    token = (await world.get("gettoken", corpid=corp.corp_id, corpsecret=corp.contacts_secret))["access_token"]
    seen, cursor = [], ""
    while True:
        body = json.dumps({"cursor": cursor, "limit": 2}).encode()
        page = await world.post("user/list_id", body, access_token=token)
        seen += [row["userid"] for row in page["dept_user"]]
        if not (cursor := page["next_cursor"]):
            break
    assert seen == [member.userid for member in world.cloud.directory.members]


async def test_login_returns_a_code_that_works_once(world: World) -> None:
    url = f"{world.sandbox.url}/connect/oauth2/authorize"
    query = {
        "appid": world.cloud.corp.corp_id,
        "redirect_uri": "http://bot.test/console?next=1",
        "response_type": "code",
        "scope": "snsapi_base",
        "state": "abc123",
    }
    cookies = {"sandbox_phone": "li.na"}
    async with world.http.get(url, params=query, allow_redirects=False, cookies=cookies) as answer:
        back = answer.headers["Location"]
    assert back.startswith("http://bot.test/console?next=1&code=")
    assert back.endswith("&state=abc123")
    code = back.split("code=")[1].split("&")[0]
    token = await world.token()
    info = await world.get("auth/getuserinfo", access_token=token, code=code)
    assert (info["errcode"], info["userid"]) == (0, "li.na")
    assert (await world.get("auth/getuserinfo", access_token=token, code=code))["errcode"] == 40029
    late = world.cloud.logins.code("li.na", private=True)
    await world.clock.shift(timedelta(minutes=5))
    assert (await world.get("auth/getuserinfo", access_token=token, code=late))["errcode"] == 40029
    async with world.http.get(url, params=query | {"state": "a-b"}, allow_redirects=False) as answer:
        assert "40035" in await answer.text()


async def test_tickets_are_two_different_ones_and_limited(world: World) -> None:
    token = await world.token()
    page = await world.get("get_jsapi_ticket", access_token=token)
    agent = await world.get("ticket/get", access_token=token, type="agent_config")
    assert page["ticket"] != agent["ticket"]
    assert (await world.get("ticket/get", access_token=token, type="jsapi"))["errcode"] == 40035
    codes = [(await world.get("get_jsapi_ticket", access_token=token))["errcode"] for _ in range(100)]
    assert (codes[0], codes[-1]) == (0, 45009)

"""The app's menu within WeCom's limits, and who opened a page."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.wecom import login, menu
from bot.wecom.api import app_client
from bot.wecom.config import WecomConfig
from bot.weixin.client import Client
from bot.weixin.faults import ApiError
from tests.doors.standin import AES_KEY, CORP, OK, TOKEN, Cloud, refusal

CONFIG = WecomConfig(CORP, 1000002, "s", TOKEN, AES_KEY)


@pytest.fixture
def client(cloud: Cloud, http: aiohttp.ClientSession, engine: AsyncEngine) -> Client:
    return app_client(cloud.config(), http, engine)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_menu_fits_wecoms_limits(language: str) -> None:
    tops = menu.menu(language)["button"]
    assert 1 <= len(tops) <= 3
    keys = []
    for top in tops:
        assert len(top["name"].encode()) <= menu.TOP_BYTES
        leaves = top.get("sub_button", [top])
        assert 1 <= len(leaves) <= 5
        for leaf in leaves:
            assert len(leaf["name"].encode()) <= menu.SUB_BYTES
            assert len(leaf["key"].encode()) <= menu.KEY_BYTES
            assert leaf["type"] == "click"
            keys.append(leaf["key"])
    assert keys == ["report", "tasks", "mine", "find", "ledger", "console", "help"]


async def test_the_menu_is_put_shown_and_taken_away(client: Client, cloud: Cloud) -> None:
    await menu.create(client, 1000002, "zh")
    (call,) = cloud.of("menu/create")
    assert call.query["agentid"] == "1000002"
    assert call.json == menu.menu("zh")
    assert "上报".encode() in call.body
    cloud.answers["menu/get"] = [OK | menu.menu("zh"), refusal(46003)]
    assert await menu.current(client, 1000002) == menu.menu("zh")["button"]
    assert await menu.current(client, 1000002) == []
    await menu.delete(client, 1000002)
    assert len(cloud.of("menu/delete")) == 1


def test_the_login_link() -> None:
    url = urlsplit(login.authorize_url(CONFIG, "https://bot.example.com/console?a=1&b=2", "a1b2"))
    assert (url.scheme, url.netloc, url.path, url.fragment) == (
        "https",
        "open.weixin.qq.com",
        "/connect/oauth2/authorize",
        "wechat_redirect",
    )
    assert parse_qs(url.query) == {
        "appid": [CORP],
        "redirect_uri": ["https://bot.example.com/console?a=1&b=2"],
        "response_type": ["code"],
        "scope": ["snsapi_base"],
        "state": ["a1b2"],
        "agentid": ["1000002"],
    }


@pytest.mark.parametrize("state", ["", "a-b", "a_b", "x" * 129, "状态"])
def test_a_state_that_wecom_would_refuse(state: str) -> None:
    with pytest.raises(ValueError, match="letters and digits"):
        login.authorize_url(CONFIG, "https://bot.example.com/", state)


async def test_who_opened_the_page(client: Client, cloud: Cloud) -> None:
    cloud.answers["auth/getuserinfo"] = [OK | {"userid": "ZhangSan"}, OK | {"UserId": "LiSi", "DeviceId": "d"}]
    assert await login.member(client, "code1") == "zhangsan"
    assert await login.member(client, "code2") == "lisi"
    assert [call.query["code"] for call in cloud.of("auth/getuserinfo")] == ["code1", "code2"]


async def test_strangers_and_spent_codes(client: Client, cloud: Cloud) -> None:
    cloud.answers["auth/getuserinfo"] = [OK | {"openid": "o1", "external_userid": "e1"}, refusal(40029), refusal(50001)]
    for fault in (login.NotAMember, login.LoginAgain, ApiError):
        with pytest.raises(fault):
            await login.member(client, "code")

"""Who opened a page inside WeCom: the OAuth link and what its code is worth (D91022, D91023)."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from bot.wecom.config import WecomConfig
from bot.wecom.errors import Reaction, reaction
from bot.weixin.client import Client
from bot.weixin.faults import ApiError


class LoginAgain(Exception):
    """The code is spent, older than five minutes or made up: send the browser through `authorize_url` again."""


class NotAMember(Exception):
    """Somebody from outside the company opened the link in WeChat."""


def authorize_url(config: WecomConfig, redirect_uri: str, state: str) -> str:
    """Where to send the browser; it comes back to `redirect_uri?code=…&state=…` without asking the member.

    `state`: letters and digits, at most 128; bind it to the session and take it once. The host of `redirect_uri`
    must be the app's trusted domain, exactly (50001).
    """
    if not re.fullmatch(r"[A-Za-z0-9]{1,128}", state):
        raise ValueError("state may hold letters and digits only, 1 to 128 of them")
    query = {
        "appid": config.corp_id,
        "redirect_uri": redirect_uri,
        "response_type": "code",
        "scope": "snsapi_base",
        "state": state,
        "agentid": str(config.agent_id),
    }
    return f"{config.oauth_base}/connect/oauth2/authorize?{urlencode(query)}#wechat_redirect"


async def member(client: Client, code: str) -> str:
    """The userid (lower case) behind a code. Raises `LoginAgain`, `NotAMember`, or what `Client.call` raises."""
    try:
        answer = await client.call("GET", "/cgi-bin/auth/getuserinfo", {"code": code})
    except ApiError as fault:
        if reaction(fault.code) is Reaction.LOGIN:
            raise LoginAgain from None
        raise
    userid = answer.get("userid") or answer.get("UserId")  # the older call spells it so
    if not userid:
        raise NotAMember
    return str(userid).lower()

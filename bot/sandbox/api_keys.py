"""What the cloud hands out: access tokens, JS tickets, callback addresses, and who a login code stands for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.sandbox.api import APP, CONTACTS, Answer, Asked, Endpoint
from bot.sandbox.cloud import Cloud
from bot.sandbox.errors import Refusal
from bot.sandbox.limits import Quota


class Keys:
    """The endpoints that need a memory of how often they were asked."""

    def __init__(self, cloud: Cloud) -> None:
        self._frequent = Quota(cloud.limits.gettoken_minute, timedelta(minutes=1))
        self._tickets = Quota(cloud.limits.ticket_hour, timedelta(hours=1))

    def endpoints(self) -> Mapping[str, Endpoint]:
        return {
            "gettoken": Endpoint("GET", self.gettoken, owners=()),
            "get_jsapi_ticket": Endpoint("GET", self.jsapi_ticket),
            "ticket/get": Endpoint("GET", self.agent_ticket),
            "getcallbackip": Endpoint("GET", callback_ip),
            "auth/getuserinfo": Endpoint("GET", userinfo),
            "auth/getuserdetail": Endpoint("POST", userdetail),
        }

    async def gettoken(self, cloud: Cloud, asked: Asked) -> Answer:
        corp_id, secret = asked.query.get("corpid"), asked.query.get("corpsecret")
        if not corp_id:
            raise Refusal(41002)
        if not secret:
            raise Refusal(41004)
        if corp_id != cloud.corp.corp_id:
            raise Refusal(40013)
        owner = {cloud.corp.secret: APP, cloud.corp.contacts_secret: CONTACTS}.get(secret)
        if owner is None:
            raise Refusal(40001)
        if not self._frequent.allow(owner, cloud.now()):
            raise Refusal(45009)
        token, seconds = cloud.tokens.issue(owner)
        return {"access_token": token, "expires_in": seconds}

    async def jsapi_ticket(self, cloud: Cloud, asked: Asked) -> Answer:
        return self._ticket(cloud, "jsapi")

    async def agent_ticket(self, cloud: Cloud, asked: Asked) -> Answer:
        if asked.query.get("type") != "agent_config":
            raise Refusal(40035, "type")
        return self._ticket(cloud, "agent_config")

    def _ticket(self, cloud: Cloud, kind: str) -> Answer:
        if not self._tickets.allow(kind, cloud.now()):
            raise Refusal(45009)
        ticket, seconds = cloud.tickets.issue(kind)
        return {"ticket": ticket, "expires_in": seconds}


async def callback_ip(cloud: Cloud, asked: Asked) -> Answer:
    return {"ip_list": ["127.0.0.1"]}


async def userinfo(cloud: Cloud, asked: Asked) -> Answer:
    login = cloud.logins.spend(asked.query.get("code", ""))
    if cloud.people.find(login.userid) is None:
        return {"openid": login.userid}
    ticket = {"user_ticket": cloud.logins.ticket(login.userid)} if login.private else {}
    return {"userid": login.userid, **ticket}


async def userdetail(cloud: Cloud, asked: Asked) -> Answer:
    """Only what the member consented to; the sandbox knows nobody's phone number."""
    userid = cloud.logins.holder(str(asked.payload().get("user_ticket", "")))
    private = dict.fromkeys(("avatar", "qr_code", "mobile", "email", "biz_mail", "address"), "")
    return {"userid": userid, "gender": "0", **private}

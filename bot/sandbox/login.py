"""The login page of H5 links (D91022): whoever's phone opened the link is signed in, and goes back with a code."""

from __future__ import annotations

import re
from html import escape
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from aiohttp import web

from bot.sandbox.cloud import Cloud

COOKIE = "sandbox_phone"


class Login:
    """`/open` remembers which phone a link was opened on; `/connect/oauth2/authorize` sends that member back."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/open", self._open), web.get("/connect/oauth2/authorize", self._authorize)]

    async def _open(self, request: web.Request) -> web.StreamResponse:
        userid, url = request.query.get("userid", ""), request.query.get("url", "")
        if self._cloud.people.find(userid) is None or urlsplit(url).scheme not in ("http", "https"):
            raise web.HTTPBadRequest(text="userid or url missing")
        response = web.HTTPFound(url)
        response.set_cookie(COOKIE, userid, httponly=True, samesite="Lax")
        return response

    async def _authorize(self, request: web.Request) -> web.StreamResponse:
        problem = self._problem(request)
        if problem:
            page = f'<!doctype html><html lang="en"><title>WeCom</title><p>{escape(problem)}</p></html>'
            return web.Response(text=page, content_type="text/html")
        userid = request.query.get("userid") or request.cookies.get(COOKIE, "")
        member = self._cloud.people.find(userid)
        if member is None:
            return self._ask_who(request)
        code = self._cloud.logins.code(member.userid, request.query.get("scope") == "snsapi_privateinfo")
        return web.HTTPFound(_back(request.query["redirect_uri"], code, request.query.get("state", "")))

    def _problem(self, request: web.Request) -> str:
        """What WeCom would show instead of logging in; empty when all is well."""
        query, corp = request.query, self._cloud.corp
        if query.get("appid") != corp.corp_id:
            return "40013: appid"
        if query.get("response_type") != "code" or query.get("scope") not in ("snsapi_base", "snsapi_privateinfo"):
            return "40035: response_type or scope"
        if query.get("scope") == "snsapi_privateinfo" and query.get("agentid") != str(corp.agent_id):
            return "40056: agentid"
        if not re.fullmatch(r"[a-zA-Z0-9]{0,128}", query.get("state", "")):
            return "40035: state"
        target = urlsplit(query.get("redirect_uri", ""))
        if target.scheme not in ("http", "https") or (corp.trusted_host and target.netloc != corp.trusted_host):
            return "50001: redirect_uri"
        return ""

    def _ask_who(self, request: web.Request) -> web.Response:
        """No phone opened this: let the visitor say whose phone it is."""
        base = request.rel_url
        people = "".join(
            f'<li><a href="{escape(str(base.update_query(userid=member.userid)))}">{escape(member.name)}</a></li>'
            for member in self._cloud.people.reachable()
        )
        page = (
            f'<!doctype html><html lang="zh"><title>选择手机</title><h1>用谁的手机打开？</h1><ul>{people}</ul></html>'
        )
        return web.Response(text=page, content_type="text/html")


def _back(redirect_uri: str, code: str, state: str) -> str:
    parts = urlsplit(redirect_uri)
    query = [*parse_qsl(parts.query, keep_blank_values=True), ("code", code), ("state", state)]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query), ""))

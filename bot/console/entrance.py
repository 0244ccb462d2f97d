"""The way into the console and out of it: one-time links from the chat, WeCom's own sign-in, sessions and their cookie.

Looking at a link does not use it, so that a chat's preview cannot; the button on its page does. Whoever is not signed
in is shown how to get in, whatever they asked for.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING

from aiohttp import ClientError, web

from bot import metrics
from bot.console import page
from bot.console.flood import Flood
from bot.console.memory import Memories
from bot.console.rooms import PATH
from bot.console.sheets import TooLarge, read_sheet
from bot.console.visit import Visit
from store import db
from store.staff import people, sessions
from store.words import Address

if TYPE_CHECKING:
    from bot.office import Office
    from bot.wecom.door import WecomDoor

log = logging.getLogger(__name__)

COOKIE = "loop153_console"
_STATE = "loop153_state"
_STATE_SECONDS = 300
_SAFE = re.compile(rf"{PATH}(/[A-Za-z0-9_-]{{1,64}}){{0,6}}")
"""Where one may be taken after signing in: a plain path of ours."""


class Entrance:
    """Of one process. `memories` is what sessions keep in it."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self.memories = Memories()
        self._flood = Flood()
        self._secure = (office.settings.public_url or "").startswith("https:")

    def routes(self) -> Sequence[web.RouteDef]:
        return (
            web.get(f"{PATH}/in", self._outside),
            web.get(f"{PATH}/in/{{token}}", self._look),
            web.post(f"{PATH}/in/{{token}}", self._redeem),
            web.get(f"{PATH}/wecom", self._to_wecom),
            web.get(f"{PATH}/wecom/back", self._from_wecom),
        )

    # --- who is there -------------------------------------------------------------------------------------

    async def visit(self, request: web.Request) -> Visit | None:
        """The visit of whoever is signed in; None for anybody else."""
        token = request.cookies.get(COOKIE, "")
        if not token:
            return None
        async with self._office.engine.begin() as tx:
            at = await db.now(tx) + self._office.shift
            found = await sessions.find(tx, token, at)
            if found is None:
                return None
            session, who = found
            await sessions.seen(tx, session.key, at)
        return Visit(self._office, request, who, session, token, at, None, self.memories.of(session.key, at))

    def outside(self, request: web.Request) -> web.Response:
        """For somebody who is not signed in: how to get in, and back to where they wanted to go."""
        wanted = request.path if request.method == "GET" and _SAFE.fullmatch(request.path) else PATH
        return page.go(f"{PATH}/in" if wanted == PATH else f"{PATH}/in?to={wanted}")

    async def leave(self, visit: Visit) -> web.Response:
        """Sign out: the session ends, and what it kept is forgotten."""
        self.memories.forget(visit.session.key)
        async with self._office.engine.begin() as tx:
            await sessions.end(tx, visit.token, visit.at)
        response = page.go(f"{PATH}/in")
        response.del_cookie(COOKIE, path=PATH)
        return response

    async def speak(self, visit: Visit, language: str) -> None:
        """Another language for this session."""
        async with self._office.engine.begin() as tx:
            await sessions.speak(tx, visit.session.key, language)

    # --- the page outside ---------------------------------------------------------------------------------

    async def _outside(self, request: web.Request) -> web.StreamResponse:
        to = _wanted(request)
        if await self.visit(request) is not None:
            return page.go(to)
        if (
            self._wecom is not None
            and "wxwork" in request.headers.get("User-Agent", "").lower()
            and not _failed(request)
        ):
            return page.go(f"{PATH}/wecom?to={to}")
        return self._show(request, "shell/outside.html", to=to, failed=_failed(request), wecom=self._offers_wecom)

    def _show(self, request: web.Request, template: str, status: int = 200, **facts: object) -> web.Response:
        return page.answer(template, self._language(request), status, here=request.path, **facts)

    def _language(self, request: web.Request) -> str:
        """Of somebody we do not know: as they chose, as their browser asks, or the office's."""
        chosen = request.query.get("language", "")
        if chosen in ("zh", "en"):
            return chosen
        asked = request.headers.get("Accept-Language", "").lower()
        firsts = [one for one in (part.strip()[:2] for part in asked.split(",")) if one in ("zh", "en")]
        return firsts[0] if firsts else self._office.settings.language

    # --- one-time links -----------------------------------------------------------------------------------

    async def _look(self, request: web.Request) -> web.StreamResponse:
        """The page of a link: a button if it is good. Nothing is used up, and nobody is named."""
        async with self._office.engine.begin() as tx:
            at = await db.now(tx) + self._office.shift
            good = await sessions.is_good(tx, request.match_info["token"], at)
        if good:
            return self._show(request, "shell/link.html")
        return self._spent(request)

    async def _redeem(self, request: web.Request) -> web.StreamResponse:
        try:
            await read_sheet(request)
        except TooLarge:
            return self._spent(request)
        if foreign(request):
            return self._spent(request)
        async with self._office.engine.begin() as tx:
            at = await db.now(tx) + self._office.shift
            token = await sessions.redeem(tx, request.match_info["token"], at)
            old = request.cookies.get(COOKIE, "")
            if token is not None and old:
                await sessions.end(tx, old, at)
        if token is None:
            return self._spent(request)
        return self._let_in(token, _wanted(request))

    def _spent(self, request: web.Request) -> web.Response:
        """A link that opens nothing (any more). Whoever tries many is told to wait, and learns as little."""
        metrics.rejected("console", "link")
        late = self._flood.again(request.remote or "")
        return self._show(request, "shell/spent.html", 429 if late else 404, late=late)

    def _let_in(self, token: str, to: str) -> web.Response:
        response = page.go(to)
        response.set_cookie(COOKIE, token, path=PATH, httponly=True, samesite="Lax", secure=self._secure)
        return response

    # --- WeCom's own sign-in ------------------------------------------------------------------------------

    @property
    def _wecom(self) -> WecomDoor | None:
        from bot.wecom.door import WecomDoor

        door = self._office.doors.get("wecom")
        return door if isinstance(door, WecomDoor) else None

    @property
    def _offers_wecom(self) -> bool:
        """Outside the app WeCom's page only says that it must be opened inside; in a demo there is no inside."""
        return self._wecom is not None and self._office.settings.environment == "development"

    async def _to_wecom(self, request: web.Request) -> web.StreamResponse:
        from bot.wecom.login import authorize_url

        door = self._wecom
        if door is None:
            return page.go(f"{PATH}/in")
        state = secrets.token_hex(16)
        back = f"{self._office.settings.address}{PATH}/wecom/back"
        response = page.go(authorize_url(door.config, back, state))
        value = f"{state}.{_wanted(request)}"
        response.set_cookie(
            _STATE, value, path=PATH, max_age=_STATE_SECONDS, httponly=True, samesite="Lax", secure=self._secure
        )
        return response

    async def _from_wecom(self, request: web.Request) -> web.StreamResponse:
        """WeCom sends the browser back with a code. `state` binds it to the browser that was sent there, once."""
        state, _dot, to = request.cookies.get(_STATE, "").partition(".")
        given = request.query.get("state", "")
        who = None
        if state and secrets.compare_digest(state.encode(), given.encode()):
            who = await self._member(request.query.get("code", ""))
        token = await self._begin(who) if who else None
        if token is None:
            metrics.rejected("console", "wecom")
            response = page.go(f"{PATH}/in?failed=1")
        else:
            response = self._let_in(token, to if _SAFE.fullmatch(to) else PATH)
        response.del_cookie(_STATE, path=PATH)
        return response

    async def _member(self, code: str) -> str | None:
        """The member whom WeCom names for that code."""
        from bot.wecom.login import LoginAgain, NotAMember, member
        from bot.weixin.faults import ApiError

        door = self._wecom
        if door is None or not 0 < len(code) <= 512:
            return None
        try:
            return await member(door.client, code)
        except (LoginAgain, NotAMember):
            return None
        except (ApiError, ClientError, OSError, TimeoutError) as fault:
            log.warning("wecom sign-in failed: %s", type(fault).__name__)
            return None

    async def _begin(self, member: str) -> str | None:
        async with self._office.engine.begin() as tx:
            at = await db.now(tx) + self._office.shift
            who = await people.who_is(tx, Address("wecom", member))
            return await sessions.begin(tx, who.id, "wecom", at) if who else None


def foreign(request: web.Request) -> bool:
    """Whether a browser says that another site sent this form."""
    return request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")


def _wanted(request: web.Request) -> str:
    to = request.query.get("to", "")
    return to if _SAFE.fullmatch(to) else PATH


def _failed(request: web.Request) -> bool:
    return "failed" in request.query

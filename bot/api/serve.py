"""/api/v1 as routes: the key, its right, what was sent, the endpoint, the answer; every "no" as problem details."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web
from pydantic import BaseModel, ValidationError

from bot import housework, metrics
from bot.api import describe
from bot.api.call import Call
from bot.api.problems import HEADERS, Problem
from bot.api.table import BASE, TABLE, Endpoint
from bot.console.flood import Flood
from bot.desk import Busy
from bot.texts import _
from store.db import passing
from store.law.given import safe
from store.sharing import keys
from store.sharing.keys import Caller

if TYPE_CHECKING:
    from bot.office import Office

log = logging.getLogger(__name__)

MOST = 600
"""Requests of one key within a minute, in one replica."""
_UNKNOWN = {"WWW-Authenticate": 'Bearer realm="loop153"'}
Served = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Pace:
    """Who asks how often: a bucket for each key that drips."""

    _left: dict[int, tuple[float, float]] = field(default_factory=dict)

    def too_fast(self, key: int) -> float:
        """Seconds to wait; 0 when the request may pass."""
        now = time.monotonic()
        left, since = self._left.get(key, (float(MOST), now))
        left = min(float(MOST), left + (now - since) * MOST / 60)
        self._left[key] = (max(left - 1, 0.0), now)
        return 0.0 if left >= 1 else (1 - left) * 60 / MOST


def routes(office: Office) -> Sequence[web.RouteDef]:
    """Everything under /api/v1."""
    gate = _Gate(office)
    found = [web.get(f"{BASE}/openapi.json", describe.openapi(office)), web.get(f"{BASE}/docs", describe.docs(office))]
    for one in TABLE:
        found.append(web.route(one.method, BASE + one.path, gate.serving(one)))
    return [*found, web.route("*", BASE, gate.nowhere), web.route("*", f"{BASE}/{{rest:.*}}", gate.nowhere)]


class _Gate:
    """Of one process."""

    def __init__(self, office: Office) -> None:
        self._office, self._pace, self._flood = office, Pace(), Flood()

    def serving(self, endpoint: Endpoint) -> Served:
        async def serve(request: web.Request) -> web.StreamResponse:
            return await self._guarded(request, endpoint)

        return serve

    async def nowhere(self, request: web.Request) -> web.StreamResponse:
        """Paths that are none: told after the key, like everything else."""
        return await self._guarded(request, None)

    async def _guarded(self, request: web.Request, endpoint: Endpoint | None) -> web.StreamResponse:
        language = _language(request, self._office.settings.language)
        try:
            caller, at = await self._caller(request)
            if not request.headers.get("Accept-Language"):
                language = caller.who.language
            wait = self._pace.too_fast(caller.key)
            if wait:
                raise Problem(429, headers={"Retry-After": str(int(wait) + 1)})
            if endpoint is None:
                raise Problem(405 if self._known(request.path) else 404)
            if endpoint.right not in caller.rights:
                raise Problem(403, _("It lacks the right {right}."), {"right": endpoint.right})
            call = Call(
                self._office,
                caller,
                dict(request.match_info),
                language,
                at,
                _query(request, endpoint),
                await _body(request, endpoint),
                safe(request.headers.get("Idempotency-Key", "").strip()) if endpoint.once else "",
            )
            answer = await endpoint.handler(call)
        except Problem as problem:
            return problem.answer(language)
        except Busy:
            return Problem(503, headers={"Retry-After": "1"}).answer(language)
        except Exception as fault:
            if passing(fault):
                return Problem(503, headers={"Retry-After": "2"}).answer(language)
            log.exception("an endpoint of the open interface failed")
            return Problem(500).answer(language)
        return _told(answer, endpoint.status, language)

    async def _caller(self, request: web.Request) -> tuple[Caller, Any]:
        """Whose key it is. Whatever is wrong with a key, the answer is the same."""
        scheme, _space, told = request.headers.get("Authorization", "").partition(" ")
        async with housework.writing(self._office) as work:
            at = work.at
            caller = await keys.find(work.tx, told.strip(), at) if scheme.lower() == "bearer" else None
        if caller is None:
            metrics.rejected("api", "key")
            late = self._flood.again(request.remote or "")
            raise Problem(429, headers={"Retry-After": "600"}) if late else Problem(401, headers=_UNKNOWN)
        return caller, at

    def _known(self, path: str) -> bool:
        """Whether another method would be answered there."""
        return any(describe.fits(one.path, path.removeprefix(BASE)) for one in TABLE)


def _query(request: web.Request, endpoint: Endpoint) -> BaseModel | None:
    given = {name: safe(value) for name, value in request.query.items()}
    return _checked(endpoint.query, {name: value for name, value in given.items() if value}) if endpoint.query else None


async def _body(request: web.Request, endpoint: Endpoint) -> BaseModel | None:
    if endpoint.body is None:
        return None
    if request.content_type != "application/json":
        raise Problem(415)
    data = bytearray()
    async for chunk in request.content.iter_chunked(64 * 1024):
        data += chunk
        if len(data) > endpoint.most:
            raise Problem(413)
    try:
        given = json.loads(data.decode())
    except (ValueError, RecursionError):
        raise Problem(400, _("The body is no JSON in UTF-8.")) from None
    if not isinstance(given, dict):
        raise Problem(400, _("The body must be a JSON object."))
    return _checked(endpoint.body, given)


def _checked(model: type[BaseModel], given: dict[str, Any]) -> BaseModel:
    try:
        return model.model_validate(given)
    except ValidationError as fault:
        errors = [
            {"field": ".".join(map(str, one["loc"])), "detail": str(one["msg"])}
            for one in fault.errors(include_url=False, include_input=False, include_context=False)[:50]
        ]
        raise Problem(422, errors=errors) from None


def _told(answer: BaseModel, status: int, language: str) -> web.Response:
    text = answer.model_dump_json(exclude_unset=True)
    headers = {**HEADERS, "Content-Language": "en" if language == "en" else "zh-CN"}
    return web.Response(text=text, status=status, content_type="application/json", headers=headers)


def _language(request: web.Request, default: str) -> str:
    asked = request.headers.get("Accept-Language", "").lower()
    firsts = [one for one in (part.strip()[:2] for part in asked.split(",")) if one in ("zh", "en")]
    return firsts[0] if firsts else default

"""The page of phones: what the browser asks for, what the thumbs on it do, and the live line to it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from aiohttp import BodyPartReader, web

from bot.sandbox.chats import News, Shown
from bot.sandbox.clock import OFFICE_ZONE, Clock, until_next_working_day
from bot.sandbox.cloud import Cloud
from bot.sandbox.directory import Member
from bot.sandbox.errors import Refusal
from bot.sandbox.faults import Broken, Dropped, Error, Fault, Frequency, Hang, LostAnswer, Reset, TokenDies
from bot.sandbox.outside import DEPARTMENT, Hands, Outside
from bot.sandbox.phrases import phrases
from bot.sandbox.shopmap import draw, find_shops

Json = Any
STATIC = Path(__file__).parent / "static"
POLICY = "default-src 'self'; img-src 'self' data: blob: http://127.0.0.1:* http://localhost:*; frame-ancestors 'none'"

TROUBLES: dict[str, tuple[str, Fault]] = {
    "token": ("message/send", TokenDies()),
    "busy": ("message/send", Error(-1)),
    "frequency": ("message/send", Frequency(60)),
    "timeout": ("message/send", Hang()),
    "reset": ("message/send", Reset(after_accept=True)),
    "gateway": ("message/send", Broken()),
    "drop": ("message/send", Dropped()),
    "ip": ("message/send", Error(60020)),
    "answer": ("callback", LostAnswer()),
}
"""What the trouble drawer offers, for the next call each."""


class Phones:
    """The server side of the page; everything a phone does goes through the cloud."""

    def __init__(self, cloud: Cloud, clock: Clock, outside: Sequence[Outside] = ()) -> None:
        self._cloud, self._clock = cloud, clock
        self._outside = {one.face.userid: one for one in outside}
        self._lines: set[asyncio.Task[Any]] = set()
        self._counties = {county.code: county for county in cloud.directory.counties}

    def routes(self) -> list[web.AbstractRouteDef]:
        post: dict[str, Callable[[web.Request], Awaitable[web.StreamResponse]]] = {
            "{userid}/say": self._say,
            "{userid}/photos": self._photos,
            "{userid}/place": self._place,
            "{userid}/tap": self._tap,
            "{userid}/press": self._press,
            "{userid}/enter": self._enter,
            "{userid}/read": self._read,
            "clock": self._shift,
            "trouble": self._trouble,
        }
        get: dict[str, Callable[[web.Request], Awaitable[web.StreamResponse]]] = {
            "state": self._state,
            "live": self._live,
            "phrases": self._phrases,
            "shops": self._shops,
            "map/{county}": self._map,
            "media/{id}": self._media,
            "{userid}/chat": self._chat,
        }
        return [
            web.get("/", self._page),
            *(web.get(f"/phones/{path}", handler) for path, handler in get.items()),
            *(web.post(f"/phones/{path}", handler) for path, handler in post.items()),
            web.static("/static", STATIC),
        ]

    async def close(self) -> None:
        """Hang up all live lines."""
        for line in self._lines:
            line.cancel()

    # --- what the page reads ----------------------------------------------------------------------------------

    async def _page(self, request: web.Request) -> web.StreamResponse:
        return web.FileResponse(STATIC / "phones.html", headers={"Content-Security-Policy": POLICY})

    async def _phrases(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(phrases("zh_CN"))

    async def _state(self, request: web.Request) -> web.StreamResponse:
        cloud = self._cloud
        state = {
            "app": {"zh": cloud.corp.app_name, "en": cloud.corp.app_name_en},
            "people": [
                *map(self._stranger, self._outside.values()),
                *map(self._person, cloud.people.members.values()),
            ],
            "departments": [
                {"id": each.id, "name": each.name, "name_en": each.name_en or each.name, "parent": each.parent_id}
                for each in cloud.people.departments.values()
            ]
            + ([DEPARTMENT] if self._outside else []),
            "counties": [
                {"code": each.code, "name": each.name, "name_en": each.name_en} for each in self._counties.values()
            ],
            "menu": (cloud.menu or {}).get("button", []),
            "now": self._now(),
        }
        return web.json_response(state)

    def _person(self, member: Member) -> dict[str, Json]:
        return {
            "userid": member.userid,
            "name": member.name,
            "department": member.departments[0],
            "role": member.role,
            "role_en": member.role_en or member.role,
            "county": member.county,
            "unread": self._cloud.chats.unread(member.userid),
        }

    def _stranger(self, one: Outside) -> dict[str, Json]:
        """Somebody without a department, a county or the app's menu."""
        face = one.face
        known = {"userid": face.userid, "name": face.name, "role": face.role, "role_en": face.role_en, "outside": True}
        return known | {"department": DEPARTMENT["id"], "county": "", "unread": self._cloud.chats.unread(face.userid)}

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        return web.json_response([bubble(shown) for shown in self._cloud.chats.of(self._userid(request))])

    async def _shops(self, request: web.Request) -> web.StreamResponse:
        found = find_shops(self._cloud.directory, request.query.get("county", ""), request.query.get("q", ""))
        rows = [
            {"licence": s.licence_no, "name": s.name, "address": s.address, "lat": s.lat, "lon": s.lon} for s in found
        ]
        return web.json_response(rows)

    async def _map(self, request: web.Request) -> web.StreamResponse:
        county = self._counties.get(request.match_info["county"])
        if county is None:
            raise web.HTTPNotFound
        shops = self._cloud.directory.shops.get(county.code, ())
        return web.Response(text=draw(county, shops), content_type="image/svg+xml")

    async def _media(self, request: web.Request) -> web.StreamResponse:
        try:
            media = self._cloud.media.get(request.match_info["id"])
        except Refusal:
            raise web.HTTPNotFound from None
        headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=3600"}
        return web.Response(body=media.data, content_type=media.mime, headers=headers)

    async def _live(self, request: web.Request) -> web.StreamResponse:
        """Server-Sent Events: one line for the whole page, open until the browser or the sandbox closes it."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        line = asyncio.current_task()
        assert line is not None
        self._lines.add(line)
        try:
            with self._cloud.chats.listening() as news:
                await response.write(b": open\n\n")
                while True:
                    event = await news.get()
                    await response.write(f"data: {json.dumps(self._event(event), ensure_ascii=False)}\n\n".encode())
        except (ConnectionResetError, asyncio.CancelledError):
            return response
        finally:
            self._lines.discard(line)

    def _event(self, news: News) -> dict[str, Json]:
        if news.what == "clock":
            return {"what": "clock", "now": self._now()}
        if news.what == "menu":
            return {"what": "menu", "menu": (self._cloud.menu or {}).get("button", [])}
        assert news.shown is not None
        return {"what": news.what, "bubble": bubble(news.shown)}

    # --- what thumbs do ---------------------------------------------------------------------------------------

    async def _say(self, request: web.Request) -> web.StreamResponse:
        text = str((await request.json()).get("text", "")).strip()
        if text:
            userid = self._userid(request)
            await self._hands(userid).say(userid, text)
        return web.json_response({})

    async def _photos(self, request: web.Request) -> web.StreamResponse:
        userid = self._userid(request)
        pictures = []
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader) and part.filename:
                pictures.append((bytes(await part.read()), part.filename))
        # A phone sends the pictures of one selection as messages of their own, all at once.
        await asyncio.gather(*(self._hands(userid).photo(userid, data, name) for data, name in pictures))
        return web.json_response({})

    async def _place(self, request: web.Request) -> web.StreamResponse:
        given = await request.json()
        userid, lat, lon = self._userid(request), float(given["lat"]), float(given["lon"])
        label = str(given.get("label", ""))
        if given.get("key"):
            await self._cloud.choose_place(userid, str(given["key"]), lat, lon, label)
        else:
            await self._hands(userid).place(userid, lat, lon, label)
        return web.json_response({})

    async def _tap(self, request: web.Request) -> web.StreamResponse:
        await self._cloud.tap(self._userid(request), str((await request.json())["key"]))
        return web.json_response({})

    async def _press(self, request: web.Request) -> web.StreamResponse:
        given = await request.json()
        selected = {str(key): [str(each) for each in ids] for key, ids in given.get("selected", {}).items()}
        await self._cloud.press(self._userid(request), str(given["key"]), selected, int(given["bubble"]))
        return web.json_response({})

    async def _enter(self, request: web.Request) -> web.StreamResponse:
        userid = self._userid(request)
        await self._hands(userid).enter(userid)
        return web.json_response({})

    async def _read(self, request: web.Request) -> web.StreamResponse:
        self._cloud.chats.mark_read(self._userid(request))
        return web.json_response({})

    async def _shift(self, request: web.Request) -> web.StreamResponse:
        given = await request.json()
        delta = timedelta(hours=float(given.get("hours", 0)))
        if given.get("working_day"):
            delta = until_next_working_day(self._clock.now())
        if delta > timedelta():
            await self._clock.shift(delta)
            self._cloud.chats.tell(News("clock"))
        return web.json_response({"now": self._now()})

    async def _trouble(self, request: web.Request) -> web.StreamResponse:
        kind = (await request.json()).get("kind")
        if kind == "none":
            self._cloud.faults.clear()
        elif kind in TROUBLES:
            name, fault = TROUBLES[kind]
            self._cloud.faults.next(name, fault)
        return web.json_response({"planned": self._cloud.faults.planned()})

    def _hands(self, userid: str) -> Hands:
        return self._outside.get(userid, self._cloud)

    def _userid(self, request: web.Request) -> str:
        if request.match_info["userid"] in self._outside:
            return request.match_info["userid"]
        member = self._cloud.people.find(request.match_info["userid"])
        if member is None:
            raise web.HTTPNotFound
        return member.userid

    def _now(self) -> str:
        return self._clock.now().astimezone(OFFICE_ZONE).isoformat(timespec="seconds")


def bubble(shown: Shown) -> dict[str, Json]:
    """One bubble as the page reads it."""
    return {
        "id": shown.id,
        "userid": shown.userid,
        "at": shown.at.astimezone(OFFICE_ZONE).isoformat(timespec="seconds"),
        "kind": shown.kind,
        "content": dict(shown.content),
        "via": shown.via,
        "state": shown.state,
    }

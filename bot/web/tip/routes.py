"""Every address of the tip page, and what holds for all of them: headers, limits, calm sentences, no trace in a log."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from aiohttp import web

from bot.web.tip import filing, keeping, pages, session, talking
from bot.web.tip.call import Call, Ended, Foreign
from bot.web.tip.flood import Flood
from bot.web.tip.posted import Hall, Trouble, Untaken
from store import tips

if TYPE_CHECKING:
    from bot.office import Office

logger = logging.getLogger(__name__)
Handler = Callable[[Call], Awaitable[web.StreamResponse]]

HALL = 160 * 1024 * 1024
"""Bytes of posted forms that one process holds at the same time."""
_WORDS_ONLY = ("done", "deleted", "ended")
"""Pages that say one thing and hold nothing."""
_STATIC = {"style.css": "text/css", "icon.svg": "image/svg+xml"}
_TROUBLE_STATUS = {Trouble.LARGE: 413, Trouble.MANY: 422, Trouble.BUSY: 503, Trouble.BROKEN: 400}


def routes(office: Office) -> Sequence[web.RouteDef]:
    """All of them, for one office."""
    room = _Room(office)
    get, post = room.get, room.post
    found = [get("", filing.front), post("/begin", filing.begin), get("/new", filing.show), post("/new", filing.take)]
    found += [get("/receipt", keeping.show), post("/receipt", keeping.confirm), get("/receipt/check", keeping.check)]
    found += [get("/return", talking.enter), post("/return", talking.open_)]
    found += [get("/talk", talking.show), post("/talk", talking.say), post("/file", talking.file)]
    found += [post("/identity", talking.identity), post("/renew", talking.renew), post("/end", talking.end)]
    found += [get("/delete", talking.ask_delete), post("/delete", talking.delete), get("/leave", _leave)]
    found += [get(f"/{name}", _saying(name)) for name in _WORDS_ONLY]
    return [
        web.get("/tip", room.bare(filing.front)),
        *found,
        *(web.get(f"/tip/{name}", room.bare(_static(name, kind))) for name, kind in _STATIC.items()),
        web.get("/tip/qr.png", room.bare(_address)),
        web.route("*", "/tip/{rest:.*}", room.bare(_nowhere)),
    ]


class _Room:
    """Wraps every handler in what holds for all."""

    def __init__(self, office: Office) -> None:
        self._office, self._hall, self._flood = office, Hall(HALL), Flood()

    def get(self, path: str, handler: Handler) -> web.RouteDef:
        return web.get(f"/tip/{{language:zh|en}}{path}", self.bare(handler), allow_head=False)

    def post(self, path: str, handler: Handler) -> web.RouteDef:
        async def limited(call: Call) -> web.StreamResponse:
            name = handler.__name__.strip("_")
            if not self._flood.passes(call.request.remote, name, self._office.clock.now()):
                return _busy(call)
            return await handler(call)

        return web.post(f"/tip/{{language:zh|en}}{path}", self.bare(limited))

    def bare(self, handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def answer(request: web.Request) -> web.StreamResponse:
            language = request.match_info.get("language") or preferred(request.headers.get("Accept-Language", ""))
            call = Call(self._office, request, self._hall, language)
            found = await _answered(call, handler)
            for name, value in pages.HEADERS.items():
                found.headers.setdefault(name, value)
            return found

        return answer


def preferred(header: str) -> str:
    """zh or en, by what the browser asks for first; Chinese for everybody who asks for neither."""
    for one in header.lower().split(","):
        tag = one.partition(";")[0].strip()
        if tag.startswith(("zh", "en")):
            return tag[:2]
    return "zh"


async def _answered(call: Call, handler: Handler) -> web.StreamResponse:
    """Whatever goes wrong is one calm sentence; the log knows its kind and place in the code, not whom or what."""
    try:
        return await handler(call)
    except Untaken as refused:
        return _untaken(call, refused.trouble)
    except (Ended, Foreign, session.NoDraft):
        return call.page("over", status=410)
    except (talking.Lost, tips.NotYours):
        return call.page("return", "return", 404, gone=True)
    except tips.Tampered as fault:
        return await _tampered(call, fault)
    except web.HTTPException:
        raise
    except Exception:
        logger.exception("a tip page failed")
        return call.page("trouble", status=500)


def _untaken(call: Call, trouble: Trouble) -> web.Response:
    """The rest of the body is not waited for."""
    if trouble is Trouble.BUSY:
        return _busy(call)
    found = call.page("untaken", status=_TROUBLE_STATUS[trouble], trouble=str(trouble))
    if trouble is not Trouble.BROKEN:
        found.force_close()
    return found


def _busy(call: Call) -> web.Response:
    found = call.page("busy", status=429)
    found.headers["Retry-After"] = "30"
    found.force_close()
    return found


async def _tampered(call: Call, fault: tips.Tampered) -> web.Response:
    async with call.books() as (tx, at):
        await tips.clocks.alarm(tx, fault, at)
    return call.page("trouble", status=503)


# --- small pages ------------------------------------------------------------------------------------------


def _saying(name: str) -> Handler:
    async def saying(call: Call) -> web.StreamResponse:
        return call.page(name, name)

    return saying


def _static(name: str, kind: str) -> Handler:
    async def static(call: Call) -> web.StreamResponse:
        return web.Response(body=pages.static(name), content_type=kind)

    return static


async def _address(call: Call) -> web.StreamResponse:
    """The page's own address as a picture, for a poster or for the screen of somebody who has only a work phone."""
    public = call.office.settings.public_url
    if public is None:
        return await _nowhere(call)
    return web.Response(body=pages.qr_png(f"{public}/tip"), content_type="image/png")


async def _nowhere(call: Call) -> web.StreamResponse:
    return call.page("nowhere", status=404)


async def _leave(call: Call) -> web.StreamResponse:
    """Everything is put away at once, and another site opens."""
    async with call.books() as (tx, at):
        await session.end(tx, call.token, at)
    return call.without_cookie(pages.see(pages.ELSEWHERE))

"""The console as routes: every room behind the same entrance, the same checks and the same way to say no."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from aiohttp import web

from bot.console import page
from bot.console.entrance import Entrance, foreign
from bot.console.rooms import PATH, Handler, Room, rooms
from bot.console.sheets import TooLarge
from bot.console.visit import Forged, NotThere, Visit
from bot.texts import _

if TYPE_CHECKING:
    from bot.office import Office

log = logging.getLogger(__name__)
Served = Callable[[web.Request], Awaitable[web.StreamResponse]]


def routes(office: Office) -> Sequence[web.RouteDef]:
    """Everything under /console."""
    entrance = Entrance(office)

    def guarded(room: Room | None, handler: Handler, files: int = 0, on_disk: bool = False) -> Served:
        async def serve(request: web.Request) -> web.StreamResponse:
            visit = await entrance.visit(request)
            if visit is None:
                return entrance.outside(request)
            return await _enter(visit, room, handler, files, on_disk)

        return serve

    async def leave(visit: Visit) -> web.StreamResponse:
        return await entrance.leave(visit)

    async def speak(visit: Visit) -> web.StreamResponse:
        sheet = visit.sheet
        if sheet["language"] in ("zh", "en"):
            await entrance.speak(visit, sheet["language"])
        back = sheet["back"]
        return visit.go(back if back.startswith(f"{PATH}/") and "\\" not in back else PATH)

    found = [*page.style_routes(), *entrance.routes()]
    found += [web.post(f"{PATH}/out", guarded(None, leave)), web.post(f"{PATH}/language", guarded(None, speak))]
    for room in rooms():
        for route in room.routes:
            serve = guarded(room, route.handler, route.files, route.on_disk)
            found.append(web.route(route.method, room.path + route.path, serve))
    # The last word: what is nowhere looks like what is hidden.
    found += [web.route("*", path, guarded(None, _nowhere)) for path in (PATH, f"{PATH}/{{rest:.*}}")]
    return found


async def _enter(visit: Visit, room: Room | None, handler: Handler, files: int, on_disk: bool) -> web.StreamResponse:
    """Let somebody into a room, if it is theirs; whatever goes wrong is told in one sentence."""
    visit.room = room
    try:
        if room is not None and not room.admits(visit):
            raise NotThere
        if visit.request.method == "POST":
            if foreign(visit.request):
                raise Forged
            await visit.take_sheet(files, on_disk=on_disk)
        return await handler(visit)
    except NotThere:
        visit.room = None
        return visit.missing()
    except (Forged, TooLarge) as problem:
        return visit.fault(problem)
    except web.HTTPException:
        raise
    except Exception:
        log.exception("a page of the console failed")
        return visit.page("shell/fault.html", 500, words=visit.t(FAILED))
    finally:
        visit.sheet.close()


FAILED = _("Something went wrong on our side. Nothing was changed. Please try again in a moment.")


async def _nowhere(visit: Visit) -> web.StreamResponse:
    raise NotThere

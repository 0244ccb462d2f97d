"""The rooms of the console: what a room is, and the list of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Literal

from aiohttp import web

if TYPE_CHECKING:
    from bot.console.visit import Visit

ROOMS = ("home", "tips", "ledgers", "shops", "outflow", "reports", "library", "feeds", "sharing", "running")
"""The folders of the rooms, in the order of the menu. The first one is the front page."""

PATH = "/console"
Handler = Callable[["Visit"], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Route:
    """`path` continues the room's own and may have {parts}, which `visit.parts` holds. `files`: bytes of uploads;
    `on_disk`: they may be large, and `Upload.file` holds them."""

    method: Literal["GET", "POST"]
    path: str
    handler: Handler
    files: int = 0
    on_disk: bool = False


def get(path: str, handler: Handler) -> Route:
    """A page to look at."""
    return Route("GET", path, handler)


def post(path: str, handler: Handler, files: int = 0, *, on_disk: bool = False) -> Route:
    """A form to send, with at most so many bytes of uploads. Its token is checked before the handler is called."""
    return Route("POST", path, handler, files, on_disk)


@dataclass(frozen=True, slots=True)
class Tile:
    """A number of a room on the front page. `what` is said already; `path` opens what it counts."""

    value: str | int
    what: str
    path: str
    tone: str = ""
    more: str = ""


@dataclass(frozen=True, slots=True)
class Room:
    """`key` is its folder and the first part of its paths; `name` an English sentence marked with `_`.

    `admits` says who may enter: for anybody else the room does not exist. `waiting` counts what waits in it for the
    visitor, for the front page (None: not to be told now); `tile` is another number for there.
    """

    key: str
    name: str
    icon: str
    admits: Callable[[Visit], bool]
    routes: Sequence[Route]
    waiting: Callable[[Visit], Awaitable[int | None]] | None = None
    tile: Callable[[Visit], Awaitable[Tile | None]] | None = None

    @property
    def path(self) -> str:
        return PATH if self.key == ROOMS[0] else f"{PATH}/{self.key}"


@cache
def rooms() -> tuple[Room, ...]:
    """Every room. Loaded late: rooms use what this module defines."""
    return tuple(import_module(f"bot.console.{folder}.room").ROOM for folder in ROOMS)


def open_to(visit: Visit) -> list[Room]:
    """The rooms that this visitor may enter: their menu."""
    return [room for room in rooms() if room.admits(visit)]

"""The room of the indicator library (features.md group E)."""

from __future__ import annotations

from bot.console.library import editing, filing, leaf, mining, shelf
from bot.console.rooms import Room, get, post
from bot.console.visit import Visit
from bot.texts import _
from store.law.standing import supervises
from store.words import Role

_READERS = (Role.ADMINISTRATOR, Role.LEADER, Role.DEPARTMENT_HEAD)
"""Who reads it beside supervision: those who classify, and those whose reports speak of it."""


def _admits(visit: Visit) -> bool:
    return supervises(visit.who) or visit.who.role in _READERS


ROOM = Room(
    key="library",
    name=_("Indicators"),
    icon="book",
    admits=_admits,
    tile=mining.tile,
    routes=(
        get("", shelf.show),
        get("/changes", shelf.history),
        get("/others", mining.show),
        post("/others", mining.promote),
        get("/csv", filing.csv),
        get("/xlsx", filing.xlsx),
        get("/file", filing.choose),
        post("/file", filing.compare, files=filing.LARGEST),
        post("/file/apply", filing.apply),
        get("/{code}", leaf.show),
        post("/{code}/add", editing.add),
        post("/{code}/rename", editing.rename),
        post("/{code}/value", editing.value),
        post("/{code}/move", editing.move),
        post("/{code}/switch", editing.switch),
        post("/{code}/withdraw", editing.withdraw),
    ),
)

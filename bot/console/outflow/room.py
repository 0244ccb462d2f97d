"""The room of diversion (外流), for supervision, leaders and heads of departments: their county, or the whole city."""

from __future__ import annotations

from bot.console.outflow import pages
from bot.console.rooms import Room, get
from bot.console.visit import Visit
from bot.texts import _
from store.law.standing import supervises
from store.words import Role


def _admits(visit: Visit) -> bool:
    return supervises(visit.who) or visit.who.role in (Role.LEADER, Role.DEPARTMENT_HEAD)


ROOM = Room(
    key="outflow",
    name=_("Diversion"),
    icon="out",
    admits=_admits,
    routes=(get("", pages.ranking), get(r"/{county:\w{1,20}}", pages.county)),
)

"""The room of provincial data, for administrators and the city's supervision."""

from __future__ import annotations

from bot.console.feeds import batchlog, sending
from bot.console.rooms import Room, get, post
from bot.console.visit import Visit
from bot.texts import _
from bot.work.imports import LARGEST
from store.law.standing import supervises
from store.words import Level, Role


def _admits(visit: Visit) -> bool:
    city = visit.who.level is Level.CITY and supervises(visit.who)
    return city or visit.who.role is Role.ADMINISTRATOR


ROOM = Room(
    key="feeds",
    name=_("Provincial data"),
    icon="file",
    admits=_admits,
    routes=(
        get("", batchlog.show),
        post("", sending.take, files=LARGEST, on_disk=True),
        get(r"/template/{kind:\w{1,20}}", sending.template),
        get(r"/job/{number:\d{1,15}}", sending.job),
        post(r"/job/{number:\d{1,15}}/bring", sending.bring),
        post(r"/job/{number:\d{1,15}}/drop", sending.drop),
        get(r"/batch/{number:\d{1,15}}", batchlog.one),
        post(r"/batch/{number:\d{1,15}}/undo", batchlog.undo),
    ),
)

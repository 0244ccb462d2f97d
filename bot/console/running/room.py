"""The room of administration: only administrators find it, and no case content stands in it."""

from __future__ import annotations

from bot.console.rooms import Room, get, post
from bot.console.running import (
    audit,
    bringing,
    calendar,
    changing,
    doors,
    front,
    letters,
    people,
    quality,
    settings,
    units,
)
from bot.texts import _
from store.words import Role

ROOM = Room(
    key="running",
    name=_("Administration"),
    icon="gear",
    admits=lambda visit: visit.who.role is Role.ADMINISTRATOR,
    routes=(
        get("", front.front),
        post("/undo/{id}", changing.take_back),
        get("/people", people.listed),
        get("/people/new", people.new),
        post("/people/new", people.add),
        get("/people/{userid}", people.one),
        post("/people/{userid}", people.save),
        post("/people/{userid}/leave", people.leave),
        post("/people/{userid}/back", people.back),
        post("/people/{userid}/away", people.away),
        post("/people/{userid}/present", people.present),
        get("/absences", people.absences),
        get("/units", units.tree),
        get("/units/new", units.new),
        post("/units/new", units.add),
        get("/units/{code}", units.one),
        post("/units/{code}", units.save),
        post("/units/{code}/close", units.close),
        post("/units/{code}/reopen", units.reopen),
        get("/bring/{kind}", bringing.choose),
        post("/bring/{kind}", bringing.look, files=bringing.FILES),
        post("/bring/{kind}/take", bringing.take),
        get("/calendar", calendar.shown),
        get("/calendar/{day}", calendar.day),
        post("/calendar/{day}", calendar.save),
        get("/settings", settings.listed),
        get("/settings/{key}", settings.one),
        post("/settings/{key}", settings.save),
        get("/letters", letters.listed),
        post("/letters", letters.act),
        get("/doors", doors.listed),
        get("/doctor", doors.doctor),
        post("/doors/{door}/trial", doors.trial),
        get("/audit", audit.listed),
        get("/audit.csv", audit.file),
        get("/audit/{id}", audit.one),
        get("/quality", quality.overview),
        get("/quality/{gap}", quality.listed),
    ),
)

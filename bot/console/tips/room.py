"""The room of anonymous tips, for those who have a key to the vault (tipline.md §4 to §6)."""

from __future__ import annotations

from bot.console.rooms import Room, get, post
from bot.console.tips import acting, reading, unlocking, writing
from bot.texts import _

ROOM = Room(
    key="tips",
    name=_("Anonymous tips"),
    icon="letter",
    admits=lambda visit: bool(visit.session.vault),
    waiting=reading.waiting,
    routes=(
        get("", reading.front),
        post("/unlock", unlocking.unlock),
        post("/choose", unlocking.choose),
        get("/forgotten", unlocking.forgotten),
        post("/renew", unlocking.renew),
        post("/lock", unlocking.lock),
        post("/open", reading.take),
        get("/tip", reading.show),
        get("/file/{address}", reading.file),
        post("/answer", writing.answer, files=writing.FILES),
        post("/acknowledge", writing.acknowledge),
        post("/identity/ask", writing.ask_identity),
        post("/identity/show", writing.show_identity),
        post("/identity/release", writing.release),
        get("/check", acting.check_form),
        post("/check", acting.check),
        get("/case", acting.case_form),
        post("/case", acting.case),
        get("/close", writing.closing),
        post("/close", writing.close),
    ),
)

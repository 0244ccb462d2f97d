"""The ledgers: where everything that was reported and accepted stands, and what is to be done about it."""

from __future__ import annotations

from bot.console.ledgers import board, cases, doing, evidence, exporting, lists, views, warnings
from bot.console.rooms import Room, get, post
from bot.texts import _

_PHOTOS = 60 * 1024 * 1024
"""Bytes of pictures that one form may bring."""

ROOM = Room(
    key="ledgers",
    name=_("Ledgers"),
    icon="list",
    admits=lambda visit: True,
    routes=(
        get("", board.front),
        get("/clues", lists.clues),
        get("/problems", lists.problems),
        get("/board", board.show),
        get("/warnings", warnings.show),
        get("/views", views.show),
        post("/views", views.keep),
        post("/views/{view}", views.change),
        get("/exports", exporting.listed),
        post("/exports", exporting.ask),
        get("/exports/{job}", exporting.show),
        get("/exports/{job}/file", exporting.fetch),
        get("/evidence/{id}", evidence.original),
        get("/evidence/{id}/small", evidence.small),
        get("/{number}", cases.show),
        get("/{number}/print", cases.printed),
        get("/{number}/form", cases.form),
        get("/{number}/file", cases.file),
        get("/{number}/{verb}", doing.show),
        post("/{number}/{verb}", doing.use, files=_PHOTOS),
    ),
)

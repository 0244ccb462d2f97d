"""The room of shops (商户画像), for everybody: each sees the profiles that are theirs to see."""

from __future__ import annotations

from bot.console.rooms import Room, get, post
from bot.console.shops import asking, listing, pictures, profile, seized, tracing
from bot.texts import _
from store.words import Role

_SHOP = r"/{licence_no:\d{12}}"

ROOM = Room(
    key="shops",
    name=_("Shops"),
    icon="shop",
    admits=lambda visit: visit.who.role is not Role.CUSTODIAN,
    routes=(
        get("", listing.show),
        get("/trace", tracing.show),
        post("/trace", tracing.photo, files=tracing.LARGEST),
        get("/seized", seized.show),
        post("/seized", seized.bring, files=seized.LARGEST),
        get(r"/seized/{seizure:\d{1,9}}", seized.one),
        get("/photo/{id}", pictures.show),
        get(_SHOP, profile.show),
        get(_SHOP + "/report", asking.form),
        post(_SHOP + "/report", asking.report),
        post(_SHOP + "/visit", asking.visit_wanted),
    ),
)

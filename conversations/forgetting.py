"""What a form keeps less of, or not at all, than was sent: a choice with `forgets = "place"` throws that answer away
together with itself, and `bot.coarse` keeps a position only to so many metres."""

from __future__ import annotations

from collections.abc import Mapping
from math import cos, radians

from conversations.walk import Slot
from store.words import Json

_METRES_A_DEGREE = 111_320.0


def forgotten(slot: Slot, value: Json) -> tuple[str, ...]:
    """The questions whose answers are thrown away with this choice: its own is among them, so that a later answer
    there is asked about anew."""
    chosen = next((one for one in slot.question.choices if one.value == value), None)
    name = chosen.columns.get("forgets") if chosen is not None else None
    return (str(name), slot.key) if name else ()


def coarse(slot: Slot, value: Json) -> Json:
    """A position on a grid of `bot.coarse` metres, without the name of the very spot; other values as they are."""
    metres = slot.question.bot.get("coarse")
    if not metres or not isinstance(value, Mapping):
        return value
    lat = _rounded(float(value["lat"]), metres / _METRES_A_DEGREE)
    lon = _rounded(float(value["lon"]), metres / (_METRES_A_DEGREE * max(cos(radians(lat)), 0.01)))
    return {**value, "lat": lat, "lon": lon, "accuracy": metres, "label": ""}


def _rounded(degrees: float, step: float) -> float:
    return round(round(degrees / step) * step, 6)

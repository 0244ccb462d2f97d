"""The plan of the shops around one, as SVG text from plain numbers: our own data, no map of anybody else's.

Pure functions. The drawing has a title and a description, and every shop on it a title of its own and a link.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import cos, radians

from markupsafe import Markup

from bot.console.drawing import svg

_MAP = 320
_EDGE = 34.0
_LEAST_METRES = 60.0  # half the width of the smallest map


@dataclass(frozen=True, slots=True)
class Pin:
    """A shop on the map, in degrees of WGS-84. `here`: the one that it is about."""

    lat: float
    lon: float
    words: str
    tone: str = ""
    href: str = ""
    here: bool = False


def around(pins: Sequence[Pin], *, title: str, desc: str, metres: Callable[[int], str]) -> Markup:
    """A plan of the shops around one, which stands in its middle: north is up, rings say how far."""
    middle = next(one for one in pins if one.here)
    places = [(_east(middle, one), _north(middle, one)) for one in pins]
    reach = max([_LEAST_METRES, *(max(abs(east), abs(north)) for east, north in places)])
    scale = (_MAP / 2 - _EDGE) / reach
    parts = [Markup('<rect class="ground" width="{0}" height="{0}" rx="8"/>').format(_MAP)]
    for ring in _rings(reach):
        parts.append(
            Markup(
                '<circle class="ring" cx="160" cy="160" r="{:.1f}"/>'
                '<text x="160" y="{:.1f}" text-anchor="middle">{}</text>'
            ).format(ring * scale, 160 - ring * scale - 4, metres(ring))
        )
    for pin, (east, north) in sorted(zip(pins, places, strict=True), key=lambda one: one[0].here):
        parts.append(_pin(pin, 160 + east * scale, 160 - north * scale))
    return svg(title, desc, parts, _MAP, _MAP, linked=True, look="plan")


def _rings(reach: float) -> list[int]:
    """One or two round distances within reach."""
    sizes = [size * 10**power for power in range(1, 6) for size in (1, 2, 5)]
    return [size for size in sizes if size <= reach][-2:]


def _pin(pin: Pin, x: float, y: float) -> Markup:
    tone = f" tone-{pin.tone}" if pin.tone else ""
    mark = Markup('<circle class="pin{}{}" cx="{:.1f}" cy="{:.1f}" r="{}"><title>{}</title></circle>').format(
        tone, " here" if pin.here else "", x, y, 10 if pin.here else 8, pin.words
    )
    if not pin.href:
        return mark
    return Markup('<a href="{}" aria-label="{}">{}</a>').format(pin.href, pin.words, mark)


def _east(middle: Pin, one: Pin) -> float:
    return (one.lon - middle.lon) * 111_320.0 * cos(radians(middle.lat))


def _north(middle: Pin, one: Pin) -> float:
    return (one.lat - middle.lat) * 110_574.0

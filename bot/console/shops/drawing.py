"""Drawings as SVG text, from plain numbers: a line with a forecast and its band, and a map of a few shops.

Pure functions. Sizes are in the drawing's own units; letters grow on a phone by the style sheet (`.plot text`), so
labels are sparse. Every drawing has a title and a description, and every mark has a title of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil, cos, floor, log10, radians
from zlib import crc32

from markupsafe import Markup

_WIDE, _HIGH = 640.0, 270.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 62.0, 18.0, 18.0, 44.0
_MAP = 320.0
_MAP_EDGE = 34.0
_LEAST_METRES = 60.0  # half the width of the smallest map


@dataclass(frozen=True, slots=True)
class Dot:
    """One value. `at`: where on the axis, 0 to 1; `words`: what a screen reader and a pointer are told; `tick`: below
    the axis; `low` and `high`: between which values it is expected, for one that is yet `ahead`."""

    at: float
    value: float
    words: str
    tick: str = ""
    low: float | None = None
    high: float | None = None
    ahead: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A level to be told from: a line across, with a word."""

    value: float
    words: str
    tone: str = "warn"


@dataclass(frozen=True, slots=True)
class Pin:
    """A shop on the map, in degrees of WGS-84. `here`: the one that it is about."""

    lat: float
    lon: float
    words: str
    tone: str = ""
    href: str = ""
    here: bool = False


def line(
    dots: Sequence[Dot], rules: Sequence[Rule] = (), *, title: str, desc: str, said: Callable[[float], str], top: float
) -> Markup:
    """A line through values from 0 to `top` at least; `said` writes a value at the axis."""
    highest = max([top, *(rule.value * 1.15 for rule in rules), *(one.value for one in dots)])
    highest = max([highest, *(min(one.high, highest * 1.6) for one in dots if one.high is not None)])
    steps = _steps(highest)

    def x(dot: Dot) -> float:
        return _LEFT + dot.at * (_WIDE - _LEFT - _RIGHT)

    def y(value: float) -> float:
        return _HIGH - _BOTTOM - min(max(value, 0.0), steps[-1]) / steps[-1] * (_HIGH - _TOP - _BOTTOM)

    parts = [_axis(steps, y, said), _band(dots, x, y), _ticks(dots, x)]
    parts += [_across(rule, y) for rule in rules]
    past, coming = [one for one in dots if not one.ahead], [one for one in dots if one.ahead]
    parts.append(_path("line", past, x, y))
    if past and coming:
        parts.append(_path("line ahead", [past[-1], *coming], x, y))
    parts += [
        Markup('<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="4"><title>{}</title></circle>').format(
            "dot ahead" if one.ahead else "dot", x(one), y(one.value), one.words
        )
        for one in dots
    ]
    return _drawing("plot", _WIDE, _HIGH, title, desc, parts)


def _steps(highest: float) -> list[float]:
    """Round levels from 0 to the highest value or just above it, four or five of them."""
    power = 10.0 ** floor(log10(max(highest, 1e-9) / 4))
    size = next(power * part for part in (1, 2, 2.5, 5, 10) if power * part * 4.001 >= highest)
    return [size * n for n in range(ceil(highest / size - 1e-6) + 1)]


def _axis(steps: Sequence[float], y: Callable[[float], float], said: Callable[[float], str]) -> Markup:
    rows = [
        Markup(
            '<path class="axis" d="M{:.1f} {:.1f}H{:.1f}"/><text x="{:.1f}" y="{:.1f}" text-anchor="end">{}</text>'
        ).format(_LEFT, y(step), _WIDE - _RIGHT, _LEFT - 8, y(step) + 5, said(step))
        for step in steps
    ]
    return Markup().join(rows)


def _ticks(dots: Sequence[Dot], x: Callable[[Dot], float]) -> Markup:
    rows = []
    for one in dots:
        if one.tick:
            anchor = "start" if one.at < 0.04 else "end" if one.at > 0.96 else "middle"
            rows.append(
                Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(
                    x(one), _HIGH - 14, anchor, one.tick
                )
            )
    return Markup().join(rows)


def _across(rule: Rule, y: Callable[[float], float]) -> Markup:
    return Markup(
        '<path class="rule tone-{}" d="M{:.1f} {:.1f}H{:.1f}"/>'
        '<text class="rule-words tone-{}" x="{:.1f}" y="{:.1f}">{}</text>'
    ).format(rule.tone, _LEFT, y(rule.value), _WIDE - _RIGHT, rule.tone, _LEFT + 6, y(rule.value) - 6, rule.words)


def _band(dots: Sequence[Dot], x: Callable[[Dot], float], y: Callable[[float], float]) -> Markup:
    """Where the values to come are expected, from the last one that is known."""
    known = [one for one in dots if not one.ahead][-1:]
    coming = [one for one in dots if one.ahead and one.low is not None and one.high is not None]
    if not coming:
        return Markup()
    upper = [(x(one), y(one.value)) for one in known] + [(x(one), y(one.high or 0.0)) for one in coming]
    lower = [(x(one), y(one.low or 0.0)) for one in reversed(coming)]
    return Markup('<path class="band" d="{}Z"/>').format(_through([*upper, *lower]))


def _path(kind: str, dots: Sequence[Dot], x: Callable[[Dot], float], y: Callable[[float], float]) -> Markup:
    if len(dots) < 2:
        return Markup()
    return Markup('<path class="{}" d="{}"/>').format(kind, _through([(x(one), y(one.value)) for one in dots]))


def _through(places: Iterable[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)


def around(pins: Sequence[Pin], *, title: str, desc: str, metres: Callable[[int], str]) -> Markup:
    """A plan of the shops around one, which stands in its middle: north is up, rings say how far."""
    middle = next(one for one in pins if one.here)
    places = [(_east(middle, one), _north(middle, one)) for one in pins]
    reach = max([_LEAST_METRES, *(max(abs(east), abs(north)) for east, north in places)])
    scale = (_MAP / 2 - _MAP_EDGE) / reach
    parts = [Markup('<rect class="ground" width="{0:.0f}" height="{0:.0f}" rx="8"/>').format(_MAP)]
    for ring in _rings(reach):
        parts.append(
            Markup(
                '<circle class="ring" cx="160" cy="160" r="{:.1f}"/>'
                '<text x="160" y="{:.1f}" text-anchor="middle">{}</text>'
            ).format(ring * scale, 160 - ring * scale - 4, metres(ring))
        )
    for pin, (east, north) in sorted(zip(pins, places, strict=True), key=lambda one: one[0].here):
        parts.append(_pin(pin, 160 + east * scale, 160 - north * scale))
    return _drawing("plan", _MAP, _MAP, title, desc, parts)


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


def _drawing(kind: str, wide: float, high: float, title: str, desc: str, parts: Iterable[Markup]) -> Markup:
    name = f"{kind}-{crc32((title + desc).encode())}"
    return Markup(
        '<svg class="{}" viewBox="0 0 {:.0f} {:.0f}" role="img" aria-labelledby="{}-t {}-d">'
        '<title id="{}-t">{}</title><desc id="{}-d">{}</desc>{}</svg>'
    ).format(kind, wide, high, name, name, name, title, name, desc, Markup().join(parts))


def spread(days: Sequence[int]) -> list[float]:
    """Where days (as ordinals, in order) stand on an axis from 0 to 1."""
    if len(days) < 2 or days[0] == days[-1]:
        return [1.0] * len(days)
    return [(day - days[0]) / (days[-1] - days[0]) for day in days]


def sparse(positions: Sequence[float], least: float = 0.2) -> set[int]:
    """Which of these positions may have a label so that labels do not touch: the last one, and others backwards."""
    kept: list[int] = []
    for place in reversed(range(len(positions))):
        if not kept or positions[kept[-1]] - positions[place] >= least:
            kept.append(place)
    return set(kept)

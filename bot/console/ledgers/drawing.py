"""The map of a case, drawn from our own data: the shop, where reports came from, shops around, a scale.

No tiles from outside: what a bureau looks at is nobody else's business. North is up; a few hundred metres are flat.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, hypot, radians

from store.books.case import Dot, Places

WIDTH, HEIGHT = 720, 440
_MARGIN = 46
_METRES = 111_195.0
"""Metres of one degree of latitude."""
_LEAST, _MOST = 60.0, 4_000.0
"""Metres from the middle to the edge, at least and at most."""
_ROUND = (10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000)


@dataclass(frozen=True, slots=True)
class Mark:
    """A point of the drawing. `kind`: shop, report or near; `words` stand beside it, `side` says where."""

    x: float
    y: float
    kind: str
    words: str
    licence_no: str = ""
    radius: float = 0.0
    side: str = "right"


@dataclass(frozen=True, slots=True)
class Sketch:
    """Everything of the drawing in its own units."""

    marks: Sequence[Mark]
    line: tuple[float, float, float, float] | None
    bar: float
    bar_metres: int
    rings: Sequence[tuple[float, float, float, int]]
    county: str
    metres: int | None


def sketch(places: Places) -> Sketch:
    """The drawing, with the shop (else the report) in its middle."""
    first = places.shop or places.reports[0][0]
    plane = _Plane(first, _reach(places, first))
    shops = [_mark(plane, places.shop, "shop", places.shop.words)] if places.shop else []
    reports = [
        _mark(plane, dot, "report", dot.words, radius=(accuracy or 0.0) * plane.scale)
        for dot, accuracy in places.reports
    ]
    near = [_mark(plane, dot, "near", "") for dot in places.around]
    near = _named([one for one in near if plane.holds(one)], places.around, plane, [*shops, *reports])
    step = max((one for one in _ROUND if one * plane.scale <= 170), default=_ROUND[0])
    line = (shops[0].x, shops[0].y, reports[0].x, reports[0].y) if shops and reports else None
    rings = [(WIDTH / 2, HEIGHT / 2, step * many * plane.scale, step * many) for many in (1, 2)]
    return Sketch(
        marks=[*near, *reports, *shops],
        line=line,
        bar=step * plane.scale,
        bar_metres=step,
        rings=[ring for ring in rings if ring[2] < WIDTH],
        county=places.county,
        metres=places.metres,
    )


class _Plane:
    """Degrees as points of the drawing."""

    def __init__(self, middle: Dot, reach: float) -> None:
        self.middle = middle
        self.scale = (min(WIDTH, HEIGHT) / 2 - _MARGIN) / reach
        self._shrink = cos(radians(middle.lat))

    def point(self, dot: Dot) -> tuple[float, float]:
        east = (dot.lon - self.middle.lon) * _METRES * self._shrink
        north = (dot.lat - self.middle.lat) * _METRES
        return round(WIDTH / 2 + east * self.scale, 1), round(HEIGHT / 2 - north * self.scale, 1)

    @staticmethod
    def holds(mark: Mark) -> bool:
        return 8 <= mark.x <= WIDTH - 8 and 8 <= mark.y <= HEIGHT - 8


def _reach(places: Places, middle: Dot) -> float:
    """How many metres to show: all reports with their circles, and a few of the neighbours."""
    far = [_away(middle, dot) + (accuracy or 0) for dot, accuracy in places.reports]
    around = sorted(_away(middle, dot) for dot in places.around)[:8]
    return min(_MOST, max(_LEAST, *(one * 1.15 for one in far), *(around[-1:] or [_LEAST])))


def _away(one: Dot, other: Dot) -> float:
    east = (other.lon - one.lon) * _METRES * cos(radians(one.lat))
    return hypot(east, (other.lat - one.lat) * _METRES)


def _mark(plane: _Plane, dot: Dot, kind: str, words: str, radius: float = 0.0) -> Mark:
    x, y = plane.point(dot)
    side = "left" if x > WIDTH * 0.68 else "right"
    return Mark(x, y, kind, words, dot.licence_no, round(min(radius, WIDTH), 1), side)


def _named(near: Sequence[Mark], around: Iterable[Dot], plane: _Plane, taken: Sequence[Mark]) -> list[Mark]:
    """Neighbours with their names, as far as there is room for them beside each other."""
    names = {plane.point(dot): dot.words for dot in around}
    placed: list[Mark] = list(taken)
    found = []
    for mark in near:
        words = names.get((mark.x, mark.y), "")
        free = all(abs(mark.y - other.y) > 20 or abs(mark.x - other.x) > 150 for other in placed)
        found.append(Mark(mark.x, mark.y, "near", words if free else "", mark.licence_no, side=mark.side))
        if free:
            placed.append(mark)
    return found

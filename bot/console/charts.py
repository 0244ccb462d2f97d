"""Charts: figures as SVG that reads itself out, leads on by links, and is legible on a phone.

Every function is pure and gives markup for a page; colours are classes (`style/40-charts.css`), so light, dark, paper
and pictures each have their own. `both` draws for narrow and wide screens; the style sheet shows one of the two.

    line(title, desc, points, limit=…)     values over time, with the band in which they are expected to lie
    bars(title, desc, marks)               one bar for each of a few things
    stacked(title, desc, stacks)           bars made of parts, with their key
    heat(title, desc, columns, rows)       a table whose cells are the darker the more there is
    sparkline(values, desc)                how something went, within a line of text

A chart without links is one picture to a screen reader, named by title and description; with links it is a group.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil

from markupsafe import Markup

from bot.console.drawing import HALF, NARROW, ROW, WIDE, Mark, cut, figure, link, look, svg, tag, text, ticks, wide

__all__ = ("HALF", "NARROW", "WIDE", "Mark", "Point", "Stack", "bars", "both", "heat", "line", "sparkline", "stacked")


@dataclass(frozen=True, slots=True)
class Point:
    """A value at a time. `low` and `high` bound where it is expected; `ahead`: it lies in the future."""

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    href: str = ""
    shown: str = ""
    ahead: bool = False


@dataclass(frozen=True, slots=True)
class Stack:
    """A bar made of parts; every stack of a chart has the same parts in the same order."""

    label: str
    parts: tuple[Mark, ...]
    href: str = ""


def both(draw: Callable[[int], Markup], wide: int = WIDE) -> Markup:
    """The drawing for phones and for desks: `both(lambda width: bars("…", "…", marks, width=width))`. Where two stand
    beside each other on a desk, `wide` is `HALF`."""
    return Markup('<div class="narrow">{}</div><div class="wide">{}</div>').format(draw(NARROW), draw(wide))


# --- values over time -------------------------------------------------------------------------------------


def line(
    title: str, desc: str, points: Sequence[Point], *, limit: Mark | None = None, width: int = WIDE, height: int = 220
) -> Markup:
    """Values over time. `limit` is a level that should not be crossed. What lies ahead is dashed."""
    values = [one for point in points for one in (point.value, point.low, point.high) if one is not None]
    steps = ticks(max([*values, limit.value if limit else 0.0, 0.0]))
    left = max(wide(figure(step)) for step in steps) + 8
    right = width - 10.0
    top, bottom = 14.0, height - 26.0

    def x(at: int) -> float:
        return left + (right - left) * (at + 0.5) / max(len(points), 1)

    def y(value: float) -> float:
        return bottom - (bottom - top) * value / steps[-1]

    parts = [_level(left, right, y(step), figure(step)) for step in steps]
    parts += _band(
        [(x(at), y(p.low), y(p.high)) for at, p in enumerate(points) if p.low is not None and p.high is not None]
    )
    known = [(x(at), y(p.value), p.ahead) for at, p in enumerate(points) if p.value is not None]
    parts += _strokes(known)
    if limit:
        parts.append(tag('<path class="limit" d="M{} {}H{}"/>', left, y(limit.value), right))
        parts.append(text(left + 4, y(limit.value) - 5, f"{limit.label} {limit.words}", "limit-words"))
    every = max(1, ceil(len(points) * max([wide(p.label) for p in points] or [1.0]) * 1.25 / (right - left)))
    for at, point in enumerate(points):
        if at % every == (len(points) - 1) % every:
            parts.append(text(x(at), height - 8, point.label, "middle"))
        if point.value is not None:
            parts.append(_dot(x(at), y(point.value), point, (right - left) / len(points), top, bottom))
    return svg(title, desc, parts, width, height, linked=any(point.href for point in points))


def _level(left: float, right: float, y: float, words: str) -> Markup:
    return tag('<path class="axis" d="M{} {}H{}"/>', left, y, right) + text(left - 6, y + 4.5, words, "end")


def _band(edges: Sequence[tuple[float, float, float]]) -> list[Markup]:
    if len(edges) < 2:
        return [tag('<path class="band-edge" d="M{} {}V{}"/>', x, low, high) for x, low, high in edges]
    around = [(x, high) for x, _low, high in edges] + [(x, low) for x, low, _high in reversed(edges)]
    return [Markup('<path class="band" d="M{}Z"/>').format("L".join(f"{x:.1f} {y:.1f}" for x, y in around))]


def _strokes(known: Sequence[tuple[float, float, bool]]) -> list[Markup]:
    """The line of what was, and dashed the one that leads on from it to what lies ahead."""
    past = [(x, y) for x, y, ahead in known if not ahead]
    ahead = past[-1:] + [(x, y) for x, y, later in known if later]
    drawn = []
    for path, style in ((past, "line"), (ahead, "line ahead")):
        if len(path) > 1:
            drawn.append(
                Markup('<path class="{}" d="M{}"/>').format(style, "L".join(f"{x:.1f} {y:.1f}" for x, y in path))
            )
    return drawn


def _dot(x: float, y: float, point: Point, room: float, top: float, bottom: float) -> Markup:
    words = f"{point.label}: {point.shown or figure(point.value or 0)}"
    dot = tag('<circle class="{}" cx="{}" cy="{}" r="4"/>', "dot ahead" if point.ahead else "dot", x, y)
    reach = tag('<rect class="reach" x="{}" y="{}" width="{}" height="{}"/>', x - room / 2, top, room, bottom - top)
    return link(point.href, words, reach + dot)


# --- bars -------------------------------------------------------------------------------------------------


def bars(title: str, desc: str, marks: Sequence[Mark], *, most: float | None = None, width: int = WIDE) -> Markup:
    """One bar for each. The longest is the greatest value, or `most`."""
    top = most or max([mark.value for mark in marks] or [0.0]) or 1.0
    left, right = _columns([mark.label for mark in marks], [mark.words for mark in marks], width)
    parts = []
    for at, mark in enumerate(marks):
        y, long = at * ROW, max(0.0, min(1.0, mark.value / top)) * (right - left)
        drawn = tag('<rect class="reach" x="0" y="{}" width="{}" height="{}"/>', y, width, ROW)
        drawn += text(0, y + 21, cut(mark.label, left - 10), "")
        drawn += tag('<rect class="track" x="{}" y="{}" width="{}" height="14" rx="3"/>', left, y + 9, right - left)
        drawn += tag('<rect class="{}" x="{}" y="{}" width="{}" height="14" rx="3"/>', look(mark), left, y + 9, long)
        drawn += text(width, y + 21, mark.words, "end value")
        parts.append(link(mark.href, f"{mark.label}: {mark.words}", drawn))
    return svg(title, desc, parts, width, len(marks) * ROW, linked=any(mark.href for mark in marks))


def stacked(title: str, desc: str, stacks: Sequence[Stack], *, width: int = WIDE) -> Markup:
    """Bars made of parts. A part leads to its own list, the whole to that of the stack."""
    sums = [sum(part.value for part in stack.parts) for stack in stacks]
    top = max([*sums, 0.0]) or 1.0
    left, right = _columns([stack.label for stack in stacks], [figure(one) for one in sums], width)
    key, below = _key(stacks[0].parts if stacks else (), width)
    parts = [key]
    for at, (stack, whole) in enumerate(zip(stacks, sums, strict=True)):
        y, x = below + at * ROW, left
        name = tag('<rect class="reach" x="0" y="{}" width="{}" height="{}"/>', y, left, ROW)
        parts.append(
            link(stack.href, f"{stack.label}: {figure(whole)}", name + text(0, y + 21, cut(stack.label, left - 10), ""))
        )
        parts.append(
            tag('<rect class="track" x="{}" y="{}" width="{}" height="14" rx="3"/>', left, y + 9, right - left)
        )
        for part in stack.parts:
            long = part.value / top * (right - left)
            if part.value > 0:
                drawn = tag(
                    '<rect class="{}" x="{}" y="{}" width="{}" height="14"/>', look(part), x, y + 9, max(long - 1, 1.5)
                )
                drawn += tag('<rect class="reach" x="{}" y="{}" width="{}" height="{}"/>', x, y, max(long, 1.5), ROW)
                parts.append(link(part.href, f"{stack.label}, {part.label}: {part.words}", drawn))
            x += long
        parts.append(text(width, y + 21, figure(whole), "end value"))
    linked = any(stack.href or any(part.href for part in stack.parts) for stack in stacks)
    return svg(title, desc, parts, width, below + len(stacks) * ROW, linked=linked)


def _key(parts: Sequence[Mark], width: int) -> tuple[Markup, float]:
    """What the colours mean, and where the bars begin below it."""
    x, y, drawn = 0.0, 0.0, Markup()
    for part in parts:
        room = wide(part.label) + 38
        if x and x + room > width:
            x, y = 0.0, y + 22
        drawn += tag('<rect class="{}" x="{}" y="{}" width="12" height="12" rx="2"/>', look(part), x, y + 2)
        drawn += text(x + 18, y + 12.5, part.label, "")
        x += room
    return drawn, y + 28 if parts else 0.0


def _columns(labels: Iterable[str], figures: Iterable[str], width: int) -> tuple[float, float]:
    """Where bars begin and end: beside the longest label (at most 38 % of the width) and the longest figure."""
    left = min(max([wide(one) for one in labels] or [0.0]) + 12, width * 0.38)
    return left, width - max([wide(one) for one in figures] or [0.0]) - 12


# --- tables and lines -------------------------------------------------------------------------------------


def heat(
    title: str, desc: str, columns: Sequence[str], rows: Sequence[tuple[str, Sequence[Mark]]], *, width: int = WIDE
) -> Markup:
    """A table of figures, each cell shaded in six steps by its value. Labels of marks are for those who listen."""
    most = max([mark.value for _name, marks in rows for mark in marks] or [0.0]) or 1.0
    left = min(max([wide(name) for name, _marks in rows] or [0.0]) + 12, width * 0.34)
    cell = (width - left) / max(len(columns), 1)
    parts = [text(left + cell * (at + 0.5), 16, cut(name, cell - 4), "middle") for at, name in enumerate(columns)]
    for row, (name, marks) in enumerate(rows):
        y = 26 + row * ROW
        parts.append(text(0, y + 21, cut(name, left - 10), ""))
        for at, mark in enumerate(marks):
            shade = ceil(5 * mark.value / most) if mark.value > 0 else 0
            box = '<rect class="heat-{}" x="{}" y="{}" width="{}" height="{}" rx="3"/>'
            drawn = tag(box, shade, left + cell * at + 1, y + 1, cell - 2, ROW - 2)
            drawn += text(left + cell * (at + 0.5), y + 21, mark.words, f"middle on-{shade}")
            parts.append(link(mark.href, f"{name}, {mark.label}: {mark.words}", drawn))
    linked = any(mark.href for _name, marks in rows for mark in marks)
    return svg(title, desc, parts, width, 26 + len(rows) * ROW, linked=linked)


def sparkline(values: Sequence[float], desc: str, *, width: int = 96, height: int = 24) -> Markup:
    """How something went, without axes; the last value has a dot."""
    low, high = min([*values, 0.0]), max([*values, 0.0])
    span, step = (high - low) or 1.0, (width - 8) / max(len(values) - 1, 1)
    spots = [(4 + at * step, height - 4 - (height - 8) * (value - low) / span) for at, value in enumerate(values)]
    parts = _strokes([(x, y, False) for x, y in spots])
    parts += [tag('<circle class="dot" cx="{}" cy="{}" r="3"/>', x, y) for x, y in spots[-1:]]
    return svg(desc, "", parts, width, height, linked=False, look="spark")

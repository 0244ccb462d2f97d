"""What charts are drawn with: shapes, texts, links and the frame that names a drawing to a screen reader."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from math import ceil, floor, log10
from unicodedata import east_asian_width

from markupsafe import Markup

NARROW, HALF, WIDE = 320, 500, 720
"""Widths in units of the drawing; a screen's pixels are about as large."""

EM = 13.0
ROW = 32.0
"""Height of a row: more than the 24 pixels that a finger needs (WCAG 2.2, 2.5.8)."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One figure. `shown` is the value in words where digits do not say it ("3.5 days"); `tone` as of the shell."""

    label: str
    value: float
    href: str = ""
    tone: str = ""
    shown: str = ""

    @property
    def words(self) -> str:
        return self.shown or figure(self.value)


def figure(value: float) -> str:
    """A number as charts write it: whole ones with commas, others with one decimal."""
    return f"{value:,.0f}" if float(value).is_integer() or abs(value) >= 1000 else f"{value:,.1f}"


def ticks(most: float) -> list[float]:
    """Round levels from 0 to at least `most`: three to six of them."""
    if most <= 0:
        return [0.0, 1.0]
    rough = most / 4
    power = 10.0 ** floor(log10(rough))
    step = next(power * one for one in (1, 1.5, 2, 2.5, 3, 4, 5, 10) if power * one >= rough * 0.999)
    if most >= 4:
        step = float(max(1, ceil(step)))
    return [step * at for at in range(ceil(most / step - 1e-9) + 1)]


def svg(
    title: str, desc: str, parts: Iterable[Markup], width: int, height: float, *, linked: bool, look: str = "drawing"
) -> Markup:
    body = Markup().join(parts)
    key = sha256(f"{title}{desc}{width}{body}".encode()).hexdigest()[:10]
    told = Markup('<desc id="d{}">{}</desc>').format(key, desc) if desc else Markup()
    named = f"t{key} d{key}" if desc else f"t{key}"
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="{}" role="{}" viewBox="0 0 {} {:.0f}" aria-labelledby="{}">'
        '<title id="t{}">{}</title>{}{}</svg>'
    ).format(look, "group" if linked else "img", width, max(height, 1), named, key, title, told, body)


def link(href: str, words: str, drawn: Markup) -> Markup:
    told = Markup("<title>{}</title>").format(words)
    if not href:
        return Markup("<g>{}{}</g>").format(told, drawn)
    return Markup('<a href="{}" aria-label="{}">{}{}</a>').format(href, words, told, drawn)


def tag(shape: str, *facts: float | str) -> Markup:
    """A shape with its numbers rounded to a tenth, which is finer than any screen."""
    return Markup(shape).format(  # noqa: S704 - shapes are constants of this code
        *(f"{one:.1f}".rstrip("0").rstrip(".") if isinstance(one, float) else one for one in facts)
    )


def text(x: float, y: float, words: str, look: str) -> Markup:
    return tag('<text class="{}" x="{}" y="{}">{}</text>', look, float(x), float(y), words)


def look(mark: Mark) -> str:
    return f"mark tone-{mark.tone}" if mark.tone else "mark"


def wide(words: str) -> float:
    """About how wide a text is: a Chinese character is as wide as it is high, others a little more than half."""
    return sum(EM if east_asian_width(one) in "WF" else EM * 0.58 for one in words)


def cut(words: str, room: float) -> str:
    """As much of it as there is room for; the whole is in the title of the bar."""
    if wide(words) <= room:
        return words
    while words and wide(words) + EM > room:
        words = words[:-1]
    return f"{words}…"

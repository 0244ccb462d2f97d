"""The picture of a report: what a leader sees in the chat. Drawn when it is first sent, in a thread of its own."""

from __future__ import annotations

import asyncio
from datetime import datetime

from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.console import page
from bot.console.drawing import tag, text, wide
from bot.console.drawn import png
from bot.console.reports import drawings, gathering
from bot.console.reports.gathering import Glance
from bot.console.reports.looks import Look, looked
from bot.console.reports.numbers import Number, Told
from bot.texts import _, said
from store.reports.pictures import Picture
from store.staff.offices import person_known

WIDTH = 720
_EDGE, _TILE, _GAP = 28, 96, 12


async def drawn(engine: AsyncEngine, picture: Picture) -> bytes | None:
    """A picture (PNG); None when there is nobody any more whom it may be shown to."""
    async with engine.connect() as tx:
        who = await person_known(tx, picture.person)
        if who is None:
            return None
        asked = picture.asked
        look = await looked(tx, who, asked["language"], datetime.fromisoformat(asked["at"]), asked["query"])
        if look is None:
            return None
        facts = await gathering.glance(tx, look)
    return await asyncio.to_thread(lambda: png(poster(look, facts)))


def poster(look: Look, facts: Glance) -> Markup:
    """The whole picture as one drawing: the period, the sentence, eight figures, two charts."""
    days = f"{page.day(look.period.start, look.language)} – {page.day(look.period.end, look.language)}"
    parts = [text(_EDGE, 50, said(_("Supervision report"), look.language), "title"), text(_EDGE, 76, days, "small")]
    y = 108.0
    for line in _wrapped(facts.sentence, WIDTH - 2 * _EDGE):
        parts.append(text(_EDGE, y, line, ""))
        y += 22
    y += 4
    figures = _figures(look, facts)
    for at, (words, shown) in enumerate(figures):
        parts.append(_tile(words, shown, at % 4, y + at // 4 * (_TILE + _GAP)))
    y += -(-len(figures) // 4) * (_TILE + _GAP) + 20
    charts = [(said(_("Clues by month"), look.language), drawings.months(look, facts.months, WIDTH - 2 * _EDGE))]
    if len(look.bureaus) > 1:
        title = said(_("Until zero"), look.language)
        charts.insert(0, (title, drawings.to_zero(look, facts.by_bureau, WIDTH - 2 * _EDGE)))
    for title, chart in charts:
        parts.append(text(_EDGE, y + 12, title, ""))
        placed, height = _placed(chart, y + 28)
        parts.append(placed)
        y += height + 56
    parts.append(text(_EDGE, y, said(_("As of {at}"), look.language, at=page.moment(look.at, look.language)), "small"))
    size = Markup('<svg xmlns="http://www.w3.org/2000/svg" width="{}" height="{:.0f}" viewBox="0 0 {} {:.0f}">')
    return size.format(WIDTH, y + 24, WIDTH, y + 24) + Markup().join(parts) + Markup("</svg>")


def _figures(look: Look, facts: Glance) -> list[tuple[str, str]]:
    now = Told.of(look, facts.whole)
    told: list[tuple[str, Number]] = [
        (_("clues reported"), now.clues()),
        (_("problems closed"), now.closed()),
        (_("half closed within"), now.days(0.5)),
        (_("again at the same shop"), now.repeat_rate),
        (_("problems still open, until zero"), now.open("problem")),
        (_("problems overdue now"), now.overdue("problem")),
        (_("problems nudged"), now.problems("nudged")),
        (_("failed the re-check"), now.recheck("fail")),
    ]
    return [(said(words, look.language), number.shown) for words, number in told]


def _tile(words: str, shown: str, column: int, y: float) -> Markup:
    room = (WIDTH - 2 * _EDGE - 3 * _GAP) / 4
    x = _EDGE + column * (room + _GAP)
    box = tag('<rect class="box" x="{}" y="{}" width="{}" height="{}" rx="8"/>', x, y, room, float(_TILE))
    lines = _wrapped(words, room - 24)[:2]
    said_ = Markup().join(text(x + 12, y + 22 + 16 * at, line, "small") for at, line in enumerate(lines))
    return box + said_ + text(x + 12, y + 80, shown, "big")


def _placed(chart: Markup, y: float) -> tuple[Markup, float]:
    """A chart within the picture, and its height."""
    box = str(chart).partition('viewBox="')[2].partition('"')[0].split()
    frame = Markup('<svg x="{}" y="{:.0f}" width="{}" height="{}" ').format(_EDGE, y, box[2], box[3])
    return frame + Markup(str(chart).removeprefix("<svg ")), float(box[3])  # noqa: S704 - a drawing of ours


def _wrapped(words: str, room: float) -> list[str]:
    """The text in lines that fit; broken anywhere in Chinese, between words otherwise."""
    lines, line = [], ""
    for piece in _pieces(words):
        if line and wide(line + piece.rstrip()) > room:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return [*lines, line.rstrip()] if line.strip() else lines


def _pieces(words: str) -> list[str]:
    pieces: list[str] = []
    for sign in words:
        if pieces and (sign in "，。；、）" or (sign.isascii() and pieces[-1][-1].isascii() and pieces[-1][-1] != " ")):
            pieces[-1] += sign
        else:
            pieces.append(sign)
    return pieces

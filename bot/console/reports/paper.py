"""The report at a glance on paper (PDF): the sentence, the figures, the counties, the charts."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from aiohttp import web
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Spacer, Table

from bot.casefile.paper import HEADING, LABEL, SHADE, SMALL, TEXT, TITLE, WIDTH, para, pdf, picture, ruled
from bot.console import page
from bot.console.drawn import png
from bot.console.reports import drawings
from bot.console.reports.gathering import Glance
from bot.console.reports.looks import Look
from bot.console.reports.numbers import Number, Told
from bot.console.reports.tables import COLUMNS, Line
from bot.console.visit import Visit
from bot.texts import _
from store.reports.tallies import Facts


async def answer(visit: Visit, look: Look, facts: Glance) -> web.Response:
    """The document as a download. It is set and drawn aside, so that nobody waits for it."""
    data = await asyncio.to_thread(written, visit.t, look, facts)
    name = f"loop153-{look.period.start}-{look.period.end}.pdf"
    headers = {**page.HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=data, content_type="application/pdf", headers=headers)


def written(t: Any, look: Look, facts: Glance) -> bytes:
    """The document. `t` says sentences in the reader's language."""
    days = f"{page.day(look.period.start, look.language)}–{page.day(look.period.end, look.language)}"
    before = f"{page.day(look.before.start, look.language)}–{page.day(look.before.end, look.language)}"
    story: list[Flowable] = [para(t(_("Supervision report")), TITLE), para(days, LABEL), Spacer(1, 4 * mm)]
    story += [para(facts.sentence), Spacer(1, 3 * mm), para(t(_("Figures")), HEADING), _figures(t, look, facts)]
    story.append(para(t(_("In brackets: {days}."), days=before), SMALL))
    if len(look.bureaus) > 1:
        story += [para(t(_("By county")), HEADING), _counties(t, look, facts)]
    for title, drawing in (
        (t(_("Until zero")), drawings.to_zero(look, facts.by_bureau)),
        (t(_("Clues by month")), drawings.months(look, facts.months)),
        (t(_("Open problems by county and responsible department")), drawings.where(look, facts.matrix)),
    ):
        image = picture(png(drawing), WIDTH, 110 * mm)
        if image:
            story.append(KeepTogether([para(title, HEADING), image]))
    at = page.moment(look.at, look.language)
    return pdf(story, t(_("Supervision report")), t(_("As of {at}"), at=at), lambda number: t(_("Page {n}"), n=number))


def _figures(t: Any, look: Look, facts: Glance) -> Flowable:
    now, was = Told.of(look, facts.whole), Told.of(look, facts.before, period=look.before)
    pairs: list[tuple[str, Number, Number | None]] = [
        (t(_("clues reported")), now.clues(), was.clues()),
        (t(_("confirmed, of those decided")), now.confirmed_rate, was.confirmed_rate),
        (t(_("problems opened")), now.problems(), was.problems()),
        (t(_("problems closed")), now.closed(), was.closed()),
        (t(_("half closed within")), now.days(0.5), was.days(0.5)),
        (t(_("90 % closed within")), now.days(0.9), was.days(0.9)),
        (t(_("problems still open, until zero")), now.open("problem"), None),
        (t(_("problems overdue now")), now.overdue("problem"), None),
        (t(_("problems nudged")), now.problems("nudged"), was.problems("nudged")),
        (t(_("again at the same shop")), now.repeat_rate, was.repeat_rate),
        (t(_("passed the re-check")), now.recheck("pass"), was.recheck("pass")),
        (t(_("failed the re-check")), now.recheck("fail"), was.recheck("fail")),
    ]
    cells = [
        [para(name, LABEL), para(one.shown if old is None else f"{one.shown} ({old.shown})", TEXT)]
        for name, one, old in pairs
    ]
    rows = [cells[at] + cells[at + 1] for at in range(0, len(cells), 2)]
    style = ruled(("BACKGROUND", (0, 0), (0, -1), SHADE), ("BACKGROUND", (2, 0), (2, -1), SHADE))
    return Table(rows, colWidths=[WIDTH * 0.3, WIDTH * 0.2] * 2, style=style)


def _counties(t: Any, look: Look, facts: Glance) -> Flowable:
    columns = [column for column in COLUMNS if column.key != "name"]
    rows = [[para(t(_("County")), LABEL), *(para(t(column.label), LABEL) for column in columns)]]
    for code, name in look.bureaus.items():
        told = Told.of(look, facts.by_bureau.get(code, Facts()), replace(look.cut, county=code))
        line = Line(code, name, told)
        shown = (" / ".join(one.shown for one in line.numbers(column.key)) for column in columns)
        rows.append([para(name, SMALL), *(para(words, SMALL) for words in shown)])
    widths = [WIDTH * 0.16, *([WIDTH * 0.84 / len(columns)] * len(columns))]
    return Table(rows, colWidths=widths, style=ruled(("BACKGROUND", (0, 0), (-1, 0), SHADE)), repeatRows=1)

"""Tracing back (倒推): from a pack code, typed or on a photo, to the shop it was sold to."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from aiohttp import web

from bot.console.shops import wording
from bot.console.visit import Visit
from bot.texts import _
from store.clock.workdays import load_calendar, local_day
from store.master import packcode
from store.profile import photographed
from store.profile.photographed import NoRecogniser
from store.profile.seizures import may_trace
from store.profile.tracing import Trace, trace
from store.reading.front import row_of
from store.texts import said as books_say

LARGEST = 20 * 1024 * 1024
"""Bytes of a photo."""

_READER = ThreadPoolExecutor(1, "pack-codes")  # a second of processor time each: one after the other
HOW: dict[str, str] = {
    "same": _("this very carton"),
    "case": _("out of the same case"),
    "day": _("sorted on the same day"),
    "shop": _("of the same shop"),
}


async def show(visit: Visit) -> web.StreamResponse:
    """The box to type in; with `?code=` what the books know of that code."""
    typed = visit.query.get("code", "")[:200]
    return await _page(visit, typed) if typed else _blank(visit)


def _blank(visit: Visit, status: int = 200, **facts: Any) -> web.Response:
    known = {"typed": "", "found": None, "fault": "", "candidates": (), "reads_photos": photographed.ready()}
    return visit.page("shops/trace.html", status, **{**known, "may_list": may_trace(visit.who), **facts})


async def _page(visit: Visit, typed: str) -> web.Response:
    try:
        async with visit.read() as tx:
            found = await trace(tx, visit.who, typed, visit.at)
            calendar = await load_calendar(tx, visit.at)
    except packcode.PackCodeFault as fault:
        return _blank(visit, typed=typed, fault=fault.text(visit.language))
    running = found.running.shown if found.running else ()
    return _blank(
        visit,
        typed=typed,
        found=found,
        code=_spaced(found),
        doubts=[doubt.text(visit.language) for doubt in found.doubts],
        level=wording.level(visit, found.score.level) if found.score else None,
        number=wording.number,
        roles={key: visit.t(text) for key, text in wording.ROLES.items()},
        how={key: visit.t(text) for key, text in HOW.items()},
        entries=[row_of(one, visit.language, visit.at, calendar) for one in running],
    )


def _spaced(found: Trace) -> list[str]:
    """The two lines of a code as they stand on the carton."""
    code = found.code
    first = code.date + code.case + code.carton
    return [line for line in (first, code.company + code.licence_no) if line]


async def photographed_code(data: bytes, visit: Visit) -> tuple[photographed.Candidate, ...]:
    """What a photo may show; in a thread."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_READER, photographed.reading, data, local_day(visit.at))


async def photo(visit: Visit) -> web.StreamResponse:
    """A photo of a code: read here, never stored."""
    sent = visit.sheet.files("photo")
    if not sent:
        visit.sheet.errors["photo"] = visit.t(_("Please choose a photo of the code first."))
        return _blank(visit, 422)
    try:
        found = await photographed_code(sent[0].data, visit)
    except NoRecogniser as missing:
        visit.sheet.errors["photo"] = books_say(missing.sentence, visit.language)
        return _blank(visit, 422)
    except ValueError:
        visit.sheet.errors["photo"] = visit.t(_("“{name}” is no picture that can be read."), name=sent[0].name)
        return _blank(visit, 422)
    if not found:
        words = _("No pack code was found on this photo. Come closer, hold still, and have both lines in the picture.")
        visit.sheet.errors["photo"] = visit.t(words)
        return _blank(visit, 422)
    if len(found) == 1 and not found[0].doubts:
        return visit.go(f"{visit.path('trace')}?code={found[0].code.text}")
    shown = [{"code": one.code.text, "sure": round(100 * one.sure), "doubts": [*map(str, one.doubts)]} for one in found]
    return _blank(visit, candidates=shown)

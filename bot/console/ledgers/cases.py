"""The page of one case: what it is, where it stands, everything that happened, and what one may do now."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from aiohttp import web

from bot.casefile.archive import form_pdf, read_case
from bot.console.ledgers import facts as told
from bot.console.ledgers.drawing import sketch
from bot.console.page import HEADERS
from bot.console.visit import NotThere, Visit
from store.books import case
from store.casefiles import casefile, links
from store.clock.workdays import load_calendar
from store.law.standing import is_tip
from store.moving.entries import load_entry
from store.reading.front import row_of
from store.reading.lookups import answer
from store.sharing import threads
from store.staff.absence import standing_in
from store.words import Item, Lookup

NUMBER = re.compile(r"(XS|WT)-\d{4}-\d{6,9}")


async def show(visit: Visit) -> web.Response:
    """Everything about it on one page."""
    facts = await _facts(visit)
    async with visit.read() as tx:
        talked = await threads.of_entry(tx, visit.who, visit.parts["number"])
    return visit.page("ledgers/case.html", threads=talked, **facts)


async def printed(visit: Visit) -> web.Response:
    """The same as a sheet of paper, with the lines to sign on."""
    return visit.page("ledgers/printed.html", **await _facts(visit))


async def form(visit: Visit) -> web.Response:
    """The handling form (内管信息处理单) as PDF."""
    number = (await item_of(visit)).value
    async with visit.write() as work:
        who = await standing_in(work.tx, visit.who, work.at)
        if not await casefile.may_take(work.tx, who, number):
            raise NotThere
        await links.note_taken(work.tx, visit.who.id, "handling_form", number, work.at)
    found = await read_case(visit.office.engine, visit.office.objects, number, who)
    if found is None:
        raise NotThere
    data = await form_pdf(found, visit.office.objects, visit.language)
    headers = {**HEADERS, "Content-Disposition": f'inline; filename="{number}.pdf"'}
    return web.Response(body=data, content_type="application/pdf", headers=headers)


async def file(visit: Visit) -> web.Response:
    """On to the case file, by a link for this person alone."""
    number = (await item_of(visit)).value
    async with visit.write() as work:
        found = await answer(work.tx, Lookup("case_file", {"number": number}, visit.language), visit.who, work.at)
    if not found.items:
        raise NotThere
    return visit.go(str(found.items[0].value))


async def item_of(visit: Visit) -> Item:
    """The entry of the address as the chat knows it, or the same "not found" whether it is hidden or nowhere."""
    number = visit.parts["number"]
    if not NUMBER.fullmatch(number):
        raise NotThere
    async with visit.read() as tx:
        found = await answer(tx, Lookup("entry", {"number": number}, visit.language), visit.who, visit.at)
    if not found.items or found.items[0].value != number:
        raise NotThere
    return found.items[0]


async def _facts(visit: Visit) -> dict[str, Any]:
    item = await item_of(visit)
    async with visit.read() as tx:
        who = await standing_in(tx, visit.who, visit.at)
        entry = await load_entry(tx, str(item.value))
        if entry is None:
            raise NotThere
        calendar = await load_calendar(tx, visit.at)
        sealed = is_tip(entry)
        steps, whole = await case.steps(tx, entry, visit.language)
        proofs = [] if sealed else await case.proofs(tx, entry, who)
        linked = await case.linked(tx, entry, who, visit.language)
        places = None if sealed else await case.places(tx, entry, who, visit.language)
    row = row_of(entry, visit.language, visit.at, calendar)
    return {
        "number": entry.number,
        "entry": entry,
        "row": row,
        "sealed": sealed,
        "vault": bool(visit.session.vault),
        "about": [] if sealed else told.about(visit, entry),
        "steps": _with_proof(steps, proofs),
        "whole": whole,
        "proofs": proofs,
        "linked": linked,
        "map": sketch(places) if places else None,
        "tasks": told.tasks(visit, entry),
        "asked": told.requests(visit, entry),
        "remarks": item.data.get("remarks", ()),
        "suggest": item.data.get("suggest") or {},
        "verbs": told.verbs(visit, item, entry),
        "file": item.data.get("file"),
        "head": steps[-1].hash if steps else "",
        "doors": {door: visit.t(words) for door, words in told.DOORS.items()},
    }


def _with_proof(steps: Sequence[case.Step], proofs: Sequence[case.Proof]) -> list[tuple[case.Step, int]]:
    """Each step with how many pictures and recordings came with it, the newest first."""
    known = {one.id for one in proofs}
    return [(step, sum(one in known for one in step.proof)) for step in reversed(steps)]

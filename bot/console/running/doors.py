"""The doors: whether each is open and well, what it may send, how it is set up, and a letter to try it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.checkup import doors as checks
from bot.checkup.finding import Finding, Mark
from bot.console import page
from bot.console.running import wording
from bot.console.visit import NotThere, Visit
from bot.doors import DOORS, missing
from bot.texts import _, said
from notifier import queue, trying
from notifier.limits import Manners, manners
from store.running.doors import DoorFacts, facts_of
from store.staff.contacts import addresses
from store.words import Address

_PATIENCE = 25.0
"""Seconds for all doors to answer the doctor."""
_MARKS = {Mark.GOOD: "good", Mark.BAD: "bad", Mark.NOTE: "info"}
_TRIED = ("wecom", "telegram")
"""Doors that letters leave through."""
_CALLBACKS = {"wecom": "/wecom/callback", "wechat": "/wechat/callback", "telegram": "/telegram/webhook"}


@dataclass(frozen=True, slots=True)
class Shown:
    """One door as the page shows it."""

    name: str
    title: str
    state: str
    tone: str
    facts: list[tuple[str, str]]
    setup: list[tuple[str, str]]
    errors: list[tuple[datetime, str]]
    queues: list[queue.Queue]
    tried: bool
    mine: tuple[str, ...] = field(default=())


async def listed(visit: Visit) -> web.StreamResponse:
    """Every door."""
    async with visit.read() as tx:
        known = {name: await facts_of(tx, name) for name in DOORS}
        queues = await queue.queues(tx, visit.office.shift)
        mine = await addresses(tx, visit.who.id)
    shown = [_shown(visit, name, known[name], [one for one in queues if one.door == name], mine) for name in DOORS]
    return visit.page("running/doors.html", doors=shown)


def _shown(visit: Visit, name: str, known: DoorFacts, queues: list[queue.Queue], mine: tuple[Address, ...]) -> Shown:
    lacking = missing(name, visit.office.settings)
    state, tone = visit.t(_("in service")), "good"
    if lacking:
        state, tone = visit.t(_("closed: not set up")), "plain"
    elif known.broken:
        state, tone = visit.t(_("sending has stopped")), "bad"
    elif known.paused_until and known.paused_until > visit.at - visit.office.shift:
        state, tone = visit.t(_("pauses, as the other side asked")), "warn"
    return Shown(
        name=name,
        title=wording.door(visit, name),
        state=state,
        tone=tone,
        facts=_facts(visit, name, known),
        setup=_setup(visit, name, lacking),
        errors=known.errors,
        queues=queues,
        tried=name in _TRIED and name in visit.office.doors,
        mine=tuple(one.id for one in mine if one.door == name),
    )


def _facts(visit: Visit, name: str, known: DoorFacts) -> list[tuple[str, str]]:
    def when(at: datetime | None) -> str:
        return page.moment(at, visit.language) if at else visit.t(_("never"))

    pairs = [(visit.t(_("Why it stopped")), known.broken or "")]
    if name in _TRIED:
        pairs.append((visit.t(_("Last letter that arrived")), when(known.sent_at)))
        pairs.append((visit.t(_("At most")), _most(visit, manners(name))))
        pairs.append((visit.t(_("Letters at once")), str(known.parallel)))
    if name in ("wecom", "wechat"):
        pairs.append((visit.t(_("Last genuine call")), when(known.checked_at)))
        for token, ends in known.tokens:
            good = (
                visit.t(_("good until {when}"), when=when(ends))
                if ends > visit.at - visit.office.shift
                else (visit.t(_("over since {when}; it is fetched anew when it is needed"), when=when(ends)))
            )
            pairs.append((visit.t(_("Access token {name}"), name=token.partition(":")[2] or token), good))
    return pairs


def _most(visit: Visit, known: Manners) -> str:
    each = visit.t(_("; ")).join(
        visit.t(_("{count} to one person in {seconds} s"), count=count, seconds=int(span.total_seconds()))
        for count, span in known.each
    )
    if known.burst is None:
        return each
    return visit.t(_("; ")).join([each, visit.t(_("{count} at once to everybody"), count=known.burst)])


def _setup(visit: Visit, name: str, lacking: list[str]) -> list[tuple[str, str]]:
    """What is to be pasted at the other side, and what is missing here."""
    base = visit.office.settings.public_url
    pairs = [(visit.t(_("Still missing here")), "\n".join(lacking))]
    if name in _CALLBACKS:  # nobody calls the door to other programs
        address = f"{base}{_CALLBACKS[name]}" if base else visit.t(_("set LOOP153_PUBLIC_URL"))
        pairs.insert(0, (visit.t(_("Callback address")), address))
    if name == "wecom":
        host = base.partition("://")[2].partition("/")[0] if base else ""
        pairs.append((visit.t(_("Trusted domain of the app")), host))
        pairs.append(
            (visit.t(_("Where to paste them")), visit.t(_("WeCom admin console, the app, “Receive messages”")))
        )
    if name == "telegram":
        pairs.append((visit.t(_("How it is called")), visit.office.settings.telegram_mode))
    return pairs


# --- the doctor -----------------------------------------------------------------------------------------------


async def doctor(visit: Visit) -> web.StreamResponse:
    """What the doctor finds now, the bad first."""
    from bot.checkup.office import in_office  # it loads every door, also those that are closed

    findings: list[Finding] = []
    late = False
    try:
        async with asyncio.timeout(_PATIENCE):
            async for finding in in_office(visit.office):
                findings.append(finding)
    except TimeoutError:
        late = True
    findings += checks.closed(visit.office.settings)
    order = [Mark.BAD, Mark.NOTE, Mark.GOOD]
    shown = [_told(visit, one) for one in sorted(findings, key=lambda one: order.index(one.mark))]
    bad = sum(one.mark is Mark.BAD for one in findings)
    return visit.page("running/doctor.html", findings=shown, bad=bad, late=late)


def _told(visit: Visit, finding: Finding) -> dict[str, Any]:
    return {
        "tone": _MARKS[finding.mark],
        "what": said(finding.what, visit.language, **finding.facts),
        "advice": said(finding.advice, visit.language, **finding.facts) if finding.advice else "",
    }


async def trial(visit: Visit) -> web.StreamResponse:
    """A letter to oneself through one door."""
    name = visit.parts["door"]
    if name not in _TRIED or name not in visit.office.doors:
        raise NotThere
    async with visit.write() as work:
        mine = [one for one in await addresses(work.tx, visit.who.id) if one.door == name]
        await work.post([trying.letter(to, visit.who.id, visit.who.name, work.at) for to in mine])
    if not mine:
        return visit.go(visit.path("doors"), visit.t(_("You have no address at this door yet.")), "warn")
    sentence = _("It is on its way to you. If it does not arrive within a minute, look at the errors below.")
    return visit.go(visit.path("doors"), visit.t(sentence))

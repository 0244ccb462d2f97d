"""The only way into the ledgers: what `rules.py` decides, carried out in the caller's transaction.

One move locks its entry, is decided, has its effect worked out (`effects/`), is placed (`placing.py`: with whom, until
when) and is written (`pages.py`). Everything that may be refused is refused before the first write, so a caller may go
on and commit after a refusal.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from store import tables
from store.clock.clocks import load_clocks
from store.clock.workdays import load_calendar
from store.db import Tx
from store.law.actors import actor_of
from store.law.given import tidy
from store.law.rules import LAWS, decide
from store.law.scope import visible
from store.law.standing import Standing
from store.master.indicators import needs_proof
from store.moving.case import Case, Change
from store.moving.effects import EFFECTS
from store.moving.entries import accused_of, load_entry
from store.moving.pages import Attached, write
from store.moving.placing import place
from store.moving.tasks import own_task
from store.profile import following as scores
from store.reports import following as reports
from store.staff.absence import standing_in
from store.staff.offices import head_office
from store.words import Ask, Entry, Json, Ledger, Moved, Person, Refused, Role, ledger_of


async def apply(tx: Tx, ask: Ask, by: Person, at: datetime, cause: Standing | None = None) -> Moved:
    """Do what is asked, or raise `Refused` (reasons: `reasons.py`) with nothing written.

    `cause`: what makes this move beside the person, when no person may make it alone (the indicator library).
    """
    by = await standing_in(tx, by, at)
    entry = await _lock(tx, ask, by)
    given = tidy(ask.fields)
    accused = await accused_of(tx, entry.number) if entry else await _accused(tx, given)
    facts = given | await _routing(tx, entry, given, by)
    clocks, calendar = await load_clocks(tx, at), await load_calendar(tx, at)
    case = Case(ask, by, at, given, facts, tuple(accused), entry, clocks, calendar)
    target = await _decide(tx, case, cause)
    effect = EFFECTS[ask.ledger].get(ask.verb)
    change = await effect(tx, case) if effect else Change()
    attached = await _evidence(tx, case)
    moved = await write(tx, case, target, change, await place(tx, case, target, change), attached)
    await scores.follow(tx, moved)
    await reports.follow(tx, moved)
    return moved


async def _lock(tx: Tx, ask: Ask, by: Person) -> Entry | None:
    """The entry, locked. What somebody may not see is not there for them."""
    if ask.ledger not in LAWS:
        raise Refused("unknown_verb", verb=ask.verb)
    if ask.entry is None:
        return None
    entry = await load_entry(tx, ask.entry, lock=True) if ledger_of(ask.entry) is ask.ledger else None
    if entry is None or (by.role is not Role.CLOCK and not await visible(tx, by, ask.entry)):
        raise Refused("not_found", number=ask.entry)
    return entry


async def _accused(tx: Tx, given: dict[str, Json]) -> list[str]:
    """The staff that a new clue names, by their userids as the books write them."""
    named = [one.lower() for one in given.get("accused", ())]
    if not named:
        return []
    person = tables.person.c
    rows = await tx.execute(select(person.id, person.id_lower).where(person.id_lower.in_(named)))
    known = {row.id_lower: row.id for row in rows}
    unknown = [one for one in named if one not in known]
    if unknown:
        raise Refused("person_unknown", userid=unknown[0])
    return sorted(known.values())


async def _routing(tx: Tx, entry: Entry | None, given: dict[str, Json], by: Person) -> dict[str, Json]:
    """The facts that targets and needs depend on (`rules.Given`)."""
    if entry and entry.ledger is Ledger.PROBLEM:
        return _problem_facts(entry, by)
    indicator = tables.indicator.c
    side = select(indicator.side).where(indicator.code == given.get("indicator"))
    internal = bool(given.get("accused")) or (await tx.execute(side)).scalar_one_or_none() == "internal"
    if entry:
        return {"internal": internal or entry.fields["internal"], "came_from": entry.fields["came_from"]}
    path = (await tx.execute(select(tables.unit.c.path).where(tables.unit.c.code == by.unit))).scalar_one_or_none()
    return {"internal": internal, "has_head": bool(path and await head_office(tx, path))}


def _problem_facts(entry: Entry, by: Person) -> dict[str, Json]:
    """What the targets and needs of a problem's moves depend on."""
    task, asked = own_task(entry.fields["tasks"], by), [one["kind"] for one in entry.fields["requests"]]
    return {
        "internal": entry.fields["internal"],
        "came_from": entry.fields["came_from"],
        "asked": next((kind for kind in asked if kind != "instruct"), None),
        "main_received": task is not None and task["part"] == "main",
        "needs_proof": needs_proof(entry.fields["indicator"]),
    }


async def _decide(tx: Tx, case: Case, cause: Standing | None) -> str:
    entry, ask = case.entry, case.ask
    actor = await actor_of(tx, case.by, entry, case.accused, case.at)
    if cause:
        actor = replace(actor, standings=actor.standings | {cause})
    try:
        return decide(ask.ledger, entry.state if entry else None, ask.verb, actor, case.facts)
    except Refused as no:
        raise Refused(no.reason, **{**no.facts, "number": ask.entry or ""}) from None


async def _evidence(tx: Tx, case: Case) -> Attached:
    """The photos and recordings given, when they are the person's own and not yet part of any entry."""
    ids = [*case.given.get("photos", ()), *case.given.get("recordings", ())]
    if not ids:
        return Attached((), 0)
    mine = tables.evidence.c
    query = select(mine.kind).where(mine.id.in_(ids), mine.person_id == case.by.id, mine.number.is_(None))
    kinds = list((await tx.execute(query.with_for_update())).scalars())
    if len(kinds) != len(set(ids)):
        raise Refused("evidence_unknown")
    return Attached(tuple(ids), kinds.count("image"))

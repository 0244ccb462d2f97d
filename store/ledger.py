"""The only way into the ledgers: what `rules.py` decides, carried out in the caller's transaction.

One move locks its entry, is decided, has its effect worked out (`effects.py`) and is written (`pages.py`). Everything
that may be refused is refused before the first write, so a caller may go on and commit after a refusal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from store import tables
from store.clocks import load_clocks
from store.db import Tx
from store.effects import EFFECTS, Case, Columns
from store.entries import accused_of, load_entry
from store.given import tidy
from store.offices import Seats, acting, city_of, head_office, ladder, supervision
from store.pages import Attached, write
from store.rules import LAWS, decide
from store.scope import sees
from store.standing import Actor, standings
from store.words import Ask, Entry, Holder, Json, Ledger, Moved, Person, Refused, Role
from store.workdays import add_working_days, load_calendar


async def apply(tx: Tx, ask: Ask, by: Person, at: datetime) -> Moved:
    """Do what is asked, or raise `Refused` (reasons: `rules.REASONS`) with nothing written."""
    entry = await _lock(tx, ask, by)
    given = tidy(ask.fields)
    accused = await accused_of(tx, entry.number) if entry else await _accused(tx, given)
    facts = given | await _routing(tx, entry, given, by)
    clocks, calendar = await load_clocks(tx, at), await load_calendar(tx, at)
    case = Case(ask, by, at, given, facts, tuple(accused), entry, clocks, calendar)
    target = await _decide(tx, case)
    columns = await EFFECTS[ask.verb](tx, case) if ask.verb in EFFECTS else {}
    attached = await _evidence(tx, case)
    columns |= await _standing(tx, case, target, columns)
    return await write(tx, case, target, columns, attached)


async def actor_of(tx: Tx, person: Person, entry: Entry | None, accused: Sequence[str]) -> Actor:
    """`person` with what they are to the entry, standing in for an empty office included."""
    if entry is None or entry.holder is None:
        return Actor(person, standings(person, entry))
    seats = await _seats(tx, entry.holder, entry.fields, accused)
    sits = any(one.id == person.id for one in seats.people)
    desk = LAWS[entry.ledger].states[entry.state].desk if sits else frozenset()
    return Actor(person, standings(person, entry, desk))


async def _lock(tx: Tx, ask: Ask, by: Person) -> Entry | None:
    """The entry, locked. What somebody may not see is not there for them."""
    if ask.ledger not in LAWS:
        raise Refused("unknown_verb", verb=ask.verb)
    if ask.entry is None:
        return None
    entry = await load_entry(tx, ask.entry, lock=True)
    visible = select(tables.clue.c.number).where(tables.clue.c.number == ask.entry, sees(by, ask.ledger))
    if entry is None or (by.role is not Role.CLOCK and not (await tx.execute(visible)).first()):
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
    """The facts that targets depend on (`rules.Given`)."""
    indicator = tables.indicator.c
    side = select(indicator.side).where(indicator.code == given.get("indicator"))
    internal = bool(given.get("accused")) or (await tx.execute(side)).scalar_one_or_none() == "internal"
    if entry:
        return {"internal": internal or entry.fields["internal"], "came_from": entry.fields["came_from"]}
    path = (await tx.execute(select(tables.unit.c.path).where(tables.unit.c.code == by.unit))).scalar_one_or_none()
    return {"internal": internal, "has_head": bool(path and await head_office(tx, path))}


async def _decide(tx: Tx, case: Case) -> str:
    entry, ask = case.entry, case.ask
    actor = await actor_of(tx, case.by, entry, case.accused)
    try:
        target = decide(ask.ledger, entry.state if entry else None, ask.verb, actor, case.facts)
    except Refused as no:
        raise Refused(no.reason, **{**no.facts, "number": ask.entry or ""}) from None
    law = LAWS[ask.ledger]
    if not any(move.ready for move in law.moves if move.verb == ask.verb):
        raise Refused("not_ready", number=ask.entry or "", VERB=law.verbs[ask.verb])
    return target


async def _standing(tx: Tx, case: Case, target: str, columns: Columns) -> Columns:
    """State, holder and next deadline; a move that stays where it is leaves the last two alone."""
    if case.entry and case.entry.state == target:
        return {"state": target}
    fields = {**(case.entry.fields if case.entry else {}), **columns}
    none: Columns = {"holder_person": None, "holder_unit": None, "holder_role": None, "due_at": None}
    days = case.clocks.review_days(target)
    if days is None:
        return {**none, "state": target}
    seats = await _seats(tx, await _office(tx, target, fields), fields, case.accused)
    return {
        "state": target,
        "holder_person": seats.holder.person,
        "holder_unit": seats.holder.unit,
        "holder_role": seats.holder.role,
        "due_at": add_working_days(case.calendar, case.at, days).at,
    }


async def _office(tx: Tx, state: str, fields: Mapping[str, Json]) -> Holder:
    """Who holds an entry in that state, were everybody there."""
    if state == "need_info":
        return Holder(person=fields["reporter"])
    if state == "head_review":
        path = select(tables.unit.c.path).where(tables.unit.c.code == fields["unit_code"])
        head = await head_office(tx, (await tx.execute(path)).scalar_one())
        return Holder(unit=head or fields["unit_code"], role=Role.DEPARTMENT_HEAD)
    return supervision(fields["bureau"] if state == "county_review" else await city_of(tx, fields["bureau"]))


async def _seats(tx: Tx, holder: Holder, fields: Mapping[str, Json], accused: Sequence[str]) -> Seats:
    city = await city_of(tx, fields["bureau"])
    return await acting(tx, ladder(holder, fields["unit_code"], fields["bureau"], city), accused)


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


async def due_archives(tx: Tx, at: datetime, limit: int = 100) -> list[Ask]:
    """What the clock should archive by now: closed clues without anything new for as long as the clocks say."""
    clue, resting = tables.clue.c, ("answered", "unfounded", "transferred")
    old = clue.last_at <= at - timedelta(days=(await load_clocks(tx, at)).archive_days)
    query = select(clue.number).where(clue.state.in_(resting), old).order_by(clue.number).limit(limit)
    return [Ask(Ledger.CLUE, "archive", number) for number in (await tx.execute(query)).scalars()]

"""Somebody leaves: everything they hold goes to their substitute, else to whoever sits above them, a line on each case.

What an office holds stays with the office; what somebody finished stays theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from store import tables
from store.db import Tx
from store.ledger import apply
from store.moving.entries import accused_of, load_entry
from store.moving.sampling import hands, pick_rechecker
from store.moving.tasks import TO_DO
from store.staff.absence import stand_ins
from store.staff.offices import city_of, involved, ladder, members, person_known
from store.staff.sessions import end_all
from store.words import CLOCK, Ask, Holder, Ledger, Moved, Person, Refused, ledger_of


async def hand_over(tx: Tx, person: str, at: datetime, substitute: str | None = None) -> list[Moved]:
    """Hand over everything that waits for `person`, who is no longer active afterwards; the lines that were written.

    Raises `Refused` (`person_unknown`) before anything is written.
    """
    leaver = await person_known(tx, person)
    if leaver is None:
        raise Refused("person_unknown", userid=person)
    heir = await person_known(tx, substitute) if substitute else None
    if substitute and (heir is None or heir.id == leaver.id):
        raise Refused("person_unknown", userid=substitute)
    numbers = await _left_by(tx, leaver)
    heirs = {number: (await _successor(tx, leaver, heir, number, at)).id for number in numbers}
    moves = []
    for number, successor in heirs.items():
        fields = {"task": leaver.id, "assignee": successor}
        moves.append(await apply(tx, Ask(ledger_of(number), "hand_over", number, fields), CLOCK, at))
    await tx.execute(update(tables.person).where(tables.person.c.id == leaver.id).values(active=False))
    await end_all(tx, leaver.id)
    return moves


async def _left_by(tx: Tx, leaver: Person) -> Sequence[str]:
    """The entries in which something waits for them, in the order of their numbers."""
    clue, task = tables.clue.c, tables.task.c
    asked = select(clue.number).where(clue.holder_person == leaver.id, clue.state == "need_info")
    tasks = select(task.number).where(task.person_id == leaver.id, task.state.in_(TO_DO))
    return (await tx.execute(asked.union(tasks).order_by("number"))).scalars().all()


async def _successor(tx: Tx, leaver: Person, heir: Person | None, number: str, at: datetime) -> Person:
    """The substitute that was named, the one of an absence, or the next office; nobody whom the matter accuses, and
    for a re-check nobody who handled or verified it."""
    entry, accused = await load_entry(tx, number), await accused_of(tx, number)
    assert entry
    if ledger_of(number) is Ledger.PROBLEM and entry.state == "archived":
        busy = await hands(tx, number) | {leaver.id}
        if heir and heir.id not in busy:
            return heir
        return await pick_rechecker(tx, entry.fields, accused, busy, at)
    for one in await _candidates(tx, leaver, heir, entry.fields["bureau"], at):
        if one.id != leaver.id and not (entry.fields["internal"] and await involved(tx, one, accused)):
            return one
    raise Refused("person_unknown", userid=leaver.id)


async def _candidates(tx: Tx, leaver: Person, heir: Person | None, bureau: str, at: datetime) -> list[Person]:
    """Who may take something over, the nearest first."""
    named = (await stand_ins(tx, [leaver.id], at)).get(leaver.id)
    substitute = await person_known(tx, named) if named else None
    above = ladder(Holder(person=leaver.id), leaver.unit, bureau, await city_of(tx, bureau))[1:]
    offices = [one for office in above for one in await members(tx, office, [])]
    return [*(one for one in (heir, substitute) if one), *offices]

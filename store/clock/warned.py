"""Who hears of a warning: the groups that the rungs of the ladder name (lifecycle.md §4)."""

from __future__ import annotations

from sqlalchemy import select

from store import tables
from store.clock.clocks import load_clocks
from store.clock.deadlines import RECEIVE
from store.law.actors import seats_of
from store.law.given import moment
from store.moving.audience import Audience
from store.moving.tasks import waiting
from store.staff.offices import city_of, head_office, supervision
from store.words import Holder, Json, Ledger, Role


async def hear_warning(audience: Audience) -> None:
    """Everybody on the rungs that this warning stands for. An internal matter climbs past the county."""
    rungs = {rung.name: rung for rung in (*(await load_clocks(audience.tx, audience.at)).ladder, RECEIVE)}
    names = audience.moved.fields.get("rungs") or [audience.moved.fields["rung"]]
    groups = [group for name in names if name in rungs for group in rungs[name].who]
    for group in dict.fromkeys(groups):
        await _group(audience, group)


async def _group(audience: Audience, group: str) -> None:
    if group == "assignee":
        await _assignees(audience)
        return
    city = await city_of(audience.tx, audience.fields["bureau"])
    if group == "head":
        for head in await _heads(audience):
            await audience.office(head)
        return
    level, _, office = group.partition("_")
    bureau = city if level == "city" or audience.fields["internal"] else audience.fields["bureau"]
    holder = supervision(bureau) if office == "supervision" else Holder(unit=bureau, role=Role.LEADER)
    await audience.office(holder)


def _late(audience: Audience) -> list[dict[str, Json]]:
    """The tasks that a warning is about: those that wait, or only those that nobody received."""
    if audience.moved.entry.ledger is not Ledger.PROBLEM or audience.moved.entry.state == "suspended":
        return []
    tasks = [dict(task) for task in waiting(audience.fields["tasks"], "main", "assisting", "recheck")]
    if audience.moved.fields.get("rungs") == [RECEIVE.name]:
        return [task for task in tasks if task["receive_by"] and moment(task["receive_by"]) <= audience.at]
    return tasks


async def _assignees(audience: Audience) -> None:
    """Whoever has a task that waits; else whoever holds the entry."""
    tasks = _late(audience)
    for task in tasks:
        await audience.worker(task["person"])
    if not tasks and audience.moved.entry.holder:
        found = await seats_of(audience.tx, audience.moved.entry, audience.accused, audience.at)
        audience.take(found, "holder")


async def _heads(audience: Audience) -> list[Holder]:
    """The heads of the departments that those tasks are in; of a clue nobody but its holder is late."""
    units = dict.fromkeys(task["unit"] for task in _late(audience))
    paths = select(tables.unit.c.path).where(tables.unit.c.code.in_(list(units)))
    heads = [await head_office(audience.tx, path) for path in (await audience.tx.execute(paths)).scalars()]
    return [Holder(unit=head, role=Role.DEPARTMENT_HEAD) for head in dict.fromkeys(heads) if head]

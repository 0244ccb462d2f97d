"""What the clock does to open entries: warn of their deadlines, hand over what somebody leaves behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from store.clock.deadlines import due_warnings
from store.clock.watching import ladder_of, watch_of
from store.clock.workdays import add_working_days, add_working_hours
from store.db import Tx
from store.law.given import moment
from store.moving.case import Case, Change, Columns, Effect, NewTask
from store.moving.effects.accepting import assignee_of
from store.moving.tasks import own_task, settled
from store.staff.offices import person_known
from store.words import Refused


async def _warn(tx: Tx, case: Case) -> Change:
    """Every rung up to the one that is asked for: after an outage people hear of the newest, not of all in turn."""
    assert case.entry
    watch, rungs = watch_of(case.fields), ladder_of(case.clocks.ladder, case.entry.state)
    due = due_warnings(watch, case.at, case.calendar, rungs)
    if not any(rung == case.given["rung"] for rung, _slot in due):
        raise Refused("already_warned", number=case.entry.number)
    columns: Columns = {"warned": sorted(watch.struck | {slot for _rung, slot in due})}
    return Change(columns, noted={"rungs": [rung for rung, _slot in due]})


async def _hand_over_clue(tx: Tx, case: Case) -> Change:
    """The question that waited for a reporter who left waits for somebody else."""
    person = await person_known(tx, case.given["assignee"])
    if person is None:
        raise Refused("person_unknown", userid=case.given["assignee"])
    return Change({"holder_person": person.id})


async def _hand_over(tx: Tx, case: Case) -> Change:
    """A task changes hands because its assignee leaves. Who has one in the matter already keeps the weightier."""
    leaver, person = await person_known(tx, case.given["task"]), await assignee_of(tx, case, case.given["assignee"])
    task = leaver and own_task(case.tasks, replace(leaver, stands_for=()))
    if not task:
        raise Refused("task_unknown", userid=case.given["task"], number=case.ask.entry or "")
    gone = settled([task], "reassigned", settled_at=case.at)
    theirs = own_task(case.tasks, replace(person, stands_for=()))
    if theirs and task["part"] == "assisting":
        return Change(tasks=gone)
    if theirs:
        gone |= settled([theirs], "reassigned", settled_at=case.at)
    receive = add_working_hours(case.calendar, case.at, case.clocks.receive_working_hours).at
    due = max(moment(task["due_at"]), add_working_days(case.calendar, case.at, case.clocks.rework).at)
    later: Columns = {"work_due_at": max(due, moment(case.fields["work_due_at"]))} if task["part"] == "main" else {}
    return Change(later, tasks=gone, given=(NewTask(person, task["part"], due, receive),))


async def _recount(tx: Tx, case: Case) -> Change:
    """Official working days landed: the deadlines as `recount.py` counted them."""
    given = case.given
    columns: Columns = {name: moment(given[name]) for name in ("due_at", "work_due_at") if name in given}
    return Change(columns, {int(task): {"due_at": moment(due)} for task, due in given.get("tasks", {}).items()})


OF_CLUES: Mapping[str, Effect] = MappingProxyType({"warn": _warn, "recount": _recount, "hand_over": _hand_over_clue})
OF_PROBLEMS: Mapping[str, Effect] = MappingProxyType({"warn": _warn, "recount": _recount, "hand_over": _hand_over})

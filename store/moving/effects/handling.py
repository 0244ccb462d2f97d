"""What assignees do with their tasks, and who has them: receive, decline, reassign, feed back, put right."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from store.clock.workdays import add_working_days, add_working_hours
from store.db import Tx
from store.law.given import moment
from store.law.standing import supervises
from store.moving.case import Case, Change, Effect, NewTask
from store.moving.effects.accepting import assignee_of
from store.moving.tasks import Task, main_task, open_tasks, own_task, settled, waiting
from store.words import Level, Refused


def mine(case: Case) -> Task:
    """The open task that the actor has in this problem, or acts for."""
    task = own_task(case.tasks, case.by)
    if task is None:
        raise Refused("task_unknown", userid=case.by.id, number=case.ask.entry or "")
    return task


async def _receive(tx: Tx, case: Case) -> Change:
    """签收: from now on the assignee has it."""
    return Change(tasks={mine(case)["id"]: {"state": "received", "received_at": case.at}})


async def _decline(tx: Tx, case: Case) -> Change:
    """The task goes back to supervision, which names somebody else."""
    return Change(tasks=settled([mine(case)], "returned", settled_at=case.at, text=case.given["text"]))


async def _reassign(tx: Tx, case: Case) -> Change:
    """One task changes hands: supervision gives it to anybody, an assignee within the own department."""
    task = _named(case)
    person = await assignee_of(tx, case, case.given["assignee"])
    if any(one["person"] == person.id for one in open_tasks(case.tasks)):
        raise Refused("assignee_has_task", name=person.name, number=case.ask.entry or "")
    within = (person.bureau, person.department) == (task["bureau"], task["department"])
    if not within and not _in_charge(case):
        raise Refused("other_department", name=person.name)
    receive = add_working_hours(case.calendar, case.at, case.clocks.receive_working_hours).at
    new = NewTask(person, task["part"], _enough_time(case, moment(task["due_at"])), receive)
    old = settled([task], "reassigned", settled_at=case.at) if task["state"] in ("assigned", "received") else {}
    later = {"work_due_at": max(new.due_at, moment(case.fields["work_due_at"]))} if task["part"] == "main" else {}
    return Change(later, tasks=old, given=(new,))


def _in_charge(case: Case) -> bool:
    """Whether the actor reassigns as supervision, not as an assignee."""
    near = case.by.level is Level.CITY or (case.fields["level"], case.fields["bureau"]) == (
        Level.COUNTY,
        case.by.bureau,
    )
    return own_task(case.tasks, case.by) is None or (supervises(case.by) and near)


def _named(case: Case) -> Task:
    """The task that is meant: of the person named, else one's own, else the main one. An assignee may only mean their
    own; a task that was declined waits to be given to somebody else."""
    userid, own = case.given.get("task"), own_task(case.tasks, case.by)
    if not userid:
        return own or main_task(case.tasks)
    open_ones = [task for task in waiting(case.tasks) if task["person"].lower() == userid.lower()]
    declined = [task for task in case.tasks if task["person"].lower() == userid.lower() and task["state"] == "returned"]
    for task in (*open_ones, *reversed(declined)):
        if task["person"] in (case.by.id, *case.by.stands_for) or _in_charge(case):
            return task
    raise Refused("task_unknown", userid=userid, number=case.ask.entry or "")


def _enough_time(case: Case, due: datetime) -> datetime:
    """Whoever gets a task late has at least the days of rework."""
    return max(due, add_working_days(case.calendar, case.at, case.clocks.rework).at)


_UNJUDGED = {"verifier": None, "rechecker": None}
"""Whoever judged it before judged other work."""


async def _feedback(tx: Tx, case: Case) -> Change:
    """An assistant's part is done; the main assignee's comes last and hands the matter to supervision."""
    task, given = mine(case), case.given
    done = {"state": "done", "done_at": case.at, "done_by": case.by.id, "text": given["text"]}
    if task["part"] != "main":
        return Change(tasks={task["id"]: done})
    still = [one["name"] for one in waiting(case.tasks, "assisting")]
    if still:
        raise Refused("assistants_open", names="、".join(still))
    columns = {"cause": given["cause"], "result": given["text"], "handler": case.by.id, **_UNJUDGED}
    return Change(columns, tasks={task["id"]: done}, answered=dropped(case, "extend"))


async def _rectified(tx: Tx, case: Case) -> Change:
    """The measures were taken; supervision looks again."""
    done = {"state": "done", "done_at": case.at, "done_by": case.by.id, "text": case.given["measures"]}
    columns = {"measures": case.given["measures"], "handler": case.by.id, **_UNJUDGED}
    return Change(columns, tasks={mine(case)["id"]: done}, answered=dropped(case, "extend"))


def dropped(case: Case, *kinds: str) -> dict[int, str]:
    """What was asked and needs no answer any more."""
    return {one["seq"]: "dropped" for one in case.fields["requests"] if one["kind"] in kinds}


def moved_by(tasks: list[Task], due: datetime) -> Mapping[int, dict[str, Any]]:
    """The open tasks with their new deadline."""
    return {task["id"]: {"due_at": due} for task in tasks}


EFFECTS: Mapping[str, Effect] = MappingProxyType(
    {
        "receive": _receive,
        "decline": _decline,
        "reassign": _reassign,
        "feedback": _feedback,
        "rectified": _rectified,
    }
)

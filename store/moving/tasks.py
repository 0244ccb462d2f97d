"""Reading the tasks of a problem as they stand in its entry's fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from store.law.standing import OPEN_TASK
from store.words import Json, Person

Task = Mapping[str, Json]
TO_DO = ("assigned", "received")
"""States in which a task waits for its assignee."""


def open_tasks(tasks: Iterable[Task], *parts: str) -> list[Task]:
    """Those not settled yet, of these parts (none: main and assisting)."""
    return [task for task in tasks if task["state"] in OPEN_TASK and task["part"] in (parts or ("main", "assisting"))]


def waiting(tasks: Iterable[Task], *parts: str) -> list[Task]:
    """Those that wait for their assignee."""
    return [task for task in open_tasks(tasks, *parts) if task["state"] in TO_DO]


def movable(tasks: Iterable[Task]) -> list[Task]:
    """Those that may be given to somebody else: what waits for its assignee, and what was declined and is with nobody
    since."""
    every = list(tasks)
    mine = waiting(every)
    for task in every:
        if task["state"] == "returned" and not any(_takes_place(one, task) for one in every):
            mine.append(task)
    return mine


def _takes_place(new: Task, old: Task) -> bool:
    """Whether a task came after another that is of the same part, and for assistants of the same department."""
    same = new["part"] == old["part"] and (new["part"] == "main" or _seat(new) == _seat(old))
    return same and new["id"] > old["id"] and new["state"] != "returned"


def _seat(task: Task) -> tuple[Json, Json]:
    return task["bureau"], task["department"]


def main_task(tasks: Iterable[Task]) -> Task:
    """The main task: the open one, else the last there was."""
    mains = [task for task in tasks if task["part"] == "main"]
    return next(iter(open_tasks(mains)), mains[-1])


def own_task(tasks: Iterable[Task], person: Person) -> Task | None:
    """The open task of that person, else of somebody they stand in for."""
    mine = waiting(tasks, "main", "assisting", "recheck")
    for userid in (person.id, *person.stands_for):
        for task in mine:
            if task["person"] == userid:
                return task
    return None


def settled(tasks: Iterable[Task], state: str, **columns: Any) -> dict[int, dict[str, Any]]:
    """The change that settles these tasks."""
    return {task["id"]: {"state": state, **columns} for task in tasks}

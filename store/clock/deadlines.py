"""Lights and warnings: pure functions of a deadline, the time and the calendar; nothing of it is ever stored.

Stored is only which warnings were given (their slots), so that none is given twice. A slot names its deadline: when the
deadline moves, its warnings begin anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from store.clock.workdays import Calendar, add_working_hours, move_working_days, working_time_between

GREEN, YELLOW, RED = "green", "yellow", "red"


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung of the ladder: so many working days after the deadline (None: half way to it), `who` hears.

    `who`: assignee (whoever has it: open tasks, else the holder), head, county_supervision, county_leader,
    city_supervision, city_leader.
    """

    name: str
    days: int | None
    who: tuple[str, ...]


LADDER = (
    Rung("half", None, ("assignee",)),
    Rung("before", -1, ("assignee",)),
    Rung("due", 0, ("assignee", "head")),
    Rung("late_1", 1, ("assignee", "county_supervision")),
    Rung("late_3", 3, ("assignee", "county_leader")),
    Rung("late_5", 5, ("assignee", "city_supervision", "city_leader")),
)
"""Lifecycle.md §4; whoever should act is reminded beside those who hear of it."""

RECEIVE = Rung("receive", 0, ("assignee", "head"))
"""A task that nobody received in time."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What the clock must know of an entry: its deadline and since when it runs, the tasks that wait to be received
    (id: until when), and the slots of the warnings already given."""

    since: datetime
    due: datetime | None
    receive: Mapping[str, datetime] = field(default_factory=dict)
    struck: frozenset[str] = frozenset()


def light(due: datetime | None, now: datetime, calendar: Calendar) -> str:
    """green, yellow from one working day before the deadline, red after it; empty without a deadline."""
    if due is None:
        return ""
    if now > due:
        return RED
    return YELLOW if now >= move_working_days(calendar, due, -1) else GREEN


def due_warnings(
    facts: Watch, now: datetime, calendar: Calendar, ladder: tuple[Rung, ...] = LADDER
) -> list[tuple[str, str]]:
    """(rung, slot) of every warning whose time has come and that was not given yet, the oldest first."""
    passed = [found for found in _left(facts, calendar, ladder) if found[0] <= now]
    return [(rung, slot) for _at, rung, slot in sorted(passed)]


def next_warning(facts: Watch, calendar: Calendar, ladder: tuple[Rung, ...] = LADDER) -> datetime | None:
    """When the next warning that was not given yet is due; None: there is none."""
    return min((at for at, _rung, _slot in _left(facts, calendar, ladder)), default=None)


def passed_over(facts: Watch, now: datetime, calendar: Calendar, ladder: tuple[Rung, ...] = LADDER) -> frozenset[str]:
    """The slots that are past when a deadline is set: nobody is reminded of half time right after an extension."""
    return frozenset(slot for at, rung, slot in _moments(facts, calendar, ladder) if at <= now and rung != RECEIVE.name)


def _left(facts: Watch, calendar: Calendar, ladder: tuple[Rung, ...]) -> list[tuple[datetime, str, str]]:
    """What was not warned of yet. A rung below the highest one that was reached is over: an administrator may have put
    it there since."""
    moments = list(_moments(facts, calendar, ladder))
    reached = max((at for at, rung, slot in moments if rung != RECEIVE.name and slot in facts.struck), default=None)
    return [
        (at, rung, slot)
        for at, rung, slot in moments
        if slot not in facts.struck and (rung == RECEIVE.name or reached is None or at > reached)
    ]


def _moments(facts: Watch, calendar: Calendar, ladder: tuple[Rung, ...]) -> Iterator[tuple[datetime, str, str]]:
    """When each warning is due: moment, rung, slot."""
    for task, until in facts.receive.items():
        yield until, RECEIVE.name, f"{RECEIVE.name}:{task}"
    if facts.due is None:
        return
    due = facts.due.astimezone(UTC)
    for rung in ladder:
        yield _moment(facts.since, due, rung, calendar), rung.name, f"{rung.name}:{due.isoformat()}"


def _moment(since: datetime, due: datetime, rung: Rung, calendar: Calendar) -> datetime:
    if rung.days is not None:
        return move_working_days(calendar, due, rung.days)
    half = working_time_between(calendar, since, due) / 2
    return add_working_hours(calendar, since, half.total_seconds() / 3600).at

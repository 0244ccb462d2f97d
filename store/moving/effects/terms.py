"""Time and attention: extensions, suspensions, nudges, a leader's instructions and their answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType

from sqlalchemy import func, select

from store import tables
from store.clock.workdays import add_working_days, add_working_hours, closing, move_working_days, working_days_between
from store.db import Tx
from store.law.given import moment
from store.moving.case import Case, Change, Columns, Effect
from store.moving.effects.accepting import end_of
from store.moving.effects.handling import dropped, moved_by
from store.moving.tasks import waiting
from store.words import Json, Level, Refused


async def _extend(tx: Tx, case: Case) -> Change:
    """The first short extension is the assignee's own; any other waits for supervision."""
    _nothing_asked(case)
    days = case.given["days"]
    if case.fields["extensions"] == 0 and days <= case.clocks.free_extension:
        return _extended(case, days)
    return Change(asked={"kind": "extend", "days": days})


def _extended(case: Case, days: int, answered: Mapping[int, str] | None = None) -> Change:
    """So many working days more, from the deadline or, when it is past, from now."""
    due = add_working_days(case.calendar, max(moment(case.fields["work_due_at"]), case.at), days).at
    columns: Columns = {"work_due_at": due, "extensions": case.fields["extensions"] + 1}
    return Change(columns, tasks=moved_by(waiting(case.tasks), due), answered=answered or {})


def _nothing_asked(case: Case) -> None:
    if any(one["kind"] != "instruct" for one in case.fields["requests"]):
        raise Refused("already_asked", number=case.ask.entry or "")


async def _suspend(tx: Tx, case: Case) -> Change:
    """The city suspends; a county asks the city first."""
    review = end_of(case, case.given["review_on"])
    if case.by.level is Level.CITY:
        return _suspended(case, review, dropped(case, "suspend", "extend"))
    _nothing_asked(case)
    return Change(asked={"kind": "suspend", "review_on": date.fromisoformat(case.given["review_on"])})


def _suspended(case: Case, review: datetime, answered: Mapping[int, str]) -> Change:
    columns = {"came_from": case.fields["state"], "suspended_at": case.at, "due_at": review}
    return Change(columns, answered=answered)


async def _grant(tx: Tx, case: Case) -> Change:
    """What was asked comes to pass."""
    asked = _asked(case)
    answered = {asked["seq"]: "granted"}
    if asked["kind"] == "extend":
        return _extended(case, asked["days"], answered)
    review = closing(case.calendar, date.fromisoformat(asked["review_on"]))
    return _suspended(case, max(review, add_working_days(case.calendar, case.at, 0).at), answered)


async def _deny(tx: Tx, case: Case) -> Change:
    return Change(answered={_asked(case)["seq"]: "denied"})


def _asked(case: Case) -> Mapping[str, Json]:
    """What waits for a decision; there is never more than one such thing."""
    found: Mapping[str, Json] = next(one for one in case.fields["requests"] if one["kind"] != "instruct")
    return found


async def _resume(tx: Tx, case: Case) -> Change:
    """Whoever works on it has as many working days left as when it was suspended."""
    rested = working_days_between(case.calendar, moment(case.fields["suspended_at"]), case.at)
    due = move_working_days(case.calendar, moment(case.fields["work_due_at"]), rested)
    columns: Columns = {"came_from": None, "suspended_at": None, "work_due_at": due}
    return Change(columns, tasks=moved_by(waiting(case.tasks), due))


async def _nudge(tx: Tx, case: Case) -> Change:
    """Once per four working hours and person (lifecycle.md §2)."""
    line, hours = tables.line.c, case.clocks.nudge_working_hours
    mine = (line.ledger == "problem", line.number == case.ask.entry, line.verb == "nudge", line.by == case.by.id)
    last: datetime | None = (await tx.execute(select(func.max(line.at)).where(*mine))).scalar_one()
    until = add_working_hours(case.calendar, last, hours).at if last else case.at
    if case.at < until:
        raise Refused("too_soon", number=case.ask.entry or "", until=until.isoformat(), hours=hours)
    return Change()


async def _instruct(tx: Tx, case: Case) -> Change:
    """批示: whoever holds it must answer."""
    return Change(asked={"kind": "instruct"})


async def _reply(tx: Tx, case: Case) -> Change:
    """Answers every instruction that is still open."""
    return Change(answered={one["seq"]: "replied" for one in case.fields["requests"] if one["kind"] == "instruct"})


EFFECTS: Mapping[str, Effect] = MappingProxyType(
    {
        "extend": _extend,
        "suspend": _suspend,
        "grant": _grant,
        "deny": _deny,
        "resume": _resume,
        "nudge": _nudge,
        "instruct": _instruct,
        "reply": _reply,
    }
)

"""Where a move leaves an entry: with whom, until when, and when the clock looks at it next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from store import tables
from store.clock.deadlines import next_warning, passed_over
from store.clock.watching import instant, ladder_of, watch_of
from store.clock.workdays import add_working_days
from store.db import Tx
from store.law.actors import VERDICTS, seats, supervision_of
from store.law.given import moment
from store.moving.case import Case, Change, Columns
from store.moving.tasks import TO_DO
from store.staff.offices import city_of, head_office, supervision
from store.words import Holder, Json, Ledger, Role

_RESTING = ("answered", "unfounded", "transferred")
_HANDLED = ("dispatched", "investigating", "rectifying")
_CLOSED = ("closed", "closed_unfounded")
_NOWHERE: Columns = {"holder_person": None, "holder_unit": None, "holder_role": None, "due_at": None}


async def place(tx: Tx, case: Case, target: str, change: Change) -> Columns:
    """State, holder, next deadline, and what the clock must know of them."""
    stays = case.entry is not None and case.entry.state == target
    fields = {**(case.entry.fields if case.entry else {}), **change.columns}
    if case.ask.ledger is Ledger.PROBLEM:
        fields["tasks"] = _tasks_after(case, change)
        columns = await _problem(tx, case, target, fields, stays=stays)
    else:
        columns = await _clue(tx, case, target, fields, stays=stays)
    return {"state": target, **columns, **_watch(case, target, fields | columns, stays=stays)}


async def _clue(tx: Tx, case: Case, target: str, fields: Mapping[str, Json], *, stays: bool) -> Columns:
    """A clue that stays where it is keeps its holder and its deadline."""
    if stays:
        return {}
    if case.ask.verb == "tip":
        return _held(supervision(fields["bureau"]), fields["due_at"])
    days = case.clocks.review_days(target)
    if days is None:
        return _NOWHERE
    holder = (await seats(tx, await _office(tx, target, fields), fields, case.accused, case.at)).holder
    return _held(holder, add_working_days(case.calendar, case.at, days).at)


async def _problem(tx: Tx, case: Case, target: str, fields: Mapping[str, Json], *, stays: bool) -> Columns:
    """Assignees hold what is to be done, supervision what is to be decided."""
    if target in _CLOSED:
        return _NOWHERE
    desk = supervision_of(fields, await city_of(tx, fields["bureau"]))
    if target in _HANDLED:
        mine = [task for task in fields["tasks"] if task["part"] == "main" and task["state"] in TO_DO]
        return _held(Holder(person=mine[0]["person"]) if mine else desk, instant(fields["work_due_at"]))
    if target == "archived":
        mine = [task for task in fields["tasks"] if task["part"] == "recheck" and task["state"] in TO_DO]
        return _held(Holder(person=mine[0]["person"]), instant(mine[0]["due_at"])) if mine else _NOWHERE
    if stays:
        return {}
    holder = (await seats(tx, desk, fields, case.accused, case.at, verdict=target in VERDICTS)).holder
    if target == "suspended":
        return _held(holder, instant(fields["due_at"]))
    return _held(holder, add_working_days(case.calendar, case.at, case.clocks.review_days(target) or 0).at)


def _tasks_after(case: Case, change: Change) -> list[dict[str, Json]]:
    """The tasks as they will stand."""
    kept = [{**task, **change.tasks.get(task["id"], {})} for task in (case.tasks if case.entry else ())]
    for new in change.given:
        state, unit = "assigned" if new.receive_by else "received", new.person.unit
        task = {"id": "new", "part": new.part, "person": new.person.id, "state": state, "unit": unit}
        seat = {"bureau": new.person.bureau, "department": new.person.department}
        times = {"due_at": new.due_at, "receive_by": new.receive_by, "received_at": None, "done_by": None}
        kept.append({**task, **seat, **times})
    return kept


def _watch(case: Case, target: str, fields: Mapping[str, Json], *, stays: bool) -> Columns:
    """Since when the deadline runs, which warnings are over, and when the next thing is for the clock to do."""
    if fields["due_at"] is None:
        return {"next_at": _rest(case, target), "warned": []}
    if fields.get("source") == "tip":  # the clocks of tips strike elsewhere (tips/clocks.py)
        return {"since": case.at, "next_at": None}
    before = case.fields if case.entry else {"due_at": None}
    moved = before["due_at"] is None or moment(before["due_at"]) != instant(fields["due_at"])
    # A longer deadline runs since it began to; one of a new stretch of work begins now.
    since = case.at if moved and not stays else fields.get("since") or case.at
    watch, rungs = watch_of({**fields, "state": target, "since": since}), ladder_of(case.clocks.ladder, target)
    if moved:
        watch = replace(watch, struck=passed_over(watch, case.at, case.calendar, rungs))
    next_at = next_warning(watch, case.calendar, rungs)
    return {"since": watch.since, "warned": sorted(watch.struck), "next_at": next_at}


def _rest(case: Case, target: str) -> datetime | None:
    """When the clock archives what is over."""
    if target in _RESTING:
        return case.at + timedelta(days=case.clocks.archive_days)
    if target in _CLOSED:
        closed = case.fields["closed_at"]
        since = moment(closed) if closed and case.fields["state"] == target else case.at
        return add_working_days(case.calendar, since, case.clocks.problem_archive).at
    return None


def _held(holder: Holder, due: datetime) -> Columns:
    who: dict[str, Any] = {"holder_person": holder.person, "holder_unit": holder.unit, "holder_role": holder.role}
    return {**who, "due_at": due}


async def _office(tx: Tx, state: str, fields: Mapping[str, Json]) -> Holder:
    """Who holds a clue in that state, were everybody there."""
    if state == "need_info":
        return Holder(person=fields["reporter"])
    if state == "head_review":
        path = select(tables.unit.c.path).where(tables.unit.c.code == fields["unit_code"])
        head = await head_office(tx, (await tx.execute(path)).scalar_one())
        return Holder(unit=head or fields["unit_code"], role=Role.DEPARTMENT_HEAD)
    return supervision(fields["bureau"] if state == "county_review" else await city_of(tx, fields["bureau"]))

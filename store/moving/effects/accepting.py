"""`accept` and `merge`: a clue becomes a problem, or part of one, in the transaction that closes its handling form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType

from store.clock.clocks import Clocks
from store.clock.deadlines import Watch, next_warning
from store.clock.workdays import Calendar, add_working_days, add_working_hours, closing, local_day
from store.db import Tx
from store.law.rules import LAWS, state_name
from store.law.scope import visible
from store.law.standing import DEPARTMENTS
from store.master.indicators import Indicator, facts
from store.moving.case import Case, Change, Columns, Effect, Mirror, NewTask, Opened
from store.moving.entries import load_entry
from store.moving.tasks import open_tasks
from store.staff.offices import involved, person_known
from store.words import Entry, Json, Ledger, Level, Person, Refused


async def _accept(tx: Tx, case: Case) -> Change:
    """The finished handling form makes exactly one problem and one task for each person named."""
    given = case.given
    code = case.fields["indicator"]
    indicator = await facts(tx, code, case.at) if code else None
    main, assisting = _departments(case, indicator)
    assignee = await assignee_of(tx, case, given["assignee"], (main,))
    assistants = [await assignee_of(tx, case, one, (main, *assisting)) for one in given.get("assistants", ())]
    assistants = [one for one in dict.fromkeys(assistants) if one.id != assignee.id]
    _each_named(assisting, assistants)
    due = due_of(case, indicator, given["severity"], given.get("due_on"))
    receive = add_working_hours(case.calendar, case.at, case.clocks.receive_working_hours).at
    tasks = [NewTask(assignee, "main", due, receive), *(NewTask(one, "assisting", due, receive) for one in assistants)]
    next_at = next_warning(Watch(case.at, due, {"new": receive}), case.calendar, case.clocks.ladder)
    columns: Columns = {
        "form": case.ask.entry,
        "level": Level.CITY if case.fields["state"] == "city_review" else Level.COUNTY,
        "department": main,
        "departments": list(assisting),
        "severity": given["severity"],
        "scope": given["scope"],
        "opened_at": case.at,
        "since": case.at,
        "due_at": due,
        "work_due_at": due,
        "next_at": next_at,
        "holder_person": assignee.id,
    }
    same = ("unit_code", "bureau", "merchant", "merchant_note", "indicator", "internal", "text")
    columns |= {name: case.fields[name] for name in same}
    return Change({"severity": given["severity"]}, opened=Opened(columns, tuple(tasks)))


def _departments(case: Case, indicator: Indicator | None) -> tuple[str, tuple[str, ...]]:
    """The main responsible department and the assisting ones; another than the indicator's needs its reason."""
    main: str = case.given["department"]
    own = indicator.department if indicator else None
    if own and main != own and not case.given.get("override_reason"):
        verb = LAWS[Ledger.CLUE].verbs["accept"]
        raise Refused("missing_override_reason", VERB=verb, DEPARTMENT=DEPARTMENTS[own])
    return main, tuple(one for one in case.given.get("departments", ()) if one != main)


def _each_named(departments: tuple[str, ...], assistants: list[Person]) -> None:
    """A task names one person, never only a department (features.md A07)."""
    for department in departments:
        if not any(one.department == department for one in assistants):
            raise Refused("department_without_assignee", DEPARTMENT=DEPARTMENTS[department])


async def assignee_of(tx: Tx, case: Case, userid: str, departments: tuple[str, ...] = ()) -> Person:
    """Somebody who may get a task in this matter: there, in one of the departments, in reach, and not involved."""
    person = await person_known(tx, userid)
    if person is None:
        raise Refused("person_unknown", userid=userid)
    if departments and person.department not in departments:
        raise Refused("assignee_elsewhere", name=person.name, DEPARTMENT=DEPARTMENTS[departments[0]])
    near = person.level is Level.CITY or person.bureau == case.fields["bureau"]
    if not near and case.by.level is not Level.CITY:
        raise Refused("assignee_elsewhere", name=person.name, DEPARTMENT=DEPARTMENTS[person.department or "leadership"])
    if case.fields["internal"] and await involved(tx, person, case.accused):
        raise Refused("assignee_involved", name=person.name)
    return person


def due_of(case: Case, indicator: Indicator | None, severity: int, due_on: str | None) -> datetime:
    """Until when: the day that was given, else as the indicator says, else as the severity does (lifecycle.md §4)."""
    if due_on:
        return end_of(case, due_on)
    return default_due(case.clocks, case.calendar, case.at, indicator, severity)


def default_due(
    clocks: Clocks, calendar: Calendar, at: datetime, indicator: Indicator | None, severity: int
) -> datetime:
    """The deadline that nobody set: the indicator's days, unless the severity was judged to be another."""
    own = indicator is not None and indicator.severity == severity
    days = indicator.due_working_days if indicator and own else clocks.due_by_severity[str(severity)]
    return add_working_days(calendar, at, days).at


def end_of(case: Case, day: str) -> datetime:
    """The close of a given day, which must be to come."""
    end = closing(case.calendar, date.fromisoformat(day))
    if end <= case.at or local_day(end) < local_day(case.at):
        raise Refused("date_in_past", day=day)
    return end


async def _merge(tx: Tx, case: Case) -> Change:
    """The clue joins a problem that is still open."""
    number: str = case.given["problem"]
    problem = await load_entry(tx, number, lock=True) if number.startswith(Ledger.PROBLEM.prefix) else None
    if problem is None or not await visible(tx, case.by, number):
        raise Refused("not_found", number=number)
    if not LAWS[Ledger.PROBLEM].states[problem.state].open:
        raise Refused("problem_closed", number=number, STATE=state_name(Ledger.PROBLEM, problem.state))
    if problem.fields["bureau"] != case.fields["bureau"] and case.by.level is not Level.CITY:
        raise Refused("problem_elsewhere", number=number)
    taken: Mapping[str, Json] = {"clue": case.ask.entry}
    columns = await _made_internal(tx, case, problem) if case.fields["internal"] else {}
    mirror = Mirror(number, "merge", case.given.get("text", ""), taken, columns)
    return Change({"problem": number, "problem_state": problem.state}, mirrored=(mirror,))


async def _made_internal(tx: Tx, case: Case, problem: Entry) -> Columns:
    """An internal clue makes the whole matter so, and the city's; nobody whom it accuses may be working on it."""
    for task in open_tasks(problem.fields["tasks"]):
        person = await person_known(tx, task["person"])
        if person and await involved(tx, person, case.accused):
            raise Refused("assignee_involved", name=person.name)
    return {"internal": True, "level": Level.CITY.value}


EFFECTS: Mapping[str, Effect] = MappingProxyType({"accept": _accept, "merge": _merge})

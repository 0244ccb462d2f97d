"""What supervision decides: return, verify, close, confirm; and the sampled re-check that may open it all again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import select

from store import tables
from store.clock.workdays import add_working_days
from store.db import Tx
from store.law.actors import seats
from store.law.given import moment
from store.master.indicators import facts
from store.moving.case import Case, Change, Columns, Effect, Mirror, NewTask
from store.moving.effects.accepting import assignee_of, default_due, end_of
from store.moving.effects.handling import dropped, mine
from store.moving.sampling import hands, pick_rechecker
from store.moving.tasks import main_task, open_tasks, settled
from store.staff.offices import members, person_known
from store.words import Holder, Person, Refused


async def _return(tx: Tx, case: Case) -> Change:
    """Again, by the same person: with the time that was left, or the days of rework."""
    main = main_task(case.tasks)
    due = max(moment(case.fields["work_due_at"]), add_working_days(case.calendar, case.at, case.clocks.rework).at)
    again = NewTask(await _worker(tx, case), "main", due)
    return Change({"work_due_at": due}, tasks=settled([main], "returned", settled_at=case.at), given=(again,))


async def _verify(tx: Tx, case: Case) -> Change:
    """The finding stands; now it is put right, within a time of its own."""
    given = case.given
    due = end_of(case, given["due_on"]) if given.get("due_on") else await _time(tx, case)
    columns = {"verdict": given["text"], "measures": given["measures"], "verifier": case.by.id, "work_due_at": due}
    again = NewTask(await _worker(tx, case), "main", due)
    return Change(columns, tasks=_accepted(case), given=(again,), answered=dropped(case, "suspend"))


async def _close(tx: Tx, case: Case) -> Change:
    """Every task is accepted and nothing is left to decide."""
    columns: Columns = {"verifier": case.by.id, "closed_at": case.at}
    if case.given.get("text"):
        columns["verdict"] = case.given["text"]
    return Change(columns, tasks=_accepted(case), answered=dropped(case, "suspend", "extend"))


def _accepted(case: Case) -> Mapping[int, Columns]:
    return settled(open_tasks(case.tasks), "accepted", settled_at=case.at)


async def _time(tx: Tx, case: Case) -> datetime:
    code = case.fields["indicator"]
    return default_due(
        case.clocks, case.calendar, case.at, await facts(tx, code, case.at) if code else None, case.fields["severity"]
    )


async def _worker(tx: Tx, case: Case) -> Person:
    """The main assignee; if they have left, whoever sits above them."""
    userid = main_task(case.tasks)["person"]
    person = await person_known(tx, userid)
    if person:
        return person
    office = await seats(tx, Holder(person=userid), case.fields, case.accused, case.at)
    above = await members(tx, office.holder, case.accused) or office.people
    if not above:
        raise Refused("person_unknown", userid=userid)
    return above[0]


async def _archive(tx: Tx, case: Case) -> Change:
    """Five working days after it was closed, with all its clues (lifecycle.md §3.3)."""
    days = case.clocks.problem_archive
    if case.at < add_working_days(case.calendar, moment(case.fields["closed_at"]), days).at:
        raise Refused("too_early", number=case.ask.entry or "", days=days)
    rest: Columns = {"next_at": None}
    clues = tuple(Mirror(number, "archive", columns=rest) for number in case.fields["clues"])
    return Change(mirrored=clues, answered=dropped(case, "instruct"))


async def _sample(tx: Tx, case: Case) -> Change:
    """A re-check by somebody who neither handled nor verified it."""
    if open_tasks(case.tasks, "recheck"):
        raise Refused("already_sampled", number=case.ask.entry or "")
    busy = await hands(tx, case.ask.entry or "")
    wanted = case.given.get("assignee")
    if wanted:
        person = await assignee_of(tx, case, wanted)
    else:
        person = await pick_rechecker(tx, case.fields, case.accused, busy, case.at)
    if person.id in busy:
        raise Refused("recheck_not_by", name=person.name)
    due = add_working_days(case.calendar, case.at, case.clocks.rechecking).at
    return Change({"rechecker": None}, given=(NewTask(person, "recheck", due),), sampled=True)


async def _pass(tx: Tx, case: Case) -> Change:
    """The effect held."""
    done = {"done_at": case.at, "done_by": case.by.id, "settled_at": case.at, "text": case.given["text"]}
    return Change({"rechecker": case.by.id}, tasks=settled([mine(case)], "accepted", **done))


async def _fail(tx: Tx, case: Case) -> Change:
    """It did not: the problem is open again, and so are its clues."""
    done = {"done_at": case.at, "done_by": case.by.id, "settled_at": case.at, "text": case.given["text"]}
    due = await _time(tx, case)
    again = NewTask(await _worker(tx, case), "main", due)
    columns: Columns = {"rechecker": case.by.id, "work_due_at": due, "closed_at": None, "verifier": None}
    woken = tuple(await _woken(tx, case))
    return Change(columns, tasks=settled([mine(case)], "accepted", **done), given=(again,), mirrored=woken)


async def _woken(tx: Tx, case: Case) -> list[Mirror]:
    """The clue of the handling form becomes accepted again, the others merged."""
    clue = tables.clue.c
    linked = select(clue.number).where(clue.problem == case.ask.entry).order_by(clue.number)
    numbers = (await tx.execute(linked)).scalars()
    state = {case.fields["form"]: "accepted"}
    return [Mirror(one, "reopen", case.given["text"], {"linked": state.get(one, "merged")}) for one in numbers]


EFFECTS: Mapping[str, Effect] = MappingProxyType(
    {
        "return": _return,
        "verify": _verify,
        "verify_closed": _close,
        "rule_unfounded": _close,
        "confirm": _close,
        "archive": _archive,
        "sample": _sample,
        "pass": _pass,
        "fail": _fail,
    }
)

"""What a move writes beside its entry and its line: tasks, what was asked and answered, the handling form."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import insert, update
from sqlalchemy.dialects.postgresql import insert as upsert

from store import tables
from store.db import Tx
from store.moving.case import Case, Change, NewTask
from store.tables.feeds import feed_warning
from store.words import Ledger

_SUPERVISED = ("county_review", "city_review")
_ENDED = {"answered": "ended", "unfounded": "ended", "transferred": "ended", "accepted": "accepted", "merged": "merged"}


async def before_entry(tx: Tx, number: str, seq: int, change: Change) -> None:
    """What must be settled while the entry is still open: no closed problem ever has an open task."""
    task, request = tables.task, tables.request
    for id_, columns in change.tasks.items():
        await tx.execute(update(task).where(task.c.id == id_).values(columns))
    for asked, answer in change.answered.items():
        mine = (request.c.number == number, request.c.seq == asked)
        await tx.execute(update(request).where(*mine).values(answer=answer, answered_seq=seq))


async def after_entry(tx: Tx, case: Case, number: str, seq: int, target: str, change: Change) -> None:
    """What may be there only once the entry has its new state."""
    if case.ask.ledger is Ledger.CLUE:
        await handling_form(tx, case, number, target)
        return
    await give(tx, case, number, target, change.given)
    if change.asked:
        asks = {"number": number, "seq": seq, "by": case.by.id, "at": case.at, "text": case.given.get("text", "")}
        await tx.execute(insert(tables.request).values(**asks, **change.asked))
    if change.sampled:
        drawn = tables.drawn
        await tx.execute(update(drawn).where(drawn.c.number == number).values(sampled_seq=seq))


async def give(tx: Tx, case: Case, number: str, state: str, tasks: Iterable[NewTask]) -> None:
    """Tasks as they were given; one that need not be received counts as received."""
    rows = [
        {
            "number": number,
            "problem_state": state,
            "part": task.part,
            "person_id": task.person.id,
            "unit_code": task.person.unit,
            "bureau": task.person.bureau,
            "department": task.person.department,
            "state": "assigned" if task.receive_by else "received",
            "given_by": case.by.id,
            "given_at": case.at,
            "receive_by": task.receive_by,
            "received_at": None if task.receive_by else case.at,
            "due_at": task.due_at,
        }
        for task in tasks
    ]
    if rows:
        await tx.execute(insert(tables.task), rows)


async def warning_written(tx: Tx, case: Case, clue: str) -> None:
    """The warning that a new clue answers has its clue now, and asks for no other."""
    if "warning" in case.given:
        warning = feed_warning
        await tx.execute(update(warning).where(warning.c.id == case.given["warning"]).values(clue=clue))


async def handling_form(tx: Tx, case: Case, clue: str, state: str) -> None:
    """Opens by itself when a clue reaches supervision (again), ends when supervision is done with it."""
    form, before = tables.handling_form, case.entry.state if case.entry else None
    if state in _SUPERVISED and state != before:
        opened = upsert(form).values(clue=clue, state="open", opened_at=case.at)
        again = opened.on_conflict_do_update(index_elements=["clue"], set_={"state": "open", "closed_at": None})
        await tx.execute(again)
    elif state in _ENDED and before in _SUPERVISED:
        fields = dict(case.given) if state == "accepted" else {}
        ended: dict[str, str | datetime | dict[str, object]] = {
            "state": _ENDED[state],
            "closed_at": case.at,
            "fields": fields,
        }
        await tx.execute(update(form).where(form.c.clue == clue).values(ended))

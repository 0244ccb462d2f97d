"""Writing a move down: the entry, its hash-chained line, its tasks, the evidence that came with it, the other ledger.

Only `ledger.py` writes here, once everything is decided. Numbers are taken as late as can be: the row that counts them
stays locked until the caller commits, so a number is neither given twice nor lost.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from store import tables
from store.clock.workdays import SHANGHAI
from store.db import Tx
from store.law.rules import decide
from store.law.standing import Actor, Standing
from store.moving.beside import after_entry, before_entry, give, handling_form, warning_written
from store.moving.case import Case, Change, Columns, Mirror, Opened
from store.moving.chain import START, line_hash
from store.moving.entries import TABLES, load_entry
from store.words import Entry, Json, Ledger, Moved, Person, ledger_of

TIP_NUMBERS = 10_000_000
"""Where the numbers of tips begin: eight digits, beside the six of what is counted."""


@dataclass(frozen=True, slots=True)
class Attached:
    """The evidence that comes with a move: ids, and how many of them are photos."""

    ids: tuple[str, ...]
    photos: int


@dataclass(frozen=True, slots=True)
class _Line:
    """What a ledger line says besides its number and place in the chain."""

    verb: str
    before: str | None
    after: str
    by: Person
    at: datetime
    text: str
    fields: Mapping[str, Json]


async def write(tx: Tx, case: Case, target: str, change: Change, columns: Columns, attached: Attached) -> Moved:
    """Everything that changes, in the order that constraints and the counting row want it."""
    entry, ledger, text = case.entry, case.ask.ledger, case.given.get("text") or case.given.get("opinion") or ""
    seq = entry.fields["lines"] + 1 if entry else 1
    columns = change.columns | columns | _last(case.at, seq, text, entry)
    columns["photos"] = attached.photos + (entry.fields["photos"] if entry else 0)
    opened = await _open(tx, case, change.opened) if change.opened else None
    if opened:
        columns |= {"problem": opened[0], "problem_state": opened[1].after}
    # Clues go to rest before their problem does and wake after it: the archive of a problem is never ahead.
    early = [mirror for mirror in change.mirrored if mirror.verb == "archive"]
    caused = [await _mirror(tx, case, mirror) for mirror in early]
    if entry:
        number = entry.number
        await before_entry(tx, number, seq, change)
        await tx.execute(update(TABLES[ledger]).where(TABLES[ledger].c.number == number).values(columns))
        await after_entry(tx, case, number, seq, target, change)
    else:
        number = await (_random_number if case.ask.verb == "tip" else _take_number)(tx, ledger, case.at)
        await tx.execute(insert(TABLES[ledger]).values(number=number, **columns))
        await _name_accused(tx, number, case.accused)
        await handling_form(tx, case, number, target)
        await warning_written(tx, case, number)
    fields = {key: value for key, value in case.given.items() if key != "text"} | dict(change.noted)
    line = _Line(case.ask.verb, entry.state if entry else None, target, case.by, case.at, text, fields)
    await _write_line(tx, number, seq, line)
    await _attach(tx, ledger, number, seq, attached)
    caused += [await _mirror(tx, case, mirror) for mirror in change.mirrored if mirror not in early]
    if opened:  # read only now, when the clue is linked to it
        caused.append(await _moved(tx, opened[0], 1, opened[1]))
    return await _moved(tx, number, seq, line, caused)


async def _open(tx: Tx, case: Case, opened: Opened) -> tuple[str, _Line]:
    """The problem that an accepted handling form makes, in the same transaction (lifecycle.md §1): its number and
    its first line."""
    text, at = case.given["opinion"], case.at
    number = await _take_number(tx, Ledger.PROBLEM, at)
    target = decide(Ledger.PROBLEM, None, "open", Actor(case.by, frozenset({Standing.HANDLING_FORM})), case.given)
    columns = {**opened.columns, "state": target, **_last(at, 1, text, None)}
    await tx.execute(insert(tables.problem).values(number=number, **columns))
    await give(tx, case, number, target, opened.tasks)
    named = [{"person": task.person.id, "part": task.part} for task in opened.tasks]
    line = _Line("open", None, target, case.by, at, text, {"clue": case.ask.entry, "tasks": named})
    await _write_line(tx, number, 1, line)
    return number, line


async def _mirror(tx: Tx, case: Case, mirror: Mirror) -> Moved:
    """The line that a move causes in the other ledger. Whether it may be was decided before anything was written."""
    entry, ledger = await load_entry(tx, mirror.number, lock=True), ledger_of(mirror.number)
    assert entry
    cause = Standing.HANDLING_FORM if ledger is Ledger.PROBLEM else Standing.ITS_PROBLEM
    target = decide(ledger, entry.state, mirror.verb, Actor(case.by, frozenset({cause})), mirror.fields)
    seq = entry.fields["lines"] + 1
    columns = {"state": target, **mirror.columns, **_last(case.at, seq, mirror.text, entry)}
    await tx.execute(update(TABLES[ledger]).where(TABLES[ledger].c.number == mirror.number).values(columns))
    line = _Line(mirror.verb, entry.state, target, case.by, case.at, mirror.text, mirror.fields)
    await _write_line(tx, mirror.number, seq, line)
    return await _moved(tx, mirror.number, seq, line)


def _last(at: datetime, seq: int, text: str, entry: Entry | None) -> dict[str, Any]:
    return {"last_at": at, "lines": seq, "last_text": text or (entry.fields["last_text"] if entry else "")}


async def _moved(tx: Tx, number: str, seq: int, line: _Line, caused: list[Moved] | None = None) -> Moved:
    entry = await load_entry(tx, number)
    assert entry
    return Moved(
        entry, line.verb, line.before, line.by, line.at, seq, line.text, dict(line.fields), tuple(caused or ())
    )


async def _take_number(tx: Tx, ledger: Ledger, at: datetime) -> str:
    """The next number of the year in Shanghai; the row stays locked until commit."""
    counter, year = tables.ledger_number, at.astimezone(SHANGHAI).year
    first = upsert(counter).values(ledger=ledger, year=year, last=1)
    take = first.on_conflict_do_update(index_elements=["ledger", "year"], set_={"last": counter.c.last + 1})
    last = (await tx.execute(take.returning(counter.c.last))).scalar_one()
    return f"{ledger.prefix}-{year}-{last:06d}"


async def _random_number(tx: Tx, ledger: Ledger, at: datetime) -> str:
    """A number that says nothing of how many tips there are, from a range that counting never reaches."""
    column, year = TABLES[ledger].c.number, at.astimezone(SHANGHAI).year
    while True:
        number = f"{ledger.prefix}-{year}-{TIP_NUMBERS + secrets.randbelow(9 * TIP_NUMBERS)}"
        if (await tx.execute(select(column).where(column == number))).first() is None:
            return number


async def _name_accused(tx: Tx, number: str, accused: tuple[str, ...]) -> None:
    if accused:
        await tx.execute(insert(tables.clue_accused), [{"number": number, "person_id": one} for one in accused])


async def _write_line(tx: Tx, number: str, seq: int, said: _Line) -> None:
    lines, ledger = tables.line.c, ledger_of(number)
    before = select(lines.hash).where(lines.ledger == ledger, lines.number == number, lines.seq == seq - 1)
    line: dict[str, Json] = {
        "ledger": ledger.value,
        "number": number,
        "seq": seq,
        "verb": said.verb,
        "before": said.before,
        "after": said.after,
        "by": said.by.id,
        "at": said.at,
        "door": said.by.address.door if said.by.address else None,
        "text": said.text,
        "fields": dict(said.fields),
        "prev_hash": (await tx.execute(before)).scalar_one() if seq > 1 else START,
    }
    await tx.execute(insert(tables.line).values(**line, hash=line_hash(line)))


async def _attach(tx: Tx, ledger: Ledger, number: str, seq: int, attached: Attached) -> None:
    if attached.ids:
        mine = tables.evidence
        owner = {"ledger": ledger.value, "number": number, "seq": seq}
        await tx.execute(update(mine).where(mine.c.id.in_(attached.ids)).values(owner))

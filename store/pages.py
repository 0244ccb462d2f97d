"""Writing a move down: the entry, its hash-chained line, the evidence that came with it, the handling form.

Only `ledger.py` writes here, once everything is decided. Numbers are taken as late as can be: the row that counts them
stays locked until the caller commits, so a number is neither given twice nor lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from store import tables
from store.chain import START, line_hash
from store.db import Tx
from store.effects import Case, Columns
from store.entries import load_entry
from store.words import Json, Ledger, Moved
from store.workdays import SHANGHAI

PREFIXES = {Ledger.CLUE: "XS", Ledger.PROBLEM: "WT"}
_SUPERVISED = ("county_review", "city_review")


@dataclass(frozen=True, slots=True)
class Attached:
    """The evidence that comes with a move: ids, and how many of them are photos."""

    ids: tuple[str, ...]
    photos: int


async def write(tx: Tx, case: Case, target: str, columns: Columns, attached: Attached) -> Moved:
    """Everything that changes, in the order that keeps the counting row locked for the shortest time."""
    entry, at = case.entry, case.at
    text = case.given.get("text", "")
    seq = entry.fields["lines"] + 1 if entry else 1
    columns |= {"last_at": at, "lines": seq, "last_text": text or (entry.fields["last_text"] if entry else "")}
    columns["photos"] = attached.photos + (entry.fields["photos"] if entry else 0)
    if entry:
        number = entry.number
        await tx.execute(update(tables.clue).where(tables.clue.c.number == number).values(columns))
    else:
        number = await _take_number(tx, case.ask.ledger, at)
        await tx.execute(insert(tables.clue).values(number=number, **columns))
        if case.accused:
            named = [{"number": number, "person_id": one} for one in case.accused]
            await tx.execute(insert(tables.clue_accused), named)
    await _write_line(tx, case, number, seq, target)
    await _attach(tx, case.ask.ledger, number, seq, attached)
    await _handling_form(tx, number, target, at)
    after = await load_entry(tx, number)
    assert after
    return Moved(after, case.ask.verb, entry.state if entry else None, case.by, at, seq, text)


async def _take_number(tx: Tx, ledger: Ledger, at: datetime) -> str:
    """The next number of the year in Shanghai; the row stays locked until commit."""
    counter, year = tables.ledger_number, at.astimezone(SHANGHAI).year
    first = upsert(counter).values(ledger=ledger, year=year, last=1)
    take = first.on_conflict_do_update(index_elements=["ledger", "year"], set_={"last": counter.c.last + 1})
    last = (await tx.execute(take.returning(counter.c.last))).scalar_one()
    return f"{PREFIXES[ledger]}-{year}-{last:06d}"


async def _write_line(tx: Tx, case: Case, number: str, seq: int, after: str) -> None:
    lines = tables.line.c
    before = select(lines.hash).where(lines.ledger == case.ask.ledger, lines.number == number, lines.seq == seq - 1)
    line: dict[str, Json] = {
        "ledger": case.ask.ledger.value,
        "number": number,
        "seq": seq,
        "verb": case.ask.verb,
        "before": case.entry.state if case.entry else None,
        "after": after,
        "by": case.by.id,
        "at": case.at,
        "door": case.by.address.door if case.by.address else None,
        "text": case.given.get("text", ""),
        "fields": {key: value for key, value in case.given.items() if key != "text"},
        "prev_hash": (await tx.execute(before)).scalar_one() if seq > 1 else START,
    }
    await tx.execute(insert(tables.line).values(**line, hash=line_hash(line)))


async def _attach(tx: Tx, ledger: Ledger, number: str, seq: int, attached: Attached) -> None:
    if attached.ids:
        mine = tables.evidence
        owner = {"ledger": ledger.value, "number": number, "seq": seq}
        await tx.execute(update(mine).where(mine.c.id.in_(attached.ids)).values(owner))


async def _handling_form(tx: Tx, clue: str, state: str, at: datetime) -> None:
    """Opens by itself when a clue reaches supervision (again), ends when supervision is done with it."""
    form = tables.handling_form
    if state in _SUPERVISED:
        opened = upsert(form).values(clue=clue, state="open", opened_at=at)
        again = opened.on_conflict_do_update(index_elements=["clue"], set_={"state": "open", "closed_at": None})
        await tx.execute(again)
    elif state in ("unfounded", "transferred"):
        await tx.execute(update(form).where(form.c.clue == clue).values(state="ended", closed_at=at))

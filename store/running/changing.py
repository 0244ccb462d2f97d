"""The one way in which administrators change anything: checked, written into the journal, undone by a new change.

Changes are taken one after the other. Whoever saw an older state than the one that stands is told who changed it
meanwhile, and nothing is lost: `Overtaken` comes before anything is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import func, select

from store import tables
from store.chosen_forms import Unfit
from store.db import Tx
from store.running import journal
from store.running.book import Book, Wish
from store.running.journal import Change, token
from store.texts import _
from store.words import NOTHING, Json, Moved, Role

_LOCK = 7_153_011


class Overtaken(Exception):
    """Somebody else changed it meanwhile: `last` says who and when, if the journal knows."""

    def __init__(self, last: Change | None, now: Json) -> None:
        super().__init__("overtaken")
        self.last, self.now = last, now


@dataclass(frozen=True, slots=True)
class Changed:
    """What was done: its number in the journal (None: it stood like that already), and lines of the ledgers."""

    id: int | None
    moved: tuple[Moved, ...] = ()


@cache
def books() -> Mapping[str, Book]:
    """Every kind that can be changed and undone."""
    from store.running import absences, calendar, forms, people, settings, templates, units  # they use this module

    return {
        "person": people.People(),
        "unit": units.Units(),
        "absence": absences.Absences(),
        "setting": settings.Settings(),
        "calendar": calendar.Days(),
        "form": forms.FormsInUse(),
        "template": templates.Templates(),
    }


async def administrator(tx: Tx, by: str) -> str:
    """The userid of an active administrator. Raises `Unfit` for anybody else."""
    person = tables.person.c
    who = select(person.id).where(person.id_lower == by.lower(), person.active, person.role == Role.ADMINISTRATOR)
    userid: str | None = (await tx.execute(who)).scalar_one_or_none()
    if userid is None:
        raise Unfit(_("{userid} is no administrator on the roster."), userid=by)
    return userid


async def change(
    tx: Tx,
    kind: str,
    subject: str,
    after: Json,
    by: str,
    at: datetime,
    *,
    seen: str | None = None,
    why: str = "",
    given: Mapping[str, Json] = NOTHING,
) -> Changed:
    """Let `subject` stand like `after`. `seen` is the `token` of the state that its form was made of.

    Raises `Overtaken`, or `Unfit` with a sentence. The caller commits, and rolls back when it raises.
    """
    by = await in_turn(tx, by)
    before = await books()[kind].state(tx, subject)
    if seen is not None and seen != token(before):
        raise Overtaken(await journal.last(tx, kind, subject), before)
    return await _put(Wish(tx, by, at, given), kind, subject, before, after, why=why)


async def undo(tx: Tx, number: int, by: str, at: datetime) -> Changed:
    """Take a change back by a new one; an import with everything that came with it, or not at all.

    Raises `Overtaken` when it was changed again since, `Unfit` when it cannot be taken back.
    """
    by = await in_turn(tx, by)
    done = await journal.one(tx, number)
    if done is None or done.undone_by is not None:
        raise Unfit(_("This was taken back already."))
    if not undoable(done):
        raise Unfit(_("This cannot be taken back: it has left the house."))
    wish = Wish(tx, by, at)
    if done.kind != "import":
        return await _take_back(wish, done)
    header = await journal.note(tx, "import", done.subject, done.after, done.before, by, at, undoes=done.id)
    for part in await journal.parts(tx, number):
        if part.undone_by is None:
            await _take_back(wish, part, part_of=header)
    return Changed(header, tuple(wish.moved))


def undoable(done: Change) -> bool:
    """Whether a change has a way back. Whatever takes an import back is no import of its own."""
    return done.undone_by is None and (done.kind in books() or (done.kind == "import" and done.undoes is None))


async def _take_back(wish: Wish, done: Change, part_of: int | None = None) -> Changed:
    book = books()[done.kind]
    now = await book.state(wish.tx, done.subject)
    if not _stands(done, now):
        raise Overtaken(await journal.last(wish.tx, done.kind, done.subject), now)
    back = book.restored(done, now, wish.at)
    return await _put(wish, done.kind, done.subject, now, back, undoes=done.id, part_of=part_of)


def _stands(done: Change, now: Json) -> bool:
    """Whether what a change did is still so; whatever else was changed since does not matter."""
    if not (isinstance(done.before, dict) and isinstance(done.after, dict) and isinstance(now, dict)):
        return bool(now == done.after)
    return all(now.get(name) == done.after.get(name) for name in done.differing)


async def _put(
    wish: Wish,
    kind: str,
    subject: str,
    before: Json,
    after: Json,
    *,
    why: str = "",
    undoes: int | None = None,
    part_of: int | None = None,
) -> Changed:
    if before == after:
        return Changed(None)
    book = books()[kind]
    await book.put(wish, subject, before, after)
    stands = await book.state(wish.tx, subject)
    if stands == before:
        return Changed(None)
    number = await journal.note(
        wish.tx, kind, subject, before, stands, wish.by, wish.at, why=why, undoes=undoes, part_of=part_of
    )
    return Changed(number, tuple(wish.moved))


async def in_turn(tx: Tx, by: str) -> str:
    """One administrator after the other: what was checked of the whole (rings, the last administrator) then holds."""
    await tx.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    return await administrator(tx, by)

"""The history of an entry as a person reads it: its last lines, oldest of them first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select

from store import tables
from store.db import Tx
from store.law.rules import LAWS
from store.reading.phrases import clock_words
from store.texts import _, said
from store.words import Entry, words_of

SHOWN = 6
"""How many of the last lines are shown."""


_RUNGS = {
    "receive": _("not received in time"),
    "half": _("half of the time is over"),
    "before": _("due within one working day"),
    "due": _("due now"),
    "late_1": _("one working day late"),
}
_LATE, _BEFORE = _("{days} working days late"), _("due within {days} working days")


def rung_words(rung: str, language: str) -> str:
    """What a rung of the ladder is called; an administrator may have put it at any day (chosen_forms.py)."""
    kind, _name, days = rung.partition("_")
    if rung in _RUNGS or not days:
        return said(_RUNGS.get(rung, rung), language)
    return said(_LATE if kind == "late" else _BEFORE, language, {"days": days})


async def history(tx: Tx, entry: Entry, language: str, now: datetime) -> list[str]:
    """The last lines, oldest of them first."""
    rows = list(reversed((await tx.execute(lines_of(entry).limit(SHOWN))).all()))
    lines = [_line(row, language, now) for row in rows]
    if rows and rows[0].seq > 1:
        return [said(_("History ({count} earlier):"), language, {"count": rows[0].seq - 1}), *lines]
    return [said(_("History:"), language), *lines]


def lines_of(entry: Entry) -> Select[Any]:
    """The lines of an entry, the newest first, with the names of who wrote them and of who got a task by them."""
    line, person = tables.line, tables.person
    given = person.alias("given")
    return (
        select(line, person.c.name, given.c.name.label("given_name"))
        .outerjoin(person, person.c.id == line.c.by)
        .outerjoin(given, given.c.id_lower == func.lower(line.c.fields["assignee"].astext))
        .where(line.c.ledger == entry.ledger, line.c.number == entry.number)
        .order_by(line.c.seq.desc())
    )


def _line(row: Row[Any], language: str, now: datetime) -> str:
    verb = words_of(LAWS[row.ledger].verbs[row.verb], language)
    name = row.name or said(_("the clock"), language)
    text = " · ".join(part for part in said_with(row, language) if part)
    photos = len(row.fields.get("photos", ())) if row.verb != "report" else 0
    extra = said(_(" [photos: {count}]"), language, {"count": photos}) if photos else ""
    colon = said(_(": "), language) if text else ""
    return f"· {clock_words(row.at, language, now)} {name} {verb}{colon}{text}{extra}"


def said_with(row: Row[Any], language: str) -> Iterator[str]:
    """What was given with the verb, as far as it is not told above the history anyway."""
    fields = row.fields
    yield fields.get("authority", "")
    if row.given_name:
        yield f"→ {row.given_name}"
    if fields.get("days"):
        yield said(_("{days} working days"), language, {"days": fields["days"]})
    yield fields.get("review_on", "") or fields.get("due_on", "")
    if row.verb == "warn":
        yield rung_words(fields["rung"], language)
    yield "" if row.verb == "report" else row.text

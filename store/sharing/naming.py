"""People as they are typed: "周正、吴敏 mq-leader"."""

from __future__ import annotations

import re

from sqlalchemy import func, or_

from store import tables
from store.db import Tx
from store.master.imports.report import Wrong
from store.staff.offices import PEOPLE, person_of
from store.staff.people import escape
from store.texts import _
from store.words import Person

_BETWEEN = re.compile(r"[、,，;；\n]+|(?<=[\u3400-\u9fff])\s+|\s+(?=[\u3400-\u9fff])|\s{2,}")
_SHOWN = 6
_person = tables.person.c


async def named(tx: Tx, typed: str) -> list[Person]:
    """Whom these names or userids mean. Raises `Wrong` for one that means nobody, or more than one person."""
    names = dict.fromkeys(part.strip().lstrip("@") for part in _BETWEEN.split(typed))
    found: dict[str, Person] = {}
    for name in [name for name in names if name][:50]:
        one = await _named(tx, name[:60])
        found[one.id] = one
    return list(found.values())


async def one_named(tx: Tx, typed: str) -> Person:
    """The one person that is meant. Raises `Wrong`."""
    found = await named(tx, typed)
    if len(found) != 1:
        raise Wrong(_("Please name one person."))
    return found[0]


async def _named(tx: Tx, name: str) -> Person:
    exact = or_(_person.name == name, _person.id_lower == name.lower())
    near = _person.name.ilike(f"%{escape(name)}%")
    for fits in (exact, near):
        rows = list(await tx.execute(PEOPLE.where(fits).order_by(None).order_by(func.length(_person.name), _person.id)))
        if len(rows) == 1:
            return person_of(rows[0])
        if rows:
            people = "、".join(f"{row.name} ({row.id})" for row in rows[:_SHOWN])
            facts = {"name": name, "people": people}
            raise Wrong(_("“{name}” may be {people}. Please write which one, by userid."), facts)
    raise Wrong(_("Nobody on the roster is called “{name}”."), {"name": name})

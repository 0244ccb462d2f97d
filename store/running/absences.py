"""Absences as administrators change them: who is away from when to when, and who stands in."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from store import tables
from store.chosen_forms import Unfit
from store.db import Tx
from store.running.book import Plain, Wish
from store.staff.absence import be_away, be_back
from store.staff.offices import person_known
from store.texts import _
from store.words import Json

_absence = tables.absence.c


def subject_of(person: str, from_day: date) -> str:
    """The subject of the absence that begins on that day."""
    return f"{person}:{from_day.isoformat()}"


class Absences(Plain):
    """Subject: userid and first day, "zhangsan:2026-11-23". State: to_day, substitute (None: the superior)."""

    async def state(self, tx: Tx, subject: str) -> Json:
        person, first = _parts(subject)
        mine = (_absence.person_id == person, _absence.from_day == first)
        row = (await tx.execute(select(_absence.to_day, _absence.substitute).where(*mine))).one_or_none()
        return {"to_day": row.to_day.isoformat(), "substitute": row.substitute} if row else None

    async def put(self, wish: Wish, subject: str, before: Json, after: Json) -> None:
        person, first = _parts(subject)
        if after is None:
            await be_back(wish.tx, person, first)
            return
        last, substitute = date.fromisoformat(after["to_day"]), after["substitute"]
        if last < first:
            raise Unfit(_("The last day comes before the first."))
        if await person_known(wish.tx, person) is None:
            raise Unfit(_("Nobody active on the roster is called {userid}."), userid=person)
        if substitute is not None:
            stand_in = await person_known(wish.tx, substitute)
            if stand_in is None:
                raise Unfit(_("Nobody active on the roster is called {userid}."), userid=substitute)
            if stand_in.id == person:
                raise Unfit(_("Nobody can stand in for themselves."))
            substitute = stand_in.id
        await be_away(wish.tx, person, first, last, substitute, wish.by, wish.at)


def _parts(subject: str) -> tuple[str, date]:
    person, _colon, first = subject.rpartition(":")
    return person, date.fromisoformat(first)

"""Settings as administrators change them: dated rows, of which those that have counted are never touched."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, insert, select

from store.chosen_forms import LADDER, Unfit
from store.clock.alarms import look_again
from store.db import Tx
from store.running.book import Wish
from store.running.journal import Change
from store.tables import setting
from store.texts import _
from store.words import Json


class Settings:
    """Subject: the key. State: value by the moment from which it counts (ISO, UTC)."""

    async def state(self, tx: Tx, subject: str) -> Json:
        rows = select(setting.c.valid_from, setting.c.value).where(setting.c.key == subject)
        return {stamp(row.valid_from): row.value for row in await tx.execute(rows.order_by(setting.c.valid_from))}

    async def put(self, wish: Wish, subject: str, before: Json, after: Json) -> None:
        """Only what has not begun to count yet may be replaced or taken away."""
        gone = [since for since in before if after.get(since) != before[since]]
        new = {since: value for since, value in after.items() if before.get(since) != value}
        if any(_moment(since) <= wish.at for since in gone) or any(_moment(since) < wish.at for since in new):
            raise Unfit(_("It cannot count from a moment that is over: choose a later day, or none to begin now."))
        for since in gone:
            one = (setting.c.key == subject, setting.c.valid_from == _moment(since))
            await wish.tx.execute(delete(setting).where(*one))
        for since, value in new.items():
            row = {"key": subject, "valid_from": _moment(since), "value": value, "set_by": wish.by}
            await wish.tx.execute(insert(setting).values(row))
        if subject == LADDER and (gone or new):
            await look_again(wish.tx, min(map(_moment, {*gone, *new})))

    def restored(self, change: Change, now: Json, at: datetime) -> Json:
        """What was still to come is as before; what has begun to count meanwhile ends with a new row from now on."""
        before, after = change.before or {}, change.after or {}
        moved = {since for since in {*before, *after} if before.get(since) != after.get(since)}
        rows = {since: value for since, value in now.items() if since not in moved or _moment(since) <= at}
        rows |= {since: before[since] for since in moved if since in before and _moment(since) > at}
        if any(_moment(since) <= at for since in moved):
            now_on = at if stamp(at) not in rows else at + timedelta(microseconds=1)
            rows[stamp(now_on)] = _counting(change.subject, before, at)
        return rows


def stamp(since: datetime) -> str:
    """A moment as states name it."""
    return since.astimezone(UTC).isoformat()


def _counting(key: str, rows: Mapping[str, Json], at: datetime) -> Json:
    """The value that would count without the change: the newest row before it, else the default."""
    from store.chosen import CHOICES  # it lies on this module

    begun = sorted(_moment(since) for since in rows if _moment(since) <= at)
    return rows[stamp(begun[-1])] if begun else CHOICES[key].default


def _moment(since: str) -> datetime:
    return datetime.fromisoformat(since)

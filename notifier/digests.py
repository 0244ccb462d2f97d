"""Digests: every working morning what waits for each person, and how the bureaus stand for supervision; on the first
working day of a week the week for the leaders. One occurrence per person or bureau and day; empty ones are not sent.

They are due at 08:37 in Shanghai, whatever the host's zone; one that was missed is still sent that day, never later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncEngine

from notifier.outbox import occur_all, post
from store import db, tables
from store.clock.workdays import SHANGHAI, Calendar, is_working_day, load_calendar, local_day, move_working_days
from store.db import Tx
from store.reading.briefs import Standing, Waiting, standings, waiting_for
from store.staff.absence import away_on, standing_in
from store.staff.contacts import contacts
from store.staff.offices import PEOPLE, acting, person_of, supervision
from store.words import Address, Holder, Json, Letter, Person, Role

AT, UNTIL = time(8, 37), time(18, 0)
STUCK = 3  # working days without a line: ours
_PAGE, _SHOWN = 50, 10  # so many fit into one message, however long their names are


@dataclass(frozen=True, slots=True)
class Morning:
    """A working morning on which digests are due."""

    at: datetime
    calendar: Calendar

    @property
    def day(self) -> date:
        return local_day(self.at)

    @property
    def begins_week(self) -> bool:
        """Whether it is the first working day since Monday."""
        monday = self.day - timedelta(days=self.day.weekday())
        before = (monday + timedelta(days=n) for n in range(self.day.weekday()))
        return not any(is_working_day(self.calendar, one) for one in before)


def morning_of(at: datetime, calendar: Calendar) -> Morning | None:
    """The morning whose digests are due at that moment, if any are."""
    local = at.astimezone(SHANGHAI)
    due = is_working_day(calendar, local.date()) and AT <= local.time() < UNTIL
    return Morning(at, calendar) if due else None


async def digests(engine: AsyncEngine, shift: timedelta) -> int:
    """Send every digest that is due and was not sent yet; how many letters."""
    async with engine.connect() as connection:
        at = await db.now(connection) + shift
        morning = morning_of(at, await load_calendar(connection, at))
    if morning is None:
        return 0
    return await _of_people(engine, morning) + await _of_bureaus(engine, morning)


# --- what waits for me ------------------------------------------------------------------------------------


async def _of_people(engine: AsyncEngine, morning: Morning) -> int:
    """Page by page, each in a transaction of its own: who comes second finds nobody left."""
    sent, slot = 0, morning.day.isoformat()
    while True:
        async with engine.begin() as tx:
            people = await _unread(tx, slot)
            if not people:
                return sent
            new = await occur_all(tx, "morning", [(one.id, slot) for one in people], morning.at)
            away = await away_on(tx, morning.day)
            reached = await contacts(tx, new)
            letters: list[Letter] = []
            for one in people:
                if one.id in new and one.id not in away:
                    waiting = await waiting_for(tx, await standing_in(tx, one, morning.at))
                    letters += _letters(one, reached[one.id], "morning", listing(waiting, morning), morning)
            sent += await post(tx, letters, morning.at)


async def _unread(tx: Tx, slot: str) -> list[Person]:
    """Some of those who were not thought of this morning."""
    person, contact, done = tables.person.c, tables.contact.c, tables.occurrence.c
    reached = exists().where(contact.person_id == person.id, contact.off_at.is_(None))
    told = exists().where(done.rule == "morning", done.subject == person.id, done.slot == slot)
    return [person_of(row) for row in await tx.execute(PEOPLE.where(reached, ~told).limit(_PAGE))]


def listing(waiting: Sequence[Waiting], morning: Morning) -> Mapping[str, Json]:
    """The facts of a morning list; none when nothing waits."""
    if not waiting:
        return {}
    lights = [_light(one, morning) for one in waiting]
    return {
        "total": len(waiting),
        "overdue": lights.count("overdue"),
        "today": lights.count("today"),
        "items": [_item(one, light, morning) for one, light in zip(waiting[:_SHOWN], lights, strict=False)],
        "more": max(0, len(waiting) - _SHOWN),
    }


def _light(one: Waiting, morning: Morning) -> str:
    if one.due_at < morning.at:
        return "overdue"
    return "today" if local_day(one.due_at) == morning.day else "later"


def _item(one: Waiting, light: str, morning: Morning) -> Mapping[str, Json]:
    """An internal matter is only pointed at."""
    item = {"number": one.number, "light": light, "due_at": one.due_at.isoformat(), "internal": one.internal}
    item["provisional"] = local_day(one.due_at).year not in morning.calendar.official
    if one.internal:
        return item
    return item | {"shop": one.shop, "note": one.shop_note, "zh": one.indicator_zh, "en": one.indicator_en}


# --- how the bureaus stand --------------------------------------------------------------------------------


async def _of_bureaus(engine: AsyncEngine, morning: Morning) -> int:
    """Supervision every day, leaders once a week; the city is shown all of it, a county itself."""
    sent = await _circulate(engine, morning, "daily", move_working_days(morning.calendar, morning.at, -1))
    if morning.begins_week:
        sent += await _circulate(engine, morning, "weekly", morning.at - timedelta(days=7))
    return sent


async def _circulate(engine: AsyncEngine, morning: Morning, rule: str, since: datetime) -> int:
    slot = morning.day.isoformat()
    async with engine.begin() as tx:
        unit, done = tables.unit.c, tables.occurrence.c
        told = exists().where(done.rule == rule, done.subject == unit.code, done.slot == slot)
        left = await tx.execute(select(unit.code).where(unit.kind.in_(("city", "county")), ~told))
        new = await occur_all(tx, rule, [(code, slot) for code in left.scalars()], morning.at)
        if not new:
            return 0
        still = move_working_days(morning.calendar, morning.at, -STUCK)
        stand = await standings(tx, morning.at, since, still)
        letters: list[Letter] = []
        for own, _whole in stand:
            if own.code in new:
                shown = [whole for _, whole in stand] if own.kind == "city" else [own]
                letters += await _to_office(tx, own.code, rule, shown, morning)
        return await post(tx, letters, morning.at)


async def _to_office(tx: Tx, bureau: str, rule: str, shown: Sequence[Standing], morning: Morning) -> list[Letter]:
    """One bureau's letters: to its supervision, or to its leaders; substitutes read for those who are away."""
    facts = table(shown, rule)
    office = supervision(bureau) if rule == "daily" else Holder(unit=bureau, role=Role.LEADER)
    people = (await acting(tx, (office,), (), morning.at)).people if facts else ()
    reached = await contacts(tx, [one.id for one in people])
    return [letter for one in people for letter in _letters(one, reached[one.id], rule, facts, morning)]


def table(shown: Sequence[Standing], rule: str) -> Mapping[str, Json]:
    """The facts of a table of bureaus; none when there is nothing to tell."""
    rows = [one for one in shown if not (one.quiet and (rule == "daily" or not (one.open or one.closed)))]
    names = ("new", "closed", "open", "overdue", "stuck")
    lines = [{"zh": one.name_zh, "en": one.name_en, **{name: getattr(one, name) for name in names}} for one in rows]
    if not lines:
        return {}
    return {"rows": lines, **{name: sum(line[name] for line in lines) for name in names}}


def _letters(
    to: Person, addresses: Iterable[Address], rule: str, facts: Mapping[str, Json], morning: Morning
) -> list[Letter]:
    day = morning.day.isoformat()
    return [
        Letter(
            key=f"{rule}:{day}:{to.id}:{address.door}:{address.id}",
            to=address,
            person=to.id,
            purpose=rule,
            template=rule,
            facts={**facts, "seq": day, "at": morning.at.isoformat()},
            not_before=morning.at,
        )
        for address in (addresses if facts else ())
    ]

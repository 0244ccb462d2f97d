"""A report in one sentence, for letters and the chat: what changed for whoever reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, or_

from store.clock.workdays import local_day
from store.db import Tx
from store.reports import pictures
from store.reports.figures import Asker, Cut, along, counted, standing, together
from store.reports.names import bureaus
from store.reports.periods import Period, Span, of_span
from store.reports.sentence import what_changed
from store.reports.tallies import Facts
from store.reports.viewing import corrections, viewpoint
from store.staff import sessions
from store.staff.offices import PEOPLE, person_of
from store.tables import person, unit
from store.words import Found, Item, Lookup, Person

ROOM = "/console/reports"


@dataclass(frozen=True, slots=True)
class Brief:
    """What changed, in both languages; `empty`: there is nothing to say."""

    zh: str
    en: str
    empty: bool


async def readers(tx: Tx) -> list[Person]:
    """To whom reports are sent: leaders, and who works on the supervision desks."""
    desk = and_(person.c.role == "department_head", unit.c.department == "supervision")
    rows = await tx.execute(PEOPLE.where(or_(person.c.role.in_(("leader", "supervision_officer")), desk)))
    return [person_of(row) for row in rows]


async def brief(tx: Tx, who: Person, period: Period, before: Period, at: datetime) -> Brief | None:
    """What changed for `who` from one period to the other; None for somebody without reports."""
    view = viewpoint(who)
    if view is None:
        return None
    asker = Asker(view, await corrections(tx, who, view, before.start, period.end))
    found = await counted(tx, asker, period, Cut(), ("bureau",))
    by_bureau = along(await standing(tx, asker, at, Cut(), ("bureau",), found), 0)
    earlier = together((await counted(tx, asker, before, Cut(), ())).values())
    return _told(together(by_bureau.values()), earlier, by_bureau, await _named(tx, whole=view.whole))


def _told(now: Facts, before: Facts, by_bureau: Mapping[str, Facts], names: Mapping[str, Mapping[str, str]]) -> Brief:
    late = {code: facts.overdue for code, facts in by_bureau.items() if facts.overdue and code in names.get("zh", ())}
    worst = max(late, key=lambda code: (late[code], code)) if late else ""
    said = {one: what_changed(now, before, one, names.get(one, {}).get(worst, "")) for one in ("zh", "en")}
    return Brief(said["zh"], said["en"], now.empty and before.empty)


async def _named(tx: Tx, *, whole: bool) -> dict[str, dict[str, str]]:
    """The names of the bureaus in both languages, for those who see more than one."""
    return {language: await bureaus(tx, language) for language in ("zh", "en")} if whole else {}


def finished(rule: str, today: date) -> tuple[Period, Period]:
    """The week or month that is over, and the one before it."""
    span = Span.WEEK if rule == "week" else Span.MONTH
    period = of_span(span, today).before()
    return period, period.before()


async def look(tx: Tx, lookup: Lookup, who: Person, at: datetime) -> Found:
    """This month for whoever asks in the chat: one item with the sentence, a link into the console (empty when they
    asked for many lately), and the picture that is drawn for them; none for somebody without reports."""
    today = local_day(at)
    period = of_span(Span.MONTH, today)
    told = await brief(tx, who, period, period.before(today), at)
    if told is None:
        return Found(lookup, ())
    token = await sessions.make_link(tx, who, at)
    picture = f"asked:{who.id}:{at.isoformat()}"
    await pictures.want(tx, picture, who.id, {"query": {}, "language": lookup.language, "at": at.isoformat()}, at)
    words = told.en if lookup.language == "en" else told.zh
    link = f"/console/in/{token}?to={ROOM}" if token else ""
    return Found(lookup, (Item(link, words, data={"picture": picture}),), 1)

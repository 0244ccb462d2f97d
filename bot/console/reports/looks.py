"""How a report is looked at: the period, what it is cut to, and from where; all of it in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from bot.console.visit import NotThere, Visit
from bot.texts import _, said
from store.clock.workdays import local_day
from store.db import Tx
from store.law.standing import DEPARTMENTS
from store.reports.figures import Asker, Cut
from store.reports.names import bureaus
from store.reports.periods import Period, Span, asked
from store.reports.viewing import corrections, viewpoint
from store.words import Person, words_of

WRONG = {
    "day": _("Please write a day as 2026-11-23."),
    "order": _("The last day lies before the first one."),
    "long": _("Please ask for at most ten years."),
}
SPANS = {
    Span.WEEK: _("This week"),
    Span.MONTH: _("This month"),
    Span.QUARTER: _("This quarter"),
    Span.YEAR: _("This year"),
}
BUSY = ("enforcement", "marketing", "logistics", "supervision")
"""The departments that work on problems, in the order in which reports name them."""


@dataclass(frozen=True, slots=True)
class Look:
    """`bureaus`: the names of those in sight, by code; `kept`: what of the address every link of the page keeps."""

    asker: Asker
    period: Period
    before: Period
    cut: Cut
    at: datetime
    today: date
    language: str
    bureaus: dict[str, str]
    kept: dict[str, str]
    wrong: dict[str, str]

    def path(self, page: str = "", **changed: str) -> str:
        """Another page of the room, or the same, looked at in the same way but for what is `changed`."""
        query = {name: value for name, value in {**self.kept, **changed}.items() if value}
        path = f"/console/reports/{page}" if page else "/console/reports"
        return f"{path}?{urlencode(query)}" if query else path

    def spanning(self, span: Span, back: int = 0) -> str:
        """The same page for another period."""
        return urlencode(
            {
                **{name: value for name, value in self.kept.items() if name not in ("from", "to", "period", "back")},
                "period": span.value,
                **({"back": str(back)} if back else {}),
            }
        )

    @property
    def departments(self) -> dict[str, str]:
        return {code: words_of(DEPARTMENTS[code], self.language) for code in BUSY}


async def look(visit: Visit, tx: Tx) -> Look:
    """What the address asks for. What makes no sense in it is said beside the field; what is foreign is not there."""
    found = await looked(tx, visit.who, visit.language, visit.at, visit.query)
    if found is None:
        raise NotThere
    return found


async def looked(tx: Tx, who: Person, language: str, at: datetime, query: Mapping[str, str]) -> Look | None:
    """How `who` looks at what a query asks for; None where there is nothing for them."""
    view = viewpoint(who)
    if view is None:
        return None
    today = local_day(at)
    period, wrong = asked(query, today)
    cut = Cut(query.get("county", ""), query.get("department", ""), query.get("indicator", ""))
    names = await bureaus(tx, language)
    if view.bureau:
        names = {code: name for code, name in names.items() if code == view.bureau}
    if (cut.county and cut.county not in names) or (cut.department and cut.department not in BUSY):
        return None
    before = period.before(today)
    found = await corrections(tx, who, view, min(before.start, _year_back(period.end)), period.end)
    kept = {name: query[name] for name in ("period", "back", "from", "to") if query.get(name) and name not in wrong}
    kept |= {"county": cut.county, "department": cut.department, "indicator": cut.indicator}
    told = {name: said(WRONG[why], language) for name, why in wrong.items()}
    return Look(Asker(view, found), period, before, cut, at, today, language, names, kept, told)


def _year_back(day: date) -> date:
    return date(day.year - 1, day.month, 1)

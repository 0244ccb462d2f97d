"""Figures as a page shows them: in words, each with the address of its list.

Every address of a list is made here. A number and its list read the same (`store/reports/meaning.py`), so `count`, when
there is one, is how many entries the list has.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from bot.console.drawing import figure
from bot.console.reports.looks import Look
from bot.texts import _, said
from store.reports.figures import Cut
from store.reports.meaning import FLAGS
from store.reports.periods import Period
from store.reports.tallies import Facts

LISTS = {"clue": "/console/ledgers/clues", "problem": "/console/ledgers/problems"}


@dataclass(frozen=True, slots=True)
class Number:
    """`shown` is what stands there; `href` leads to a list of `count` entries (empty where there are none)."""

    shown: str
    href: str = ""
    count: int | None = None
    value: float = 0.0

    def __bool__(self) -> bool:
        return bool(self.count)


NOTHING = Number("–")


def address(ledger: str, **filters: str) -> str:
    """A list of the ledgers' room (its agreed filters); empty ones are left out."""
    query = {name: value for name, value in filters.items() if value}
    return f"{LISTS[ledger]}?{urlencode(query)}" if query else LISTS[ledger]


@dataclass(frozen=True, slots=True)
class Told:
    """The facts of one county, department, indicator or month, told in numbers."""

    facts: Facts
    period: Period
    cut: Cut
    language: str
    role: str = ""

    @classmethod
    def of(
        cls, look: Look, facts: Facts, cut: Cut | None = None, *, period: Period | None = None, role: str = ""
    ) -> Told:
        return cls(facts, period or look.period, look.cut if cut is None else cut, look.language, role)

    # --- what came and what became of it: by the day of reporting or opening --------------------------------

    def clues(self, flag: str = "") -> Number:
        """Clues reported; with a filter of lists: those that it holds for."""
        n = self.facts.clues[FLAGS[flag]] if flag else self.facts.clues.n
        return self._number(n, "clue", **self._opened, **_set(flag), role=self.role)

    def problems(self, flag: str = "") -> Number:
        n = self.facts.problems[FLAGS[flag]] if flag else self.facts.problems.n
        return self._number(n, "problem", **self._opened, **_set(flag))

    def recheck(self, result: str) -> Number:
        """Problems opened in the period whose last re-check passed or failed."""
        return self._number(self.facts.problems[f"{result}ed"], "problem", **self._opened, recheck=result)

    @property
    def confirmed_rate(self) -> Number:
        """Of the clues that were decided."""
        rate = self.facts.clues.confirmed_rate
        return NOTHING if rate is None else replace(self.clues("confirmed"), shown=_percent(rate), value=rate)

    @property
    def repeat_rate(self) -> Number:
        rate = self.facts.problems.share("repeated")
        return NOTHING if rate is None else replace(self.problems("repeat"), shown=_percent(rate), value=rate)

    @property
    def late_rate(self) -> Number:
        rate = self.facts.clues.share("late")
        return NOTHING if rate is None else replace(self.clues("late"), shown=_percent(rate), value=rate)

    # --- what was closed: by the day of closing ---------------------------------------------------------------

    def closed(self, flag: str = "") -> Number:
        n = self.facts.closed[FLAGS[flag]] if flag else self.facts.closed.n
        return self._number(n, "problem", **self._closed, **_set(flag))

    def days(self, part: float) -> Number:
        """Within how many days that part of what was closed was closed."""
        days = self.facts.closed.days(part)
        if days is None:
            return NOTHING
        words = said(_("{n} days") if days != 1 else _("1 day"), self.language, n=f"{days:.0f}")
        return replace(self.closed(), shown=words, value=days)

    # --- how it stands now ------------------------------------------------------------------------------------

    def open(self, ledger: str) -> Number:
        return self._number(self.facts.standing(ledger).open, ledger, state="open")

    def overdue(self, ledger: str) -> Number:
        return self._number(self.facts.standing(ledger).overdue, ledger, state="open", light="overdue")

    def near(self, ledger: str) -> Number:
        return self._number(self.facts.standing(ledger).near, ledger, state="open", light="yellow")

    @property
    def in_time(self) -> Number:
        """Problems whose light is green."""
        now = self.facts.open_problems
        n = now.open - now.overdue - now.near - now.states["suspended"]
        return self._number(n, "problem", state="open", light="green")

    def in_state(self, ledger: str, state: str) -> Number:
        return self._number(self.facts.standing(ledger).states[state], ledger, state=state)

    # --- addresses --------------------------------------------------------------------------------------------

    @property
    def _opened(self) -> dict[str, str]:
        return {"from": self.period.start.isoformat(), "to": self.period.end.isoformat()}

    @property
    def _closed(self) -> dict[str, str]:
        return {"closed_from": self.period.start.isoformat(), "closed_to": self.period.end.isoformat()}

    def _number(self, n: int, ledger: str, **filters: str) -> Number:
        where = {"county": self.cut.county, "department": self.cut.department, "indicator": self.cut.indicator}
        return Number(figure(n), address(ledger, **filters, **where) if n else "", n, float(n))


def _set(flag: str) -> dict[str, str]:
    return {flag: "1"} if flag else {}


def _percent(rate: float) -> str:
    return f"{rate:.0f} %"

"""Rankings as a page shows them: each place with the parts that it is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.console.drawing import figure
from bot.console.reports.looks import Look
from bot.console.reports.numbers import NOTHING, Number, Told
from bot.texts import _, said
from store.law.rules import state_name
from store.reports.figures import Cut
from store.reports.names import Kind
from store.reports.points import Part
from store.reports.ranking import MEASURES, ranked
from store.reports.tallies import Facts
from store.words import Ledger, words_of

RANKED = {
    "points": _("Weighted count"),
    "overdue": _("Overdue now"),
    "open": _("Open now"),
    "days": _("Days to close"),
    "repeat": _("Repeat rate"),
    "confirmed": _("Confirmed problems"),
    "nudged": _("Nudged problems"),
}
SHOWN = 6
"""Parts that are named one by one; the others are added up."""


@dataclass(frozen=True, slots=True)
class Because:
    """One part of a place: so many entries, and what they add to it."""

    name: str
    number: Number
    adds: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One place of a ranking, with what is behind it in words and parts."""

    place: int
    name: str
    value: str
    share: float
    number: Number
    because: Sequence[Because]
    words: str


def places(
    look: Look,
    found: Mapping[str, Facts],
    parts: Mapping[str, list[Part]],
    library: Mapping[str, Kind],
    by: str,
    of: str,
) -> list[Row]:
    """Counties or departments (`of`), ranked by one of `RANKED`."""
    names = look.bureaus if of == "county" else look.departments
    if by == "points":
        values: dict[str, float | None] = {code: sum(part.points for part in parts.get(code, ())) for code in names}
    else:
        values = {code: MEASURES[by](found.get(code, Facts())) for code in names}
    most = max([value or 0.0 for value in values.values()] or [0.0]) or 1.0
    rows = []
    for one in ranked(values):
        cut = replace(look.cut, **{of: one.key})
        told = Told.of(look, found.get(one.key, Facts()), cut)
        number, because, words = _behind(look, told, parts.get(one.key, []), library, by, cut)
        value = figure(one.value) if one.value is not None else "–"
        shown = value if by in ("points",) else number.shown
        rows.append(Row(one.place, names[one.key], shown, (one.value or 0.0) / most, number, because, words))
    return rows


def _behind(
    look: Look, told: Told, parts: list[Part], library: Mapping[str, Kind], by: str, cut: Cut
) -> tuple[Number, list[Because], str]:
    """The number behind a place, its parts, and how they make it."""
    if by == "points":
        words = said(_("Confirmed problems of the period times the points of their indicators."), look.language)
        return told.problems("confirmed"), _points(look, told, parts, library, cut), words
    if by in ("overdue", "open"):
        words = said(_("What is open at this moment, by its state."), look.language)
        number = told.overdue("problem") if by == "overdue" else told.open("problem")
        return number, _states(look, told), words
    if by == "days":
        words = said(_("Half of what was closed in the period was closed within so many days."), look.language)
        return told.days(0.5), _days(look, told), words
    if by == "repeat":
        words = said(_("Problems of the period whose shop had another one in the half year before."), look.language)
        return (
            told.repeat_rate,
            _of(look, (_("Again"), told.problems("repeat")), (_("All problems"), told.problems())),
            words,
        )
    if by == "nudged":
        words = said(_("Problems of the period of which somebody had to be reminded."), look.language)
        return (
            told.problems("nudged"),
            _of(look, (_("Nudged"), told.problems("nudged")), (_("All problems"), told.problems())),
            words,
        )
    words = said(_("Problems of the period that supervision confirmed, by indicator."), look.language)
    return told.problems("confirmed"), _points(look, told, parts, library, cut, weigh=False), words


def _points(
    look: Look, told: Told, parts: list[Part], library: Mapping[str, Kind], cut: Cut, *, weigh: bool = True
) -> list[Because]:
    order = parts if weigh else sorted(parts, key=lambda part: (-part.n, part.indicator))
    because = []
    for part in order[:SHOWN]:
        kind = library.get(part.indicator)
        mine = Facts()
        mine.problems.counts["confirmed"] = part.n
        number = Told.of(look, mine, replace(cut, indicator=part.indicator)).problems("confirmed")
        name = f"{part.indicator} {kind.name}" if kind else part.indicator
        adds = f"× {figure(part.weight)} = {figure(part.points)}" if weigh else ""
        because.append(Because(name, number if part.indicator else replace(number, href=""), adds))
    rest = order[SHOWN:]
    if rest:
        adds = f"= {figure(sum(part.points for part in rest))}" if weigh else ""
        words = said(_("{n} other indicators"), look.language, n=len(rest))
        because.append(Because(words, Number(figure(sum(part.n for part in rest))), adds))
    return because


def _states(look: Look, told: Told) -> list[Because]:
    """By state; of each so many, and how many of all are late."""
    states = sorted(told.facts.open_problems.states.items(), key=lambda one: -one[1])
    because = [
        Because(words_of(state_name(Ledger.PROBLEM, state), look.language), told.in_state("problem", state))
        for state, n in states
        if n
    ]
    because.append(Because(said(_("Overdue"), look.language), told.overdue("problem")))
    return because


def _days(look: Look, told: Told) -> list[Because]:
    return _of(
        look,
        (_("Closed"), told.closed()),
        (_("Half within"), told.days(0.5)),
        (_("90 % within"), told.days(0.9)),
        (_("Handed in late"), told.closed("late")),
    )


def _of(look: Look, *pairs: tuple[str, Number]) -> list[Because]:
    return [Because(said(name, look.language), number) for name, number in pairs if number is not NOTHING]

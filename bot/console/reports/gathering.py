"""What the pages of the room are made of, read out of the books in as few questions as can be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from bot.console.reports.looks import Look
from store.db import Tx
from store.reports import figures, points
from store.reports.figures import Cut, along, counted, together
from store.reports.names import Kind, kinds
from store.reports.periods import Period, Span, of_span
from store.reports.points import Part
from store.reports.sentence import what_changed
from store.reports.tallies import Facts
from store.reports.tips import Tips, tips

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Glance:
    """The whole at a glance. `matrix` is by (county, department); `parts`: what the points of each county are."""

    whole: Facts
    before: Facts
    matrix: Mapping[tuple[str, ...], Facts]
    by_bureau: Mapping[str, Facts]
    months: Mapping[str, Facts]
    kinds: Mapping[str, Kind]
    by_kind: Mapping[str, Facts]
    parts: Mapping[str, list[Part]]
    tips: Tips | None
    sentence: str

    @property
    def points(self) -> float:
        return sum(part.points for mine in self.parts.values() for part in mine)


async def glance(tx: Tx, look: Look) -> Glance:
    matrix = await by(tx, look, ("bureau", "department"))
    before = together((await counted(tx, look.asker, look.before, look.cut, ())).values())
    found = await counted(tx, look.asker, look.period, look.cut, ("bureau", "indicator"))
    weight = await points.weights(tx, look.period.end)
    by_bureau, whole = along(matrix, 0), together(matrix.values())
    told = await tips(tx, look.period, look.today) if look.asker.view.whole and look.cut == Cut() else None
    return Glance(
        whole=whole,
        before=before,
        matrix=matrix,
        by_bureau={code: by_bureau.get(code, Facts()) for code in look.bureaus},
        months=await months(tx, look),
        kinds=await kinds(tx, look.language),
        by_kind=along(found, 1),
        parts=points.parts(found, weight),
        tips=told,
        sentence=sentence(look, whole, before, by_bureau),
    )


async def by(tx: Tx, look: Look, columns: tuple[str, ...]) -> dict[tuple[str, ...], Facts]:
    """What was counted in the period and how it stands now, for each value of the columns."""
    found = await counted(tx, look.asker, look.period, look.cut, columns)
    return await figures.standing(tx, look.asker, look.at, look.cut, columns, found)


async def months(tx: Tx, look: Look) -> dict[str, Facts]:
    """The year up to the period, month by month, by their first days."""
    last = of_span(Span.MONTH, min(look.period.end, look.today)).end
    first = date(last.year - 1, last.month % 12 + 1, 1) if last.month < 12 else date(last.year, 1, 1)
    year = Period(Span.DAYS, first, last)
    found = along(await counted(tx, look.asker, year, look.cut, ("start",)), 0)
    month, all_of_them = first, {}
    while month <= last:
        all_of_them[month.isoformat()] = found.get(month.isoformat(), Facts())
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return all_of_them


async def kind_points(tx: Tx, look: Look, column: str) -> dict[str, list[Part]]:
    """What the points of each county or department are made of."""
    found = await counted(tx, look.asker, look.period, look.cut, (column, "indicator"))
    return points.parts(found, await points.weights(tx, look.period.end))


def below(all_kinds: Mapping[str, Kind], prefix: str) -> list[Kind]:
    """The kinds one level below a code; the sides of the library without one."""
    level = all_kinds[prefix].level + 1 if prefix else 1
    return [kind for kind in all_kinds.values() if kind.level == level and kind.code.startswith(prefix)]


def above(all_kinds: Mapping[str, Kind], code: str) -> list[Kind]:
    """The kinds above a code, the side first."""
    return sorted(
        (kind for kind in all_kinds.values() if code.startswith(kind.code) and kind.code != code),
        key=lambda kind: kind.level,
    )


def folded(by_kind: Mapping[str, Facts], wanted: list[Kind]) -> dict[str, Facts]:
    """Facts of single kinds added up under the codes they begin with."""
    return {
        kind.code: together(facts for code, facts in by_kind.items() if code.startswith(kind.code)) for kind in wanted
    }


def sentence(look: Look, whole: Facts, before: Facts, by_bureau: Mapping[str, Facts]) -> str:
    """What changed. The county with the most overdue is named only where several are in sight."""
    late = {code: facts.overdue for code, facts in by_bureau.items() if facts.overdue}
    worst = max(late, key=lambda code: (late[code], code)) if len(look.bureaus) > 1 and late else ""
    return what_changed(whole, before, look.language, look.bureaus.get(worst, worst))


def within(cut: Cut, **values: str) -> Cut:
    return replace(cut, **values)

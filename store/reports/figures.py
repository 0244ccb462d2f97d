"""Figures: what was counted in a period, and how it stands now, for whoever may see it.

A question names the period and what it is cut to; the answer is one `Facts` for each value of what it is asked by.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import text

from store.clock.workdays import load_calendar, move_working_days
from store.db import Tx
from store.reports.columns import ADDED, ALL, SUMMED, spread
from store.reports.periods import Period
from store.reports.tallies import Facts
from store.reports.viewing import Correction, Viewpoint
from store.tables.reports import COUNTERS

SPREAD_DELTA = spread("report_delta")


@dataclass(frozen=True, slots=True)
class Cut:
    """What figures are cut to; empty: all. `indicator` is a code or the beginning of codes."""

    county: str = ""
    department: str = ""
    indicator: str = ""

    def holds(self, row: Any) -> bool:
        """Whether an entry is within."""
        return (
            self.county in ("", row.bureau)
            and self.department in ("", row.department)
            and row.indicator.startswith(self.indicator)
        )


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: from where they look, and what the sums must be corrected by for them."""

    view: Viewpoint
    corrections: Sequence[Correction] = field(default=())


async def counted(tx: Tx, asker: Asker, period: Period, cut: Cut, by: tuple[str, ...]) -> dict[tuple[str, ...], Facts]:
    """What was reported, opened and closed in the period, for each value of `by` (columns of `report_sum`).

    By `start` is by month; the period must be made of whole ones.
    """
    query, facts = _query(asker.view, period, cut, by)
    found: defaultdict[tuple[str, ...], Facts] = defaultdict(Facts)
    for row in await tx.execute(text(query), facts):
        found[tuple(str(getattr(row, name)) for name in by)].tally(row.way, row.ledger).add(row)
    for one in asker.corrections:
        if cut.holds(one.entry):
            _correct(found, one, period, by)
    return dict(found)


def _query(view: Viewpoint, period: Period, cut: Cut, by: tuple[str, ...]) -> tuple[str, dict[str, Any]]:
    """SQL over sums and deltas. Only what a question needs is in it, so that an index fits."""
    kinds = bool(cut.indicator) or "indicator" in by
    where = ["office = :office", "sight = ANY (:sights)", f"indicator {'<>' if kinds else '='} '{ALL}'"]
    facts: dict[str, Any] = {"office": view.office, "sights": list(view.sights)}
    county = view.bureau or cut.county
    for name, value in (("bureau", county), ("department", cut.department)):
        if value:
            where.append(f"{name} = :{name}")
            facts[name] = value
    if view.bureau and cut.county not in ("", view.bureau):
        where.append("false")
    if cut.indicator:
        where.append("starts_with(indicator, :indicator)")
        facts["indicator"] = cut.indicator
    keys = ", ".join(dict.fromkeys(("way", "ledger", "took", *by)))
    months, days = period.pieces()
    spans = []
    if months:
        spans.append("grain = 'month' AND start BETWEEN :m1 AND :m2")
        facts |= {"m1": months[0], "m2": months[1]}
    for n, (first, last) in enumerate(days):
        spans.append(f"grain = 'day' AND start BETWEEN :a{n} AND :b{n}")
        facts |= {f"a{n}": first, f"b{n}": last}
    facts |= {"start": period.start, "end": period.end}
    narrowed = " AND ".join(where)
    columns = f"{keys}, {', '.join(ADDED)}"
    monthly = columns.replace("start", "date_trunc('month', start)::date AS start")
    parts = [f"SELECT {columns} FROM report_sum WHERE {span} AND {narrowed}" for span in spans]  # noqa: S608
    parts.append(f"SELECT {monthly} FROM ({SPREAD_DELTA}) AS d WHERE start BETWEEN :start AND :end AND {narrowed}")  # noqa: S608
    return f"SELECT {keys}, {SUMMED} FROM ({' UNION ALL '.join(parts)}) AS s GROUP BY {keys}", facts  # noqa: S608


@dataclass(frozen=True, slots=True)
class _One:
    """An entry as a row of sums."""

    n: int
    took: int | None
    counts: Mapping[str, int]

    def __getattr__(self, name: str) -> int:
        return self.counts[name]


def _correct(found: dict[tuple[str, ...], Facts], one: Correction, period: Period, by: tuple[str, ...]) -> None:
    entry, counts = one.entry, {name: getattr(one.entry, name) for name in COUNTERS}
    for way, day, took in (("in", entry.day, None), ("out", entry.closed_on, entry.took)):
        if day is None or not period.start <= day <= period.end:
            continue
        own = {"source": entry.source, "role": entry.role} if way == "in" else {"source": "", "role": ""}
        own["start"] = day.replace(day=1).isoformat()
        key = tuple(str(own.get(name, getattr(entry, name, ""))) for name in by)
        found[key].tally(way, entry.ledger).add(_One(1, took, counts), one.sign)


_OPEN = """
SELECT ledger, state, {keys}, count(*) AS n, count(*) FILTER (WHERE due_at < :at) AS overdue,
       count(*) FILTER (WHERE due_at BETWEEN :at AND :soon) AS near
FROM report_entry WHERE {where} GROUP BY ledger, state, {keys}
"""


async def standing(
    tx: Tx, asker: Asker, at: datetime, cut: Cut, by: tuple[str, ...], into: dict[tuple[str, ...], Facts]
) -> dict[tuple[str, ...], Facts]:
    """What is open at this moment, added to `into` for each value of `by` (columns of `report_entry`)."""
    soon = move_working_days(await load_calendar(tx, at), at, 1)
    where, facts = ["open", "sight = ANY (:sights)"], {"sights": list(asker.view.sights), "at": at, "soon": soon}
    county = asker.view.bureau or cut.county
    for name, value, condition in (
        ("office", asker.view.office, "offices @> ARRAY[:office]::text[]"),
        ("bureau", county, "bureau = :bureau"),
        ("department", cut.department, "department = :department"),
        ("indicator", cut.indicator, "starts_with(indicator, :indicator)"),
    ):
        if value:
            where.append(condition)
            facts[name] = value
    if asker.view.bureau and cut.county not in ("", asker.view.bureau):
        where.append("false")
    query = _OPEN.format(keys=", ".join(by) if by else "''", where=" AND ".join(where))
    query = query if by else query.replace("GROUP BY ledger, state, ''", "GROUP BY ledger, state")
    for row in await tx.execute(text(query), facts):
        facts_of = into.setdefault(tuple(str(getattr(row, name)) for name in by), Facts())
        facts_of.standing(row.ledger).add(row.state, row.n, row.overdue, row.near)
    for one in asker.corrections:
        entry = one.entry
        if entry.open and cut.holds(entry):
            late = entry.due_at is not None and entry.due_at < at
            near = entry.due_at is not None and at <= entry.due_at <= soon
            facts_of = into.setdefault(tuple(str(getattr(entry, name)) for name in by), Facts())
            facts_of.standing(entry.ledger).add(entry.state, one.sign, one.sign * late, one.sign * near)
    return into


def together(parts: Iterable[Facts]) -> Facts:
    """What they add up to."""
    whole = Facts()
    for part in parts:
        for name in ("clues", "problems", "closed"):
            mine, theirs = getattr(whole, name), getattr(part, name)
            mine.n += theirs.n
            mine.counts.update(theirs.counts)
            mine.took.update(theirs.took)
        for name in ("open_clues", "open_problems"):
            mine, theirs = getattr(whole, name), getattr(part, name)
            mine.open, mine.overdue, mine.near = (
                mine.open + theirs.open,
                mine.overdue + theirs.overdue,
                mine.near + theirs.near,
            )
            mine.states.update(theirs.states)
    return whole


def along(found: Mapping[tuple[str, ...], Facts], place: int) -> dict[str, Facts]:
    """Answers by several things, looked at by one of them: the `place`-th of the key."""
    grouped: defaultdict[str, list[Facts]] = defaultdict(list)
    for key, facts in found.items():
        grouped[key[place]].append(facts)
    return {value: together(parts) for value, parts in grouped.items()}


def narrowed(cut: Cut, **values: str) -> Cut:
    """A cut within another one."""
    return replace(cut, **values)

"""What a figure's list is made of: for each thing that reports count, the condition on an entry that it is counted.

A list that is filtered by these has exactly the entries that a figure says, because both read `report_entry`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import ColumnElement, exists, literal_column, select

from store import tables
from store.tables.reports import report_entry
from store.words import Ledger

FLAGS: Mapping[str, str] = MappingProxyType(
    {
        "confirmed": "confirmed",
        "unfounded": "unfounded",
        "merged": "merged",
        "late": "late",
        "nudged": "nudged",
        "escalated": "escalated",
        "returned": "returned",
        "reopened": "reopened",
        "repeat": "repeated",
    }
)
"""Filters of lists ("nudged=1") and the counter that each of them stands for."""

RECHECKS: Mapping[str, str] = MappingProxyType({"pass": "passed", "fail": "failed"})
"""Values of the filter `recheck`."""

_NUMBERS = {Ledger.CLUE: tables.clue.c.number, Ledger.PROBLEM: tables.problem.c.number}


def counts_as(ledger: Ledger, counter: str) -> ColumnElement[bool]:
    """The condition on a row of that ledger's table that it is counted as that (`COUNTERS`)."""
    return _entry(ledger, report_entry.c[counter] > 0)


def of_department(ledger: Ledger, department: str) -> ColumnElement[bool]:
    """That it counts for that department: a problem's main responsible one, a clue's where it was reported."""
    return _entry(ledger, report_entry.c.department == department)


def by_role(role: str) -> ColumnElement[bool]:
    """That a clue was reported by somebody in that field role; "none": by somebody else, or by provincial data."""
    return _entry(Ledger.CLUE, report_entry.c.role == ("" if role == "none" else role))


def _entry(ledger: Ledger, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    table = _NUMBERS[ledger].table
    return exists(
        select(literal_column("1")).where(report_entry.c.number == _NUMBERS[ledger], condition).correlate(table)
    )


def conditions(ledger: Ledger, query: Mapping[str, str]) -> list[ColumnElement[bool]]:
    """The conditions of every filter in `query` that is told here."""
    found = [counts_as(ledger, counter) for name, counter in FLAGS.items() if query.get(name) == "1"]
    if query.get("recheck") in RECHECKS:
        found.append(counts_as(ledger, RECHECKS[query["recheck"]]))
    if query.get("role") and ledger is Ledger.CLUE:
        found.append(by_role(query["role"]))
    return found

"""Rankings: who comes first by what, and of which parts a place is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from store.reports.tallies import Facts

Measure = Callable[[Facts], float | None]


def _repeats(facts: Facts) -> float | None:
    return facts.problems.share("repeated")


MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        "open": lambda facts: float(facts.open_problems.open),
        "overdue": lambda facts: float(facts.open_problems.overdue),
        "days": lambda facts: facts.closed.days(0.5),
        "confirmed": lambda facts: float(facts.problems["confirmed"]),
        "repeat": _repeats,
        "nudged": lambda facts: float(facts.problems["nudged"]),
    }
)
"""What can be ranked beside points: the greatest comes first."""


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a ranking. Two with the same value share it; `value` is None where there is nothing to rank."""

    place: int
    key: str
    value: float | None


def ranked(values: Mapping[str, float | None]) -> list[Place]:
    """Places from the greatest value down; those without one come last, without counting."""
    order = sorted(values, key=lambda key: (values[key] is None, -(values[key] or 0.0), key))
    places: list[Place] = []
    for at, key in enumerate(order):
        same = places and places[-1].value == values[key]
        places.append(Place(places[-1].place if same else at + 1, key, values[key]))
    return places

"""What figures are made of: counts of entries, and what is worked out of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from store.tables.reports import COUNTERS


@dataclass(slots=True)
class Tally:
    """Entries of one ledger and what was counted of them; how many days each took, where that is known."""

    n: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    took: Counter[int] = field(default_factory=Counter)

    def add(self, row: Any, sign: int = 1) -> None:
        """Add a row of sums, or an entry (`n` of 1)."""
        n = sign * row.n
        self.n += n
        for name in COUNTERS:
            value = getattr(row, name)
            if value:
                self.counts[name] += sign * value
        if row.took is not None and row.took >= 0:
            self.took[row.took] += n

    def __getitem__(self, name: str) -> int:
        return self.counts[name]

    def share(self, name: str) -> float | None:
        """How many of a hundred; None of nothing."""
        return 100 * self.counts[name] / self.n if self.n else None

    @property
    def confirmed_rate(self) -> float | None:
        """Of a hundred that were decided, how many were confirmed."""
        decided = self["confirmed"] + self["unfounded"]
        return 100 * self["confirmed"] / decided if decided else None

    def days(self, part: float) -> float | None:
        """Within how many days that part (0.5: half) was closed: the smallest number of days that so many took."""
        known = sorted((days, n) for days, n in self.took.items() if n > 0)
        wanted, passed = part * sum(n for _days, n in known), 0
        for days, n in known:
            passed += n
            if passed >= wanted:
                return float(days)
        return None


@dataclass(slots=True)
class Standing:
    """What is open now: how many, of them how many overdue, and in which states."""

    open: int = 0
    overdue: int = 0
    near: int = 0
    states: Counter[str] = field(default_factory=Counter)

    def add(self, state: str, n: int, overdue: int, near: int) -> None:
        self.open += n
        self.overdue += overdue
        self.near += near
        self.states[state] += n


@dataclass(slots=True)
class Facts:
    """All there is to say of one county, department, indicator … in one period, and of how it stands now."""

    clues: Tally = field(default_factory=Tally)  # by the day of reporting
    problems: Tally = field(default_factory=Tally)  # by the day of opening
    closed: Tally = field(default_factory=Tally)  # problems, by the day of closing
    open_clues: Standing = field(default_factory=Standing)
    open_problems: Standing = field(default_factory=Standing)

    def tally(self, way: str, ledger: str) -> Tally:
        if way == "out":
            return self.closed
        return self.clues if ledger == "clue" else self.problems

    def standing(self, ledger: str) -> Standing:
        return self.open_clues if ledger == "clue" else self.open_problems

    @property
    def open(self) -> int:
        return self.open_clues.open + self.open_problems.open

    @property
    def overdue(self) -> int:
        return self.open_clues.overdue + self.open_problems.overdue

    @property
    def empty(self) -> bool:
        """Whether there is nothing to say."""
        return not (self.clues.n or self.problems.n or self.closed.n or self.open)

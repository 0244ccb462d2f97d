"""The mail room's patience, in one place, so that tests can shorten it without changing anything else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from random import uniform


@dataclass(frozen=True, slots=True)
class Terms:
    """All times are seconds of real time, whatever the office's clock says."""

    lease: float = 30.0  # whoever claimed a letter and says nothing for so long is taken for dead (mailroom.md §1.3)
    call: float = 8.0  # a call that takes longer is given up: well under the lease
    poll: float = 1.0  # how long a lost wake-up can delay a letter
    batch: int = 100  # letters claimed at once
    attempts: int = 12  # attempts that counted, after which a letter is left to a person
    broken: float = 60.0  # a broken door is tried again with one letter so often
    stubborn: float = 600.0  # how long an answer is kept for a database that is away
    linger: float = 0.005  # verdicts wait so long for company: ten times fewer commits
    slowest: float = 1800.0  # the longest pause between two attempts

    @property
    def lease_time(self) -> timedelta:
        return timedelta(seconds=self.lease)

    def backoff(self, attempts: int, asked: timedelta) -> timedelta:
        """The pause before the next try: at least what the other side asked for, doubling with every attempt, with
        jitter so that letters that failed together do not come back together."""
        doubling = min(self.slowest, 2.0 ** min(attempts, 20))
        return max(asked, timedelta(seconds=doubling * uniform(0.75, 1.25)))  # noqa: S311

"""The arithmetic of the composite score: pure functions of numbers, in float8 as the database computes them.

A confirmed problem weighs what its indicator does and is halved by every half-life. Points add up without bound, a
score does not: points fill a share of the hundred, each half as much as is left. So every part only ever grows with
what is added to it, never reaches its limit, and the parts of a score add up to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from store.profile.scale import Scale

_DAY = timedelta(days=1)
_NOTHING_LEFT = -1000.0  # PostgreSQL refuses to compute numbers below 2^-1074


def faded(half_lives: float) -> float:
    """What is left of 1 after so many half-lives; before its time (negative) accordingly more."""
    return float(2.0 ** max(-half_lives, _NOTHING_LEFT))


def half_lives(since: datetime, at: datetime, scale: Scale) -> float:
    """How many half-lives lie between two moments."""
    return (at - since) / _DAY / scale.half_life_days


def stepped(amount: float, since: datetime, at: datetime, scale: Scale) -> float:
    """An amount that was counted for `since`, with one more confirmed problem at `at`: exact, however often."""
    return amount * faded(half_lives(since, at, scale)) + 1.0


def filled(points: float, half: float) -> float:
    """How far so many points fill their share, 0 to 1: `half` of them fill the half."""
    return 1.0 - faded(points / half)


@dataclass(frozen=True, slots=True)
class Parts:
    """What each source adds to a score; `score` is their sum, 100 at most."""

    city: float
    province: float
    outflow: float

    @property
    def score(self) -> float:
        return min(100.0, self.city + self.province + self.outflow)


def compose(points: float, provincial: float, cartons: float, scale: Scale) -> Parts:
    """The parts of a score: points of the tree (0 and more), the provincial score (0 to 100), cartons that flowed
    out.
    """
    return Parts(
        scale.city_points * filled(points, scale.city_half),
        scale.province_points * (min(max(provincial, 0.0), 100.0) / 100.0),
        scale.outflow_points * filled(cartons, scale.outflow_half),
    )


def level(score: float, scale: Scale) -> str:
    """service, watch or key (control)."""
    return "key" if score >= scale.key else "watch" if score >= scale.watch else "service"

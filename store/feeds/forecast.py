"""A forecast of a short series with its uncertainty: damped-trend exponential smoothing, in pure functions.

Method: the additive damped trend of Gardner and McKenzie (1985), in the innovations form ETS(A,Ad,N) of Hyndman,
Koehler, Ord and Snyder, "Forecasting with Exponential Smoothing" (2008). Level and trend follow each new value by
`alpha` and `beta`; the trend loses its strength by `phi` each step, so that a far forecast levels off instead of
running away. The three are those of a small grid that forecast this very series best, one step ahead. The interval
is the model's own (table 6.2 there): the variance h steps ahead is s² (1 + Σ_{j<h} c_j²) with
c_j = alpha + beta (phi + … + phi^j), s² the variance of the one-step errors. With fewer than four values no trend can
be told: the last value is carried on, and the interval is that of a random walk with the steps seen so far.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from math import inf, sqrt
from statistics import NormalDist

LEVEL = 0.8
"""How often the true value should lie within the interval."""

_ALPHA, _BETA, _PHI = (0.1, 0.2, 0.35, 0.5, 0.7, 0.9, 1.0), (0.0, 0.1, 0.3, 0.6, 0.9), (0.8, 0.9, 0.98)
_ENOUGH = 4


@dataclass(frozen=True, slots=True)
class Point:
    """What is expected, and between which values with the probability asked for; None when nobody can tell."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Fit:
    """A smoothing that was carried through a series: where it ended, and its mean squared error one step ahead."""

    alpha: float
    beta: float
    phi: float
    level: float
    trend: float
    variance: float


def forecast(series: Sequence[float], steps: int, level: float = LEVEL) -> list[Point]:
    """The next `steps` values of a series, the oldest first. An empty series has no future."""
    if not series:
        return []
    if len(series) < _ENOUGH:
        return _carried_on(series, steps, level)
    best = min((smooth(series, *each) for each in product(_ALPHA, _BETA, _PHI)), key=lambda fit: fit.variance)
    spread, value, damped, variance = _spread(level), best.level, 0.0, 0.0
    points = []
    for step in range(1, steps + 1):
        if step > 1:
            variance += (best.alpha + best.beta * damped) ** 2
        damped += best.phi**step
        value = best.level + damped * best.trend
        points.append(_point(value, spread * sqrt(best.variance * (1 + variance))))
    return points


def smooth(series: Sequence[float], alpha: float, beta: float, phi: float) -> Fit:
    """Carry level and trend through the series. They begin with the first value and the mean of the first steps."""
    level, trend = series[0], (series[min(3, len(series) - 1)] - series[0]) / min(3, len(series) - 1)
    squares = 0.0
    for value in series[1:]:
        expected = level + phi * trend
        error = value - expected
        level, trend = expected + alpha * error, phi * trend + alpha * beta * error
        squares += error * error
    # Three parameters and two beginnings were chosen to fit: the error of what is new is larger than of what is known.
    return Fit(alpha, alpha * beta, phi, level, trend, squares / max(1, len(series) - 3))


def _carried_on(series: Sequence[float], steps: int, level: float) -> list[Point]:
    moves = [after - before for before, after in pairwise(series)]
    if not moves:
        return [Point(series[-1], None, None)] * steps
    variance = sum(move * move for move in moves) / len(moves)
    return [_point(series[-1], _spread(level) * sqrt(variance * step)) for step in range(1, steps + 1)]


def _point(value: float, half: float) -> Point:
    return Point(value, value - half, value + half) if half < inf else Point(value, None, None)


def _spread(level: float) -> float:
    """How many standard deviations hold that share of a normal distribution, on both sides."""
    return NormalDist().inv_cdf((1 + level) / 2)

"""One shop's score taken apart, as of any moment: score -> part -> dimension -> indicator -> problem.

Made from the lines of the ledger and the provincial batches as they were known then, with the weights and the scale
of then; `grading` keeps the same number for every shop (tests hold the two together).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from store.db import Tx
from store.profile import provincial
from store.profile.arithmetic import Parts, compose, faded, half_lives, level
from store.profile.confirmed import Confirmed, confirmed
from store.profile.provincial import Found, Provincial
from store.profile.scale import Scale, load_scale
from store.profile.tree import Kind, Tree, load_tree


@dataclass(frozen=True, slots=True)
class Counted:
    """One confirmed problem: what is left of its points, and what that adds to the score."""

    number: str
    at: datetime
    points: float
    adds: float


@dataclass(frozen=True, slots=True)
class OfIndicator:
    """The confirmed problems of one indicator, those that add most first. `worth`: points of a fresh one."""

    kind: Kind
    worth: float
    points: float
    adds: float
    problems: tuple[Counted, ...]


@dataclass(frozen=True, slots=True)
class Dimension:
    """A group of the tree with its indicators, those that add most first."""

    kind: Kind
    points: float
    adds: float
    indicators: tuple[OfIndicator, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """A score from 0 to 100 and everything it is made of. `parts` add up to it, dimensions to the city's part."""

    licence_no: str
    at: datetime
    value: float
    level: str  # service | watch | key
    parts: Parts
    dimensions: tuple[Dimension, ...]
    provincial: tuple[Provincial, ...]
    outflow: tuple[Found, ...]
    scale: Scale

    @property
    def heaviest(self) -> Kind | None:
        """The indicator that adds most, of those that a new clue may carry."""
        fit = [one for dimension in self.dimensions for one in dimension.indicators if one.kind.usable]
        return max(fit, key=lambda one: one.adds).kind if fit else None


async def score(tx: Tx, licence_no: str, at: datetime) -> Score:
    """The score of a shop as of that moment. A shop of which nothing is known scores 0."""
    scale = await load_scale(tx, at)
    tree = await load_tree(tx, at, scale)
    counted = await confirmed(tx, licence_no, at)
    found = await provincial.outflow(tx, licence_no, at, scale)
    scores = await provincial.scores(tx, licence_no, at)
    points = {one.number: _points(one, at, scale, tree) for one in counted}
    worst = scores[0].score if scores else 0.0
    parts = compose(sum(points.values()), worst, provincial.total(found), scale)
    dimensions = _dimensions(counted, points, parts.city, tree)
    value = parts.score
    return Score(licence_no, at, value, level(value, scale), parts, dimensions, tuple(scores), tuple(found), scale)


def _points(one: Confirmed, at: datetime, scale: Scale, tree: Tree) -> float:
    return tree[one.indicator].worth * faded(half_lives(one.at, at, scale))


def _dimensions(
    counted: Iterable[Confirmed], points: Mapping[str, float], city: float, tree: Tree
) -> tuple[Dimension, ...]:
    """The city's part shared out by points."""
    total = sum(points.values())
    share = city / total if total else 0.0
    indicators: list[OfIndicator] = []
    for code, same in groupby(sorted(counted, key=lambda one: one.indicator), key=lambda one: one.indicator):
        problems = [Counted(one.number, one.at, points[one.number], points[one.number] * share) for one in same]
        problems.sort(key=lambda one: (-one.points, one.number))
        own, kind = sum(one.points for one in problems), tree[code]
        indicators.append(OfIndicator(kind, kind.worth, own, own * share, tuple(problems)))
    indicators.sort(key=lambda one: (one.kind.group, -one.points, one.kind.code))
    found = []
    for code, mine in groupby(indicators, key=lambda one: one.kind.group):
        inside = tuple(mine)
        own = sum(one.points for one in inside)
        found.append(Dimension(tree[code], own, own * share, inside))
    return tuple(sorted(found, key=lambda one: (-one.points, one.kind.code)))

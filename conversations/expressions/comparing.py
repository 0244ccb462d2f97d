"""The operators of expressions, by sign; `and` and `or` stand in compiling.py, for they may look at one side only.

Division by zero and the like give NaN, never an exception.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable

from conversations.expressions.values import NAN, Nodes, moment, number, string, truth
from store.words import Json

Operator = Callable[[Json, Json], Json]


def _equal(left: Json, right: Json) -> bool:
    """XPath 1.0 §3.4: truths as truths, numbers as numbers, else texts; two dates are equal as moments."""
    if isinstance(left, bool) or isinstance(right, bool):
        return truth(left) == truth(right)
    if isinstance(left, int | float) or isinstance(right, int | float):
        return number(left) == number(right)
    one, other = string(left), string(right)
    if one == other:
        return True
    at = moment(one)
    return at is not None and at == moment(other)


def _unequal(left: Json, right: Json) -> bool:
    return not _equal(left, right)


def _of_numbers(compare: Callable[[float, float], bool]) -> Operator:
    return lambda left, right: compare(number(left), number(right))


def _any(compare: Operator) -> Operator:
    """A comparison with several nodes holds when it holds for any of them (XPath 1.0 §3.4)."""

    def over(left: Json, right: Json) -> Json:
        if not isinstance(left, Nodes) and not isinstance(right, Nodes):
            return compare(left, right)
        lefts = left if isinstance(left, Nodes) else (left,)
        rights = right if isinstance(right, Nodes) else (right,)
        return any(compare(one, other) for one in lefts for other in rights)

    return over


def _arithmetic(work: Callable[[float, float], float]) -> Operator:
    def safe(left: Json, right: Json) -> float:
        try:
            return work(number(left), number(right))
        except (ZeroDivisionError, OverflowError, ValueError):
            return NAN

    return safe


OPERATORS: dict[str, Operator] = {
    "=": _any(_equal),
    "!=": _any(_unequal),
    "<": _any(_of_numbers(operator.lt)),
    "<=": _any(_of_numbers(operator.le)),
    ">": _any(_of_numbers(operator.gt)),
    ">=": _any(_of_numbers(operator.ge)),
    "+": _arithmetic(operator.add),
    "-": _arithmetic(operator.sub),
    "*": _arithmetic(operator.mul),
    "div": _arithmetic(operator.truediv),
    "mod": _arithmetic(math.fmod),
}

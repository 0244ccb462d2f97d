"""Regular expressions that are safe to run on what strangers type: a plain dialect with a known worst case.

Python's engine tries alternatives one after the other, so a pattern such as `(a+)+b` can take for ever. The dialect
is what Python, Java (ODK) and JavaScript (Enketo) read alike: characters, classes, groups, `|`, `? * + {m,n}`, `.`
and anchors. For each pattern the number of ways to try it is computed; that gives the longest text it may see.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass

from conversations.expressions.lexing import BadExpression

LONGEST = 300
"""Characters in one pattern."""
REACH = 4_000
"""Characters of the longest text that any pattern may see; a longer one does not match."""
LEAST_REACH = 40
"""A pattern that may see less than this is refused: names, numbers and codes must fit."""
_TRIES = 2_000_000
"""Ways to try that take about a tenth of a second."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern that must match a whole text (as ODK's regex() does) of at most `reach` characters."""

    source: str
    compiled: re.Pattern[str]
    reach: int

    def matches(self, text: str) -> bool:
        return len(text) <= self.reach and self.compiled.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class _Cost:
    """How many ways to try: `fixed` times the length of the text to the power of `open`."""

    fixed: float = 1
    open: int = 0

    def then(self, other: _Cost) -> _Cost:
        return _Cost(min(self.fixed * other.fixed, 1e12), self.open + other.open)

    @property
    def single(self) -> bool:
        return self.fixed == 1 and self.open == 0


def read_pattern(source: str) -> Pattern:
    """Raises `BadExpression` for what does not compile, lies outside the dialect, or could take too long."""
    if len(source) > LONGEST:
        raise BadExpression(f"has a pattern longer than {LONGEST} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # "possible nested set" and the like: engines differ there
            compiled = re.compile(source, re.ASCII)
    except (re.error, Warning, OverflowError, RecursionError) as reason:
        raise BadExpression(f"has a pattern that does not compile: {reason}") from None
    cost = _Scanner(source).pattern()
    reach = REACH if not cost.open else int(min(REACH, (_TRIES / cost.fixed) ** (1 / cost.open)))
    if cost.fixed > _TRIES or reach < LEAST_REACH:
        raise BadExpression("has a pattern that could take too long: use fewer * + ? and | in it")
    return Pattern(source, compiled, reach)


_ESCAPE = re.compile(r"\\(?:[dDwWsStnr]|[^A-Za-z0-9])")
_CLASS = re.compile(r"\[\^?\]?(?:\\(?:[dDwWsStnr]|[^A-Za-z0-9])|[^\]\\\[])*\]")
_TIMES = re.compile(r"\{([0-9]{1,3})(?:(,)([0-9]{1,3})?)?\}")


class _Scanner:
    """Reads a pattern that Python has accepted, one construct after the other, and counts."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0

    def pattern(self) -> _Cost:
        cost = self.branches(0)
        if self.at < len(self.source):
            raise BadExpression("has a pattern with a bracket too many")
        return cost

    def branches(self, depth: int) -> _Cost:
        if depth > 10:
            raise BadExpression("has a pattern nested too deeply")
        found = [self.sequence(depth)]
        while self.source.startswith("|", self.at):
            self.at += 1
            found.append(self.sequence(depth))
        return _Cost(sum(cost.fixed for cost in found), max(cost.open for cost in found))

    def sequence(self, depth: int) -> _Cost:
        cost = _Cost()
        while self.at < len(self.source) and self.source[self.at] not in "|)":
            cost = cost.then(self.repeated(self.atom(depth)))
        return cost

    def atom(self, depth: int) -> _Cost:
        here = self.source[self.at]
        if here == "(":
            return self.group(depth)
        for shape in (_ESCAPE, _CLASS):
            if match := shape.match(self.source, self.at):
                self.at = match.end()
                return _Cost()
        if here in "\\[{":
            piece = self.source[self.at : self.at + 4]
            raise BadExpression(f"has a pattern with “{piece}”, which not every form tool reads")
        self.at += 1
        return _Cost()

    def group(self, depth: int) -> _Cost:
        self.at += 3 if self.source.startswith("(?:", self.at) else 1
        if self.source.startswith("?", self.at):
            raise BadExpression("has a pattern with “(?”, which not every form tool reads")
        cost = self.branches(depth + 1)
        self.at += 1  # Python has accepted the pattern, so here stands the closing bracket
        return cost

    def repeated(self, inner: _Cost) -> _Cost:
        least, most = self.times()
        if (least, most) == (1, 1):
            return inner
        if most == 1:
            return _Cost(inner.fixed + 1, inner.open)
        if not inner.single and (most is None or most > 9 or inner.open):
            raise BadExpression("has a pattern that could take too long: a repeated group may not vary inside")
        if most is None:
            return _Cost(1, 1)
        return _Cost(min(inner.fixed**most * (most - least + 1), 1e12))

    def times(self) -> tuple[int, int | None]:
        here = self.source[self.at : self.at + 1]
        if match := _TIMES.match(self.source, self.at):
            least = int(match[1])
            times = (least, int(match[3]) if match[3] else None if match[2] else least)
            self.at = match.end()
        elif here and here in "?*+":
            times = {"?": (0, 1), "*": (0, None), "+": (1, None)}[here]
            self.at += 1
        else:
            return 1, 1
        if self.source[self.at : self.at + 1] in ("?", "*", "+"):
            raise BadExpression("has a pattern with a doubled quantifier, which not every form tool reads")
        return times

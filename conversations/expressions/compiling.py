"""Turns the tree of an expression into closures once, and remembers what it reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from conversations.expressions.comparing import OPERATORS
from conversations.expressions.functions import FUNCTIONS
from conversations.expressions.lexing import BadExpression
from conversations.expressions.patterns import Pattern, read_pattern
from conversations.expressions.reading import Answer, Binary, Call, Column, Dot, Literal, Negative, Node, read
from conversations.expressions.values import Nodes, number, plain, string, truth
from store.words import NOTHING, Json

POSITION = "position(..)"
"""The name under which the answers hold the number of the turn, from 1, for questions inside a repeat. What was
answered in that turn lies over the other answers; `answers[repeat]` is the list of all turns."""

Run = Callable[[Mapping[str, Json], datetime, Json], Json]
Paths = Mapping[str, tuple[str, ...]]


_OPEN = object()
_ANY_TIME = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Compiled:
    """An `Expression` (see form.py), and what the checks at load want to know of it.

    Two are equal when their sources are: a form decides once what the names in them mean.
    """

    source: str
    reads: frozenset[str]
    columns: frozenset[str] = frozenset()  # of a choice, for choice_filter
    wants: frozenset[str] = frozenset()  # "." and "position(..)", which only some places have
    expects: frozenset[tuple[str, str]] = frozenset()  # (question, text) that are compared with each other
    run: Run = field(compare=False, repr=False, default=lambda _answers, _now, _dot: None)
    fixed: Json = field(compare=False, repr=False, default=_OPEN)  # its value, when nothing can change it

    def evaluate(self, answers: Mapping[str, Json], now: datetime, dot: Json = None) -> Json:
        """Its value; `dot` is the answer being judged, or the row of a choice for a choice_filter. Python's own
        truth of the result is XPath's."""
        return plain(self.run(answers, now, dot)) if self.fixed is _OPEN else self.fixed


def compile_expression(source: str, repeats: Paths = NOTHING) -> Compiled:
    """Raises `BadExpression`. `repeats` names the repeats (outermost first) between where the expression stands
    and a question, for every question that has several answers when seen from there."""
    tree = read(source)
    nodes = list(_walk(tree))
    run = _closure(tree, repeats)
    return Compiled(
        source=source,
        reads=frozenset(node.name for node in nodes if isinstance(node, Answer)),
        columns=frozenset(node.name for node in nodes if isinstance(node, Column)),
        wants=frozenset(filter(None, map(_want, nodes))),
        expects=frozenset(pair for node in nodes for pair in _expected(node)),
        run=run,
        fixed=plain(run({}, _ANY_TIME, None)) if all(map(_is_fixed, nodes)) else _OPEN,
    )


def _walk(node: Node) -> Iterator[Node]:
    yield node
    match node:
        case Negative(operand):
            yield from _walk(operand)
        case Binary(_, left, right):
            yield from _walk(left)
            yield from _walk(right)
        case Call(_, arguments):
            for argument in arguments:
                yield from _walk(argument)


def _is_fixed(node: Node) -> bool:
    """Whether neither answers nor time can change what this node contributes ("required = yes")."""
    truth_itself = isinstance(node, Call) and node.function in ("true", "false")
    return truth_itself or isinstance(node, Literal | Negative | Binary)


def _want(node: Node) -> str | None:
    if isinstance(node, Dot):
        return "."
    return POSITION if isinstance(node, Call) and node.function == "position" else None


def _expected(node: Node) -> Iterator[tuple[str, str]]:
    """A question and a quoted text that is held against its answer, so that a typing error in it is found."""
    match node:
        case Binary("=" | "!=", Answer(name), Literal(str(text))) | Binary(
            "=" | "!=", Literal(str(text)), Answer(name)
        ):
            yield name, text
        case Call("selected", (Answer(name), Literal(str(text)))):
            yield name, text


def _closure(node: Node, repeats: Paths) -> Run:
    match node:
        case Literal(value):
            return lambda _answers, _now, _dot: value
        case Answer(name):
            return _answer(name, repeats.get(name, ()))
        case Column(name):
            return lambda _answers, _now, dot: dot.get(name) if isinstance(dot, Mapping) else None
        case Dot():
            return lambda _answers, _now, dot: dot
        case Negative(operand):
            inner = _closure(operand, repeats)
            return lambda answers, now, dot: -number(inner(answers, now, dot))
        case Binary(sign, left, right):
            return _binary(sign, _closure(left, repeats), _closure(right, repeats))
        case Call(name, arguments):
            return _call(name, arguments, repeats)


def _answer(name: str, path: tuple[str, ...]) -> Run:
    if not path:
        return lambda answers, _now, _dot: answers.get(name)
    return lambda answers, _now, _dot: Nodes(_spread(answers, path, name))


def _spread(answers: Mapping[str, Json], path: tuple[str, ...], name: str) -> Iterator[Json]:
    if not path:
        yield answers.get(name)
        return
    turns = answers.get(path[0])
    for turn in turns if isinstance(turns, list) else ():
        if isinstance(turn, Mapping):
            yield from _spread(turn, path[1:], name)


def _binary(sign: str, left: Run, right: Run) -> Run:
    if sign == "and":
        return lambda answers, now, dot: truth(left(answers, now, dot)) and truth(right(answers, now, dot))
    if sign == "or":
        return lambda answers, now, dot: truth(left(answers, now, dot)) or truth(right(answers, now, dot))
    work = OPERATORS[sign]
    return lambda answers, now, dot: work(left(answers, now, dot), right(answers, now, dot))


def _call(name: str, arguments: tuple[Node, ...], repeats: Paths) -> Run:
    if name == "position":
        return lambda answers, _now, _dot: answers.get(POSITION)
    if name == "regex":
        return _regex(_closure(arguments[0], repeats), _pattern(arguments[1]))
    work, inner = FUNCTIONS[name].work, tuple(_closure(argument, repeats) for argument in arguments)
    return lambda answers, now, dot: work(now, dot, *(one(answers, now, dot) for one in inner))


def _regex(value: Run, pattern: Pattern) -> Run:
    return lambda answers, now, dot: pattern.matches(string(value(answers, now, dot)))


def _pattern(node: Node) -> Pattern:
    if not (isinstance(node, Literal) and isinstance(node.value, str)):
        raise BadExpression("must give regex() its pattern as a quoted text, so that it can be checked")
    return read_pattern(node.value)

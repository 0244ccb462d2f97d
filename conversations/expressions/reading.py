"""Reads an expression into a small tree: the grammar of XPath as XLSForm uses it, and nothing beyond."""

from __future__ import annotations

from dataclasses import dataclass

from conversations.expressions.functions import FUNCTIONS
from conversations.expressions.lexing import BadExpression, Token, tokens

DEEPEST = 40
"""Levels of brackets, calls and signs; keeps reading and evaluating far from Python's own limit."""

FUNCTION_NAMES = frozenset(FUNCTIONS) | {"regex", "position"}


@dataclass(frozen=True, slots=True)
class Literal:
    """A number or a quoted text."""

    value: float | str


@dataclass(frozen=True, slots=True)
class Answer:
    """`${name}`: the answer to a question."""

    name: str


@dataclass(frozen=True, slots=True)
class Column:
    """A bare name: a column of the choice that a choice_filter looks at."""

    name: str


@dataclass(frozen=True, slots=True)
class Dot:
    """`.`: the answer that is being judged."""


@dataclass(frozen=True, slots=True)
class Negative:
    """`- x`."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Binary:
    """`left sign right`."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Call:
    """`function(arguments)`."""

    function: str
    arguments: tuple[Node, ...]


Node = Literal | Answer | Column | Dot | Negative | Binary | Call

# Weakest first (XPath 1.0 §3.3–3.5); operators of one level bind from the left.
_LEVELS: tuple[frozenset[str], ...] = (
    frozenset({"or"}),
    frozenset({"and"}),
    frozenset({"=", "!="}),
    frozenset({"<", "<=", ">", ">="}),
    frozenset({"+", "-"}),
    frozenset({"*", "div", "mod"}),
)


def read(source: str) -> Node:
    """The tree of an expression. Raises `BadExpression`."""
    reader = _Reader(tokens(source))
    if reader.next.kind == "end":
        raise BadExpression("is empty")
    tree = reader.level(0)
    if reader.next.kind != "end":
        raise BadExpression(f"goes on after its end with “{reader.next.text}”")
    return tree


class _Reader:
    """Walks the tokens once, one method per level of the grammar."""

    def __init__(self, found: list[Token]) -> None:
        self.found = found
        self.at = 0
        self.depth = 0

    @property
    def next(self) -> Token:
        return self.found[self.at]

    def take(self) -> Token:
        token = self.found[self.at]
        self.at += token.kind != "end"
        return token

    def level(self, index: int) -> Node:
        if index == len(_LEVELS):
            return self.unary()
        left = self.level(index + 1)
        # After an operand `div`, `mod`, `and`, `or` are operators; before one they would be names.
        while self.next.kind in ("sign", "name") and self.next.text in _LEVELS[index]:
            sign = self.take().text
            left = Binary(sign, left, self.level(index + 1))
        return left

    def unary(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise BadExpression(f"is nested deeper than {DEEPEST} levels")
        node = self.negative() if self.next == Token("sign", "-") else self.primary()
        self.depth -= 1
        return node

    def negative(self) -> Node:
        self.take()
        return Negative(self.unary())

    def primary(self) -> Node:
        token = self.take()
        match token.kind:
            case "number":
                return Literal(float(token.text))
            case "string":
                return Literal(token.text)
            case "answer":
                return Answer(token.text)
            case "dot":
                return Dot()
            case "name":
                return self.call(token.text) if self.next == Token("sign", "(") else Column(token.text)
            case "sign" if token.text == "(":
                inner = self.level(0)
                self.close()
                return inner
        raise BadExpression(f"lacks a value before “{token.text}”" if token.text else "ends too early")

    def call(self, name: str) -> Node:
        if name not in FUNCTION_NAMES:
            raise BadExpression(f"uses {name}(), which is not among the functions")
        self.take()
        if name == "position":
            return self.position()
        arguments: list[Node] = []
        while self.next != Token("sign", ")"):
            if arguments:
                self.expect(",")
            arguments.append(self.level(0))
        self.close()
        _check_count(name, len(arguments))
        return Call(name, tuple(arguments))

    def position(self) -> Node:
        if self.take().kind != "parent":
            raise BadExpression("may use position() only as position(..)")
        self.close()
        return Call("position", ())

    def close(self) -> None:
        self.expect(")")

    def expect(self, sign: str) -> None:
        token = self.take()
        if token != Token("sign", sign):
            raise BadExpression(
                f"lacks “{sign}” before “{token.text}”" if token.text else f"lacks a “{sign}” at its end"
            )


def _check_count(name: str, count: int) -> None:
    least, most = (2, 2) if name == "regex" else FUNCTIONS[name].counts
    if least <= count <= (most if most is not None else count):
        return
    wanted = str(least) if least == most else f"{least} to {most}" if most is not None else f"at least {least}"
    raise BadExpression(f"gives {name}() {count} arguments; it takes {wanted}")

"""Cuts the text of an expression into tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST = 2_000
"""Characters in one expression."""


class BadExpression(ValueError):
    """An expression that cannot be read; the message says why, in one clause."""


@dataclass(frozen=True, slots=True)
class Token:
    """One word of an expression. `kind`: answer, number, string, parent, dot, name, sign or end."""

    kind: str
    text: str


# XPath 1.0 §3.7, reduced to what XLSForm documents. A name may hold dashes and dots, as XML names do.
_TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | \$\{\s*(?P<answer>[A-Za-z_][\w.-]*)\s*\}
    | (?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)
    | '(?P<single>[^']*)'
    | "(?P<double>[^"]*)"
    | (?P<parent>\.\.)
    | (?P<dot>\.)
    | (?P<name>[A-Za-z_][\w.-]*)
    | (?P<sign><=|>=|!=|[=<>+\-*(),])
    """,
    re.VERBOSE | re.ASCII,
)


def tokens(source: str) -> list[Token]:
    """The tokens of `source`, closed by one of kind `end`. Raises `BadExpression`."""
    if len(source) > LONGEST:
        raise BadExpression(f"is longer than {LONGEST} characters")
    found, at = [], 0
    while at < len(source):
        match = _TOKEN.match(source, at)
        if match is None:
            raise BadExpression(f"cannot be read from {_short(source[at:])} on")
        kind, text = match.lastgroup or "", match.group(match.lastgroup or 0)
        if kind != "space":
            found.append(Token("string" if kind in ("single", "double") else kind, text))
        at = match.end()
    return [*found, Token("end", "")]


def _short(rest: str) -> str:
    return f"“{rest[:20]}{'…' if len(rest) > 20 else ''}”"

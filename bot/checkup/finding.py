"""One line of `doctor`: what was looked at, how it is, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.texts import said
from store.words import Json


class Mark(StrEnum):
    """`NOTE` is neither good nor bad: not set up, or worth knowing."""

    GOOD = "✓"
    BAD = "✗"
    NOTE = "–"


@dataclass(frozen=True, slots=True)
class Finding:
    """`what` and `advice` are catalogue sentences; `facts` fill both."""

    mark: Mark
    what: str
    advice: str = ""
    facts: Mapping[str, Json] = field(default_factory=dict)

    def line(self, language: str) -> str:
        """As it is printed."""
        line = f"{self.mark} {said(self.what, language, **self.facts)}"
        return f"{line}\n    {said(self.advice, language, **self.facts)}" if self.advice else line


def good(what: str, **facts: Json) -> Finding:
    return Finding(Mark.GOOD, what, "", facts)


def bad(what: str, advice: str, **facts: Json) -> Finding:
    return Finding(Mark.BAD, what, advice, facts)


def note(what: str, advice: str = "", **facts: Json) -> Finding:
    return Finding(Mark.NOTE, what, advice, facts)

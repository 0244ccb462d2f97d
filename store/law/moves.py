"""What a law is made of: states, verbs, and rows that say which verb leads whom from where to where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from store.law.standing import Standing, Texts


@dataclass(frozen=True, slots=True)
class State:
    """A state, and the standings that come with holding an entry in it (none: the entry is not open)."""

    zh: str
    en: str
    desk: frozenset[Standing] = frozenset()

    @property
    def open(self) -> bool:
        return bool(self.desk)


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the law: `verb` leads from any of `sources` to `target`, for `who`, when `needs` are given.

    `target` is a state or the name of a rule in `rules.TARGETS`. A source of None is an entry that does not exist yet.
    """

    verb: str
    sources: tuple[str | None, ...]
    target: str
    who: tuple[Standing, ...]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Law:
    """Everything there is to know of one ledger."""

    name: Texts
    states: Mapping[str, State]
    verbs: Mapping[str, Texts]
    moves: tuple[Move, ...]

"""What a kind of thing that administrators change must be able to do: say its state, and take one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from store.db import Tx
from store.running.journal import Change
from store.words import NOTHING, Json, Moved


@dataclass(slots=True)
class Wish:
    """One change on its way: who wants it and when; `given` is what the state does not hold, such as the heir of
    somebody who leaves; `moved` gathers the lines that it wrote in the ledgers."""

    tx: Tx
    by: str
    at: datetime
    given: Mapping[str, Json] = NOTHING
    moved: list[Moved] = field(default_factory=list)


class Book(Protocol):
    """One kind. States are JSON with names; None: there is no such subject."""

    async def state(self, tx: Tx, subject: str) -> Json:
        """How the subject stands now."""

    async def put(self, wish: Wish, subject: str, before: Json, after: Json) -> None:
        """Let it stand like `after`. Raises `Unfit` when that does not do; then nothing is kept."""

    def restored(self, change: Change, now: Json, at: datetime) -> Json:
        """The state that takes a change back, when what it did still stands in `now`."""


class Plain:
    """A book in which a change is taken back by what was before it; what others changed since stays."""

    def restored(self, change: Change, now: Json, at: datetime) -> Json:
        if not change.differing or not isinstance(now, dict):
            return change.before
        kept = {name: value for name, value in now.items() if name not in change.differing}
        before = change.before or {}
        return {**kept, **{name: before[name] for name in change.differing if name in before}} if before else None

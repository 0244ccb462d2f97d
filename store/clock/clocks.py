"""How long things may take: the defaults of lifecycle.md §4, and the dated rows by which an administrator changes them.

A row of `setting` counts from its `valid_from` until a newer one of the same key: what was due in the past stays
explainable. Keys are the field names of `Clocks` with the prefix "clock."; the ladder is a list of
{"name": …, "days": working days after the deadline, null for half time, "who": […]}.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime

from sqlalchemy import select

from store.clock.deadlines import LADDER, Rung
from store.db import Tx
from store.remembered import once
from store.tables import setting
from store.words import Json

PREFIX = "clock."


@dataclass(frozen=True, slots=True)
class Clocks:
    """Working days unless the name says otherwise."""

    head_review: int = 1
    county_review: int = 2
    city_review: int = 2
    need_info: int = 2  # ours: the law wants a deadline and names none
    verifying: int = 2
    rechecking: int = 2
    due_by_severity: Mapping[str, int] = field(default_factory=lambda: {"5": 3, "4": 5, "3": 7, "2": 10, "1": 15})
    late_working_hours: int = 4  # ours: from seeing to reporting; more than this is marked late
    receive_working_hours: int = 4
    nudge_working_hours: int = 4
    archive_days: int = 30  # calendar days without anything new
    problem_archive: int = 5
    rework: int = 2  # ours: at least so long for what is returned, or handed to somebody else late
    free_extension: int = 3  # the first extension of so many working days needs no grant
    sample_percent: int = 10  # of last month's closed problems of a county
    sample_severity: int = 5  # from this severity on every one is drawn
    ladder: tuple[Rung, ...] = LADDER
    duplicate_days: int = 30
    duplicate_metres: int = 250

    def review_days(self, state: str) -> int | None:
        """How many working days an entry may stay in that state; None: it has no deadline."""
        days = {
            "head_review": self.head_review,
            "county_review": self.county_review,
            "city_review": self.city_review,
            "need_info": self.need_info,
            "verifying": self.verifying,
            "rechecking": self.rechecking,
        }
        return days.get(state)


async def dated(tx: Tx, prefix: str, names: Sequence[str], at: datetime) -> dict[str, Json]:
    """What administrators set of `names` (keys without their prefix), as it stood at that moment."""
    rows = await tx.execute(
        select(setting.c.key, setting.c.value)
        .where(setting.c.key.in_([prefix + name for name in names]), setting.c.valid_from <= at)
        .distinct(setting.c.key)
        .order_by(setting.c.key, setting.c.valid_from.desc())
    )
    return {row.key.removeprefix(prefix): row.value for row in rows}


async def load_clocks(tx: Tx, at: datetime) -> Clocks:
    """The clocks as they stood at that moment."""
    return await once(tx, ("clocks", at), lambda: _load(tx, at))


async def _load(tx: Tx, at: datetime) -> Clocks:
    changed = await dated(tx, PREFIX, [one.name for one in fields(Clocks)], at)
    if "ladder" in changed:
        changed["ladder"] = tuple(Rung(one["name"], one["days"], tuple(one["who"])) for one in changed["ladder"])
    return replace(Clocks(), **changed)

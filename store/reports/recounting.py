"""Recounting: the roll-ups held against the ledgers, and made anew.

Two things are proven: that every entry counts as what the ledgers say of it, and that sums and deltas together are
what the entries add up to.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from store.db import Tx
from store.reports.columns import ADDED, COUNTED, KEY, SUMMED, grained, named
from store.reports.following import count_anew

_SAME = ("number", *COUNTED, "state", "open", "due_at")

_ASTRAY = text(f"""
SELECT coalesce(f.number, e.number) FROM report_fact f FULL JOIN report_entry e USING (number)
WHERE ({named(_SAME, "f")}) IS DISTINCT FROM ({named(_SAME, "e")}) ORDER BY 1 LIMIT :most
""")  # noqa: S608 - nothing but constants
_SUMS_ASTRAY = text(f"""
SELECT grain, {named(KEY)} FROM (
    SELECT grain, {named(KEY)}, {SUMMED} FROM (
        SELECT grain, {named(KEY)}, {named(ADDED)} FROM report_sum
        UNION ALL SELECT grain, {named(KEY)}, {named(ADDED)} FROM ({grained("report_delta")}) AS changed
        UNION ALL SELECT grain, {named(KEY)}, {named(ADDED)} FROM ({grained("report_entry", "-1")}) AS counted
    ) AS s GROUP BY grain, {named(KEY)}
) AS t WHERE {" OR ".join(f"{name} <> 0" for name in ADDED)} LIMIT :most
""")  # noqa: S608 - nothing but constants
_REBUILT = text(f"""
INSERT INTO report_sum (grain, {named(KEY)}, {named(ADDED)})
SELECT grain, {named(KEY)}, {SUMMED} FROM ({grained("report_entry", "1")}) AS s GROUP BY grain, {named(KEY)}
""")  # noqa: S608 - nothing but constants


@dataclass(frozen=True, slots=True)
class Findings:
    """What does not agree: numbers of entries, and keys of sums; at most so many of each."""

    entries: tuple[str, ...]
    sums: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not self.entries and not self.sums


async def check(tx: Tx, most: int = 20) -> Findings:
    """Hold all roll-ups against the ledgers. Use a transaction that sees one moment (repeatable read)."""
    entries = [str(number) for number in (await tx.execute(_ASTRAY, {"most": most})).scalars()]
    sums = [" ".join(str(part) for part in row) for row in await tx.execute(_SUMS_ASTRAY, {"most": most})]
    return Findings(tuple(entries), tuple(sums))


async def set_right(tx: Tx, numbers: tuple[str, ...]) -> int:
    """Count these entries anew; their locks are taken. How many changes that made."""
    for table in ("clue", "problem"):
        lock = text(f"SELECT FROM {table} WHERE number = ANY (:numbers) ORDER BY number FOR UPDATE")
        await tx.execute(lock, {"numbers": list(numbers)})
    return await count_anew(tx, numbers)


async def rebuild(tx: Tx) -> None:
    """Make everything anew. Moves wait until the caller has committed."""
    await tx.execute(text("LOCK TABLE report_entry, report_delta, report_sum IN ACCESS EXCLUSIVE MODE"))
    await tx.execute(text("TRUNCATE report_entry, report_delta, report_sum"))
    await tx.execute(text("INSERT INTO report_entry SELECT * FROM report_fact"))
    await tx.execute(_REBUILT)

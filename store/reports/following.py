"""Roll-ups kept in step: what a move changes in the reports, in the transaction of the move.

`ledger.apply` calls `follow` with every move. What an entry counts as is worked out of the ledgers (`report_fact`),
and what changed is added to `report_delta`. Whoever moves an entry holds its lock, so nothing is counted twice; rows
are only added, so two people wait for each other only where they move the same entry.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ARRAY, Text, bindparam, text

from store.db import Tx
from store.reports.columns import COUNTED, named
from store.tables.reports import report_entry
from store.words import Ledger, Moved, every

_VERDICTS = ("verify", "verify_closed", "rule_unfounded")
"""What says of clues, too, whether they were confirmed. Each changes the problem's state, which locks its clues."""

# Problems of a shop that were opened after one that came into the books only now: they are repeated ones since.
_LATER = text("""
SELECT number FROM problem WHERE merchant = :shop AND opened_at > :at AND opened_at <= :at + interval '180 days'
ORDER BY number FOR UPDATE
""")
_ALL = tuple(column.name for column in report_entry.c)
_SET = ", ".join(f"{name} = excluded.{name}" for name in _ALL if name != "number")
_FOLLOW = text(f"""
WITH new AS MATERIALIZED (SELECT * FROM report_fact WHERE number = ANY (:numbers)),
     old AS MATERIALIZED (SELECT * FROM report_entry WHERE number = ANY (:numbers)),
     moved AS (SELECT new.number FROM new LEFT JOIN old USING (number)
               WHERE old.number IS NULL OR ({named(COUNTED, "new")}) IS DISTINCT FROM ({named(COUNTED, "old")})),
     kept AS (INSERT INTO report_entry ({named(_ALL)}) SELECT {named(_ALL)} FROM new
              ON CONFLICT (number) DO UPDATE SET {_SET})
INSERT INTO report_delta (sign, {named(COUNTED)})
SELECT -1, {named(COUNTED)} FROM old WHERE number IN (SELECT number FROM moved)
UNION ALL
SELECT 1, {named(COUNTED)} FROM new WHERE number IN (SELECT number FROM moved)
""").bindparams(bindparam("numbers", type_=ARRAY(Text)))  # noqa: S608 - nothing but constants


async def follow(tx: Tx, moved: Moved) -> None:
    """Bring the roll-ups in step with a move that was just written, and with what it caused."""
    numbers: set[str] = set()
    for one in every((moved,)):
        numbers.add(one.entry.number)
        if one.entry.ledger is Ledger.PROBLEM and one.verb in _VERDICTS:
            numbers.update(one.entry.fields["clues"])
        if one.verb == "open" and one.entry.fields["merchant"]:
            later = await tx.execute(_LATER, {"shop": one.entry.fields["merchant"], "at": one.at})
            numbers.update(later.scalars())
    await count_anew(tx, numbers)


async def count_anew(tx: Tx, numbers: Iterable[str]) -> int:
    """Count these entries as the ledgers have them; how many changes that made. The caller holds their locks."""
    return (await tx.execute(_FOLLOW, {"numbers": sorted(numbers)})).rowcount

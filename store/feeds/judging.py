"""Judging order cycles by the warning rules, and the clues that come of it: each rule warns of a shop once a cycle.

What waits for its clue is always what the rules say of the orders in the books: a batch that comes late, corrects
another or is taken back has its cycles judged anew. What has become a clue stays one, and is not warned of again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import RowMapping, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert

from store import tables
from store.db import Tx
from store.feeds.rules import BY_NAME, RULES, Rule, Thresholds, load_thresholds, reason
from store.tables_feeds import feed_order, feed_warning
from store.words import Ask, Ledger


async def judge(tx: Tx, cycles: Iterable[str], at: datetime) -> int:
    """Judge these cycles, and those after them whose measure they are; how many warnings wait for their clue now."""
    thresholds, known = await load_thresholds(tx, at), await known_cycles(tx)
    touched = set(cycles)
    affected = touched | {
        later for place, later in enumerate(known) if touched & set(known[max(0, place - thresholds.cycles) : place])
    }
    warned = feed_warning.c
    await tx.execute(delete(feed_warning).where(warned.cycle.in_(affected), warned.clue.is_(None)))
    for cycle in sorted(affected & set(known)):
        place = known.index(cycle)
        before = known[max(0, place - thresholds.cycles) : place]
        for rule in RULES:
            if len(before) == thresholds.cycles or not rule.needs_before:
                await _ask(tx, rule, cycle, before, thresholds, at)
    count = select(func.count()).where(warned.cycle.in_(affected), warned.clue.is_(None))
    return (await tx.execute(count)).scalar_one()


async def known_cycles(tx: Tx) -> list[str]:
    """The order cycles in the books, in order: found by leaps in the index, however many orders there are."""
    found: list[str] = []
    order = feed_order.c
    while True:
        following = select(func.min(order.cycle)).where(order.replaced_by.is_(None), order.cycle > (found or [""])[-1])
        cycle = (await tx.execute(following)).scalar_one()
        if cycle is None:
            return found
        found.append(cycle)


async def _ask(tx: Tx, rule: Rule, cycle: str, before: Sequence[str], thresholds: Thresholds, at: datetime) -> None:
    """Write down whom one rule warns of in one cycle, but for those it warned of already."""
    given = {**asdict(thresholds), "cycle": cycle, "before": list(before)}
    known = {name: value for name, value in given.items() if f":{name}" in rule.query}
    rows = (await tx.execute(text(rule.query), known)).all()
    records = [{"rule": rule.name, "licence_no": row[0], "cycle": cycle, "facts": row[1], "at": at} for row in rows]
    if records:
        await tx.execute(insert(feed_warning).on_conflict_do_nothing(), records)


async def waiting(tx: Tx, limit: int) -> list[Ask]:
    """The clues that warnings ask for, the oldest first: what the clock reports next.

    A warning whose indicator is not in the library waits until it is.
    """
    indicator, child = tables.indicator.c, tables.indicator.alias("child")
    leaf = ~select(child.c.code).where(child.c.parent_code == indicator.code, child.c.active).exists()
    usable = set((await tx.execute(select(indicator.code).where(indicator.active, leaf))).scalars())
    names = [rule.name for rule in RULES if rule.indicator in usable]
    query = select(feed_warning).where(feed_warning.c.clue.is_(None), feed_warning.c.rule.in_(names))
    return [_report(row) for row in (await tx.execute(query.order_by(feed_warning.c.id).limit(limit))).mappings()]


def _report(warning: RowMapping) -> Ask:
    rule = BY_NAME[warning["rule"]]
    given = {
        "warning": warning["id"],
        "merchant": warning["licence_no"],
        "indicator": rule.indicator,
        "text": reason(rule, warning["cycle"], warning["facts"]),
        "rule": rule.name,
        "cycle": warning["cycle"],
    }
    return Ask(Ledger.CLUE, "report", None, given)

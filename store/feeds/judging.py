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
from store.tables.feeds import feed_order, feed_warning
from store.words import Ask, Ledger


async def judge(tx: Tx, cycles: Iterable[str], at: datetime) -> int:
    """Judge these cycles, and those after them whose measure they are; how many warnings wait for their clue now."""
    thresholds, known = await load_thresholds(tx, at), await known_cycles(tx)
    touched = set(cycles)
    await tx.execute(text("SET LOCAL work_mem = '128MB'"))  # sums of a million orders fit into it
    affected = touched | {
        later for place, later in enumerate(known) if touched & set(known[max(0, place - thresholds.cycles) : place])
    }
    warned = feed_warning.c
    await tx.execute(delete(feed_warning).where(warned.cycle.in_(affected), warned.clue.is_(None)))
    for cycle in sorted(affected & set(known)):
        place = known.index(cycle)
        before = known[max(0, place - thresholds.cycles) : place]
        comparable = len(before) == thresholds.cycles
        if comparable:
            await _compare(tx, cycle, before)
        for rule in RULES:
            if comparable or not rule.compares:
                await _ask(tx, rule, cycle, thresholds, at)
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


_SUMS = (
    "DROP TABLE IF EXISTS order_this, order_before, order_regular",
    "CREATE TEMP TABLE order_this (licence_no text, brand text, quantity float8, amount float8) ON COMMIT DROP",
    "CREATE TEMP TABLE order_before (licence_no text, brand text, earlier float8, cost float8, seen bigint) "
    "ON COMMIT DROP",
    "CREATE TEMP TABLE order_regular (licence_no text) ON COMMIT DROP",
    """
    INSERT INTO order_this SELECT licence_no, brand, sum(quantity), sum(amount) FROM feed_order
    WHERE cycle = :cycle AND replaced_by IS NULL GROUP BY licence_no, brand
    """,
    """
    INSERT INTO order_before
    SELECT licence_no, brand, sum(quantity), sum(amount), bit_or(1 << array_position(CAST(:before AS text[]), cycle))
    FROM feed_order WHERE cycle = ANY(CAST(:before AS text[])) AND replaced_by IS NULL GROUP BY licence_no, brand
    """,
    """
    INSERT INTO order_regular SELECT licence_no FROM order_before
    GROUP BY licence_no HAVING bit_or(seen) = (1 << cardinality(CAST(:before AS text[])) + 1) - 2
    """,
    "ANALYZE order_this, order_before, order_regular",
)
"""The sums that the rules compare, made once for all of them. `seen` has a bit for each cycle before."""


async def _compare(tx: Tx, cycle: str, before: Sequence[str]) -> None:
    given = {"cycle": cycle, "before": list(before)}
    for statement in _SUMS:
        await tx.execute(text(statement), {name: given[name] for name in given if f":{name}" in statement})


async def _ask(tx: Tx, rule: Rule, cycle: str, thresholds: Thresholds, at: datetime) -> None:
    """Write down whom one rule warns of in one cycle, but for those it warned of already."""
    given = {**asdict(thresholds), "cycle": cycle}
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

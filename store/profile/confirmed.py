"""Which problems count against a shop: those that supervision has confirmed, from the first such verdict on.

A verdict is a line of the problem ledger (`VERDICTS`). A problem counts once, from its first confirming verdict; a
later `rule_unfounded` takes it back, and whatever is confirmed after that counts anew. Matters of staff (`internal`)
never count: they say nothing of the shop, and its score must not hint at them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from store.db import Tx

COUNTED = """
SELECT licence_no, number, indicator, at FROM (
    SELECT p.merchant AS licence_no, p.number, coalesce(p.indicator, '') AS indicator,
           CASE WHEN NOT bool_or(v.verb = 'rule_unfounded') THEN min(v.at) ELSE (
               SELECT min(s.at) FROM line s
               WHERE s.ledger = 'problem' AND s.number = p.number AND s.verb IN ('verify', 'verify_closed')
                 AND s.at <= :at AND s.seq > max(v.seq) FILTER (WHERE v.verb = 'rule_unfounded')) END AS at
    FROM problem p
    JOIN line v ON v.ledger = 'problem' AND v.number = p.number
               AND v.verb IN ('verify', 'verify_closed', 'rule_unfounded') AND v.at <= :at
    WHERE p.merchant BETWEEN :first AND :last AND NOT p.internal
    GROUP BY p.number
) AS judged WHERE at IS NOT NULL
"""
"""The problems that count against the shops from `first` to `last` at `at`: shop, number, indicator, since when."""

# A matter that was coded anew counted under its old code until then; the line of that move keeps it.
_OF_SHOP = text(f"""
SELECT c.number, coalesce(before.indicator, c.indicator) AS indicator, c.at
FROM ({COUNTED}) AS c
LEFT JOIN LATERAL (
    SELECT r.fields ->> 'indicator_before' AS indicator FROM line r
    WHERE r.ledger = 'problem' AND r.number = c.number AND r.verb = 'recode' AND r.at > :at ORDER BY r.seq LIMIT 1
) AS before ON true
ORDER BY c.at, c.number
""")  # noqa: S608 - nothing but constants
_COUNTS_SINCE = text("""
SELECT min(v.seq) FROM line v
WHERE v.ledger = 'problem' AND v.number = :number AND v.verb IN ('verify', 'verify_closed')
  AND v.seq > coalesce((SELECT max(u.seq) FROM line u WHERE u.ledger = 'problem' AND u.number = :number
                        AND u.verb = 'rule_unfounded'), 0)
""")


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A problem that counts: its indicator ("" without one) and since when."""

    number: str
    indicator: str
    at: datetime


async def confirmed(tx: Tx, licence_no: str, at: datetime) -> list[Confirmed]:
    """What counted against a shop at that moment, the oldest first."""
    rows = await tx.execute(_OF_SHOP, {"first": licence_no, "last": licence_no, "at": at})
    return [Confirmed(row.number, row.indicator, row.at) for row in rows]


async def counts_since(tx: Tx, number: str) -> int | None:
    """The line from which on a problem counts; None while it does not."""
    seq: int | None = (await tx.execute(_COUNTS_SINCE, {"number": number})).scalar_one_or_none()
    return seq

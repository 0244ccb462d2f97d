"""Anonymous tips in reports: how many there were, where the number cannot point at anybody.

Shown are finished calendar months with at least `FEW` tips; fewer are "fewer than three", none included. A period's
number is what its shown months add up to, and "at least" so many when one of them is not shown: whoever subtracts
gets nothing that does not stand there. Days, weeks and running months have no number: they would tell when one came.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text

from store.db import Tx
from store.reports.columns import ALL, spread
from store.reports.periods import Period, Span, of_span

FEW = 3
_BY_MONTH = text(f"""
SELECT month, sum(n)::integer AS n FROM (
    SELECT start AS month, n FROM report_sum
    WHERE grain = 'month' AND office = '' AND indicator = '{ALL}' AND way = 'in' AND sight = 'tip'
      AND start BETWEEN :first AND :last
    UNION ALL
    SELECT date_trunc('month', start)::date, n FROM ({spread("report_delta")}) AS d
    WHERE office = '' AND indicator = '{ALL}' AND way = 'in' AND sight = 'tip' AND start BETWEEN :first AND :until
) AS s GROUP BY month
""")  # noqa: S608 - nothing but constants


@dataclass(frozen=True, slots=True)
class Tips:
    """`shown`: the months that may be told add up to so many; `hidden`: how many months may not be told."""

    shown: int
    hidden: int

    @property
    def words(self) -> str:
        """ "12", "≥12" or "<3"; the same whether it was none or two."""
        if not self.hidden:
            return str(self.shown)
        return f"≥{self.shown}" if self.shown else f"<{FEW}"


def told(months: Mapping[date, int], period: Period, today: date) -> Tips | None:
    """What may be told of a period; None when it is not made of finished months alone."""
    whole, rest = period.pieces()
    if whole is None or rest or of_span(Span.MONTH, whole[1]).end >= today:
        return None
    month, counts = whole[0], []
    while month <= whole[1]:
        counts.append(months.get(month, 0))
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return Tips(sum(n for n in counts if n >= FEW), sum(n < FEW for n in counts))


async def tips(tx: Tx, period: Period, today: date) -> Tips | None:
    """The tips of a period, for those who see the whole city."""
    whole, _rest = period.pieces()
    if whole is None:
        return None
    until = of_span(Span.MONTH, whole[1]).end
    rows = await tx.execute(_BY_MONTH, {"first": whole[0], "last": whole[1], "until": until})
    return told({row.month: row.n for row in rows}, period, today)

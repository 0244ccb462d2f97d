"""The columns of the roll-ups as SQL, and how an entry is spread over the sums that it is part of."""

from __future__ import annotations

from store.tables.reports import COUNTERS

DIMS = ("ledger", "bureau", "department", "indicator", "sight", "source", "role")
COUNTED = (*DIMS, "offices", "day", "closed_on", "took", *COUNTERS)
"""What `report_entry` and `report_delta` share."""

KEY = ("office", "start", "indicator", "way", "ledger", "bureau", "department", "sight", "source", "role", "took")
"""What sums are told apart by, beside their grain."""

ADDED = ("n", *COUNTERS)
"""What is added up: how many entries, and what is counted of them."""

SUMMED = ", ".join(f"sum({name})::integer AS {name}" for name in ADDED)

ALL = "*"
"""Instead of an indicator: of all kinds together."""


def named(columns: tuple[str, ...], of: str = "") -> str:
    """Columns as a list in SQL, of that table."""
    return ", ".join(f"{of}.{name}" if of else name for name in columns)


def spread(rows: str, sign: str = "d.sign") -> str:
    """SQL that spreads what entries count as (`rows`: a relation) over ways, offices, and of all kinds or of its own.

    Where, from whom and which role stand on the way in; how long it took on the way out. Anonymous tips are a number of
    their own and nothing else.
    """
    counters = "".join(f", {sign} * d.{name} AS {name}" for name in COUNTERS)
    return f"""
    SELECT o.office, w.start, i.indicator, w.way, d.ledger, d.bureau, d.department, d.sight,
           CASE w.way WHEN 'in' THEN d.source ELSE '' END AS source,
           CASE w.way WHEN 'in' THEN d.role ELSE '' END AS role,
           w.took, {sign} AS n{counters}
    FROM {rows} AS d
    CROSS JOIN LATERAL (VALUES ('in', d.day, -1), ('out', d.closed_on, d.took)) AS w (way, start, took)
    CROSS JOIN LATERAL unnest(d.offices || ''::text) AS o (office)
    CROSS JOIN LATERAL (VALUES ('{ALL}'), (d.indicator)) AS i (indicator)
    WHERE w.start IS NOT NULL
    """  # noqa: S608 - nothing but constants


def grained(rows: str, sign: str = "d.sign") -> str:
    """`spread`, by day and by month: SQL with the columns of `report_sum`, to be added up."""
    rest = ", ".join(f"s.{name}" for name in (*KEY, *ADDED) if name != "start")
    return f"""
    SELECT g.grain, CASE g.grain WHEN 'month' THEN date_trunc('month', s.start)::date ELSE s.start END AS start, {rest}
    FROM ({spread(rows, sign)}) AS s CROSS JOIN (VALUES ('day'), ('month')) AS g (grain)
    """  # noqa: S608 - nothing but constants

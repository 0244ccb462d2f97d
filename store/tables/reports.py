"""The tables of the leaders' reports: what every entry counts as, and sums of that.

`report_entry` says of one entry as what it counts; the view `report_fact` works the same out of the ledgers.
`report_delta` takes what changed, in the transaction of the move, as rows of its own: nobody waits for anybody.
Now and then deltas are folded into `report_sum`. What a report shows are sums and deltas together.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from store.tables.base import When, metadata

COUNTERS = (
    *("confirmed", "unfounded", "merged", "late", "nudged", "nudges", "escalated", "returned", "returns", "reopened"),
    *("repeated", "passed", "failed"),
)
"""What is counted of an entry beside itself; all but `nudges` and `returns` are 0 or 1."""


def _as_what() -> list[Column[Any]]:
    """By what an entry is counted, and what is counted of it."""
    texts = ("ledger", "bureau", "department", "indicator", "sight", "source", "role")
    return [
        *(Column(name, Text, nullable=False) for name in texts),
        Column("offices", ARRAY(Text), nullable=False),  # the departments whose heads see it, and those above them
        Column("day", Date, nullable=False),  # reported or opened, in Shanghai
        Column("closed_on", Date),
        Column("took", Integer),  # days from opened to closed
        *(Column(name, Integer, nullable=False) for name in COUNTERS),
    ]


report_entry = Table(
    "report_entry",
    metadata,
    Column("number", Text, primary_key=True),
    *_as_what(),
    Column("state", Text, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("due_at", When),  # null where no light runs
    CheckConstraint("sight IN ('open','county','city','tip')", name="sight"),
    # All that "how it stands now" asks, so that the rows of what is open, strewn over ten years, need not be visited.
    Index(
        "report_entry_open_idx",
        *("bureau", "ledger", "due_at"),
        postgresql_include=["state", "department", "indicator", "sight"],
        postgresql_where=text("open"),
    ),
    Index("report_entry_offices_idx", "offices", postgresql_using="gin", postgresql_where=text("open")),
    postgresql_with={"fillfactor": 80},
    comment="As what every entry counts in the reports, kept in step by the transaction of each move.",
)

report_delta = Table(
    "report_delta",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    Column("sign", Integer, nullable=False),  # 1: counts now; -1: counted so before
    *_as_what(),
    CheckConstraint("sign IN (1, -1)", name="sign"),
    comment="What moves changed and no sum has taken in yet.",
)

report_picture = Table(
    "report_picture",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),  # whose sight it shows
    Column("asked", JSONB, nullable=False),  # of which report it is: an address's query, the language, the moment
    Column("made_at", When, nullable=False),
    Column("png", LargeBinary),  # drawn when it is first sent
    Column("media", Text),  # what WeCom calls the upload that it takes for three days
    Column("media_until", When),
    comment="Pictures of reports on their way to people; forgotten after a month.",
)

report_sum = Table(
    "report_sum",
    metadata,
    Column("grain", Text, nullable=False),  # day | month
    Column("start", Date, nullable=False),
    Column("office", Text, nullable=False),  # whose head sees it; empty: of all
    Column("indicator", Text, nullable=False),  # "*": of all
    Column("way", Text, nullable=False),  # in: by the day of opening; out: by that of closing
    Column("ledger", Text, nullable=False),
    Column("bureau", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("sight", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("took", Integer, nullable=False),
    Column("n", Integer, nullable=False),
    *(Column(name, Integer, nullable=False) for name in COUNTERS),
    PrimaryKeyConstraint(
        *("grain", "office", "start", "indicator", "way", "ledger", "bureau", "department", "sight"),
        *("source", "role", "took"),
    ),
    Index("report_sum_all_idx", "office", "grain", "start", postgresql_where=text("indicator = '*'")),
    CheckConstraint("grain IN ('day','month')", name="grain"),
    CheckConstraint("way IN ('in','out')", name="way"),
    comment="Sums of what entries count as, by day and month, of all kinds together and of each.",
)

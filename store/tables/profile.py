"""Tables of the shop profile: scores of shops and how they went, visits, seized pack codes.

Nothing here is the truth of a matter: the ledgers are. Tallies and scores can be counted anew from their lines at any
time (`store/profile/grading.py`), so they carry no foreign keys that would slow that down.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

from store.tables.base import When, metadata
from store.tables.lines import line

VERDICTS = ("verify", "verify_closed", "rule_unfounded")
"""The verbs of the problem ledger that say whether a matter was true."""

Index(
    "line_verdict_idx",
    line.c.number,
    line.c.seq,
    postgresql_include=["verb", "at"],
    postgresql_where=text(f"ledger = 'problem' AND verb IN {VERDICTS!r}"),
)

shop_tally = Table(
    "shop_tally",
    metadata,
    Column("licence_no", Text, nullable=False),
    Column("indicator", Text, nullable=False),  # empty: problems without one
    Column("amount", Float, nullable=False),  # confirmed problems, each halved by every half-life since
    Column("at", When, nullable=False),  # the moment for which that is counted
    PrimaryKeyConstraint("licence_no", "indicator"),
    comment="How many problems of each kind a shop has had confirmed, faded by time.",
)

shop_score = Table(
    "shop_score",
    metadata,
    Column("licence_no", Text, primary_key=True),
    Column("county_code", Text, nullable=False),
    Column("score", Float, nullable=False),
    Column("level", Text, nullable=False),
    Column("city", Float, nullable=False),  # what each source adds to the score
    Column("province", Float, nullable=False),
    Column("outflow", Float, nullable=False),
    Column("at", When, nullable=False),
    Column("kept_score", Float),  # as the last snapshot has it
    Column("kept_level", Text),
    Column("kept_on", Date),
    CheckConstraint("level IN ('service','watch','key')", name="level"),
    CheckConstraint("score BETWEEN 0 AND 100", name="score"),
    # Lists are of shops that stand out; the many others cost nothing here. No index reads the score, and every page has
    # room for the next version of its rows: so those that stay at their level leave the indexes alone each night (HOT).
    Index("shop_score_level_idx", "level", "county_code", postgresql_where=text("level <> 'service'")),
    postgresql_with={"fillfactor": 50, "autovacuum_vacuum_scale_factor": 0.05},
    comment="The composite score of every shop of which anything is known, as of its last move or the last night.",
)

score_snapshot = Table(
    "score_snapshot",
    metadata,
    Column("licence_no", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("score", Float, nullable=False),
    Column("level", Text, nullable=False),
    Column("city", Float, nullable=False),
    Column("province", Float, nullable=False),
    Column("outflow", Float, nullable=False),
    PrimaryKeyConstraint("licence_no", "day"),
    comment="Scores of days on which they had moved by a point or to another level since the one before.",
)

score_run = Table(
    "score_run",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    Column("began_at", When, nullable=False),
    Column("why", Text, nullable=False),
    Column("done_at", When),
    Column("shops", Integer),
    Column("righted", Integer),  # tallies that were not as the ledger says
    CheckConstraint("why IN ('night','weights','import')", name="why"),
    Index("score_run_done_idx", "began_at", postgresql_where=text("done_at IS NOT NULL")),
    comment="Every time that all scores were counted anew: each night, and when weights or provincial data change.",
)

visit = Table(
    "visit",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    Column("licence_no", Text, ForeignKey("merchant.licence_no"), nullable=False),
    Column("opened_at", When, nullable=False),
    Column("score", Float, nullable=False),  # when it crossed the line
    Column("clue", Text, ForeignKey("clue.number")),  # null: the clock has yet to write it
    Column("over_at", When),  # since when the score is well below the line again
    Column("asked_by", Text),  # null: the score itself did
    Column("why", Text),  # in the words of whoever asked
    # A score that crosses the line opens one visit, however often it is looked at.
    Index("visit_one_idx", "licence_no", unique=True, postgresql_where=text("over_at IS NULL")),
    Index("visit_shop_idx", "licence_no", "opened_at"),
    Index("visit_waiting_idx", "id", postgresql_where=text("clue IS NULL AND over_at IS NULL")),
    comment="Scores that crossed into key control; each asks, by a clue, for a look on the spot.",
)

seizure = Table(
    "seizure",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    Column("title", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("seized_on", Date, nullable=False),
    Column("by", Text, nullable=False),  # who brought the list in
    Column("at", When, nullable=False),
    Column("file", Text, nullable=False),
    CheckConstraint("kind IN ('local','in_province','out_province')", name="kind"),
    comment="Lists of pack codes found on seized cartons.",
)

seized_code = Table(
    "seized_code",
    metadata,
    Column("code", Text, primary_key=True),  # 32 characters, or 16 when only the second line could be read
    Column("row", Integer, nullable=False),
    Column("seizure", BigInteger, ForeignKey("seizure.id"), nullable=False),
    Column("licence_no", Text, nullable=False),  # as printed; perhaps none of our shops
    Column("sorted_on", Date),  # the day on which the carton left our warehouse
    Index("seized_code_shop_idx", "licence_no", "sorted_on"),
    Index("seized_code_seizure_idx", "seizure", "row"),
)

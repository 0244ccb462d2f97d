"""The tables of provincial data: batches of imported rows, warnings.

A row that a later batch says anew is not changed: `replaced_by` names that batch. So a batch can be taken back and the
books are as though it had never come (`store/feeds/undo.py`).
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
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from store.tables.base import When, metadata

CURRENT = text("replaced_by IS NULL")

batch = Table(
    "batch",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),  # of the file, or what the API was told
    Column("sha256", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("added", Integer, nullable=False, server_default="0"),
    Column("changed", Integer, nullable=False, server_default="0"),
    Column("unchanged", Integer, nullable=False, server_default="0"),
    Column("fault_count", Integer, nullable=False, server_default="0"),
    Column("faults", JSONB, nullable=False, server_default="[]"),  # the first hundred: row, column, sentence, facts
    Column("set_by", Text, nullable=False),
    Column("at", When, nullable=False),
    Column("undone_by", Text),
    Column("undone_at", When),
    CheckConstraint("kind IN ('orders','scores','outflow','targets')", name="kind"),
    CheckConstraint("state IN ('done','refused','undone')", name="state"),
    CheckConstraint("(state = 'undone') = (undone_at IS NOT NULL)", name="undone"),
    # The same bytes are taken once, however many administrators or replicas bring them.
    Index("batch_content_idx", "kind", "sha256", unique=True, postgresql_where=text("state = 'done'")),
    Index("batch_at_idx", "at"),
    comment="The log of provincial imports, also of those that were refused.",
)

# No foreign keys in the tables of rows: the import has looked every shop up, shops and batches are never deleted, and
# a million checks by trigger would cost as much as everything else.

feed_order = Table(
    "feed_order",
    metadata,
    Column("licence_no", Text, nullable=False),
    Column("cycle", Text, nullable=False),  # "2026-31": the year and which of its ordering rounds
    Column("brand", Text, nullable=False),
    Column("quantity", Float, nullable=False),  # cartons
    Column("amount", Float, nullable=False),  # yuan
    Column("address", Text, nullable=False),  # the IP, device or account that ordered; empty when it is not known
    Column("at", When, nullable=False),
    Column("batch", BigInteger, nullable=False),
    Column("replaced_by", BigInteger),
    Index(
        "feed_order_key", "cycle", "licence_no", "brand", "at", unique=True, postgresql_where=CURRENT
    ),  # begins with the cycle: judging reads whole ones, and what a shop ordered is asked for cycle by cycle
    Index("feed_order_batch_idx", "batch", postgresql_using="brin"),
    Index("feed_order_replaced_idx", "replaced_by", postgresql_where=text("replaced_by IS NOT NULL")),
)

feed_score = Table(
    "feed_score",
    metadata,
    Column("licence_no", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("model", Text, nullable=False),  # of the provincial bureau; empty when it has but one
    Column("score", Float, nullable=False),  # 0 to 100; more is worse
    Column("batch", BigInteger, nullable=False),
    Column("replaced_by", BigInteger),
    Index("feed_score_key", "licence_no", "day", "model", unique=True, postgresql_where=CURRENT),
    Index("feed_score_batch_idx", "batch", postgresql_using="brin"),
    Index("feed_score_replaced_idx", "replaced_by", postgresql_where=text("replaced_by IS NOT NULL")),
)

feed_outflow = Table(
    "feed_outflow",
    metadata,
    Column("licence_no", Text, nullable=False),
    Column("quarter", Text, nullable=False),  # "2026-Q3"
    Column("period", Text, nullable=False),  # as exactly as it is known: a quarter, a month or a day
    Column("direction", Text, nullable=False),
    Column("quantity", Float, nullable=False),  # cartons
    Column("source", Text, nullable=False),  # who found it, or the number of the case
    Column("batch", BigInteger, nullable=False),
    Column("replaced_by", BigInteger),
    CheckConstraint("direction IN ('out_of_province','in_province')", name="direction"),
    Index(
        "feed_outflow_key",
        *("licence_no", "period", "direction", "source", "quantity"),
        unique=True,
        postgresql_where=CURRENT,
    ),
    Index("feed_outflow_quarter_idx", "quarter", "licence_no", postgresql_where=CURRENT),
    Index("feed_outflow_batch_idx", "batch", postgresql_using="brin"),
    Index("feed_outflow_replaced_idx", "replaced_by", postgresql_where=text("replaced_by IS NOT NULL")),
)

feed_target = Table(
    "feed_target",
    metadata,
    Column("county_code", Text, nullable=False),
    Column("quarter", Text, nullable=False),
    Column("sales", Float, nullable=False),  # cartons
    Column("cap", Float, nullable=False),  # the share of sales that may flow out: 0.02 is 2 %
    Column("batch", BigInteger, nullable=False),
    Column("replaced_by", BigInteger),
    Index("feed_target_key", "quarter", "county_code", unique=True, postgresql_where=CURRENT),
    Index("feed_target_batch_idx", "batch", postgresql_using="brin"),
    Index("feed_target_replaced_idx", "replaced_by", postgresql_where=text("replaced_by IS NOT NULL")),
)

feed_warning = Table(
    "feed_warning",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    Column("rule", Text, nullable=False),
    Column("licence_no", Text, ForeignKey("merchant.licence_no"), nullable=False),
    Column("cycle", Text, nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("at", When, nullable=False),
    Column("clue", Text, ForeignKey("clue.number")),  # null: the clock has yet to write it
    UniqueConstraint("rule", "licence_no", "cycle"),
    Index("feed_warning_waiting_idx", "id", postgresql_where=text("clue IS NULL")),
    Index("feed_warning_shop_idx", "licence_no"),
    Index("feed_warning_cycle_idx", "cycle"),
    Index("feed_warning_clue_idx", "clue", postgresql_where=text("clue IS NOT NULL")),
    comment="What the warning rules say of the orders in the books; each becomes one clue.",
)

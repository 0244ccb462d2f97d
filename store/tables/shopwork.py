"""The tables that the rooms of shops and provincial data add: files to be imported, pack codes read off photos."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from store.tables.base import When, metadata
from store.tables.world import merchant

# Who serves which shops, and lists of shops by county or grade, among hundreds of thousands.
for _role in ("customer_manager", "market_inspector", "delivery_worker"):
    Index(f"merchant_{_role}_idx", merchant.c[_role])
Index("merchant_county_shop_idx", merchant.c.county_code, merchant.c.licence_no)
Index("merchant_grade_idx", merchant.c.grade, merchant.c.licence_no)

feed_job = Table(
    "feed_job",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),  # of the file, as the browser says
    Column("object", Text, nullable=False),  # where its bytes lie in the object store while they are needed
    Column("size", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", When, nullable=False),
    Column("began_at", When),  # the present step; null while it waits
    Column("ended_at", When),
    Column("rows_read", Integer, nullable=False, server_default="0"),
    Column("rows_expected", Integer),
    Column("report", JSONB),  # what the check, or the import, had to tell
    Column("batch", BigInteger),
    Column("attempts", Integer, nullable=False, server_default="0"),
    CheckConstraint("kind IN ('orders','scores','outflow','targets')", name="kind"),
    CheckConstraint(
        "state IN ('to_check','checked','faulty','to_bring','done','known','dropped','failed')", name="state"
    ),
    Index("feed_job_waiting_idx", "id", postgresql_where=text("state IN ('to_check','to_bring')")),
    Index("feed_job_asked_idx", "asked_at"),
    comment="Files of provincial data on their way into the books: checked first, brought in when somebody says so.",
)

carton = Table(
    "carton",
    metadata,
    Column("evidence", UUID(as_uuid=False), ForeignKey("evidence.id", ondelete="CASCADE"), primary_key=True),
    Column("read_at", When, nullable=False),
    Column("code", Text),  # null: no pack code on that photo
    Column("licence_no", Text),
    Column("sure", Float),
    comment="Pack codes that were read off photos of reports.",
)

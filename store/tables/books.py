"""The tables of the ledgers' rooms: saved views and export jobs."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from store.tables.base import When, metadata

saved_view = Table(
    "saved_view",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    Column("owner", Text, ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
    Column("unit_code", Text, ForeignKey("unit.code"), nullable=False),  # whom it is shared with, when it is
    Column("shared", Boolean, nullable=False, server_default=text("false")),
    Column("name", Text, nullable=False),
    Column("ledger", Text, nullable=False),
    Column("query", JSONB, nullable=False),  # filters and sorting, as they stand in the address
    Column("made_at", When, nullable=False),
    CheckConstraint("ledger IN ('clue','problem')", name="ledger"),
    Index("saved_view_own_idx", "owner", "name", unique=True),
    Index("saved_view_shared_idx", "unit_code", postgresql_where=text("shared")),
    comment="Filters that somebody wants to find again. They open nothing: who looks sees what they may see.",
)

export_job = Table(
    "export_job",
    metadata,
    Column("id", UUID(as_uuid=False), primary_key=True),
    Column("owner", Text, ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
    Column("ledger", Text, nullable=False),
    Column("query", JSONB, nullable=False),
    Column("format", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("state", Text, nullable=False, server_default="waiting"),
    Column("asked_at", When, nullable=False),
    Column("lease_until", When),  # a worker that does not renew it is dead, and another begins anew
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("rows", Integer, nullable=False, server_default="0"),
    Column("total", Integer),  # how many it will be, once they are counted
    Column("size", BigInteger),
    Column("sight", Text),  # what the owner could see when it was written; who sees less since, gets nothing
    Column("done_at", When),
    Column("expires_at", When),
    CheckConstraint("ledger IN ('clue','problem')", name="ledger"),
    CheckConstraint("format IN ('xlsx','csv')", name="format"),
    CheckConstraint("state IN ('waiting','running','done','failed','expired')", name="state"),
    Index("export_job_open_idx", "asked_at", postgresql_where=text("state IN ('waiting','running')")),
    Index("export_job_owner_idx", "owner", "asked_at"),
    Index("export_job_expires_idx", "expires_at", postgresql_where=text("state = 'done'")),
    comment="Files of a filtered ledger: written in the background, kept for some days, for whoever asked alone.",
)

"""The tables of the front desk: what was heard, open dialogues, versions of forms."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from store.tables.base import When, metadata

inbox = Table(
    "inbox",
    metadata,
    Column("door", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("person_id", Text),
    Column("at", When, nullable=False),
    Column("said", JSONB, nullable=False),  # the answer, given again to a retry
    PrimaryKeyConstraint("door", "key"),
    Index("inbox_at_idx", "at"),
)

dialogue = Table(
    "dialogue",
    metadata,
    Column("person_id", Text, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("state", JSONB, nullable=False),
    Column("form", Text),  # the open form, if any: for reminders and drop-off
    Column("updated_at", When, nullable=False),
    Index("dialogue_open_idx", "updated_at", postgresql_where=text("form IS NOT NULL")),
)

dialogue_event = Table(
    "dialogue_event",
    metadata,
    Column("at", When, nullable=False),
    Column("kind", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("question", Text, nullable=False),
    Index("dialogue_event_form_idx", "form", "at"),
    comment="Content-free: what happened at which question, never who or what.",
)

form_version = Table(
    "form_version",
    metadata,
    Column("key", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("source", Text, nullable=False),  # the TOML
    Column("created_at", When, nullable=False, server_default=func.now()),
    PrimaryKeyConstraint("key", "hash"),
    comment="Versions are immutable; an open dialogue keeps the one it began with.",
)

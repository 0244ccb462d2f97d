"""The tables of running the office: what an administrator changed, and how it was before."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from store.tables.base import When, metadata

office_change = Table(
    "office_change",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),  # a userid, a unit's code, a setting's key, a day …
    Column("before", JSONB(none_as_null=True)),  # null: it was not there
    Column("after", JSONB(none_as_null=True)),  # null: it is gone
    Column("why", Text, nullable=False, server_default=""),
    Column("set_by", Text, nullable=False),
    Column("at", When, nullable=False),
    Column("undoes", BigInteger, ForeignKey("office_change.id")),
    Column("part_of", BigInteger, ForeignKey("office_change.id")),  # the import that it came with
    CheckConstraint(
        "kind IN ('person','unit','absence','setting','calendar','form','template','letter','import')", name="kind"
    ),
    Index("office_change_subject_idx", "kind", "subject", "id"),
    Index("office_change_at_idx", "at"),
    Index("office_change_undoes_idx", "undoes", unique=True, postgresql_where=text("undoes IS NOT NULL")),
    Index("office_change_part_idx", "part_of", postgresql_where=text("part_of IS NOT NULL")),
    comment="Everything that administrators changed, with what was before: each can be undone by a new change.",
)

form_in_use = Table(
    "form_in_use",
    metadata,
    Column("key", Text, primary_key=True),
    Column("hash", Text, nullable=False),
    Column("set_by", Text, nullable=False),
    Column("at", When, nullable=False),
    comment="The version of a questionnaire that counts instead of the shipped one.",
)

template_text = Table(
    "template_text",
    metadata,
    Column("template", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("set_by", Text, nullable=False),
    Column("at", When, nullable=False),
    PrimaryKeyConstraint("template", "language"),
    CheckConstraint("language IN ('zh','en')", name="language"),
    comment="Wording of pushes that counts instead of the shipped one.",
)

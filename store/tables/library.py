"""The tables of the indicator library beside `indicator`: dated values, and who changed what."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB

from store.tables.base import When, metadata

indicator_value = Table(
    "indicator_value",
    metadata,
    Column("code", Text, ForeignKey("indicator.code"), nullable=False),
    Column("valid_from", When, nullable=False),
    Column("weight", Float, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("responsible_department", Text, nullable=False),
    Column("due_working_days", Integer, nullable=False),
    Column("set_by", Text, nullable=False),
    Column("set_at", When, nullable=False),
    PrimaryKeyConstraint("code", "valid_from"),
    CheckConstraint("severity BETWEEN 1 AND 5", name="severity"),
    CheckConstraint("weight >= 0", name="weight"),
    comment="What an indicator is worth, from when on; one that never changed has only its own row.",
)

indicator_change = Table(
    "indicator_change",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    Column("code", Text, ForeignKey("indicator.code"), nullable=False),
    Column("what", Text, nullable=False),
    Column("before", JSONB, nullable=False, server_default="{}"),
    Column("after", JSONB, nullable=False, server_default="{}"),
    Column("set_by", Text, nullable=False),
    Column("at", When, nullable=False),
    CheckConstraint(
        "what IN ('added','changed','renamed','moved','valued','withdrawn','deactivated','reactivated','promoted')",
        name="what",
    ),
    Index("indicator_change_code_idx", "code", "id"),
    comment="Everything that was ever done to the library.",
)

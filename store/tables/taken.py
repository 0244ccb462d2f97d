"""The tables of what is taken out of the books."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    LargeBinary,
    Table,
    Text,
)

from store.tables.base import When, metadata

audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    Column("person_id", Text, nullable=False),
    Column("what", Text, nullable=False),  # such as case_file
    Column("number", Text),
    Column("at", When, nullable=False),
    Index("audit_number_idx", "number", "at"),
    comment="Who took what out of the books; apart from the ledgers, which only know what was done in them.",
)

secret = Table(
    "secret",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
    comment="Random keys that all replicas share, made when they are first needed; never shown, never exported.",
)

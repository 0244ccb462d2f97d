"""The tables of the console: one-time links and sessions."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    Table,
    Text,
)

from store.tables.base import When, metadata

sign_in = Table(
    "sign_in",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("person_id", Text, ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
    Column("door", Text, nullable=False),  # the chat it was asked in
    Column("made_at", When, nullable=False),
    Column("ends_at", When, nullable=False),
    Column("used_at", When),
    Index("sign_in_person_idx", "person_id", "made_at"),
    comment="One-time links into the console; only the hash of what they carry.",
)

session = Table(
    "session",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("person_id", Text, ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("door", Text, nullable=False),  # how they came in: the chat of the link, or wecom for its own sign-in
    Column("language", Text, nullable=False),
    Column("made_at", When, nullable=False),
    Column("seen_at", When, nullable=False),  # to the minute: the idle end counts from it
    Column("ends_at", When, nullable=False),  # the absolute end
    comment="Who is signed in to the console; only the hash of the cookie.",
)

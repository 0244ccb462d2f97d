"""The tables of what both ledgers keep for good: lines and evidence."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Float,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from store.tables.base import When, metadata

line = Table(
    "line",
    metadata,
    Column("ledger", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("verb", Text, nullable=False),
    Column("before", Text),
    Column("after", Text, nullable=False),
    Column("by", Text, nullable=False),  # person id, or "clock"
    Column("at", When, nullable=False),
    Column("door", Text),  # the channel it came through
    Column("text", Text, nullable=False, server_default=""),
    Column("fields", JSONB, nullable=False, server_default="{}"),
    Column("prev_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    PrimaryKeyConstraint("ledger", "number", "seq"),
    comment="Append-only and hash-chained per entry; a trigger refuses UPDATE and DELETE.",
)

PIECES = ((0, 11), (11, 11), (22, 11), (33, 11), (44, 10), (54, 10))
"""The pieces of a picture's hash, as (first bit, bits): two hashes that differ in up to five bits share one."""

_PIECES = (
    "CASE WHEN phash IS NOT NULL THEN ARRAY["
    + ", ".join(f"(phash >> {at} & {2**bits - 1})::integer + {2048 * at}" for at, bits in PIECES)
    + "] END"
)

evidence = Table(
    "evidence",
    metadata,
    Column("id", UUID(as_uuid=False), primary_key=True),
    Column("ledger", Text),
    Column("number", Text),
    Column("seq", Integer),  # the ledger line it came with; null while it belongs to a draft
    Column("person_id", Text, ForeignKey("person.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("door", Text, nullable=False),
    Column("ref", Text, nullable=False),  # what the door needs to fetch it
    Column("name", Text),
    Column("received_at", When, nullable=False),
    Column("state", Text, nullable=False, server_default="wanted"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_at", When),
    Column("lease_until", When),
    Column("reason", Text),
    Column("sha256", Text),
    Column("size", BigInteger),
    Column("mime", Text),
    Column("width", Integer),
    Column("height", Integer),
    Column("taken_at", When),  # EXIF, when the camera wrote it
    Column("taken_lat", Float),
    Column("taken_lon", Float),
    Column("exif", JSONB),
    Column("phash", BigInteger),
    Column("phash_parts", ARRAY(Integer), Computed(_PIECES, persisted=True)),
    Column("thumb", Boolean, nullable=False, server_default=text("false")),
    CheckConstraint("kind IN ('image','voice','video','file')", name="kind"),
    CheckConstraint("state IN ('wanted','stored','failed')", name="state"),
    Index("evidence_entry_idx", "ledger", "number"),
    Index("evidence_wanted_idx", "next_at", postgresql_where=text("state = 'wanted'")),
    Index("evidence_sha256_idx", "sha256"),
    Index("evidence_phash_idx", "phash_parts", postgresql_using="gin"),
    comment="Photos and recordings; the bytes are in the object store under their SHA-256.",
)

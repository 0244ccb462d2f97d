"""The tables of the vault (tipline.md). Days, never times: nothing here says when a tipster wrote."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from store.tables.base import When, metadata

Day = Date

vault_escrow = Table(
    "vault_escrow",
    metadata,
    Column("one", Boolean, primary_key=True, server_default=text("true")),
    Column("box", LargeBinary, nullable=False),  # the public half; the private one is on paper, split
    Column("threshold", Integer, nullable=False),
    Column("shares", Integer, nullable=False),
    Column("made_on", Day, nullable=False),
    CheckConstraint("one", name="one"),
)

vault_officer = Table(
    "vault_officer",
    metadata,
    Column("person_id", Text, ForeignKey("person.id"), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("box", LargeBinary),  # public halves; null until the officer chose a passphrase
    Column("sign", LargeBinary),
    Column("salt", LargeBinary),
    Column("sealed", LargeBinary),  # the private halves under the passphrase …
    Column("recovery", LargeBinary),  # … and under the printed recovery key
    Column("passes", Integer),
    Column("memory", BigInteger),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("locked_until", When),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    Column("added_on", Day, nullable=False),
    CheckConstraint("kind IN ('officer','custodian','outside')", name="kind"),
    CheckConstraint("num_nulls(box, sign, salt, sealed, recovery, passes, memory) IN (0, 7)", name="whole"),
    comment="Who has a key to the vault.",
)

vault_audit = Table(
    "vault_audit",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    Column("person_id", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("number", Text),
    Column("at", When, nullable=False),
    Index("vault_audit_number_idx", "number", "at"),
    comment="Every opening: who, what, when. Read by those alone who may open the tip.",
)

tip = Table(
    "tip",
    metadata,
    Column("number", Text, ForeignKey("clue.number"), primary_key=True),
    Column("filed_on", Day, nullable=False),
    Column("status", Text, nullable=False, server_default="received"),
    Column("outcome", Text),
    Column("messages", Integer, nullable=False, server_default="0"),  # after the answers
    Column("head", LargeBinary),  # sealed: the count, and the hash of the last message
    Column("sealed", LargeBinary),  # door, notice, who may write, whom it names
    Column("digest", LargeBinary),  # of all that was erased
    Column("identity", Text, nullable=False, server_default="none"),
    Column("read_officer", Integer, nullable=False, server_default="-1"),  # counters up to which each side has read
    Column("read_tipster", Integer, nullable=False, server_default="-1"),
    Column("acknowledge_by", Day, nullable=False),
    Column("feedback_by", Day, nullable=False),
    Column("acknowledged_on", Day),
    Column("feedback_on", Day),
    Column("closed_on", Day),
    Column("erase_on", Day),
    Column("erased_on", Day),
    Column("warned", ARRAY(Text), nullable=False, server_default="{}"),
    Column("escalates", ARRAY(Text), nullable=False, server_default="{}"),  # whom a late tip is told beside its readers
    CheckConstraint("status IN ('received','acknowledged','working','closed','erased')", name="status"),
    CheckConstraint("outcome IN ('confirmed','unfounded','transferred','answered','withdrawn')", name="outcome"),
    CheckConstraint("identity IN ('none','sealed','asked','released')", name="identity"),
    CheckConstraint("(status = 'erased') = (head IS NULL AND sealed IS NULL AND digest IS NOT NULL)", name="erased"),
    Index("tip_open_idx", "status", postgresql_where=text("status <> 'erased'")),
)

tip_wrap = Table(
    "tip_wrap",
    metadata,
    Column("number", Text, ForeignKey("tip.number"), nullable=False),
    Column("reader", Text, nullable=False),  # a userid, or "escrow"
    Column("sealed", LargeBinary, nullable=False),  # the tip's key; empty once it was erased
    PrimaryKeyConstraint("number", "reader"),
    Index("tip_wrap_reader_idx", "reader", "number"),
    comment="Who may open a tip, and who may know of it: nobody else sees its row anywhere.",
)

tip_receipt = Table(
    "tip_receipt",
    metadata,
    Column("lookup", LargeBinary, primary_key=True),
    Column("number", Text, ForeignKey("tip.number"), nullable=False, index=True),
    Column("chat", Boolean, nullable=False),
    Column("pending", Boolean, nullable=False, server_default=text("false")),  # shown, and not yet confirmed
    Column("sealed", LargeBinary, nullable=False),
)

tip_message = Table(
    "tip_message",
    metadata,
    Column("number", Text, ForeignKey("tip.number"), nullable=False),
    Column("counter", Integer, nullable=False),  # 0: the answers
    Column("author", Text, nullable=False),
    Column("day", Day, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    PrimaryKeyConstraint("number", "counter"),
    CheckConstraint("author IN ('tipster','officer')", name="author"),
)

tip_file = Table(
    "tip_file",
    metadata,
    Column("id", UUID(as_uuid=False), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("number", Text, ForeignKey("tip.number"), nullable=False, index=True),
    Column("piece", LargeBinary, nullable=False),
    PrimaryKeyConstraint("id", "seq"),
    comment="Files in sealed pieces; here and not in the object store, which would keep the time of each.",
)

tip_identity = Table(
    "tip_identity",
    metadata,
    Column("number", Text, ForeignKey("tip.number"), nullable=False),
    Column("custodian", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("number", "custodian"),
)

tip_release = Table(
    "tip_release",
    metadata,
    Column("number", Text, ForeignKey("tip.number"), nullable=False),
    Column("officer", Text, nullable=False),
    Column("custodian", Text, nullable=False),
    Column("reason", LargeBinary, nullable=False),  # sealed to the custodian
    Column("asked_on", Day, nullable=False),
    Column("sealed", LargeBinary),  # the identity, sealed to the officer once it is released
    Column("released_on", Day),
    PrimaryKeyConstraint("number", "officer", "custodian"),
)

tip_push = Table(
    "tip_push",
    metadata,
    Column("person_id", Text, ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("not_before", When, nullable=False),
    PrimaryKeyConstraint("person_id", "kind"),
    CheckConstraint("kind IN ('news','late','alarm')", name="kind"),
    comment="Who is to be told, in the next batch, that the vault wants them: one constant sentence.",
)

planned_check = Table(
    "planned_check",
    metadata,
    Column("id", UUID(as_uuid=False), primary_key=True),
    Column("person_id", Text, ForeignKey("person.id"), nullable=False),
    Column("fields", JSONB, nullable=False),
    Column("due_at", When, nullable=False),
    Column("number", Text),  # the problem, once it is open
    Column("refused", Text),
    Index("planned_check_due_idx", "due_at", postgresql_where=text("number IS NULL AND refused IS NULL")),
    comment="Field checks that begin later. Nothing here says why: routine ones and those of tips look alike.",
)

# What no backup may have: `pg_dump --exclude-schema=tip_apart` (docs/threat-model.md).
APART = "tip_apart"

tip_share = Table(
    "share",
    metadata,
    Column("number", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
    schema=APART,
    comment="Deletion shares. Logged like the tips, so that a crash loses neither; gone, the tip is gone.",
)

tip_pepper = Table(
    "pepper",
    metadata,
    Column("day", Day, primary_key=True),
    Column("value", LargeBinary, nullable=False),
    schema=APART,
    prefixes=["UNLOGGED"],
)

tip_draft = Table(
    "draft",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("ends_at", When, nullable=False),
    schema=APART,
    prefixes=["UNLOGGED"],
)

tip_draft_file = Table(
    "draft_file",
    metadata,
    Column("id", UUID(as_uuid=False), primary_key=True),
    Column("key", LargeBinary, nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("ends_at", When, nullable=False),
    schema=APART,
    prefixes=["UNLOGGED"],
)

tip_seen = Table(
    "seen",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("ends_at", When, nullable=False),
    schema=APART,
    prefixes=["UNLOGGED"],
)

"""The tables of the mail room: letters, cards, what each door must know."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from store.tables.base import When, metadata

occurrence = Table(
    "occurrence",
    metadata,
    Column("rule", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("slot", Text, nullable=False),
    Column("at", When, nullable=False),
    PrimaryKeyConstraint("rule", "subject", "slot"),
    Index("occurrence_at_idx", "at"),
    comment="Each thing happens once, however many replicas tick.",
)

letter = Table(
    "letter",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False, unique=True),
    Column("door", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("template", Text, nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("ledger", Text),
    Column("number", Text),
    Column("urgent", Boolean, nullable=False, server_default=text("false")),
    Column("not_before", When, nullable=False),
    Column("state", Text, nullable=False, server_default="ready"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("owner", Text),
    Column("lease_until", When),
    Column("started_at", When),  # a call began whose answer was not "refused": it may have arrived
    Column("repeats", Integer, nullable=False, server_default="0"),  # how often it was sent again in doubt
    Column("bundle", BigInteger),  # the letter whose bytes carry this one; its own id for the carrier
    Column("body", LargeBinary),  # frozen at the first attempt
    Column("body_sha256", Text),
    Column("ref", Text),
    Column("reason", Text),
    Column("created_at", When, nullable=False, server_default=func.clock_timestamp()),
    Column("settled_at", When),
    Column("left_at", When),  # when the last message that carried it was known to be over: what the limiter counts
    Column(
        "stage",
        Text,
        Computed(
            "CASE WHEN state IN ('sent','obsolete') THEN 'done' WHEN state = 'dead' THEN 'dead' ELSE 'open' END",
            persisted=True,
        ),
    ),
    CheckConstraint(
        "state IN ('held','ready','claimed','started','sent','uncertain','retry','dead','obsolete')", name="state"
    ),
    # No index reads `state` or the lease, so claiming and starting a letter leave every index alone (HOT updates).
    Index("letter_open_idx", "door", "address", "id", postgresql_where=text("stage = 'open'")),
    Index("letter_due_idx", "door", "not_before", "id", postgresql_where=text("stage = 'open'")),
    Index("letter_bundle_idx", "bundle", postgresql_where=text("stage = 'open' AND bundle IS NOT NULL")),
    Index("letter_subject_idx", "ledger", "number", postgresql_where=text("stage = 'open' AND number IS NOT NULL")),
    Index("letter_left_idx", "door", "address", "left_at", postgresql_where=text("left_at IS NOT NULL")),
    Index("letter_dead_idx", "settled_at", postgresql_where=text("stage = 'dead'")),
    # Room on the page for the next version of each row; rows pass through four states in seconds: vacuum early.
    postgresql_with={"fillfactor": 50, "autovacuum_vacuum_scale_factor": 0.02, "autovacuum_vacuum_threshold": 2000},
    comment="Everything that must reach somebody, and what became of it (mailroom.md).",
)

card = Table(
    "card",
    metadata,
    Column("letter", Text, primary_key=True),  # the key of the letter that shows it
    Column("number", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("door", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("verbs", ARRAY(Text), nullable=False),  # its buttons
    Column("ref", Text),  # the door's message id, once it was shown
    Column("code", Text),  # what changes it at the door, once
    Column("expires_at", When),
    Column("outdated_at", When),  # a move took one of its buttons away, or a newer card its place
    Column("spent_at", When),  # the code was handed to the call that uses it
    Index("card_live_idx", "number", postgresql_where=text("outdated_at IS NULL")),
    comment="Cards with buttons that people hold in their hands: each is greyed once (mailroom.md, rule 8).",
)

door_state = Table(
    "door_state",
    metadata,
    Column("door", Text, primary_key=True),
    Column("paused_until", When),
    Column("broken", Text),  # why the door stopped, until an administrator or a success clears it
    Column("spent_until", When),  # pacing of the whole door: permits are given away up to this instant
    Column("parallel", Integer, nullable=False, server_default="32"),
    Column("checked_at", When),  # last verified callback, for `doctor`
    comment="What every replica must know of a door: pauses after 45009, alarms, parallelism.",
)

token = Table(
    "token",
    metadata,
    Column("name", Text, primary_key=True),  # such as wecom:app, wecom:contacts
    Column("value", LargeBinary, nullable=False),
    Column("expires_at", When, nullable=False),
    comment="Access tokens shared by all replicas; refreshed under a row lock.",
)

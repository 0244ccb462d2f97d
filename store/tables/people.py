"""The tables of people: units, staff, where they are reached, who is away."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from store.tables.base import When, metadata

unit = Table(
    "unit",
    metadata,
    Column("code", Text, primary_key=True),
    Column("parent_code", Text, ForeignKey("unit.code", deferrable=True, initially="DEFERRED")),
    Column("name_zh", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("department", Text),
    # "411400/411421/411421-NG": codes from the root down, so a subtree is a prefix.
    Column("path", Text, nullable=False),
    Column("closed_at", When),  # nobody sits there any more; what it did keeps its name
    CheckConstraint("kind IN ('province','city','county','department')", name="kind"),
    CheckConstraint(
        "department IN ('supervision','enforcement','marketing','logistics','leadership')", name="department"
    ),
)

person = Table(
    "person",
    metadata,
    Column("id", Text, primary_key=True),  # the userid as given
    Column("id_lower", Text, nullable=False, unique=True),  # userids compare case-insensitively
    Column("name", Text, nullable=False),
    Column("initials", Text, nullable=False, server_default=""),  # pinyin initials, lower case
    Column("unit_code", Text, ForeignKey("unit.code"), nullable=False, index=True),
    Column("role", Text, nullable=False),
    Column("field_role", Text),
    Column("language", Text, nullable=False, server_default="zh"),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    CheckConstraint(
        "role IN ('field_staff','department_head','supervision_officer','leader','administrator','custodian')",
        name="role",
    ),
    CheckConstraint("field_role IN ('customer_manager','market_inspector','delivery_worker')", name="field_role"),
)

contact = Table(
    "contact",
    metadata,
    Column("door", Text, nullable=False),
    Column("address", Text, nullable=False),  # lower case
    Column("person_id", Text, ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("off_reason", Text),  # set when the door says that nobody is there any more
    Column("off_at", When),
    PrimaryKeyConstraint("door", "address"),
    comment="Where people are reached: one row per door and address.",
)

absence = Table(
    "absence",
    metadata,
    Column("person_id", Text, ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
    Column("from_day", Date, nullable=False),  # days of Shanghai, both inclusive
    Column("to_day", Date, nullable=False),
    Column("substitute", Text, ForeignKey("person.id")),  # null: the superior
    Column("set_by", Text, nullable=False),
    Column("set_at", When, nullable=False),
    PrimaryKeyConstraint("person_id", "from_day"),
    CheckConstraint("to_day >= from_day", name="days"),
    CheckConstraint("substitute <> person_id", name="somebody_else"),
    Index("absence_substitute_idx", "substitute", "to_day"),
    comment="Who is away, and who stands in for them (mailroom.md §1.11).",
)

calendar_day = Table(
    "calendar_day",
    metadata,
    Column("date", Date, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False, server_default=""),
    Column("source", Text, nullable=False),  # chinesecalendar | import
    CheckConstraint("kind IN ('working','off')", name="kind"),
    comment="Only days that differ from Monday-to-Friday; a year is official when it has any row.",
)

setting = Table(
    "setting",
    metadata,
    Column("key", Text, nullable=False),
    Column("valid_from", When, nullable=False),
    Column("value", JSONB, nullable=False),
    Column("set_by", Text, nullable=False),
    PrimaryKeyConstraint("key", "valid_from"),
    comment="Clocks, ladders and limits that an administrator changes; dated, so the past stays explainable.",
)

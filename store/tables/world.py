"""The tables of the world outside: calendar, settings, places, shops, the indicator library."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    text,
)

from store.tables.base import Point, metadata

place = Table(
    "place",
    metadata,
    Column("adcode", Text, primary_key=True),
    Column("name_zh", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("parent_adcode", Text),
    Column("lat", Float, nullable=False),
    Column("lon", Float, nullable=False),
    Column("min_lat", Float, nullable=False),
    Column("min_lon", Float, nullable=False),
    Column("max_lat", Float, nullable=False),
    Column("max_lon", Float, nullable=False),
)

merchant = Table(
    "merchant",
    metadata,
    Column("licence_no", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("owner", Text, nullable=False, server_default=""),
    Column("address", Text, nullable=False, server_default=""),
    Column("county_code", Text, nullable=False, index=True),
    Column("lat", Float),
    Column("lon", Float),
    Column("datum", Text),  # the datum the source gave; lat and lon here are always WGS-84
    Column("spot", Point()),
    Column("grade", Text, nullable=False, server_default=""),
    Column("status", Text, nullable=False, server_default="open"),
    Column("customer_manager", Text, ForeignKey("person.id")),
    Column("market_inspector", Text, ForeignKey("person.id")),
    Column("delivery_worker", Text, ForeignKey("person.id")),
    Column("initials", Text, nullable=False, server_default=""),  # pinyin initials of the name, lower case
    # Character pairs of name, owner and initials: what lets "any part of a name" use an index.
    Column("grams", ARRAY(Text), nullable=False, server_default="{}"),
    CheckConstraint("status IN ('open','suspended','closed')", name="status"),
    Index("merchant_spot_idx", "spot", postgresql_using="gist"),
    Index("merchant_grams_idx", "grams", postgresql_using="gin"),
    # What is lacking is looked for by administrators (store/running/quality.py); few shops lack anything.
    Index("merchant_nowhere_idx", "licence_no", postgresql_where=text("lat IS NULL AND status <> 'closed'")),
    Index(
        "merchant_unserved_idx",
        "licence_no",
        postgresql_where=text(
            "(customer_manager IS NULL OR market_inspector IS NULL OR delivery_worker IS NULL) AND status <> 'closed'"
        ),
    ),
)

indicator = Table(
    "indicator",
    metadata,
    Column("code", Text, primary_key=True),
    Column("parent_code", Text, ForeignKey("indicator.code", deferrable=True, initially="DEFERRED")),
    Column("name_zh", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("side", Text, nullable=False),
    Column("nature", Text),
    Column("level", Integer, nullable=False),
    Column("weight", Float, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("responsible_department", Text, nullable=False),
    Column("due_working_days", Integer, nullable=False),
    Column("keywords_zh", ARRAY(Text), nullable=False, server_default="{}"),
    Column("legal_basis", Text, nullable=False, server_default=""),
    Column("origin", Text, nullable=False, server_default="city"),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    CheckConstraint("side IN ('external','internal')", name="side"),
    CheckConstraint("nature IN ('illegal','violation')", name="nature"),
    CheckConstraint("severity BETWEEN 1 AND 5", name="severity"),
    CheckConstraint("origin IN ('province','city')", name="origin"),
    # Statistics go by the beginning of a code; and a tree whose codes grow downwards has no rings.
    CheckConstraint("parent_code IS NULL OR (starts_with(code, parent_code) AND code <> parent_code)", name="below"),
)

"""The tables of the clue ledger, and the numbers of both."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from store.tables.base import Point, When, metadata

ledger_number = Table(
    "ledger_number",
    metadata,
    Column("ledger", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    PrimaryKeyConstraint("ledger", "year"),
    comment="The last number given; locked until commit, so numbers have no gaps within a year.",
)

clue = Table(
    "clue",
    metadata,
    Column("number", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("unit_code", Text, ForeignKey("unit.code"), nullable=False),  # the reporter's unit
    Column("bureau", Text, ForeignKey("unit.code"), nullable=False),  # the county or city bureau it belongs to
    Column("reporter", Text, ForeignKey("person.id")),
    Column("reporter_field_role", Text),
    Column("merchant", Text, ForeignKey("merchant.licence_no")),
    Column("merchant_note", Text),  # unlicensed | unknown, when there is no licensed merchant
    Column("indicator", Text, ForeignKey("indicator.code")),
    Column("internal", Boolean, nullable=False, server_default=text("false")),
    Column("special", Boolean, nullable=False, server_default=text("false")),
    Column("severity", Integer),
    Column("text", Text, nullable=False, server_default=""),
    Column("lat", Float),  # WGS-84
    Column("lon", Float),
    Column("sent_lat", Float),  # as sent
    Column("sent_lon", Float),
    Column("datum", Text),
    Column("accuracy", Float),
    Column("place_label", Text),
    Column("spot", Point()),
    Column("distance_m", Float),  # from the place to the licensed address
    Column("observed_at", When),
    Column("reported_at", When, nullable=False),
    Column("late", Boolean, nullable=False, server_default=text("false")),  # reported long after it was seen
    Column("photos", Integer, nullable=False, server_default="0"),
    Column("due_at", When),
    Column("holder_person", Text, ForeignKey("person.id")),
    Column("holder_unit", Text, ForeignKey("unit.code")),
    Column("holder_role", Text),
    Column("came_from", Text),  # the state `need_info` returns to
    Column("problem", Text),
    # Follows its problem by cascade, in the same statement: the two ledgers cannot disagree (lifecycle.md §3.3).
    Column("problem_state", Text),
    # The next moment at which the clock has something to do with it; null: never.
    Column("next_at", When),
    Column("since", When),  # when the present deadline began to run: what "half time" counts from
    Column("warned", ARRAY(Text), nullable=False, server_default="{}"),  # what the clock said of this deadline
    Column("last_text", Text, nullable=False, server_default=""),
    Column("last_at", When, nullable=False),
    Column("lines", Integer, nullable=False, server_default="0"),  # how many ledger lines it has
    CheckConstraint("source IN ('staff','tip','feed')", name="source"),
    CheckConstraint("merchant_note IN ('unlicensed','unknown')", name="merchant_note"),
    # Every open entry has a holder and a next deadline (lifecycle.md §3.5).
    CheckConstraint(
        "state NOT IN ('head_review','county_review','city_review','need_info')"
        " OR (due_at IS NOT NULL AND (holder_person IS NOT NULL OR holder_unit IS NOT NULL))",
        name="open_is_held",
    ),
    CheckConstraint("(problem IS NULL) = (problem_state IS NULL)", name="mirror"),
    CheckConstraint("(problem IS NULL) = (state NOT IN ('accepted','merged')) OR state = 'archived'", name="linked"),
    CheckConstraint("problem_state <> 'archived' OR state = 'archived'", name="archived_with_its_problem"),
    ForeignKeyConstraint(
        ["problem", "problem_state"],
        ["problem.number", "problem.state"],
        name="clue_problem_fkey",
        onupdate="CASCADE",
        use_alter=True,
    ),
    Index("clue_problem_idx", "problem", postgresql_where=text("problem IS NOT NULL")),
    Index("clue_next_idx", "next_at", postgresql_where=text("next_at IS NOT NULL")),
    Index("clue_reporter_idx", "reporter", "reported_at"),
    Index("clue_bureau_state_idx", "bureau", "state", "due_at"),
    Index("clue_merchant_idx", "merchant", "reported_at"),
    Index("clue_holder_person_idx", "holder_person", postgresql_where=text("holder_person IS NOT NULL")),
    Index("clue_holder_unit_idx", "holder_unit", "holder_role", postgresql_where=text("holder_unit IS NOT NULL")),
    Index("clue_spot_idx", "spot", postgresql_using="gist"),
    Index("clue_other_idx", "reported_at", postgresql_where=text("indicator LIKE '%99'")),
    # What the lists of the console walk along, page by page (store/books/listing.py).
    Index("clue_time_idx", "reported_at", "number"),
    Index("clue_bureau_time_idx", "bureau", "reported_at", "number"),
    Index("clue_state_time_idx", "state", "reported_at", "number"),
    Index("clue_indicator_idx", "indicator", "reported_at"),
    Index("clue_unit_idx", "unit_code", "reported_at"),
    Index("clue_due_idx", "due_at", "number", postgresql_where=text("due_at IS NOT NULL")),
)

clue_accused = Table(
    "clue_accused",
    metadata,
    Column("number", Text, ForeignKey("clue.number"), nullable=False),
    Column("person_id", Text, ForeignKey("person.id"), nullable=False),
    PrimaryKeyConstraint("number", "person_id"),
    comment="Staff whom a clue names: they and their line never see it (features.md B03).",
)

handling_form = Table(
    "handling_form",
    metadata,
    Column("clue", Text, ForeignKey("clue.number"), primary_key=True),  # exactly one per clue
    Column("state", Text, nullable=False, server_default="open"),
    Column("opened_at", When, nullable=False),
    Column("closed_at", When),
    Column("fields", JSONB, nullable=False, server_default="{}"),
    CheckConstraint("state IN ('open','accepted','merged','ended')", name="state"),
    comment="内管信息处理单: opens by itself with every clue that reaches supervision.",
)

"""The tables of the problem ledger: problems, tasks, requests, draws for the re-check."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from store.tables.base import When, metadata

problem = Table(
    "problem",
    metadata,
    Column("number", Text, primary_key=True),
    Column("state", Text, nullable=False),
    # The accepted handling form: one problem each (lifecycle.md §3.1).
    Column("form", Text, ForeignKey("handling_form.clue"), nullable=False, unique=True),
    Column("unit_code", Text, ForeignKey("unit.code"), nullable=False),  # where its first clue was reported
    Column("bureau", Text, ForeignKey("unit.code"), nullable=False),
    Column("level", Text, nullable=False),  # whose supervision is in charge: county | city
    Column("department", Text, nullable=False),  # the main responsible one
    Column("departments", ARRAY(Text), nullable=False, server_default="{}"),  # the assisting ones
    Column("merchant", Text, ForeignKey("merchant.licence_no")),
    Column("merchant_note", Text),
    Column("indicator", Text, ForeignKey("indicator.code")),
    Column("internal", Boolean, nullable=False, server_default=text("false")),
    Column("severity", Integer, nullable=False),
    Column("scope", Text, nullable=False, server_default=""),
    Column("text", Text, nullable=False, server_default=""),  # what was seen, from its first clue
    Column("photos", Integer, nullable=False, server_default="0"),
    Column("cause", Text, nullable=False, server_default=""),
    Column("result", Text, nullable=False, server_default=""),
    Column("verdict", Text, nullable=False, server_default=""),
    Column("measures", Text, nullable=False, server_default=""),  # asked for by the verdict, then those taken
    Column("handler", Text, ForeignKey("person.id")),  # who gave the last feedback or put it right
    Column("verifier", Text, ForeignKey("person.id")),
    Column("rechecker", Text, ForeignKey("person.id")),
    Column("opened_at", When, nullable=False),
    Column("closed_at", When),
    Column("due_at", When),  # the next deadline of whoever holds it; the light runs on it
    Column("work_due_at", When, nullable=False),  # until when the assignees must be done, also while others hold it
    Column("since", When, nullable=False),
    Column("next_at", When),
    Column("warned", ARRAY(Text), nullable=False, server_default="{}"),
    Column("extensions", Integer, nullable=False, server_default="0"),
    Column("came_from", Text),  # the state that a suspended one returns to
    Column("suspended_at", When),
    Column("holder_person", Text, ForeignKey("person.id")),
    Column("holder_unit", Text, ForeignKey("unit.code")),
    Column("holder_role", Text),
    Column("last_text", Text, nullable=False, server_default=""),
    Column("last_at", When, nullable=False),
    Column("lines", Integer, nullable=False, server_default="0"),
    UniqueConstraint("number", "state", name="problem_mirror_key"),  # what clues and tasks follow
    CheckConstraint("level IN ('county','city')", name="level"),
    CheckConstraint("severity BETWEEN 1 AND 5", name="severity"),
    CheckConstraint("merchant_note IN ('unlicensed','unknown')", name="merchant_note"),
    CheckConstraint(
        "state NOT IN ('dispatched','investigating','verifying','rectifying','rechecking','suspended')"
        " OR (due_at IS NOT NULL AND (holder_person IS NOT NULL OR holder_unit IS NOT NULL))",
        name="open_is_held",
    ),
    CheckConstraint("state <> 'suspended' OR came_from IS NOT NULL", name="suspended_returns"),
    # Verifier ≠ handler; the re-checker is neither (lifecycle.md §3.4).
    CheckConstraint("verifier <> handler", name="verified_by_another"),
    CheckConstraint("rechecker <> handler AND rechecker <> verifier", name="rechecked_by_another"),
    Index("problem_open_idx", "bureau", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    Index("problem_state_idx", "state", "opened_at"),
    Index("problem_closed_idx", "bureau", "closed_at", postgresql_where=text("closed_at IS NOT NULL")),
    Index("problem_merchant_idx", "merchant", postgresql_where=text("merchant IS NOT NULL")),
    Index("problem_shop_idx", "merchant", "opened_at", postgresql_where=text("merchant IS NOT NULL")),
    Index("problem_next_idx", "next_at", postgresql_where=text("next_at IS NOT NULL")),
    Index("problem_holder_unit_idx", "holder_unit", "holder_role", postgresql_where=text("holder_unit IS NOT NULL")),
    Index("problem_holder_person_idx", "holder_person", postgresql_where=text("holder_person IS NOT NULL")),
    Index("problem_unit_idx", "unit_code"),
    # What the lists of the console walk along, page by page (store/books/listing.py).
    Index("problem_time_idx", "opened_at", "number"),
    Index("problem_bureau_time_idx", "bureau", "opened_at", "number"),
    Index("problem_indicator_idx", "indicator", "opened_at"),
    Index("problem_due_idx", "due_at", "number", postgresql_where=text("due_at IS NOT NULL")),
    # All that the board and scope ask of what is open, so that its rows need not be visited.
    Index(
        "problem_board_idx",
        "bureau",
        "state",
        postgresql_include=[
            *("number", "internal", "level", "unit_code", "holder_person", "holder_unit", "holder_role"),
            *("due_at", "since", "last_at"),
        ],
        postgresql_where=text(
            "state IN ('dispatched','investigating','verifying','rectifying','rechecking','suspended')"
        ),
    ),
    # What is open, by time: rare among all that was ever closed.
    Index(
        "problem_open_time_idx",
        "opened_at",
        "number",
        postgresql_where=text(
            "state IN ('dispatched','investigating','verifying','rectifying','rechecking','suspended')"
        ),
    ),
    Index("problem_closing_idx", "closed_at", "number", postgresql_where=text("closed_at IS NOT NULL")),
)

task = Table(
    "task",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    Column("number", Text, nullable=False),
    Column("problem_state", Text, nullable=False),  # follows its problem by cascade
    Column("part", Text, nullable=False),
    Column("person_id", Text, ForeignKey("person.id"), nullable=False),  # always one named person (features.md A07)
    # Where that person sat when the task was given: a department never verifies its own work.
    Column("unit_code", Text, ForeignKey("unit.code"), nullable=False),
    Column("bureau", Text, ForeignKey("unit.code"), nullable=False),
    Column("department", Text),
    Column("state", Text, nullable=False, server_default="assigned"),
    Column("given_by", Text, nullable=False),
    Column("given_at", When, nullable=False),
    Column("receive_by", When),
    Column("received_at", When),
    Column("due_at", When, nullable=False),
    Column("done_at", When),
    Column("done_by", Text, ForeignKey("person.id")),  # the assignee, or who stood in for them
    Column("settled_at", When),
    Column("text", Text, nullable=False, server_default=""),  # what came of it
    ForeignKeyConstraint(
        ["number", "problem_state"], ["problem.number", "problem.state"], name="task_problem_fkey", onupdate="CASCADE"
    ),
    CheckConstraint("part IN ('main','assisting','recheck')", name="part"),
    CheckConstraint(
        "state IN ('assigned','received','done','accepted','returned','reassigned','cancelled')", name="state"
    ),
    # A closed problem has no open task; its re-check comes after (lifecycle.md §3.3).
    CheckConstraint(
        "part = 'recheck' OR state NOT IN ('assigned','received','done')"
        " OR problem_state NOT IN ('closed','closed_unfounded','archived')",
        name="closed_is_settled",
    ),
    Index(
        "task_one_each_idx",
        "number",
        "person_id",
        unique=True,
        postgresql_where=text("state IN ('assigned','received','done')"),
    ),
    Index(
        "task_one_main_idx",
        "number",
        unique=True,
        postgresql_where=text("part = 'main' AND state IN ('assigned','received','done')"),
    ),
    Index(
        "task_mine_idx",
        "person_id",
        "due_at",
        postgresql_where=text("state IN ('assigned','received')"),
    ),
    Index("task_number_idx", "number"),
    Index("task_person_idx", "person_id", "number"),
    Index("task_unit_idx", "unit_code", "number"),
    Index(
        "task_running_idx",
        "unit_code",
        "number",
        postgresql_where=text(
            "problem_state IN ('dispatched','investigating','verifying','rectifying','rechecking','suspended')"
        ),
    ),
    comment="Who does what in a problem: one main task, others assisting; later perhaps a re-check.",
)

request = Table(
    "request",
    metadata,
    Column("number", Text, ForeignKey("problem.number"), nullable=False),
    Column("seq", Integer, nullable=False),  # the ledger line that asked
    Column("kind", Text, nullable=False),
    Column("by", Text, ForeignKey("person.id"), nullable=False),
    Column("at", When, nullable=False),
    Column("text", Text, nullable=False, server_default=""),
    Column("days", Integer),  # working days, of an extension
    Column("review_on", Date),  # of a suspension
    Column("answer", Text),
    Column("answered_seq", Integer),  # the ledger line that answered
    PrimaryKeyConstraint("number", "seq"),
    CheckConstraint("kind IN ('extend','suspend','instruct')", name="kind"),
    CheckConstraint("answer IN ('granted','denied','replied','dropped')", name="answer"),
    CheckConstraint("(answer IS NULL) = (answered_seq IS NULL)", name="answered"),
    # One thing is decided at a time; instructions may be several.
    Index(
        "request_one_idx",
        "number",
        unique=True,
        postgresql_where=text("answer IS NULL AND kind <> 'instruct'"),
    ),
    comment="What was asked in a problem and wants an answer: more time, a rest, an instruction of a leader.",
)

draw = Table(
    "draw",
    metadata,
    Column("month", Date, nullable=False),  # the first day of the month whose closed problems are drawn from
    Column("bureau", Text, ForeignKey("unit.code"), nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("closed", Integer, nullable=False),  # how many there were to draw from, and how many were drawn
    Column("drawn", Integer, nullable=False),
    Column("at", When, nullable=False),
    PrimaryKeyConstraint("month", "bureau"),
    comment="The monthly draws of the sampled re-check: with its seed anybody can repeat one.",
)

drawn = Table(
    "drawn",
    metadata,
    Column("number", Text, ForeignKey("problem.number"), primary_key=True),
    Column("month", Date, nullable=False),
    Column("bureau", Text, nullable=False),
    Column("sampled_seq", Integer),  # the ledger line of its re-check task; null: waits until it is archived
    ForeignKeyConstraint(["month", "bureau"], ["draw.month", "draw.bureau"]),
    Index("drawn_waiting_idx", "number", postgresql_where=text("sampled_seq IS NULL")),
)

"""Every table of the database, with the keys and constraints that keep the house's promises.

Times are `timestamptz`. Positions are WGS-84 degrees; what was sent, in which datum, is kept beside them.
Merchants' and evidence's `spot` is a plane point in kilometres (see `geo.py`), so GiST answers "nearest".
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID
from sqlalchemy.types import UserDefinedType

metadata = MetaData(
    naming_convention={
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "pk": "%(table_name)s_pkey",
    }
)

When = DateTime(timezone=True)


class Point(UserDefinedType[str]):
    """PostgreSQL's own `point`: two floats, with nearest-neighbour search by GiST and no extension."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "point"

    def bind_processor(self, dialect: object) -> Callable[[str | None], tuple[float, ...] | None]:
        """What turns "(x,y)" into the two floats that the driver takes."""
        return _pair


def _pair(point: str | None) -> tuple[float, ...] | None:
    return None if point is None else tuple(float(part) for part in point.strip("()").split(","))


# --- people ---------------------------------------------------------------------------------------------

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

# --- the world ------------------------------------------------------------------------------------------

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

# --- the two ledgers ------------------------------------------------------------------------------------

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
    Index("problem_next_idx", "next_at", postgresql_where=text("next_at IS NOT NULL")),
    Index("problem_holder_unit_idx", "holder_unit", "holder_role", postgresql_where=text("holder_unit IS NOT NULL")),
    Index("problem_holder_person_idx", "holder_person", postgresql_where=text("holder_person IS NOT NULL")),
    Index("problem_unit_idx", "unit_code"),
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

# --- the desk -------------------------------------------------------------------------------------------

inbox = Table(
    "inbox",
    metadata,
    Column("door", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("person_id", Text),
    Column("at", When, nullable=False),
    Column("said", JSONB, nullable=False),  # the answer, given again to a retry
    PrimaryKeyConstraint("door", "key"),
    Index("inbox_at_idx", "at"),
)

dialogue = Table(
    "dialogue",
    metadata,
    Column("person_id", Text, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("state", JSONB, nullable=False),
    Column("form", Text),  # the open form, if any: for reminders and drop-off
    Column("updated_at", When, nullable=False),
    Index("dialogue_open_idx", "updated_at", postgresql_where=text("form IS NOT NULL")),
)

dialogue_event = Table(
    "dialogue_event",
    metadata,
    Column("at", When, nullable=False),
    Column("kind", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("question", Text, nullable=False),
    Index("dialogue_event_form_idx", "form", "at"),
    comment="Content-free: what happened at which question, never who or what.",
)

form_version = Table(
    "form_version",
    metadata,
    Column("key", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("source", Text, nullable=False),  # the TOML
    Column("created_at", When, nullable=False, server_default=func.now()),
    PrimaryKeyConstraint("key", "hash"),
    comment="Versions are immutable; an open dialogue keeps the one it began with.",
)

# --- the mail room --------------------------------------------------------------------------------------

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

# --- what is taken out ----------------------------------------------------------------------------------

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

# --- the vault (tipline.md) -----------------------------------------------------------------------------
# Days, never times: nothing here says when a tipster wrote. `sealed` is what only the vault's keys open.

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

# --- the console ----------------------------------------------------------------------------------------

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

# --- the other shelves, each in a file of its own on the same metadata ---------------------------------------

import store.tables_feeds  # noqa: E402
import store.tables_library  # noqa: E402
import store.tables_profile  # noqa: E402, F401

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
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
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
    Index("clue_reporter_idx", "reporter", "reported_at"),
    Index("clue_bureau_state_idx", "bureau", "state", "due_at"),
    Index("clue_merchant_idx", "merchant", "reported_at"),
    Index("clue_holder_person_idx", "holder_person", postgresql_where=text("holder_person IS NOT NULL")),
    Index("clue_holder_unit_idx", "holder_unit", "holder_role", postgresql_where=text("holder_unit IS NOT NULL")),
    Index("clue_spot_idx", "spot", postgresql_using="gist"),
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
    Column("thumb", Boolean, nullable=False, server_default=text("false")),
    CheckConstraint("kind IN ('image','voice','video','file')", name="kind"),
    CheckConstraint("state IN ('wanted','stored','failed')", name="state"),
    Index("evidence_entry_idx", "ledger", "number"),
    Index("evidence_wanted_idx", "next_at", postgresql_where=text("state = 'wanted'")),
    Index("evidence_sha256_idx", "sha256"),
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

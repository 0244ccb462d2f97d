"""The tables of sharing: documents, announcements, threads; partner systems, keys and hooks of the open interface.

A scope is three lists; an empty one leaves nobody out. `units`: codes, with all below them; `departments`; `roles`:
roles and field roles. Whoever fits all three is within it (store/sharing/scopes.py).
"""

from __future__ import annotations

from typing import Any

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
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

from store.tables.base import When, metadata


def _scope() -> list[Column[Any]]:
    return [
        Column(name, ARRAY(Text), nullable=False, server_default="{}") for name in ("units", "departments", "roles")
    ]


def _by(name: str) -> Column[Any]:
    return Column(name, Text, ForeignKey("person.id"), nullable=False)


# --- documents and rules ----------------------------------------------------------------------------------

document = Table(
    "document",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    *_scope(),
    Column("version", Integer, nullable=False),  # the one that counts
    Column("words", TSVECTOR, nullable=False),  # its title and text as pairs of characters (store/sharing/wording.py)
    _by("made_by"),
    Column("made_at", When, nullable=False),
    Column("changed_at", When, nullable=False),
    Column("withdrawn_by", Text, ForeignKey("person.id")),
    Column("withdrawn_at", When),
    CheckConstraint("kind IN ('rule','training','notice','form','other')", name="kind"),
    Index("document_words_idx", "words", postgresql_using="gin"),
    Index("document_changed_idx", "changed_at"),
    comment="Rules, training material and other papers that are shared within a scope.",
)

document_version = Table(
    "document_version",
    metadata,
    Column("document", BigInteger, ForeignKey("document.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("file", Text, nullable=False),  # its name as it was uploaded
    Column("mime", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),  # where it lies in the object store
    Column("text", Text, nullable=False),
    Column("note", Text, nullable=False, server_default=""),  # what is new in it
    _by("made_by"),
    Column("made_at", When, nullable=False),
    PrimaryKeyConstraint("document", "version"),
    comment="Every version of a document; none is ever lost.",
)

# --- announcements ----------------------------------------------------------------------------------------

announcement = Table(
    "announcement",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    *_scope(),
    Column("document", BigInteger, ForeignKey("document.id")),
    _by("made_by"),
    Column("made_at", When, nullable=False),
    Column("until", When),  # after that nobody needs to read it
    Column("withdrawn_by", Text, ForeignKey("person.id")),
    Column("withdrawn_at", When),
    Column("reminders", Integer, nullable=False, server_default="0"),
    Column("reminded_at", When),
    Index("announcement_made_idx", "made_at"),
)

announcement_reader = Table(
    "announcement_reader",
    metadata,
    Column("announcement", BigInteger, ForeignKey("announcement.id"), nullable=False),
    Column("person_id", Text, ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
    Column("read_at", When),
    Column("read_in", Text),
    PrimaryKeyConstraint("announcement", "person_id"),
    CheckConstraint("read_in IN ('console','chat')", name="read_in"),
    Index("announcement_reader_unread_idx", "person_id", postgresql_where=text("read_at IS NULL")),
    comment="Whom an announcement was sent to, and who read it when.",
)

# --- threads ----------------------------------------------------------------------------------------------

thread = Table(
    "thread",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    Column("title", Text, nullable=False),
    Column("number", Text),  # the entry that it stands beside
    Column("posts", Integer, nullable=False, server_default="0"),
    _by("made_by"),
    Column("made_at", When, nullable=False),
    Column("last_at", When, nullable=False),
    Column("assignee", Text, ForeignKey("person.id")),  # whose answer it waits for
    Column("due_on", Date),
    Column("closed_at", When),
    Index("thread_number_idx", "number", postgresql_where=text("number IS NOT NULL")),
    Index("thread_assignee_idx", "assignee", postgresql_where=text("assignee IS NOT NULL")),
)

thread_person = Table(
    "thread_person",
    metadata,
    Column("thread", BigInteger, ForeignKey("thread.id"), nullable=False),
    Column("person_id", Text, ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
    Column("seen", Integer, nullable=False, server_default="0"),  # how many of the posts
    PrimaryKeyConstraint("thread", "person_id"),
    Index("thread_person_idx", "person_id"),
    comment="Who takes part in a thread; nobody else sees it.",
)

thread_post = Table(
    "thread_post",
    metadata,
    Column("thread", BigInteger, ForeignKey("thread.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("text", Text, nullable=False, server_default=""),
    Column("about", Text, ForeignKey("person.id")),  # who was assigned
    Column("due_on", Date),
    _by("made_by"),
    Column("made_at", When, nullable=False),
    PrimaryKeyConstraint("thread", "seq"),
    CheckConstraint("kind IN ('ask','reply','assign','close','reopen')", name="kind"),
)

# --- partner systems --------------------------------------------------------------------------------------

partner = Table(
    "partner",
    metadata,
    Column("id", Text, primary_key=True),  # its client_id
    Column("name", Text, nullable=False),
    Column("icon", Text, nullable=False, server_default="globe"),
    Column("start", Text, nullable=False),  # the address behind its link
    Column("redirects", ARRAY(Text), nullable=False),
    Column("secret_hash", LargeBinary, nullable=False),
    *_scope(),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    _by("made_by"),
    Column("made_at", When, nullable=False),
    comment="Systems of others that people enter from here without signing in again (OpenID Connect clients).",
)

sso_key = Table(
    "sso_key",
    metadata,
    Column("id", Text, primary_key=True),  # its kid
    Column("public", JSONB, nullable=False),  # as a JSON Web Key
    Column("sealed", LargeBinary, nullable=False),  # the private half under the service's own key
    Column("made_at", When, nullable=False),
    Column("signs_from", When, nullable=False),
    comment="Keys that identity tokens are signed with: published before they sign, and for a while after.",
)

sso_request = Table(
    "sso_request",
    metadata,
    Column("id", Text, primary_key=True),
    Column("partner", Text, ForeignKey("partner.id"), nullable=False),
    Column("asked", JSONB, nullable=False),
    Column("made_at", When, nullable=False),
    Index("sso_request_made_idx", "made_at"),
    comment="Somebody on their way in, until they are signed in here.",
)

sso_code = Table(
    "sso_code",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("partner", Text, ForeignKey("partner.id"), nullable=False),
    Column("person_id", Text, ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
    Column("asked", JSONB, nullable=False),
    Column("signed_in_at", When, nullable=False),
    Column("made_at", When, nullable=False),
    Column("used_at", When),
    Column("token", Text),  # the id of the access token that it was exchanged for; null again when it is revoked
    Index("sso_code_token_idx", "token", postgresql_where=text("token IS NOT NULL")),
    Index("sso_code_made_idx", "made_at"),
    comment="Codes of RFC 6749: good once, for a minute.",
)

# --- the open interface -----------------------------------------------------------------------------------

api_key = Table(
    "api_key",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("tail", Text, nullable=False),  # its last characters, to tell it from others
    Column("person_id", Text, ForeignKey("person.id")),  # as whom it acts …
    Column("unit_code", Text, ForeignKey("unit.code")),  # … or the bureau that it reads as a leader would
    Column("rights", ARRAY(Text), nullable=False),
    _by("made_by"),
    Column("made_at", When, nullable=False),
    Column("ends_at", When, nullable=False),
    Column("revoked_at", When),
    Column("used_at", When),
    CheckConstraint("num_nonnulls(person_id, unit_code) = 1", name="whose"),
    comment="Keys of the open interface. What it is itself is shown once; here is its SHA-256.",
)

hook = Table(
    "hook",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("person_id", Text, ForeignKey("person.id"), nullable=False),  # whose scope it hears
    Column("verbs", ARRAY(Text), nullable=False, server_default="{}"),  # empty: every move
    Column("sealed", LargeBinary, nullable=False),  # what its messages are signed with
    Column("active", Boolean, nullable=False, server_default=text("true")),
    _by("made_by"),
    Column("made_at", When, nullable=False),
    Index("hook_active_idx", "active", postgresql_where=text("active")),
    comment="Who is told of moves of the ledgers; letters of the door `hook` go there.",
)

api_answer = Table(
    "api_answer",
    metadata,
    Column("key", BigInteger, ForeignKey("api_key.id"), nullable=False),
    Column("once", Text, nullable=False),
    Column("sha256", Text, nullable=False),  # of what was asked
    Column("at", When, nullable=False),
    Column("status", Integer),
    Column("answer", JSONB),
    UniqueConstraint("key", "once"),
    Index("api_answer_at_idx", "at"),
    comment="Idempotency keys: the same one gets the same answer, and is refused with another content.",
)

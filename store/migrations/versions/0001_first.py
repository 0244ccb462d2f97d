"""The first shape of the database."""

from pathlib import Path

from alembic import op
from sqlalchemy import text

revision = "0001"
down_revision = None

_SHAPE = Path(__file__).with_suffix(".sql")

_FROZEN = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'ledger lines are append-only'; END $$
"""
_GUARD = """
CREATE TRIGGER line_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON line
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""


def upgrade() -> None:
    for statement in _SHAPE.read_text("utf-8").split(";\n\n"):
        op.execute(text(statement.rstrip(";\n").replace(":", "\\:")))
    op.execute(_FROZEN)
    op.execute(_GUARD)

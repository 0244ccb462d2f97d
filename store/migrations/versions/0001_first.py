"""The first shape of the database."""

from alembic import op

from store.tables import metadata

revision = "0001"
down_revision = None

_FROZEN = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'ledger lines are append-only'; END $$
"""
_GUARD = """
CREATE TRIGGER line_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON line
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""


def upgrade() -> None:
    metadata.create_all(op.get_bind())
    op.execute(_FROZEN)
    op.execute(_GUARD)

"""The indicator library as it grows: dated values, who changed what, and codes that begin with their parent's."""

from pathlib import Path

from alembic import op
from sqlalchemy import text

revision = "0007"
down_revision = "0006"

_SHAPE = Path(__file__).with_suffix(".sql")


def upgrade() -> None:
    for statement in _SHAPE.read_text("utf-8").split(";\n\n"):
        op.execute(text(statement.rstrip(";\n").replace(":", "\\:")))

"""What administrators change: audited, dated, undoable."""

from pathlib import Path

from alembic import op
from sqlalchemy import text

revision = "0011"
down_revision = "0010"

_SHAPE = Path(__file__).with_suffix(".sql")


def upgrade() -> None:
    for statement in _SHAPE.read_text("utf-8").split(";\n\n"):
        op.execute(text(statement.rstrip(";\n").replace(":", "\\:")))

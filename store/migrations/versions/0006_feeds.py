"""The shelf of provincial data: batches of orders, scores, outflow and targets, and the warnings they give."""

from pathlib import Path

from alembic import op
from sqlalchemy import text

revision = "0006"
down_revision = "0005"

_SHAPE = Path(__file__).with_suffix(".sql")


def upgrade() -> None:
    for statement in _SHAPE.read_text("utf-8").split(";\n\n"):
        op.execute(text(statement.rstrip(";\n").replace(":", "\\:")))

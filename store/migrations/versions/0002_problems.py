"""The second shape: the problem ledger beside the clue ledger, absences, cards and what is taken out."""

from pathlib import Path

from alembic import op
from sqlalchemy import text

revision = "0002"
down_revision = "0001"

_SHAPE = Path(__file__).with_suffix(".sql")


def upgrade() -> None:
    for statement in _SHAPE.read_text("utf-8").split(";\n\n"):
        op.execute(text(statement.rstrip(";\n").replace(":", "\\:")))

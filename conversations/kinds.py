"""The types of question: a closed list."""

from __future__ import annotations

PICKERS = frozenset({"merchant", "indicator", "colleague", "unit"})
"""Our own types: the answer is looked up in the books. Outside they are text."""

SELECTS = frozenset({"select_one", "select_multiple"})
MEDIA = frozenset({"image", "audio", "file"})
SILENT = frozenset({"calculate", "note"})
"""Never answered by a person."""

TYPES = (
    frozenset({"text", "integer", "decimal", "date", "time", "datetime", "geopoint"})
    | SELECTS
    | MEDIA
    | SILENT
    | PICKERS
)
"""Everything that may stand in the column `type`, apart from the begin and end of groups and repeats."""

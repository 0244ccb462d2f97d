"""Reads the cells of one row as what each column holds, noting what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from conversations.expressions import BadExpression, Compiled, compile_expression
from conversations.form import Texts
from conversations.kinds import SELECTS
from conversations.rows import Faults, Row
from store.words import NOTHING, Json

HINTS: Mapping[str, type | None] = {
    "short": None,
    "keyboard": str,
    "search": bool,
    "batch": bool,
    "max": int,
    "within": str,
    "among": str,
    "coarse": int,
}
"""Chat hints: a short label, the look of the choices, whether they are searched by typing, whether several come at
once, how many at most, for people the questions (by name) whose answers are the departments they may be of, or “tasks”:
they have one in the problem at hand, and for a place to how many metres it is kept. Each with the type of its value;
`short` has one text per language."""
LONGEST_TEXT = 2_000
"""Characters of one text."""
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_SPOKEN = {str: "a text", bool: "true or false", int: "a whole number"}
_TAKEN = frozenset({"bot", "value", "caption", "image", "audio", "video", "media", "form_title", "id_string"})
"""Mean something else to the tools that read XLSForm."""
_SCALARS = (str, int, float, bool)


class Cells:
    """One row. `paths` has the repeats around every question of the form, `path` those around this row."""

    def __init__(
        self, row: Row, faults: Faults, language: str, paths: Mapping[str, tuple[str, ...]], path: tuple[str, ...]
    ) -> None:
        self.row = row
        self.faults = faults
        self.language = language
        self.paths = paths
        self.path = path

    def word(self, column: str) -> str:
        """A plain text; whole numbers and truths are written out."""
        value = self.row.cells.get(column, "")
        if not isinstance(value, _SCALARS):
            self.faults.add(self.row, f"{column} must be a text")
            return ""
        text = str(value).lower() if isinstance(value, bool) else str(value).strip()
        if len(text) > LONGEST_TEXT or _CONTROL.search(text):
            self.faults.add(self.row, f"{column} is longer than {LONGEST_TEXT} characters, or has control characters")
        return text

    def texts(self, column: str) -> Texts:
        """A text per language; a plain text is in the default language."""
        return self._texts(self.row.cells.get(column), column)

    def _texts(self, value: Json, column: str) -> Texts:
        if value is None:
            return NOTHING
        found = value if isinstance(value, dict) else {self.language: value}
        for language, text in found.items():
            if not LANGUAGE.fullmatch(language):
                self.faults.add(self.row, f"{column} has “{language}” where a language such as zh or en belongs")
            elif not isinstance(text, str) or not text.strip():
                self.faults.add(self.row, f"{column} is empty in {language}")
            elif len(text) > LONGEST_TEXT or _CONTROL.search(text):
                self.faults.add(
                    self.row, f"{column} is longer than {LONGEST_TEXT} characters, or has control characters"
                )
        return {language: str(text).strip() for language, text in found.items() if LANGUAGE.fullmatch(language)}

    def expression(self, column: str) -> Compiled | None:
        """The compiled expression of a column; `yes` and `no` stand for true() and nothing."""
        source = self.word(column)
        if source.lower() in ("", "no", "false", "false()"):
            return None
        if source.lower() in ("yes", "true"):
            source = "true()"
        try:
            return compile_expression(source, self.spread())
        except BadExpression as reason:
            self.faults.add(self.row, f"{column} {reason}: {source[:200]}")
            return None

    def spread(self) -> Mapping[str, tuple[str, ...]]:
        """Which questions have several answers when seen from this row, and through which repeats."""
        found = {}
        for name, path in self.paths.items():
            shared = 0
            while shared < min(len(path), len(self.path)) and path[shared] == self.path[shared]:
                shared += 1
            if path[shared:]:
                found[name] = path[shared:]
        return found

    def default(self, kind: str) -> Json:
        """The answer that stands from the start, as answers of this type are stored."""
        value = self.row.cells.get("default")
        if value is None or self._is_dynamic():
            return None
        if kind == "select_multiple":
            return [str(one) for one in value] if isinstance(value, list) else self.word("default").split()
        if kind in SELECTS or kind != "integer":
            return self.word("default")
        if not re.fullmatch(r"-?[0-9]{1,18}", self.word("default")):
            self.faults.add(self.row, "default must be a whole number")
            return None
        return int(self.word("default"))

    def dynamic(self) -> Compiled | None:
        """A default that follows from other answers: one with ${…} in it."""
        return self.expression("default") if self._is_dynamic() else None

    def _is_dynamic(self) -> bool:
        value = self.row.cells.get("default")
        return isinstance(value, str) and "${" in value

    def hints(self) -> Mapping[str, Json]:
        """The chat hints: `bot = {max = 9}` or `bot.max = 9`."""
        found = self.row.cells.get("bot", NOTHING)
        if not isinstance(found, Mapping):
            self.faults.add(self.row, "bot must be a table of chat hints")
            return NOTHING
        for hint, value in found.items():
            if hint not in HINTS:
                known = ", ".join(sorted(HINTS))
                self.faults.add(self.row, f"there is no chat hint “bot.{hint}”; the hints are {known}")
            elif (wanted := HINTS[hint]) and type(value) is not wanted:
                self.faults.add(self.row, f"bot.{hint} must be {_SPOKEN[wanted]}")
        return {key: self._texts(value, "bot.short") if key == "short" else value for key, value in found.items()}

    def rest(self, *known: str) -> Mapping[str, Json]:
        """The cells of columns beside the known ones."""
        for column, value in self.row.cells.items():
            if not isinstance(value, (*_SCALARS, dict)):
                self.faults.add(self.row, f"{column} must be a plain value")
            elif not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]*", column) or column in _TAKEN:
                self.faults.add(self.row, f"“{column}” is no name for a column")
        return {column: value for column, value in self.row.cells.items() if column not in known and value != ""}

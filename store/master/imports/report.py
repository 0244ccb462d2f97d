"""What an import has to tell: counts, faults that stop it, notes that do not; each with file, row, column, reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from store.texts import _, said
from store.words import NOTHING, Json

SHOWN = 100
"""Faults and notes that are kept; the rest is only counted, so that a broken file cannot fill the memory."""


class Wrong(Exception):
    """One cell or file cannot be taken: the English sentence of the catalogue, and the facts that fill it."""

    def __init__(self, sentence: str, facts: Mapping[str, Json] = NOTHING) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.facts = facts


@dataclass(frozen=True, slots=True)
class Remark:
    """A fault or a note. `row` counts as a spreadsheet does: the header is row 1; None speaks of the whole file."""

    file: str
    row: int | None
    column: str
    sentence: str
    facts: Mapping[str, Json] = NOTHING

    def reason(self, language: str = "zh") -> str:
        return said(self.sentence, language, self.facts)

    def text(self, language: str = "zh") -> str:
        """One line for a person: where, and why."""
        where = [self.file]
        if self.row is not None:
            where.append(said(_("row {row}"), language, {"row": self.row}))
        if self.column:
            where.append(said(_("column {column}"), language, {"column": self.column}))
        return ("，".join(where) + "：" if language == "zh" else ", ".join(where) + ": ") + self.reason(language)


@dataclass(slots=True)
class Remarks:
    """Remarks of one sort as they are gathered."""

    file: str
    kept: list[Remark] = field(default_factory=list)
    count: int = 0

    def add(self, row: int | None, column: str, sentence: str, facts: Mapping[str, Json] = NOTHING) -> None:
        self.count += 1
        if len(self.kept) < SHOWN:
            self.kept.append(Remark(self.file, row, column, sentence, facts))


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome. Nothing was written when there are faults, or when it was a dry run (the counts then say what
    would have been)."""

    kind: str
    file: str
    dry_run: bool
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    faults: tuple[Remark, ...] = ()
    fault_count: int = 0
    notes: tuple[Remark, ...] = ()
    note_count: int = 0

    @property
    def ok(self) -> bool:
        return self.fault_count == 0

    @property
    def rows(self) -> int:
        """Rows that were taken."""
        return self.added + self.changed + self.unchanged

    def lines(self, language: str = "zh") -> list[str]:
        """The whole report as a person reads it."""
        facts = {
            "file": self.file,
            "added": self.added,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "count": self.fault_count,
        }
        if not self.ok:
            outcome = _("{file}: nothing was imported. Please put {count} faults right and import it again.")
        elif self.dry_run:
            outcome = _("{file}: all right. It would add {added}, change {changed} and leave {unchanged} as they are.")
        else:
            outcome = _("{file}: {added} added, {changed} changed, {unchanged} unchanged.")
        faults = _listed(self.faults, self.fault_count, _("Faults:"), language)
        return [*faults, *_listed(self.notes, self.note_count, _("Notes:"), language), said(outcome, language, facts)]


def _listed(remarks: tuple[Remark, ...], count: int, title: str, language: str) -> list[str]:
    if not remarks:
        return []
    rest = count - len(remarks)
    more = [said(_("  … and {count} more"), language, {"count": rest})] if rest else []
    return [said(title, language), *(f"  {remark.text(language)}" for remark in remarks), *more, ""]

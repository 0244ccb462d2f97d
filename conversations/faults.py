"""What is wrong with a questionnaire: where it stands and why, in one sentence, all faults at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RowFault:
    """One fault: file, table or sheet (`survey`, `choices`, `settings`), row (from 1; 0: the whole), name, why."""

    file: str
    sheet: str
    row: int
    name: str
    reason: str
    line: int = 0  # line of the file where the row begins, when known

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        row = f" row {self.row}" if self.row else ""
        name = f" ({self.name})" if self.name else ""
        return f"{place}: {self.sheet}{row}{name}: {self.reason}" if self.sheet else f"{place}: {self.reason}"


class FormFault(ValueError):
    """A questionnaire was refused; `faults` has every reason, in the order of the file."""

    def __init__(self, faults: Sequence[RowFault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)

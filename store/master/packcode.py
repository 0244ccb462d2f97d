"""The 32-character code on a cigarette carton, which names the shop that the carton was sold to.

Two lines of 16: date 5, case 9, carton 2; company 4, licence number 12 (glossary, `pack_code`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from store.master.pinyin import plain
from store.texts import _, said
from store.words import NOTHING, Json

_LINE = 16
_LICENCE = 12
_DATE = 5
_CARTONS = 50
_MISTAKEN = {"O": "0", "I": "1", "L": "1", "S": "5", "B": "8", "Z": "2"}
_SEPARATORS = re.compile(r"[\s\-_/|,.;:·、,。;:]+")


@dataclass(frozen=True, slots=True)
class PackCode:
    """A code taken apart. Of a second line typed alone, `date`, `case` and `carton` are empty."""

    date: str
    case: str
    carton: str
    company: str
    licence_no: str

    @property
    def text(self) -> str:
        """The code without spaces: 32 characters, or 16 of a second line alone."""
        return self.date + self.case + self.carton + self.company + self.licence_no


class PackCodeFault(Exception):
    """What is wrong with a typed code, as a sentence that helps to type it again."""

    def __init__(self, sentence: str, facts: Mapping[str, Json] = NOTHING) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.facts = facts

    def text(self, language: str) -> str:
        return said(self.sentence, language, self.facts)


def looks_like(typed: str) -> bool:
    """Whether somebody meant to type a pack code: longer than a licence number, and mostly digits."""
    code = "".join(_lines(typed))
    digits = sum(character.isdigit() for character in code)
    return len(code) > _LICENCE and code.isascii() and code.isalnum() and digits * 2 > len(code)


def read(typed: str) -> PackCode:
    """The code as it was typed: one line or two, with spaces, full-width or small letters; or its second line
    alone. Raises `PackCodeFault`."""
    lines = _lines(typed)
    code = "".join(lines)
    if not (code.isascii() and code.isalnum()):
        raise PackCodeFault(_("A pack code has only letters and digits. Please type it again."))
    if len(code) == _LINE:
        return _second_line_alone(code)
    if len(code) != 2 * _LINE:
        raise _wrong_length(lines, code)
    company, licence = code[_LINE : _LINE + 4], _licence(code[-_LICENCE:])
    return PackCode(code[:5], code[5:14], code[14:_LINE], company, licence)


def sorted_on(code: PackCode, today: date) -> date | None:
    """The day on which the carton left our warehouse: last digit of the year, month, day. Of the years that end so, the
    last one that is not to come; None when there is no such day or the first line is not known."""
    if len(code.date) != _DATE or not code.date.isdigit():
        return None
    month, day = int(code.date[1:3]), int(code.date[3:])
    for year in range(today.year, today.year - 20, -1):
        if year % 10 == int(code.date[0]):
            with suppress(ValueError):
                if (found := date(year, month, day)) <= today:
                    return found
    return None


def doubts(code: PackCode, today: date) -> list[tuple[str, Mapping[str, Json]]]:
    """What of a readable code cannot be right: sentences of the catalogue with their facts."""
    found: list[tuple[str, Mapping[str, Json]]] = []
    if code.date and sorted_on(code, today) is None:
        found.append((_("“{date}” is no date: last digit of the year, month, day."), {"date": code.date}))
    if code.carton.isdigit() and not 1 <= int(code.carton) <= _CARTONS:
        facts = {"carton": code.carton}
        found.append((_("A case holds 50 cartons, so carton {carton} may be forged or misread."), facts))
    return found


def _second_line_alone(code: str) -> PackCode:
    if code.isdigit():
        raise PackCodeFault(
            _("This is the first line of a pack code. The second line, which begins with letters, names the shop.")
        )
    return PackCode("", "", "", code[:4], _licence(code[4:]))


def _licence(digits: str) -> str:
    for place, character in enumerate(digits, start=1):
        if not character.isdigit():
            facts = {"place": place + 4, "character": character, "perhaps": _MISTAKEN.get(character, "")}
            sentence = (
                _("Character {place} of the second line must be a digit, not “{character}”. Perhaps {perhaps}?")
                if facts["perhaps"]
                else _("Character {place} of the second line must be a digit, not “{character}”.")
            )
            raise PackCodeFault(sentence, facts)
    return digits


def _wrong_length(lines: list[str], code: str) -> PackCodeFault:
    if len(lines) == 2:
        number, line = next((n, line) for n, line in enumerate(lines, start=1) if len(line) != _LINE)
        return PackCodeFault(
            _("Line {number} of a pack code has 16 characters; {count} were typed. Please check it."),
            {"number": number, "count": len(line)},
        )
    return PackCodeFault(
        _("A pack code has 32 characters in two lines of 16; {count} were typed. Please check them."),
        {"count": len(code)},
    )


def _lines(typed: str) -> list[str]:
    return [line for line in _SEPARATORS.split(plain(typed).upper()) if line]

"""Reading a pack code off a photo: what a text recogniser sees, put right where a digit must stand, and checked.

The recogniser is an optional extra (`pip install 'loop153[ocr]'`, RapidOCR with the models in its wheel): it works
without any network and is loaded when the first photo comes, which takes a second. Everything but `lines` is pure.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.util import find_spec
from typing import Any

from store.master import packcode
from store.master.packcode import PackCode, PackCodeFault
from store.master.pinyin import plain
from store.texts import _

Seen = tuple[str, float]
"""A line of text as it was recognised, from top to bottom, and how sure that is (0 to 1)."""

MOST = 5
"""Candidates that are worth offering."""

_LINE = 16
_LETTERS = 4
_MISREAD = 3  # characters put right in a second line at most
_BETWEEN = 2  # a brand or a price may come in between the two lines
_DIGIT = str.maketrans("OQDILZSBG", "000112586")
_LETTER = str.maketrans("01258", "OIZSB")
_KEPT = re.compile(r"[^0-9A-Z]")
_DOUBTED = 0.7  # what a code is worth that can be read but cannot be right
_HALF = 0.5  # and a second line alone: it names the shop, but not the carton


class NoRecogniser(Exception):
    """The extra that reads photos is not installed."""

    sentence = _("Photos of pack codes cannot be read here yet. Please type the code, or install loop153[ocr].")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A code that the photo may show. `sure`: 0 to 1; `doubts` as `packcode.doubts` has them."""

    code: PackCode
    sure: float
    doubts: tuple[str, ...]


def reading(image: bytes, today: date) -> tuple[Candidate, ...]:
    """The codes that a photo may show, the likeliest first; empty when there is none. Takes about a second of
    processor time, so call it in a thread. Raises `NoRecogniser`, and `ValueError` for what is no picture."""
    return candidates(lines(image), today)


def candidates(seen: Sequence[Seen], today: date) -> tuple[Candidate, ...]:
    """The codes that recognised lines may be, the likeliest first: whole ones in one line or in two neighbouring ones,
    and second lines alone."""
    kept = [(text, sure) for raw, sure in seen if (text := _KEPT.sub("", plain(raw).upper()))]
    found: dict[str, Candidate] = {}
    for at, (text, sure) in enumerate(kept):
        above = kept[max(at - _BETWEEN, 0) : at]
        for candidate in _within(text, sure, above, today):
            known = found.get(candidate.code.text)
            if known is None or known.sure < candidate.sure:
                found[candidate.code.text] = candidate
    whole = {one.code.licence_no for one in found.values() if one.code.date}
    best = [one for one in found.values() if one.code.date or one.code.licence_no not in whole]
    return tuple(sorted(best, key=lambda one: (-one.sure, one.code.text))[:MOST])


def _within(text: str, sure: float, above: Sequence[Seen], today: date) -> Iterable[Candidate]:
    """Every code whose second line stands in a line of text; its first line stands before it, or in a line above."""
    for at in range(len(text) - _LINE + 1):
        second = _second_line(text[at : at + _LINE])
        if second is None:
            continue
        yield from _checked(second, sure * _HALF, today)
        for upper, also in [(text[:at], sure), *(above if at == 0 else ())]:
            first = upper[-_LINE:].translate(_DIGIT)
            if len(first) == _LINE and first.isdigit():
                yield from _checked(first + second, min(sure, also), today)


def _checked(text: str, sure: float, today: date) -> Iterable[Candidate]:
    try:
        code = packcode.read(text)
    except PackCodeFault:
        return
    doubts = tuple(sentence for sentence, _facts in packcode.doubts(code, today))
    yield Candidate(code, sure * (_DOUBTED if doubts else 1.0), doubts)


def _second_line(text: str) -> str | None:
    """The four letters of the company and the twelve digits of a licence, or None when they cannot be that."""
    letters, digits = text[:_LETTERS].translate(_LETTER), text[_LETTERS:].translate(_DIGIT)
    misread = sum(before != after for before, after in zip(text, letters + digits, strict=True))
    fits = letters.isalpha() and digits.isdigit() and not digits.startswith("0")
    return letters + digits if fits and misread <= _MISREAD else None


def lines(image: bytes) -> tuple[Seen, ...]:
    """What the recogniser reads on a picture, from top to bottom. Raises `NoRecogniser` and `ValueError`."""
    try:
        found, _times = _recogniser()(image)
    except NoRecogniser:
        raise
    except Exception as fault:  # the library has no error of its own for what is no picture
        raise ValueError("not a picture that can be read") from fault
    rows = sorted(((min(corner[1] for corner in box), text, float(sure)) for box, text, sure in found or ()))
    return tuple((text, sure) for _top, text, sure in rows)


@cache
def _recogniser() -> Any:
    try:
        from rapidocr_onnxruntime import RapidOCR
    except ImportError as missing:
        raise NoRecogniser(NoRecogniser.sentence) from missing
    return RapidOCR()


def ready() -> bool:
    """Whether photos can be read here at all."""
    name = "rapidocr_onnxruntime"
    return sys.modules[name] is not None if name in sys.modules else find_spec(name) is not None

"""Full-text search that is good for Chinese without an extension: texts are indexed as pairs of characters.

"烟草专卖" is found by 烟草, 草专 and 专卖; a row must hold all pairs of what is looked for, and the very words, too, so
that nothing is found that only has the characters. Latin words and numbers are found by their beginnings.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

_RUN = re.compile(r"[a-z0-9]+|[\u3400-\u9fff\U00020000-\U0003ffff]+")
_FARTHEST = 16_383  # what PostgreSQL counts positions to
_MOST_PLACES = 40  # of one pair; more tells ranking nothing
_MOST_BYTES = 700_000  # a tsvector has at most a megabyte
_AROUND = 36  # characters of a snippet before what was found
_SNIPPET = 120
Piece = tuple[str, bool]
"""Some characters of a snippet, and whether they are what was looked for."""


def folded(text: str) -> str:
    """As it is compared: full-width forms narrow, lower case."""
    return unicodedata.normalize("NFKC", text).lower()


def vector(title: str, text: str) -> str:
    """A tsvector as text: the title weighs more."""
    places: dict[str, list[str]] = {}
    _put(places, _grams(folded(title)), 1, "A")
    _put(places, _grams(folded(text)), 1_000, "D")
    parts: list[str] = []
    size = 0
    for gram, where in places.items():
        size += len(gram.encode()) + 2 * len(where) + 8
        if size > _MOST_BYTES:
            break
        parts.append(f"'{gram}':{','.join(where)}")
    return " ".join(parts)


def terms(words: str) -> list[str]:
    """What somebody looks for, word by word."""
    return [folded(word) for word in words.split()][:8]


def query(words: str) -> str:
    """A tsquery as text that wants everything of `words`; empty when nothing in it can be looked for."""
    wanted = [part for term in terms(words) for part in _wanted(term)]
    return " & ".join(dict.fromkeys(wanted))


def loose(words: str) -> str:
    """The same for when nothing has all of it."""
    return query(words).replace(" & ", " | ")


def snippet(text: str, words: str, longest: int = _SNIPPET) -> list[Piece]:
    """The place of `text` where something of `words` stands first, cut into what was looked for and the rest."""
    line = " ".join(text.split())
    found = list(_marks(folded(line), terms(words))) if len(folded(line)) == len(line) else []
    start = max(0, found[0][0] - _AROUND) if found else 0
    end = min(len(line), start + longest)
    pieces: list[Piece] = [("…", False)] if start else []
    at = start
    for first, last in found:
        if first >= end:
            break
        if first < at:
            continue
        pieces += [(line[at:first], False), (line[first : min(last, end)], True)]
        at = min(last, end)
    pieces.append((line[at:end] + ("…" if end < len(line) else ""), False))
    return [piece for piece in pieces if piece[0]]


def _marks(text: str, wanted: Iterable[str]) -> Iterator[tuple[int, int]]:
    parts = {part for term in wanted for part in (term, *_pieces(term)) if part}
    if not parts:
        return
    longest_first = "|".join(map(re.escape, sorted(parts, key=len, reverse=True)))
    for match in re.finditer(longest_first, text):
        yield match.span()


def _pieces(term: str) -> Iterator[str]:
    """What is still worth marking when the whole term stands nowhere."""
    for run in _RUN.findall(term):
        yield from (gram for gram in _run_grams(run) if len(gram) > 1)


def _wanted(term: str) -> Iterator[str]:
    for run in _RUN.findall(term):
        if run.isascii() or len(run) == 1:
            yield f"'{run}':*"
        else:
            yield from (f"'{run[at : at + 2]}'" for at in range(len(run) - 1))


def _grams(text: str) -> Iterator[str]:
    for run in _RUN.findall(text):
        yield from _run_grams(run)


def _run_grams(run: str) -> Iterator[str]:
    """The pairs of a Chinese run and its last character; a Latin word or number as it is."""
    if run.isascii():
        yield run[:60]
        return
    yield from (run[at : at + 2] for at in range(len(run) - 1))
    yield run[-1]


def _put(places: dict[str, list[str]], grams: Iterable[str], start: int, weight: str) -> None:
    for at, gram in enumerate(grams, start):
        where = places.setdefault(gram, [])
        if len(where) < _MOST_PLACES and at <= _FARTHEST:
            where.append(f"{at}{weight}")
        elif not where:
            where.append(f"{_FARTHEST}{weight}")

"""Pinyin initials: what people type instead of characters ("hyyj" finds 鸿运烟酒)."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# One reading per character is enough for finding things. These are the characters whose usual reading in a
# shop's name, or as a surname, is not the first one of the dictionary.
_IN_NAMES = {"行": "h", "重": "c", "长": "c", "朝": "c", "乐": "l", "都": "d", "厦": "s", "铺": "p"}
_SURNAMES = {
    "单": "s",
    "解": "x",
    "仇": "q",
    "查": "z",
    "曾": "z",
    "翟": "z",
    "盖": "g",
    "区": "o",
    "朴": "p",
    "尉": "y",
}


def initials(name: str) -> str:
    """The lower-case initials of a shop's name; letters and digits stay, everything else is left out."""
    return "".join(map(_initial, plain(name)))


def person_initials(name: str) -> str:
    """The initials of a person's name: surnames have readings of their own."""
    first = name.strip()[:1]
    return _SURNAMES[first] + initials(name.strip()[1:]) if first in _SURNAMES else initials(name)


def plain(words: str) -> str:
    """Words as they are compared: full-width forms narrowed, letters lower, no space at either end."""
    # Most names are Chinese characters only, which NFKC leaves alone; asking first is much cheaper.
    if not unicodedata.is_normalized("NFKC", words):
        words = unicodedata.normalize("NFKC", words)
    return words.strip().lower()


@lru_cache(maxsize=30_000)
def _initial(character: str) -> str:
    if character.isascii():
        return character if character.isalnum() else ""
    if character in _IN_NAMES:
        return _IN_NAMES[character]
    # The dictionary takes 50 MB and a quarter of a second: only imports pay for it, never a serving replica.
    from pypinyin import Style, lazy_pinyin

    read = lazy_pinyin(character, style=Style.FIRST_LETTER, errors="ignore")
    return read[0][:1].lower() if read else ""

"""What the books say to people: English sentences in the code, Chinese ones in the gettext catalogue beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from store.words import Json

_CATALOGUE = Path(__file__).parent / "locale" / "zh_CN" / "LC_MESSAGES" / "store.po"


def _(sentence: str) -> str:
    """Marks a sentence for the catalogue where it is written; `said` translates it where it is shown."""
    return sentence


def said(sentence: str, language: str, facts: Mapping[str, Json] | None = None) -> str:
    """The sentence in "zh" or "en", with its {gaps} filled. A sentence without translation stays English."""
    words = sentence if language == "en" else _chinese().get(sentence) or sentence
    return words.format_map(facts) if facts else words


def row(words: Iterable[str], language: str) -> str:
    """Several words in a row, as the language separates them."""
    return (", " if language == "en" else "、").join(words)


@cache
def _chinese() -> dict[str, str]:
    return sentences(_CATALOGUE)


def sentences(catalogue: Path) -> dict[str, str]:
    """What a gettext catalogue says for each English sentence."""
    with catalogue.open("rb") as file:
        return {_first(message.id): _first(message.string) for message in read_po(file) if message.id}


def _first(text: str | Iterable[str] | None) -> str:
    """A plural has several forms; Chinese has one of everything."""
    return text if isinstance(text, str) else next(iter(text or ()), "")

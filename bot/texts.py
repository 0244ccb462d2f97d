"""What the command line says to administrators: English sentences in the code, Chinese ones in the catalogue."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from store.texts import sentences
from store.words import Json

_CATALOGUE = Path(__file__).parent / "locale" / "zh_CN" / "LC_MESSAGES" / "bot.po"


def _(sentence: str) -> str:
    """Marks a sentence for the catalogue where it is written; `said` translates it where it is shown."""
    return sentence


def said(sentence: str, language: str, **facts: Json) -> str:
    """The sentence in "zh" or "en", with its {gaps} filled."""
    words = sentence if language == "en" else _chinese().get(sentence) or sentence
    return words.format_map(facts) if facts else words


@cache
def _chinese() -> dict[str, str]:
    return sentences(_CATALOGUE)

"""Everything the interviewer says, in the person's language: gettext catalogues, the English sentence as key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from store.words import Json

_LOCALE = Path(__file__).parent / "locale"
_FOLDERS = {"zh": "zh_CN"}  # English is the msgid itself and needs no file
LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Speech:
    """One language's voice. Call it with the English sentence as key and the facts that fill its {placeholders}."""

    language: str
    sentences: Mapping[str, str]

    def __call__(self, msgid: str, **facts: Json) -> str:
        return (self.sentences.get(msgid) or msgid).format_map(facts)

    def many(self, one: str, other: str, n: int, **facts: Json) -> str:
        """The sentence for `n` things; {n} is filled by itself."""
        plain = one if n == 1 else other
        return (self.sentences.get(one) or plain).format_map({"n": n, **facts})

    def row(self, words: Iterable[str]) -> str:
        """Several words in a row, as the language separates them."""
        return ("、" if self.language == "zh" else ", ").join(words)


@cache
def speech(language: str) -> Speech:
    """The voice of that language; an unknown one is heard as Chinese."""
    known = language if language in LANGUAGES else "zh"
    return Speech(known, _sentences(_FOLDERS[known]) if known in _FOLDERS else {})


def gettext(msgid: str, language: str, **facts: Json) -> str:
    """One sentence in that language, for whoever has no dialogue at hand."""
    return speech(language)(msgid, **facts)


def mark(msgid: str) -> str:
    """Marks a sentence in a table for the catalogue; it is translated where it is said."""
    return msgid


def _sentences(folder: str) -> dict[str, str]:
    with (_LOCALE / folder / "LC_MESSAGES" / "conversations.po").open("rb") as file:
        catalogue = read_po(file)
    pairs = ((message.id, message.string) for message in catalogue if message.id and not message.fuzzy)
    return {_first(key): _first(text) for key, text in pairs if _first(text)}


def _first(text: str | Iterable[str] | None) -> str:
    """A plural has several forms; Chinese has one of everything."""
    return text if isinstance(text, str) else next(iter(text or ()), "")

"""Labels that repeat an answer: “${shop}” in a text stands for what was answered to the question `shop`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from conversations.form import Question, Texts

_REFERENCE = re.compile(r"\$\{\s*([^}]*?)\s*\}")


def fill(text: str, shown: Callable[[str], str]) -> str:
    """The text with every reference replaced by `shown(name)`, the answer in words."""
    return _REFERENCE.sub(lambda found: shown(found[1]), text)


def texts(question: Question) -> Iterator[tuple[str, Texts]]:
    """The texts of a question with the names of their columns."""
    for column in ("label", "hint", "required_message", "constraint_message"):
        yield column, getattr(question, column)
    if "short" in question.bot:
        yield "bot.short", question.bot["short"]


def references(found: Texts) -> set[str]:
    """The names of the questions that the texts refer to."""
    return {name for text in found.values() for name in _REFERENCE.findall(text)}

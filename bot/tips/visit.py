"""One message at the tip desk: who it may be from is only a door and an id that live as long as the call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.texts import said
from bot.tips import words
from bot.tips.clean import Cleaned
from conversations.library import Forms
from store.db import Tx
from store.words import Option, Say

State = Mapping[str, Any]
"""What is kept of a chat between two messages, sealed: `stage` (greeted | warned | writing | asking | returning),
`language`, and by stage `dialogue`, `receipt`, `notice`."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Everything that an answer depends on. `notice`: the door's (words.NOTICES); `state`: None at first sight."""

    tx: Tx
    door: str
    chat_id: str = field(repr=False)
    at: datetime
    forms: Forms
    notice: str
    url: str | None  # the tip page's address
    language: str
    state: State | None = field(repr=False)

    @property
    def staff(self) -> bool:
        """Whether the chat is one in which staff also work."""
        return self.notice in ("wecom", "telegram_staff")

    @property
    def stage(self) -> str:
        return str(self.state["stage"]) if self.state is not None else ""

    def t(self, sentence: str, **facts: Any) -> str:
        return said(sentence, self.language, **facts)

    def option(self, name: str, label: str) -> Option:
        return Option(f"t|{name}", self.t(label))

    def notes(self) -> str:
        return words.notice(self.notice, self.language, self.url)

    def speaking(self, language: str) -> Visit:
        return replace(self, language=language)


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said, and what is kept: None ends the draft, `unchanged` leaves it as it is."""

    says: Sequence[Say]
    state: State | None = None
    unchanged: bool = False


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that came with the message: cleaned, or the sentence why it is not taken."""

    cleaned: Cleaned | None
    why: str = ""


def say(*texts: str, options: Sequence[Option] = ()) -> tuple[Say, ...]:
    return (Say("\n".join(filter(None, texts)), tuple(options)),)

"""What one step of a dialogue starts from and results in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from store.words import NOTHING, Ask, Event, Json, Lookup, Say


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Where one person's conversation stands. The next question is computed, never stored.

    `to_json` / `from_json` (in dialogue_json.py) are exact inverses; a field that is missing in stored JSON has
    its default, so dialogues outlive a deploy.
    """

    id: str = ""  # new for each run of a form; makes a stale tap recognisable
    language: str = "zh"
    form: str | None = None  # key of the open form
    version: str = ""  # content hash of that form
    subject: str | None = None  # number of the entry that the form is about
    answers: Mapping[str, Json] = NOTHING
    skipped: tuple[str, ...] = ()
    editing: str | None = None  # the question under edit from the review
    reviewing: bool = False
    offered: tuple[str, ...] = ()  # tokens of the options last shown, in order: what "2" means now
    browsing: Mapping[str, Json] = NOTHING  # an open list: kind, query, page
    started_at: str = ""  # ISO time
    touched_at: str = ""  # ISO time of the last message, for "you were reporting X"


@dataclass(frozen=True, slots=True)
class Turn:
    """The result of one step. With a `lookup` or an `ask` open, the desk answers it (`Found`, `Settled`) and
    steps again from `dialogue`; `says` of all steps are spoken in order."""

    dialogue: Dialogue
    says: tuple[Say, ...] = ()
    ask: Ask | None = None
    lookup: Lookup | None = None
    events: tuple[Event, ...] = ()

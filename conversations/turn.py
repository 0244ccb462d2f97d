"""What one step of a dialogue starts from and results in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from store.words import NOTHING, Ask, Event, Json, Lookup, Say


class Dialogue(NamedTuple):
    """Where one person's conversation stands. The next question is computed, never stored.

    `to_json` / `from_json` (in dialogue_json.py) are exact inverses; a field that is missing in stored JSON has
    its default, so dialogues outlive a deploy. A named tuple, because every step changes it several times, and
    copying a dataclass of so many fields costs five times as much.
    """

    id: str = ""  # new for each run of a form; makes a stale tap recognisable
    language: str = "zh"
    form: str | None = None  # key of the open form
    version: str = ""  # content hash of that form
    subject: str | None = None  # number of the entry that the form is about
    answers: Mapping[str, Json] = NOTHING
    labels: Mapping[str, str] = NOTHING  # what an answer picked from the books is called, by question
    skipped: tuple[str, ...] = ()
    collecting: str | None = None  # the question that takes more (photos, several choices) until "done"
    editing: str | None = None  # the question that is asked again, from the review or by going back
    reviewing: bool = False
    offered: tuple[str, ...] = ()  # tokens of the options last shown, in order: what "2" means now
    named: tuple[str, ...] = ()  # the labels of those options, as they are compared: what "submit" means now
    found: Mapping[str, Json] = NOTHING  # what the books gave the open picker: question, items, words
    browsing: Mapping[str, Json] = NOTHING  # an open list or entry: kind, query, page
    pending: Mapping[str, Json] = NOTHING  # the engine's own open question (throw away? go on?) and what it keeps
    parked: tuple[Mapping[str, Json], ...] = ()  # drafts set aside for another form, newest last
    settled: Mapping[str, str] = NOTHING  # the last form that was submitted: its id, and the number it became
    near: Mapping[str, Json] = NOTHING  # the app's automatic position: orders shops, never answers a question
    album: str = ""  # the album last acknowledged
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

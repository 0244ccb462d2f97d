"""What every part of the interviewer works on: one person's dialogue at one moment, and how a turn is put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from conversations.catalogue import Speech, speech
from conversations.commands import plain
from conversations.form import Form, Texts
from conversations.library import Forms
from conversations.turn import Dialogue, Turn
from conversations.walk import Slot, Walk, walk
from store.words import NOTHING, Ask, Event, Json, Lookup, Option, Person, Say, words_of

_WALKED = frozenset({"form", "version", "answers", "facts", "skipped", "collecting"})
"""The fields of a dialogue that a walk looks at."""


@dataclass(frozen=True)
class Scene:
    """One moment of one conversation. Not slotted: what is computed of it is kept for the rest of the step."""

    forms: Forms
    who: Person
    dialogue: Dialogue
    now: datetime

    @cached_property
    def t(self) -> Speech:
        return speech(self.dialogue.language)

    @cached_property
    def form(self) -> Form | None:
        """The open form, in the version that the dialogue began with (`pinned` saw to it that there is one)."""
        dialogue = self.dialogue
        return self.forms.version(dialogue.form, dialogue.version) if dialogue.form is not None else None

    @cached_property
    def walk(self) -> Walk:
        return walk(self.form, self.dialogue, self.now) if self.form is not None else Walk((), NOTHING)

    @cached_property
    def open(self) -> Slot | None:
        """The question that is asked just now: the one under edit, else the first that is open."""
        return self.walk.slot(self.dialogue.editing) or self.walk.first_open()

    @property
    def title(self) -> str:
        """The open form by name, with the entry it is about."""
        title = self.text(self.form.title) if self.form is not None else ""
        return f"{title} · {self.dialogue.subject}" if self.dialogue.subject else title

    def text(self, texts: Texts) -> str:
        return words_of(texts, self.dialogue.language)

    def after(self, **changes: Json) -> Scene:
        """The scene with these fields of the dialogue changed."""
        after = Scene(self.forms, self.who, self.dialogue._replace(**changes), self.now)
        # A walk costs more than all the rest of a step: what nothing changed is not walked again.
        for name in ("form", "walk") if _WALKED.isdisjoint(changes) else ():
            if name in self.__dict__:
                after.__dict__[name] = self.__dict__[name]
        return after

    def unasked(self) -> Scene:
        """Without the engine's own open question; what was sent and still waits for a yes is kept."""
        return self if self.dialogue.pending.get("kind") == "begin" else self.after(pending=NOTHING)

    def event(self, kind: str, question: str = "") -> Event:
        return Event(kind, self.dialogue.form or "", self.dialogue.version, question)

    # --- turns ------------------------------------------------------------------------------------------

    def turn(self, *says: Say, events: Sequence[Event] = ()) -> Turn:
        return Turn(self.dialogue, says, events=tuple(events))

    def say(self, text: str, options: Sequence[Option] = ()) -> Turn:
        return self.turn(Say(text, tuple(options)))

    def look_up(self, kind: str, **query: Json) -> Turn:
        return Turn(self.dialogue, lookup=Lookup(kind, query, self.dialogue.language))

    def ask(self, ask: Ask) -> Turn:
        return Turn(self.dialogue, ask=ask)


def first(turn: Turn, *before: str, events: Sequence[Event] = ()) -> Turn:
    """The turn with something said, or noted down, before it."""
    says = [Say(text) for text in before if text]
    if not says and not events:
        return turn
    return Turn(turn.dialogue, (*says, *turn.says), turn.ask, turn.lookup, (*events, *turn.events))


def with_offers(turn: Turn) -> Turn:
    """Remember what "2" means now: the options shown last, or none once a question without options is open."""
    shown = [say.options for say in turn.says if say.options]
    asked = any(event.kind == "shown" for event in turn.events)
    if not shown and not asked:
        return turn
    options = shown[-1] if shown else ()
    offered = tuple(option.token for option in options)
    named = tuple(plain(option.label) for option in options)
    dialogue = turn.dialogue._replace(offered=offered, named=named)
    return Turn(dialogue, turn.says, turn.ask, turn.lookup, turn.events)


AT_REST: dict[str, Json] = {
    "form": None,
    "version": "",
    "subject": None,
    "answers": NOTHING,
    "facts": NOTHING,
    "labels": NOTHING,
    "skipped": (),
    "collecting": None,
    "editing": None,
    "reviewing": False,
    "found": NOTHING,
    "pending": NOTHING,
    "started_at": "",
}
"""The fields of a dialogue that belong to one run of a form, as they are when none is open."""

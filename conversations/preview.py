"""How a questionnaire goes in the chat, played to its end with made-up answers: for whoever designs one. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from conversations import drafts
from conversations.catalogue import mark
from conversations.form import Form
from conversations.hear import hear
from conversations.kinds import MEDIA, PICKERS
from conversations.library import Forms
from conversations.scene import Scene, with_offers
from conversations.turn import Dialogue, Turn
from conversations.walk import Slot
from store.words import (
    Body,
    Choice,
    Datum,
    File,
    FileKind,
    Found,
    Item,
    Level,
    Option,
    Person,
    Place,
    Role,
    Text,
)

_TURNS = 60
"""Steps after which a form that never rests is left."""
_TRIES = 6
"""Answers after which a question that takes none of them is left."""
_WHO = Person("preview", "", Role.FIELD_STAFF, "", None, "", Level.COUNTY)
_NUMBER = "WT-2026-000012"
_TYPED = {"integer": "3", "decimal": "3.5", "time": "09:30", "date": "today", "datetime": "now"}
_KINDS = {"image": FileKind.IMAGE, "audio": FileKind.VOICE, "file": FileKind.FILE}
_SHOWN = {"image": mark("[a photo]"), "audio": mark("[a recording]"), "file": mark("[a file]")}
_PLACE = mark("[a place]")
_SAMPLE = mark("A sample from the books")


@dataclass(frozen=True, slots=True)
class Bubble:
    """One bubble: of the bot, with what may be tapped, or of the person (`mine`)."""

    text: str
    mine: bool = False
    options: tuple[str, ...] = ()


def play(forms: Forms, form: Form, language: str, now: datetime) -> tuple[list[Bubble], bool]:
    """The dialogue, and whether it came to its review. Every question that counts with such answers is asked once;
    the first choice is taken, and what can only be typed is typed."""
    forms = forms.with_current(form)
    scene = Scene(forms, _WHO, Dialogue(language=language, touched_at=now.isoformat()), now)
    turn = with_offers(drafts.begin(scene, form))
    bubbles: list[Bubble] = []
    tried: dict[str, int] = {}
    for _ in range(_TURNS):
        bubbles += [Bubble(say.text, options=tuple(one.label for one in say.options)) for say in turn.says]
        if turn.lookup is not None:
            day = (now + timedelta(days=7)).date().isoformat()
            sample = Item(day if turn.lookup.kind == "workday" else "preview", scene.t(_SAMPLE))
            turn = hear(forms, _WHO, turn.dialogue, Found(turn.lookup, (sample,), 1), now)
            continue
        here = Scene(forms, _WHO, turn.dialogue, now)
        slot = here.open
        if slot is None or turn.ask is not None or here.form is None:
            return bubbles, turn.dialogue.reviewing or turn.ask is not None
        tried[slot.key] = tried.get(slot.key, 0) + 1
        if tried[slot.key] > _TRIES:
            return bubbles, False
        words, body = _answer(here, slot, _options(turn), tried[slot.key])
        bubbles.append(Bubble(words, mine=True))
        turn = hear(forms, _WHO, turn.dialogue, body, now)
    return bubbles, False


def _options(turn: Turn) -> tuple[Option, ...]:
    return next((say.options for say in reversed(turn.says) if say.options), ())


def _answer(scene: Scene, slot: Slot, options: tuple[Option, ...], tries: int) -> tuple[str, Body]:
    """What somebody might send: the obvious first, then whatever can be tapped, then a way past the question."""
    kind = slot.question.type
    if tries > 3 or (tries > 2 and not options):
        return "skip", Text("skip")
    if kind in MEDIA and tries == 1:
        return scene.t(_SHOWN[kind]), File(f"preview-{slot.key}", _KINDS[kind], "preview")
    if kind == "geopoint" and tries == 1:
        return scene.t(_PLACE), Place(34.65, 115.14, Datum.WGS84)
    sample = scene.t(_SAMPLE)
    found = next((one for one in options if one.label == sample), None)
    if kind in PICKERS and not slot.answered:
        return sample, Choice(found.token) if found else Text(sample)
    if kind == "text" and tries == 2:  # it wants a number, perhaps
        return _NUMBER, Text(_NUMBER)
    if options:
        # Whoever has given one of several says that it is enough: the last button.
        chosen = options[-1] if tries > 1 and slot.answered else options[min(tries - 1, len(options) - 1)]
        return chosen.label, Choice(chosen.token)
    words = _TYPED.get(kind) or next(_texts(scene, slot))
    return words, Text(words)


def _texts(scene: Scene, slot: Slot) -> Iterator[str]:
    """Words that say what they are."""
    yield scene.t("(an answer to “{question}”)", question=scene.text(slot.question.label) or slot.key)

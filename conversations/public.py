"""Forms for people whom nobody knows: what is different when whoever answers is not on the roster.

`public = true` in a form's settings says so. The words of the office (待办, 台账 …) mean nothing then, so they are
answers like any other.
"""

from __future__ import annotations

from datetime import datetime

from conversations import drafts
from conversations.commands import NAVIGATION, Command
from conversations.library import Forms
from conversations.scene import Scene, with_offers
from conversations.turn import Dialogue, Turn
from store.words import Level, Person, Role

_WORDS = NAVIGATION | {"cancel", "chinese", "english"}


def somebody(language: str) -> Person:
    """The person of a dialogue with nobody knows whom; there is nothing in it to tell one from another."""
    return Person("somebody", "", Role.FIELD_STAFF, "", None, "", Level.CITY, language=language)


def begin(forms: Forms, key: str, language: str, now: datetime) -> Turn:
    """The first question of a public form, in a new dialogue."""
    scene = Scene(forms, somebody(language), Dialogue(language=language, touched_at=now.isoformat()), now)
    return with_offers(drafts.begin(scene, forms.current(key)))


def is_open(scene: Scene) -> bool:
    """Whether a public form is open."""
    return scene.form is not None and bool(scene.form.settings.get("public"))


def heard(scene: Scene, command: Command | None) -> Command | None:
    """The command, unless it is a word of the office in a public form."""
    if command is None or not is_open(scene):
        return command
    return command if command.name in _WORDS and not command.number else None

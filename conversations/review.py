"""The review: every answer with its number on one screen, then submit, edit or cancel."""

from __future__ import annotations

from conversations import tokens
from conversations.prompts import name_of, shown
from conversations.scene import Scene
from conversations.walk import Slot
from store.words import Option, Say

_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
"""The options below are numbered 1, 2, 3 by the doors; the answers are told apart by circles."""


def screen(scene: Scene, lead: str = "") -> Say:
    """All answers so far; `submit` is offered once nothing is open."""
    t, rows = scene.t, scene.walk.shown()
    lines = [lead, t("Please check: {title}", title=scene.title)]
    lines += [f"{circled(at)} {_line(scene, slot)}" for at, slot in enumerate(rows, 1)]
    if len(rows) > 1:
        lines.append(t("To change one, say for example “edit {n}”.", n=len(rows)))
    return Say("\n".join(line for line in lines if line), _options(scene, complete=scene.walk.first_open() is None))


def which(scene: Scene) -> Say:
    """The answers as options, for "edit" without a number."""
    rows = scene.walk.shown()
    given = (Option(tokens.answer(scene.dialogue.id, s.key, tokens.EDIT), _line(scene, s)) for s in rows)
    return Say(scene.t("Which answer shall we change?"), tuple(given))


def numbered(scene: Scene, number: str) -> Slot | None:
    """The answer that stands under this number in the review."""
    rows = scene.walk.shown()
    return rows[int(number) - 1] if number.isdigit() and 0 < int(number) <= len(rows) else None


def circled(number: int) -> str:
    return _CIRCLED[number - 1] if number <= len(_CIRCLED) else f"({number})"


def _options(scene: Scene, complete: bool) -> tuple[Option, ...]:
    t = scene.t
    first = ("submit", t("Submit")) if complete else ("continue", t("Go on"))
    choices = (first, ("edit", t("Change an answer")), ("cancel", t("Cancel")))
    return tuple(Option(tokens.own(scene.dialogue.id, "review", value), label) for value, label in choices)


def _line(scene: Scene, slot: Slot) -> str:
    return scene.t("{question}: {answer}", question=name_of(scene, slot), answer=shown(scene, slot))

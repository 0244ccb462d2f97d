"""Reports in the chat: this month in one sentence, and the way to the page; the picture of it follows by itself."""

from __future__ import annotations

from conversations import lists
from conversations.scene import Scene
from conversations.turn import Turn
from store.words import Found, Link


def ask(scene: Scene, _rest: str) -> Turn:
    """Asks the books how this month stands; `told` says it."""
    return scene.look_up("figures")


def told(scene: Scene, answer: Found) -> Turn:
    t = scene.t
    if not answer.items:
        return lists.leave(scene, t("Reports are for leaders, supervision and heads of departments."))
    item = answer.items[0]
    links = (Link(str(item.value), t("Open the whole report")),) if item.value else ()
    return lists.leave(scene, t("This month so far: {sentence}", sentence=item.label), *links)

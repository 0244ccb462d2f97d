"""A document or an announcement in the chat: what stands in it, and where the whole of it is."""

from __future__ import annotations

from conversations import lists, tokens
from conversations.scene import Scene
from conversations.turn import Turn
from store.words import Found, Json, Link, Option, Say


def tapped(scene: Scene, token: str) -> Turn | None:
    """A document (`d|number`) or an announcement (`n|number`) that was tapped or picked."""
    if document := tokens.parts(token, "d", 1):
        return open_document(scene, *document)
    if told := tokens.parts(token, "n", 1):
        return open_announcement(scene, *told)
    return None


def open_document(scene: Scene, number: str) -> Turn:
    """Ask the books for the place that fits what was looked for."""
    words = scene.dialogue.browsing.get("words", "")
    return _opened(scene).look_up("document", number=number, words=words)


def open_announcement(scene: Scene, number: str) -> Turn:
    """Ask the books for an announcement; who is shown it has read it."""
    return _opened(scene).look_up("announcement", number=number, shown=True)


def acknowledge(scene: Scene, number: str) -> Turn:
    """Somebody says that they have read it."""
    return scene.look_up("announcement", number=number, shown=False)


def found(scene: Scene, answer: Found) -> Turn:
    """What the books gave, or that there is no such thing for them."""
    t = scene.t
    if not answer.items:
        return lists.leave(
            scene, t("There is no such paper for you. Say “documents” or “announcements” for those there are.")
        )
    item, shown = answer.items[0], answer.lookup.query.get("shown")
    if shown is False:
        return lists.leave(scene, t("Noted: you have read “{title}”. Thank you.", title=item.label))
    lines = [item.label, *filter(None, (str(item.data.get("about") or ""), item.detail))]
    if shown:
        lines.append(t("Noted that you have read it."))
    links = (Link(str(item.data["path"]), t("Open it")),)
    options = [Option(tokens.move("list"), t("Back to the list"))] if scene.dialogue.browsing.get("back") else []
    events = (scene.event("digressed"),) if scene.form is not None else ()
    return scene.turn(Say("\n".join(lines), (*options, *lists.home_option(scene)), links), events=events)


def _opened(scene: Scene) -> Scene:
    was = scene.dialogue.browsing
    back: Json = dict(was) if was.get("kind") in lists.LISTS else was.get("back", {})
    return scene.unasked().after(browsing={"kind": "paper", "back": back})

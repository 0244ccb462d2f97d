"""A document or an announcement in the chat: what stands in it, and where the whole of it is."""

from __future__ import annotations

from conversations import lists, tokens
from conversations.scene import Scene
from conversations.turn import Turn
from store.words import Found, Json, Link, Option, Say


def opened(scene: Scene, token: str) -> Turn:
    """Ask the books for the document or announcement of a token: the place in it that fits what was looked for; who is
    shown an announcement has read it."""
    kind, _, number = token.partition("|")
    was = scene.dialogue.browsing
    back: Json = dict(was) if was.get("kind") in lists.LISTS else was.get("back", {})
    opened = scene.unasked().after(browsing={"kind": "paper", "back": back})
    if kind == "d":
        return opened.look_up("document", number=number, words=was.get("words", ""))
    return opened.look_up("announcement", number=number, shown=True)


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
    links = (Link(str(item.data["path"]), t("Open it")),) if item.data.get("path") else ()
    options = [Option(tokens.move("list"), t("Back to the list"))] if scene.dialogue.browsing.get("back") else []
    events = (scene.event("digressed"),) if scene.form is not None else ()
    return scene.turn(Say("\n".join(lines), (*options, *lists.home_option(scene)), links), events=events)

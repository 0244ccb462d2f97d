"""Questions whose answer stands in the books: what to look up, and what to show of what was found.

`dialogue.found` remembers the search of the open picker: question, words, parent (a node of the indicator tree),
exact (a value to be confirmed), fresh (nothing was typed yet), items.
"""

from __future__ import annotations

from collections.abc import Mapping

from conversations.options import PAGE, options
from conversations.prompts import prompt
from conversations.scene import Scene
from conversations.turn import Turn
from conversations.walk import Slot
from store.words import Found, Item, Json, Say

_SUGGESTED = 5
_LONGEST = 100  # characters of a search; more is a sentence, and its beginning is enough


def suggest(scene: Scene, slot: Slot) -> Turn | None:
    """The lookup that fills the picker before anything was typed; None when there is nothing to go by, or it is
    filled already."""
    if scene.dialogue.found.get("question") == slot.key:
        return None
    query = _hint(scene, slot)
    return _look_up(scene, slot, query, fresh=True) if query else None


def _hint(scene: Scene, slot: Slot) -> Mapping[str, Json]:
    """What is known so far: shops are near the place, what it is stands in what was seen."""
    if slot.question.type == "merchant":
        place, photos = known_place(scene), known_photos(scene)
        near = {"place": {name: place[name] for name in ("lat", "lon", "datum") if name in place}} if place else {}
        return near | ({"photos": photos} if photos else {})
    if slot.question.type == "indicator":
        words = known_words(scene)
        return {"words": words[:_LONGEST]} if words else {}
    return _within(scene, slot)


def _within(scene: Scene, slot: Slot) -> Mapping[str, Json]:
    return within(slot, scene.dialogue.subject or "")


def within(slot: Slot, subject: str) -> Mapping[str, Json]:
    """Among whom to look: those who have a task in the problem `subject`, or who are of the departments of the bureau
    concerned that the form and its answers leave."""
    if slot.question.bot.get("among") == "tasks":
        return {"tasks": subject}
    given = [slot.scope.get(name) for name in str(slot.question.bot.get("within", "")).split()]
    named = {one: None for answer in given for one in (answer if isinstance(answer, list) else [answer]) if one}
    departments = list(named)
    if not departments:
        return {}
    one_or_all = departments[0] if len(departments) == 1 else departments
    return {"department": one_or_all, "number": subject}


def search(scene: Scene, slot: Slot, text: str) -> Turn:
    """Look for what was typed. Nearer shops come first when the place is known."""
    place = known_place(scene) if slot.question.type == "merchant" else None
    words = " ".join(text.split())[:_LONGEST]
    query: dict[str, Json] = {"words": words} | ({"place": place} if place else {}) | dict(_within(scene, slot))
    return _look_up(scene, slot, query, words=words)


def browse(scene: Scene, slot: Slot, parent: str | None) -> Turn:
    """One level of the indicator tree; None is the top."""
    return _look_up(scene, slot, {"parent": parent}, parent=parent)


def confirm(scene: Scene, slot: Slot, value: str) -> Turn:
    """An older list was tapped: ask the books what that value is called, and whether it still exists."""
    query = {"code": value} if slot.question.type == "indicator" else {"words": value}
    return _look_up(scene, slot, query, exact=value)


def next_page(scene: Scene, slot: Slot) -> Turn:
    """More of the same."""
    found = scene.dialogue.found
    query = {**found.get("query", {}), "page": found.get("query", {}).get("page", 0) + 1}
    remembered = {name: found[name] for name in ("words", "parent") if name in found}
    return _look_up(scene, slot, query, **remembered)


def _look_up(scene: Scene, slot: Slot, query: Mapping[str, Json], **remembered: Json) -> Turn:
    after = scene.after(found={"question": slot.key, "query": dict(query), **remembered})
    return after.look_up(slot.question.type, **query)


def settle(scene: Scene, slot: Slot, found: Found) -> Mapping[str, Json] | None:
    """The one item that is the answer beyond doubt: it was tapped, or typed in full (a number, a code, the pack code of
    a carton, a name that only one colleague has)."""
    remembered = scene.dialogue.found
    wanted = str(remembered.get("exact") or remembered.get("words") or "").lower()
    exact = [item for item in found.items if wanted and str(item.value).lower() == wanted]
    if not exact and remembered.get("words"):
        exact = [item for item in found.items if item.data.get("by_code")]
    if not exact and slot.question.type == "colleague":
        named = [item for item in found.items if item.label.lower() == wanted]
        exact = named if len(named) == 1 == found.total else []
    return _plain(exact[0]) if exact else None


def show(scene: Scene, slot: Slot, found: Found) -> Turn:
    """Offer what was found, or say that nothing was."""
    remembered = scene.dialogue.found
    taken = slot.answer if isinstance(slot.answer, list) else []
    left = [item for item in found.items if item.value not in taken]
    paged = slot.question.type == "indicator" or not {"within", "among"}.isdisjoint(slot.question.bot)
    shown = left if paged else left[:_SUGGESTED]
    items = [_plain(item) for item in shown]
    page = remembered.get("query", {}).get("page", 0)
    more = paged and (page + 1) * PAGE < found.total
    scene = scene.after(found={**remembered, "question": slot.key, "items": items, "more": more})
    return scene.turn(_offer(scene, slot, bool(items)), events=(scene.event("shown", slot.key),))


def _offer(scene: Scene, slot: Slot, any_found: bool) -> Say:
    remembered = scene.dialogue.found
    words = remembered.get("words")
    if words and any_found:
        return Say(scene.t("Which one?"), options(scene, slot))
    lead = _nothing(scene, slot, words) if words else ""
    if remembered.get("exact"):
        lead = scene.t("That one is no longer offered.")
    return prompt(scene, slot, fresh=bool(remembered.get("fresh")), lead=lead)


def _nothing(scene: Scene, slot: Slot, words: str) -> str:
    t = scene.t
    match slot.question.type:
        case "merchant":
            return t("No shop found for “{words}”. Try part of the name, the owner or the licence number.", words=words)
        case "indicator":
            return t("Nothing fits “{words}”. Try another word, or browse.", words=words)
    return t("Nobody found for “{words}”. Try part of the name.", words=words)


def _plain(item: Item) -> dict[str, Json]:
    """What is kept of an item while its picker is open. A node of the tree is not a leaf and opens its children."""
    return {
        "value": str(item.value),
        "label": item.label,
        "detail": item.detail,
        "leaf": bool(item.data.get("leaf", True)),
    }


def known_place(scene: Scene) -> Mapping[str, Json] | None:
    """The place that was given, else where the app says that the person is."""
    given = (slot.answer for slot in scene.walk.slots if slot.question.type == "geopoint" and slot.answered)
    place = next(given, None) or scene.dialogue.near
    return place if isinstance(place, Mapping) and "lat" in place else None


def known_photos(scene: Scene) -> list[str]:
    """The photos that were sent: a carton on one of them may name the shop."""
    given = (slot.answer for slot in scene.walk.slots if slot.question.type == "image" and slot.answered)
    return [str(one) for answer in given if isinstance(answer, list) for one in answer]


def known_words(scene: Scene) -> str:
    """What was said to have been seen, in this form or in the entry that it is about."""
    for slot in scene.walk.slots:
        if is_story(slot) and isinstance(slot.answer, str):
            return slot.answer
    browsed = scene.dialogue.browsing
    return str(browsed.get("text", "")) if browsed.get("number") == scene.dialogue.subject else ""


def is_story(slot: Slot) -> bool:
    """The question that a whole sentence answers, whenever it comes."""
    return slot.question.type == "text" and "multiline" in slot.question.appearance.split()

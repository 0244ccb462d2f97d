"""What may be tapped in answer to a question, and which answer a tap stands for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from conversations import tokens
from conversations.catalogue import Speech, mark
from conversations.form import Alternative
from conversations.kinds import PICKERS, show
from conversations.moments import SHANGHAI
from conversations.scene import Scene
from conversations.walk import Slot, several
from store.words import Json, Option

PAGE = 8
_TYPED = frozenset({"text", "integer", "decimal", "time"})
"""Types where a number may be the answer itself, so that nothing is numbered."""

FIXED: Mapping[str, tuple[tuple[str, str], ...]] = {
    "merchant": (("unlicensed", mark("A seller without a licence")), ("unknown", mark("I do not know the shop"))),
}
"""What a picker offers besides the books."""

_TIMES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "datetime": (
        ("now", mark("Just now")),
        ("1 hour ago", mark("An hour ago")),
        ("this morning", mark("This morning")),
        ("yesterday", mark("Yesterday")),
    ),
    "date": (("today", mark("Today")), ("yesterday", mark("Yesterday"))),
}
"""Days and times to tap; the values are read as if they had been typed."""


WORKING_DAYS = "working-days"
"""The appearance of a date that is a deadline: working days are offered and may be typed, the books count them."""
_SPANS = (3, 5, 10)


def options(scene: Scene, slot: Slot) -> tuple[Option, ...]:
    """Everything to tap for this question, the likeliest first."""
    if slot.question.type in _TYPED:
        return ()
    return tuple(
        Option(tokens.answer(scene.dialogue.id, slot.key, value), label)
        for value, label in (*_answers(scene, slot), *_ways_out(scene, slot))
    )


def page_of(scene: Scene, slot: Slot) -> tuple[Alternative, ...]:
    """The choices to show now: those not taken yet, filtered by what was typed, one page of them."""
    wanted, page = "", 0
    if scene.dialogue.found.get("question") == slot.key:
        wanted, page = scene.dialogue.found.get("words", ""), scene.dialogue.found.get("page", 0)
    left = matching(scene, slot, wanted)
    return left[page * PAGE : (page + 1) * PAGE] or left[:PAGE]


def matching(scene: Scene, slot: Slot, words: str) -> tuple[Alternative, ...]:
    """The choices whose label has these words in it."""
    taken = slot.answer if isinstance(slot.answer, list) and scene.dialogue.collecting == slot.key else []
    left = tuple(one for one in slot.offers if one.value not in taken)
    wanted = words.lower()
    return tuple(one for one in left if wanted in " ".join(one.label.values()).lower()) if words else left


def _answers(scene: Scene, slot: Slot) -> Iterator[tuple[str, str]]:
    t, kind = scene.t, slot.question.type
    if slot.offers:
        shown = page_of(scene, slot)
        default = slot.default
        yield from ((one.value, _marked(scene, one, one.value == default)) for one in shown)
        if len(shown) == PAGE and len(slot.offers) > PAGE:
            yield tokens.MORE, t("More …")
    elif kind in PICKERS:
        yield from ((item["value"], _with_detail(item)) for item in found_items(scene, slot))
        if found_items(scene, slot) and scene.dialogue.found.get("more"):
            yield tokens.MORE, t("More …")
        yield from ((value, t(label)) for value, label in FIXED.get(kind, ()))
        if kind == "indicator":
            yield from _tree(scene, slot, t)
    yield from _times(scene, slot)


def _marked(scene: Scene, one: Alternative, suggested: bool) -> str:
    """Choices keep their order, so that a number never means another one: the default is only marked."""
    label = scene.text(one.label)
    return scene.t("{label} (suggested)", label=label) if suggested else label


def _times(scene: Scene, slot: Slot) -> Iterator[tuple[str, str]]:
    """Days and times that may be meant: a deadline is to come, what was seen is past."""
    t, kind, language = scene.t, slot.question.type, scene.dialogue.language
    if kind == "date" and slot.default is not None:
        yield slot.default, t("{label} (suggested)", label=show(slot.question, slot.default, language))
    if kind == "date" and WORKING_DAYS in slot.question.appearance.split():
        yield from ((f"{n} working days", t.many("{n} working day", "{n} working days", n)) for n in _SPANS)
        return
    morning = scene.now.astimezone(SHANGHAI).hour < 12
    for value, label in _TIMES.get(kind, ()):
        if not (morning and value == "this morning"):
            yield value, t(label)


def _tree(scene: Scene, slot: Slot, t: Speech) -> Iterator[tuple[str, str]]:
    """Browsing the indicators: into the tree from the suggestions, and up again."""
    inside = scene.dialogue.found.get("question") == slot.key and "parent" in scene.dialogue.found
    yield (tokens.UP, t("Back")) if inside else (tokens.BROWSE, t("Browse all"))


def _ways_out(scene: Scene, slot: Slot) -> Iterator[tuple[str, str]]:
    t, kind = scene.t, slot.question.type
    if several(slot.question) and slot.answered:
        editing = scene.dialogue.editing == slot.key and scene.dialogue.collecting != slot.key
        yield tokens.DONE, t("Keep as it is") if editing else t("That is all")
        if scene.dialogue.editing == slot.key:
            yield tokens.CLEAR, t("Start over")
    elif scene.dialogue.editing == slot.key and slot.answered:
        yield tokens.KEEP, t("Keep as it is")
    if not slot.required and not slot.answered:
        yield tokens.SKIP, t("Not sure") if kind == "indicator" else t("Skip")


def found_items(scene: Scene, slot: Slot) -> list[Mapping[str, Json]]:
    """What the books gave for this question, as it was last shown."""
    found = scene.dialogue.found
    return list(found.get("items", ())) if found.get("question") == slot.key else []


def _with_detail(item: Mapping[str, Json]) -> str:
    return f"{item['label']} · {item['detail']}" if item.get("detail") else item["label"]


def meaning(scene: Scene, slot: Slot, part: str) -> str | None:
    """The value whose (perhaps shortened) form stands in a token; None when it is not among what was offered."""
    known = [option.token for option in options(scene, slot)]
    values = [value for value, _ in (*_answers(scene, slot), *_ways_out(scene, slot))]
    for token, value in zip(known, values, strict=True):
        if token.rsplit("|", 1)[-1] == part:
            return value
    return next((one.value for one in slot.offers if tokens.short(one.value) == part), None)


def label_of(scene: Scene, slot: Slot, value: Json) -> str:
    """What an answer from the books is called."""
    fixed = dict(FIXED.get(slot.question.type, ()))
    if isinstance(value, str) and value in fixed:
        return scene.t(fixed[value])
    known = value if isinstance(value, list) else [value]
    return scene.dialogue.labels.get(slot.key) or scene.t.row(map(str, known))

"""How a question, and an answer that was given, are put into words."""

from __future__ import annotations

from conversations import kinds
from conversations.kinds import MEDIA, PICKERS
from conversations.options import label_of, options
from conversations.scene import Scene
from conversations.walk import Slot, many
from store.words import Json, Say


def prompt(scene: Scene, slot: Slot, fresh: bool = True, lead: str = "") -> Say:
    """The question with its options. `fresh` adds the notes before it and its hint, which are said once; `lead` is
    what goes before it in the same utterance."""
    question = slot.question
    lines = [lead]
    if fresh:
        lines += [scene.text(note.label) for note in slot.notes]
    lines.append(scene.text(question.label))
    editing = scene.dialogue.editing == slot.key
    if editing and slot.answered:
        lines.append(scene.t("Now: {answer}", answer=shown(scene, slot)))
    elif fresh and question.hint:
        lines.append(scene.text(question.hint))
    if fresh and not editing:
        lines.append(_limit(scene, slot))
    given = options(scene, slot)
    if fresh and not given and not slot.required:
        lines.append(scene.t("(Say “skip” to pass over this.)"))
    return Say("\n".join(line for line in lines if line), given)


def _limit(scene: Scene, slot: Slot) -> str:
    if slot.question.type not in MEDIA or many(slot.question) == 1:
        return ""
    if slot.question.type == "image":
        return scene.t("Up to {n} photos; say “done” after the last one.", n=many(slot.question))
    return scene.t("Up to {n} of them; say “done” after the last one.", n=many(slot.question))


def shown(scene: Scene, slot: Slot) -> str:
    """The answer as its giver would say it; a dash where the question was passed over."""
    if slot.answer is None:
        return scene.t("Not sure") if slot.question.type == "indicator" else "—"
    return said(scene, slot, slot.answer)


def said(scene: Scene, slot: Slot, value: Json) -> str:
    """Any value of this question as a person would say it."""
    question = slot.question
    if question.type in MEDIA and isinstance(value, list):
        if question.type == "image":
            return scene.t.many("{n} photo", "{n} photos", len(value))
        if question.type == "file":
            return scene.t.many("{n} document", "{n} documents", len(value))
        return scene.t.many("{n} recording", "{n} recordings", len(value))
    if question.type in PICKERS:
        return label_of(scene, slot, value)
    return kinds.show(question, value, scene.dialogue.language)


def noted(scene: Scene, slot: Slot) -> str:
    """That one more of several was taken, and how many there are now."""
    said_now = shown(scene, slot)
    asked = scene.open is not None and slot.key == scene.open.key
    if slot.question.type in MEDIA:
        received, more = scene.t("{what} received.", what=said_now), scene.t("Is there more? Just send it.")
        return f"{received}\n{more}" if asked else received
    return (
        scene.t("Chosen: {what}. Is there more?", what=said_now) if asked else scene.t("Chosen: {what}.", what=said_now)
    )


def name_of(scene: Scene, slot: Slot) -> str:
    """The question in a word or two, for lists of answers."""
    short = slot.question.bot.get("short")
    return scene.text(short if isinstance(short, dict) else slot.question.label).rstrip("?？:：")


def refusal(scene: Scene, slot: Slot, value: Json) -> str:
    """Why this is no answer to this question: it was not understood, or the constraint does not hold."""
    if isinstance(value, kinds.Fault):
        return scene.t(value.message, **value.facts)
    said = scene.text(slot.question.constraint_message)
    return said or scene.t("That does not fit here. Please answer again.")

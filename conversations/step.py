"""The form engine: takes an answer and asks what is still open. Back, skip and edit are here: every form has them."""

from __future__ import annotations

from conversations import forgetting, pickers, review
from conversations.kinds import PICKERS
from conversations.options import options
from conversations.prompts import name_of, noted, prompt, shown
from conversations.scene import Scene, first
from conversations.turn import Turn
from conversations.walk import Slot, many, several
from store.words import NOTHING, Json, Say


def ask_next(scene: Scene, fresh: bool = True, lead: str = "") -> Turn:
    """Ask the question that is open now, or show the review when none is."""
    slot = scene.open
    if slot is None:
        scene = scene.after(reviewing=True, editing=None)
        return scene.turn(review.screen(scene, lead), events=(scene.event("shown"),))
    if scene.dialogue.editing is None:
        scene = scene.after(reviewing=False)
    if slot.question.type in PICKERS:
        wanted = pickers.suggest(scene, slot)
        if wanted is not None:
            return first(wanted, lead)
    return scene.turn(prompt(scene, slot, fresh, lead), events=(scene.event("shown", slot.key),))


def accept(scene: Scene, slot: Slot, value: Json, label: str | None = None, lead: str = "") -> Turn:
    """Take the whole answer to the open question and go on."""
    after = stored(scene, slot, value, label).after(collecting=None, editing=None, found=NOTHING)
    if forgetting.forgotten(slot, value):
        lead = scene.t("All right, it is thrown away. Nothing of it is kept.")
    return first(ask_next(after, lead=lead), events=(scene.event("answered", slot.key),))


def take(scene: Scene, slot: Slot, value: Json, label: str | None = None, lead: str = "") -> Turn:
    """Take one value: the answer itself, or one more where several are taken, until "done" or none fits."""
    if not several(slot.question):
        return accept(scene, slot, value, label, lead)
    after = added(scene, slot, value, label).after(found=NOTHING, collecting=slot.key)
    grown = after.walk.slot(slot.key) or slot
    event = scene.event("answered", slot.key)
    if len(grown.answer or ()) >= many(slot.question):
        full = after.after(collecting=None, editing=None)
        said = lead or (noted(full, grown) if many(slot.question) > 1 else "")
        return first(ask_next(full, lead=said), events=(event,))
    return after.turn(Say(lead or noted(after, grown), options(after, grown)), events=(event,))


def added(scene: Scene, slot: Slot, value: Json, label: str | None = None) -> Scene:
    """The scene with one more value in a question that takes several."""
    before = slot.answer if isinstance(slot.answer, list) else []
    if value in before or len(before) >= many(slot.question):
        return scene
    labels = [scene.dialogue.labels.get(slot.key, ""), label or ""]
    return stored(scene, slot, [*before, value], scene.t.row(one for one in labels if one) or None)


def stored(scene: Scene, slot: Slot, value: Json, label: str | None = None) -> Scene:
    """The scene with this answer in it; None takes the answer away."""
    dialogue = scene.dialogue
    answers = {**dialogue.answers, slot.key: forgetting.coarse(slot, value)}
    answers |= dict.fromkeys(forgetting.forgotten(slot, value))
    labels = {**dialogue.labels, slot.key: label}
    return scene.after(
        answers={key: kept for key, kept in answers.items() if kept is not None},
        labels={key: kept for key, kept in labels.items() if kept},
        skipped=tuple(key for key in dialogue.skipped if key != slot.key),
    )


def note(scene: Scene, slot: Slot, value: Json, lead: str) -> Turn:
    """Take an answer that came out of turn. The open question is asked again only if it is another one now."""
    before = scene.open
    after = stored(scene, slot, value)
    if before is not None and before.key == scene.dialogue.collecting and before.answered:
        after = after.after(collecting=None)  # whoever sends something else has no more photos
    event = scene.event("answered", slot.key)
    return first(go_on(after, before, lead), events=(event,))


def go_on(after: Scene, before: Slot | None, lead: str) -> Turn:
    """Only say `lead` while the same question is still open; otherwise ask what is open now."""
    if before is not None and after.open is not None and before.key == after.open.key:
        return after.say(lead) if lead else after.turn()
    return ask_next(after.after(editing=None, found=NOTHING), lead=lead)


def finish(scene: Scene, slot: Slot) -> Turn:
    """ "Done": nothing more for a question that takes several."""
    if not slot.answered:
        return skip(scene)
    return ask_next(scene.after(collecting=None, editing=None, found=NOTHING))


def skip(scene: Scene) -> Turn:
    """Pass over the open question, or say why that cannot be."""
    slot = scene.open
    if slot is None:
        return ask_next(scene)
    if scene.dialogue.editing == slot.key and slot.answered:
        return ask_next(scene.after(editing=None, collecting=None, found=NOTHING))
    if slot.key == scene.dialogue.collecting and slot.answered:
        return finish(scene, slot)
    default = slot.default
    if default is not None and not slot.answered:
        return accept(scene, slot, default)
    if slot.required:
        why = scene.text(slot.question.required_message) or scene.t("This one is needed.")
        return scene.turn(prompt(scene, slot, fresh=False, lead=why), events=(scene.event("invalid", slot.key),))
    passed = stored(scene, slot, None)
    passed = passed.after(skipped=(*passed.dialogue.skipped, slot.key), editing=None, collecting=None, found=NOTHING)
    return first(ask_next(passed), events=(scene.event("skipped", slot.key),))


def back(scene: Scene) -> Turn:
    """Ask the previous question again; its answer stands until there is another. From an edit, back to the review."""
    slot = scene.open
    event = scene.event("back", slot.key if slot else "")
    if scene.dialogue.editing is not None and scene.dialogue.reviewing:
        return first(ask_next(scene.after(editing=None, collecting=None, found=NOTHING)), events=(event,))
    earlier = _before(scene, slot)
    if earlier is None:
        return first(ask_next(scene, fresh=False, lead=scene.t("This is the first question.")), events=(event,))
    return first(reopen(scene.after(reviewing=False), earlier), events=(event,))


def _before(scene: Scene, slot: Slot | None) -> Slot | None:
    """The last question before this one that is settled; the last of all before the review."""
    settled = list(scene.walk.shown())
    if slot is not None:
        order = [one.key for one in scene.walk.slots]
        settled = [one for one in settled if order.index(one.key) < order.index(slot.key)]
    return settled[-1] if settled else None


def edit(scene: Scene, slot: Slot) -> Turn:
    """Ask this question again and return to the review."""
    event = scene.event("edited", slot.key)
    return first(reopen(scene.after(reviewing=True), slot), events=(event,))


def reopen(scene: Scene, slot: Slot) -> Turn:
    """Ask a question again, also one that was passed over."""
    return ask_next(scene.after(editing=slot.key, collecting=None, found=NOTHING), fresh=False)


def invalid(scene: Scene, slot: Slot, why: str) -> Turn:
    """Say what is wrong and ask again."""
    return scene.turn(prompt(scene, slot, fresh=False, lead=why), events=(scene.event("invalid", slot.key),))


def already(scene: Scene, slot: Slot) -> Turn:
    """The answer to a tap that came again or too late: nothing changes."""
    if not slot.answered:
        return scene.say(scene.t("That question was passed over already. “edit” takes it up again."))
    return scene.say(
        scene.t("Already noted: {question}: {answer}", question=name_of(scene, slot), answer=shown(scene, slot))
    )

"""The end of a form: submit it, mind possible duplicates, and say what became of it."""

from __future__ import annotations

from collections.abc import Mapping

from conversations import drafts, outcomes, review, step, tokens
from conversations.prompts import name_of
from conversations.scene import AT_REST, Scene, first
from conversations.turn import Turn
from conversations.walk import submitted
from store.words import NOTHING, Ask, Found, Json, Ledger, Option, Refused, Settled

_MOST_SHOWN = 3
_APPENDED = ("text", "photos", "recordings")
"""The fields of a report that can be added to another."""


def submit(scene: Scene) -> Turn:
    """Send the form, once nothing is open; a form that wants it is first compared with what is there already."""
    if scene.form is None:
        return scene.say(scene.t("Nothing is open that could be submitted. Say “report” to begin."))
    waiting = scene.walk.first_open()
    if waiting is not None and waiting.key == scene.dialogue.collecting and waiting.answered:
        return submit(scene.after(collecting=None, editing=None))
    if waiting is not None and not waiting.required and waiting.key == scene.walk.slots[-1].key:
        return step.skip(scene.after(editing=None))  # the last one may stay open; the review comes first
    if waiting is not None:
        return step.ask_next(scene.after(editing=None), fresh=False, lead=scene.t("One question is still open."))
    if scene.form.settings.get("duplicates"):
        return scene.look_up("duplicates", fields=_fields(scene))
    return _send(scene)


def _fields(scene: Scene) -> Mapping[str, Json]:
    return submitted(scene.form, scene.walk) if scene.form is not None else NOTHING


def _send(scene: Scene) -> Turn:
    form = scene.form
    if form is None:
        return scene.turn()
    if not form.ledger:
        return _closed(scene, scene.t("Thank you, that is all."), "")
    ask = Ask(Ledger(form.ledger), form.verb, scene.dialogue.subject, _fields(scene))
    return scene.after(pending={"kind": "submitting"}).ask(ask)


# --- duplicates -------------------------------------------------------------------------------------------


def duplicates(scene: Scene, found: Found) -> Turn:
    """Show what looks like the same matter, before a second entry is made of it."""
    if scene.form is None:
        return scene.turn()
    numbers = [str(item.value) for item in found.items[:_MOST_SHOWN]]
    if not numbers:
        return _send(scene)
    t = scene.t
    choices = [(f"add{at}", t("Add to {number}", number=number)) for at, number in enumerate(numbers)]
    choices += [("anew", t("File it anew")), ("back", t("Back"))]
    options = tuple(Option(tokens.own(scene.dialogue.id, "duplicates", value), label) for value, label in choices)
    lines = [t("This may be known already:"), *(item.label for item in found.items[:_MOST_SHOWN])]
    return scene.after(pending={"kind": "duplicates", "numbers": numbers}).say("\n".join(lines), options)


def decide_duplicate(scene: Scene, answer: str) -> Turn:
    """Add to the entry that is known, file anew, or look at the answers again."""
    numbers = scene.dialogue.pending.get("numbers", ())
    scene = scene.after(pending=NOTHING)
    if answer == "anew":
        return _send(scene)
    if answer.startswith("add") and answer[3:].isdigit() and int(answer[3:]) < len(numbers):
        fields = {name: value for name, value in _fields(scene).items() if name in _APPENDED}
        ask = Ask(Ledger.CLUE, "append", numbers[int(answer[3:])], fields)
        return scene.after(pending={"kind": "submitting"}).ask(ask)
    return step.ask_next(scene, fresh=False)


# --- what became of it ------------------------------------------------------------------------------------


def settled(scene: Scene, answer: Settled) -> Turn:
    """The ledger's answer, to the open form or to a verb that needed none."""
    ours = scene.form is not None and scene.dialogue.pending.get("kind") == "submitting"
    scene = scene.after(pending=NOTHING) if ours else scene
    if answer.moved is not None:
        said = outcomes.moved(scene.t, answer.moved, answer.ask.fields)
        if ours:
            return _closed(scene, said, answer.moved.entry.number)
        return _afterwards(scene, said)
    names = {slot.question.name: name_of(scene, slot) for slot in scene.walk.slots} if ours else NOTHING
    said = outcomes.refused(scene.t, answer.refused or Refused(""), names)
    if ours:
        return scene.after(reviewing=True).turn(review.screen(scene, said))
    return _afterwards(scene, said)


def _afterwards(scene: Scene, said: str) -> Turn:
    """After a verb from a list: the open form, if any, goes on."""
    scene = scene.after(browsing=NOTHING)
    return step.ask_next(scene, fresh=False, lead=said) if scene.form is not None else scene.say(said)


def _closed(scene: Scene, said: str, number: str) -> Turn:
    """The form is done: remember its number for taps that come late, and go on with a draft set aside."""
    event = scene.event("submitted")
    settled = {"id": scene.dialogue.id, "number": number}
    rest = scene.after(**AT_REST, settled=settled, browsing=NOTHING)
    return first(drafts.take_up(rest), said, events=(event,))

"""Drafts: a form is begun, set aside for another, taken up again after a silence, thrown away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from conversations import step, tokens
from conversations.form import Form
from conversations.kinds import read
from conversations.pickers import is_story
from conversations.scene import AT_REST, Scene, first
from conversations.turn import Turn
from conversations.walk import Slot, fits, several
from store.words import NOTHING, Json, Option

_QUIET = timedelta(minutes=30)
"""After so long a silence people have forgotten where they were."""
_RUN = ("id", "form", "version", "subject", "answers", "facts", "labels", "skipped", "started_at")
"""What is kept of a draft that is set aside."""


def begin(
    scene: Scene,
    form: Form,
    subject: str | None = None,
    kept: Mapping[str, Json] = NOTHING,
    known: Mapping[str, Json] = NOTHING,
    facts: Mapping[str, Json] = NOTHING,
) -> Turn:
    """Open a form. A draft of another form is set aside, one of the same taken up.

    `kept`: what was sent already, by kind; `known`: answers by question; `facts`: what the books know (form.py FACTS).
    """
    if (scene.dialogue.form, scene.dialogue.subject) == (form.key, subject) and progress(scene)[0]:
        return resume(_answered(_seeded(scene, kept), known))
    scene = park(scene)
    again = next(
        (one for one in scene.dialogue.parked if (one["form"], one.get("subject")) == (form.key, subject)), None
    )
    if again is not None:
        return resume(_answered(_seeded(unpark(scene, again), kept), known))
    at = scene.now.isoformat()
    run = {**AT_REST, "form": form.key, "version": form.hash, "subject": subject, "started_at": at, "facts": facts}
    opened = scene.after(**run, id=tokens.new_id(scene.who.id, at, scene.dialogue.id), browsing=_seen(scene, subject))
    begun = _answered(_seeded(opened, kept), known)
    return step.ask_next(begun, lead=begun.title if subject and begun.open is not None else "")


def _answered(scene: Scene, known: Mapping[str, Json]) -> Scene:
    """Answers that came with a card or a command; what does not fit is asked. "text" is for the question for a story
    where none has that name."""
    for name, value in known.items():
        stories = (one for one in scene.walk.slots if name == "text" and is_story(one))
        slot = scene.walk.slot(name) or next(stories, None)
        for one in _readings(scene, slot, value) if slot is not None else ():
            if slot is not None and fits(slot, one, scene.now):
                scene = step.stored(scene, slot, one)
                break
    return scene


def _readings(scene: Scene, slot: Slot, value: Json) -> Iterator[Json]:
    """What a given value may stand for: itself, one of several, or words for it."""
    yield [value] if several(slot.question) and not isinstance(value, list) else value
    if isinstance(value, str):
        yield read(slot.question, value, scene.dialogue.language, scene.now, slot.offers)


def _seen(scene: Scene, subject: str | None) -> Mapping[str, Json]:
    """What the opened entry says stays at hand while a form about it is open: it suggests indicators."""
    browsed = scene.dialogue.browsing
    if subject is None or browsed.get("number") != subject:
        return NOTHING
    return {"number": subject, "text": browsed.get("text", "")}


def _seeded(scene: Scene, kept: Mapping[str, Json]) -> Scene:
    """What was sent before the form was open goes to the first question of its kind."""
    for kind, value in kept.items():
        slot = next((one for one in scene.walk.slots if _takes(one, kind)), None)
        for one in value if isinstance(value, list) and slot is not None else ():
            scene = step.added(scene, scene.walk.slot(slot.key) or slot, one) if slot is not None else scene
        if slot is not None and not isinstance(value, list) and not slot.answered:
            scene = step.stored(scene, slot, value)
    return scene


def _takes(slot: Slot, kind: str) -> bool:
    return is_story(slot) if kind == "story" else slot.question.type == kind


def progress(scene: Scene) -> tuple[int, int]:
    """How many of how many questions are answered or passed over."""
    slots = [slot for slot in scene.walk.slots if not slot.extra]
    return sum(not slot.open or slot.answered for slot in slots), len(slots)


def given(scene: Scene) -> int:
    """How many answers the draft holds."""
    return sum(slot.answered for slot in scene.walk.slots)


# --- silence ----------------------------------------------------------------------------------------------


def was_quiet(scene: Scene) -> bool:
    """Whether the last message was so long ago that the draft has to be recalled."""
    try:
        touched = datetime.fromisoformat(scene.dialogue.touched_at)
        return scene.now - touched >= _QUIET
    except (ValueError, TypeError):
        return False


def resume(scene: Scene, lead: str = "") -> Turn:
    """Say which draft is open and how far it is, and ask what to do with it."""
    t, (done, all_of_it) = scene.t, progress(scene)
    said = t("You were at “{title}”: {done} of {all} answered.", title=scene.title, done=done, all=all_of_it)
    words = (("continue", t("Continue")), ("review", t("Look at the answers")), ("discard", t("Throw it away")))
    options = tuple(Option(tokens.own(scene.dialogue.id, "resume", value), label) for value, label in words)
    scene = scene.after(pending={"kind": "resume"}, browsing=NOTHING)
    return first(scene.say("\n".join(filter(None, (lead, said))), options), events=(scene.event("resumed"),))


# --- set aside and taken up -------------------------------------------------------------------------------


def park(scene: Scene) -> Scene:
    """The scene without an open form; a draft with answers is set aside."""
    dialogue = scene.dialogue
    if scene.form is None or not given(scene):
        return scene.after(**AT_REST)
    run = {name: getattr(dialogue, name) for name in _RUN}
    return scene.after(**AT_REST, parked=(*dialogue.parked, {**run, "skipped": list(dialogue.skipped)}))


def unpark(scene: Scene, run: Mapping[str, Json]) -> Scene:
    """The scene with that draft open again. Its version is looked at when the next message comes."""
    rest = tuple(one for one in scene.dialogue.parked if one is not run)
    fields = {name: run[name] for name in _RUN if name in run}
    opened = scene.after(**AT_REST | fields | {"skipped": tuple(run.get("skipped", ())), "parked": rest})
    return pinned(opened)[0]


def take_up(scene: Scene) -> Turn:
    """After a form has ended: go on with the draft that was set aside last, if there is one."""
    if scene.form is not None or not scene.dialogue.parked:
        return scene.turn()
    opened = unpark(scene, scene.dialogue.parked[-1])
    if opened.form is None:
        return take_up(opened)
    return step.ask_next(opened, fresh=False, lead=opened.t("Back to “{title}”.", title=opened.title))


def discard(scene: Scene) -> Turn:
    """Throw the open draft away."""
    event = scene.event("discarded")
    said = scene.say(scene.t("Thrown away: {title}. Nothing was sent.", title=scene.title))
    rest = scene.after(**AT_REST, browsing=NOTHING)
    return first(take_up(rest), *(say.text for say in said.says), events=(event,))


# --- versions ---------------------------------------------------------------------------------------------


def pinned(scene: Scene) -> tuple[Scene, str]:
    """The scene with its form at hand, and what to say when that changed.

    A dialogue keeps the version it began with. Of a withdrawn one, `Forms.version` gives the current version: then
    answers migrate by name, and what no longer fits is asked again. Raises `UnknownVersion` while it must be fetched.
    """
    key, version = scene.dialogue.form, scene.dialogue.version
    if key is None:
        return scene, ""
    try:
        form = scene.forms.version(key, version)
    except KeyError:
        return scene.after(**AT_REST), scene.t("This questionnaire was withdrawn. Nothing was sent.")
    if form.hash == version:
        return scene, ""
    moved = scene.after(version=form.hash, editing=None, collecting=None, reviewing=False, found=NOTHING)
    return moved, scene.t("The questionnaire has changed. Your answers are kept; what no longer fits is asked again.")

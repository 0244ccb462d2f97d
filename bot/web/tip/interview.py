"""The form `tip` as pages: which question is asked now, what a posted answer means, where one stands. Pure.

The same questions, conditions and texts as in the chat; only what is tapped or typed there is a control here. An
answer that comes twice is the same answer, and one to a question of before replaces what was said there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.texts import _, said
from conversations import kinds, public, step
from conversations.form import Form
from conversations.kinds import MEDIA, SELECTS
from conversations.library import Forms, UnknownVersion
from conversations.prompts import name_of, refusal, shown
from conversations.scene import Scene
from conversations.turn import Dialogue
from conversations.walk import Slot, fits, many, several, submitted
from store.words import Json

FORM = "tip"
KINDS = {"image": "image", "document": "file"}
"""Which question takes a cleaned file of that kind."""
_HINTS = {"where": _("A street, a village or a shop.")}
"""Where the form's own hint offers what only a chat can take: a position."""
_LONG_LIST = 12  # more than this is a list to open, not a column of buttons


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose, and whether it is chosen already."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as a page shows it. `control`: text, lines, one, list, several or file; `place` of `total`."""

    key: str
    control: str
    label: str
    hint: str
    notes: tuple[str, ...]
    required: bool
    choices: tuple[Choice, ...]
    value: str
    most: int  # files, or characters of a text
    place: int
    total: int
    first: bool
    editing: bool
    lines: int  # of a text: how much is expected


@dataclass(frozen=True, slots=True)
class Row:
    """One answer in the review."""

    key: str
    name: str
    answer: str
    passed: bool


def begin(forms: Forms, now: datetime, unasked: Sequence[str] = ()) -> Dialogue:
    """A draft with nothing in it. `unasked`: questions that are passed over and not even shown in the review."""
    form = forms.current(FORM)
    return Dialogue(
        form=form.key,
        version=form.hash,
        skipped=tuple(unasked),
        facts={"unasked": list(unasked)},
        started_at=now.isoformat(),
    )


def told(forms: Forms, answers: Mapping[str, Json], language: str, now: datetime) -> tuple[Row, ...]:
    """What was filed, as its giver said it."""
    return review(scene_of(forms, begin(forms, now)._replace(answers=answers), language, now))


def scene_of(forms: Forms, dialogue: Dialogue, language: str, now: datetime) -> Scene:
    """The draft as it stands, in this language. A form that was replaced meanwhile goes on as the current one: what
    still fits stays answered."""
    try:
        forms.version(FORM, dialogue.version)
    except UnknownVersion:
        dialogue = dialogue._replace(version=forms.current(FORM).hash)
    return Scene(forms, public.somebody(language), dialogue._replace(language=language), now)


def asked(scene: Scene) -> Asked | None:
    """The question that is open now; None when everything is answered and may be reviewed."""
    slot = scene.open
    if slot is None:
        return None
    question = slot.question
    unasked = scene.dialogue.facts.get("unasked", ())
    steps = [one.key for one in scene.walk.slots if not (one.extra or one.key in unasked) or one.key == slot.key]
    return Asked(
        key=slot.key,
        control=_control(slot),
        label=scene.text(question.label),
        hint=said(_HINTS[question.name], scene.dialogue.language)
        if question.name in _HINTS
        else scene.text(question.hint),
        notes=tuple(scene.text(note.label) for note in slot.notes),
        required=slot.required,
        choices=_choices(scene, slot),
        value=_typed(scene, slot),
        most=many(question) if question.type in MEDIA else kinds.LONGEST_TEXT,
        place=steps.index(slot.key) + 1,
        total=len(steps),
        first=steps[0] == slot.key,
        editing=scene.dialogue.editing == slot.key and scene.dialogue.reviewing,
        lines=7 if "multiline" in question.appearance.split() else 2,
    )


def _control(slot: Slot) -> str:
    question = slot.question
    if question.type in MEDIA:
        return "file"
    if question.type == "select_multiple":
        return "several"
    if question.type in SELECTS:
        return "list" if len(slot.offers) > _LONG_LIST else "one"
    return "text"


def _choices(scene: Scene, slot: Slot) -> tuple[Choice, ...]:
    chosen = slot.answer if isinstance(slot.answer, list) else [slot.answer]
    return tuple(Choice(one.value, scene.text(one.label), one.value in chosen) for one in slot.offers)


def _typed(scene: Scene, slot: Slot) -> str:
    """What stands in the field when an answer is looked at again."""
    if not slot.answered or slot.question.type in MEDIA | SELECTS:
        return ""
    return shown(scene, slot)


# --- answers ----------------------------------------------------------------------------------------------


def answer(scene: Scene, key: str, given: Sequence[str]) -> tuple[Dialogue, str]:
    """The draft with this answer, and what is wrong with it ("" when it fits). Nothing given passes the question over
    where that is allowed."""
    slot = scene.walk.slot(key)
    if slot is None or slot.question.type in MEDIA:
        return scene.dialogue, ""
    words = [one.strip() for one in given if one.strip()]
    if not words:
        return _nothing(scene, slot)
    value = _value(scene, slot, words)
    if isinstance(value, kinds.Fault) or not fits(slot, value, scene.now):
        return scene.dialogue, refusal(scene, slot, value)
    return _settled(scene, slot, value), ""


def _value(scene: Scene, slot: Slot, words: Sequence[str]) -> Json:
    if slot.question.type == "select_multiple":
        return list(dict.fromkeys(words))
    if slot.question.type in SELECTS:
        return words[0]
    value = kinds.read(slot.question, words[0], scene.dialogue.language, scene.now, slot.offers)
    return [value] if several(slot.question) and not isinstance(value, kinds.Fault) else value


def _nothing(scene: Scene, slot: Slot) -> tuple[Dialogue, str]:
    if slot.required:
        return scene.dialogue, scene.text(slot.question.required_message) or scene.t("This one is needed.")
    if not _is_open(scene, slot):
        return scene.dialogue, ""
    emptied = step.stored(scene, slot, None)
    skipped = (*emptied.dialogue.skipped, slot.key)
    return emptied.after(skipped=skipped, editing=None, collecting=None).dialogue, ""


def _settled(scene: Scene, slot: Slot, value: Json) -> Dialogue:
    """The answer in its place. Only an answer to what is asked now moves on."""
    after = step.stored(scene, slot, value)
    return (after.after(editing=None, collecting=None) if _is_open(scene, slot) else after).dialogue


def _is_open(scene: Scene, slot: Slot) -> bool:
    return scene.open is not None and scene.open.key == slot.key


# --- files ------------------------------------------------------------------------------------------------


def room_for_file(scene: Scene, kind: str) -> str | None:
    """The question that takes a cleaned file of this kind (image | document), or None when it has enough."""
    slot = next((one for one in scene.walk.slots if one.question.type == KINDS[kind]), None)
    return slot.key if slot is not None and len(slot.answer or ()) < many(slot.question) else None


def with_file(scene: Scene, key: str, file_id: str) -> Dialogue:
    """One more file. A question for files that is open stays open until "next"."""
    slot, now = scene.walk.slot(key), scene.open
    if slot is None:
        return scene.dialogue
    waiting = now.key if now is not None and now.question.type in MEDIA else scene.dialogue.collecting
    return step.added(scene, slot, file_id).after(collecting=waiting).dialogue


def without_file(scene: Scene, file_id: str) -> Dialogue:
    """One file less, whichever question it answered."""
    for slot in scene.walk.slots:
        if slot.question.type in MEDIA and file_id in (slot.answer or ()):
            left = [one for one in slot.answer if one != file_id]
            return step.stored(scene, slot, left or None).dialogue
    return scene.dialogue


def enough(scene: Scene, key: str) -> tuple[Dialogue, str]:
    """No more files for this question."""
    slot = scene.walk.slot(key)
    if slot is None or not _is_open(scene, slot):
        return scene.dialogue, ""
    if not slot.answered:
        return _nothing(scene, slot)
    return scene.after(editing=None, collecting=None).dialogue, ""


# --- ways about -------------------------------------------------------------------------------------------


def back(scene: Scene) -> Dialogue:
    """The question before this one; its answer stands until there is another."""
    return step.back(scene).dialogue


def edit(scene: Scene, key: str) -> Dialogue:
    """One answer again, then back to the review."""
    slot = scene.walk.slot(key)
    return step.edit(scene, slot).dialogue if slot is not None else scene.dialogue


def review(scene: Scene) -> tuple[Row, ...]:
    """Every answer, in order."""
    return tuple(
        Row(slot.key, name_of(scene, slot), _said(scene, slot), passed=not slot.answered) for slot in scene.walk.shown()
    )


def _said(scene: Scene, slot: Slot) -> str:
    if slot.question.type in MEDIA and slot.answered and slot.question.type != "image":
        return str(len(slot.answer))
    return shown(scene, slot)


def finished(scene: Scene) -> Mapping[str, Json] | None:
    """What is to be filed: only what counts, without the ids of files; None while something is open."""
    form: Form | None = scene.form
    if form is None or scene.open is not None:
        return None
    media = {slot.key for slot in scene.walk.slots if slot.question.type in MEDIA}
    return {name: value for name, value in submitted(form, scene.walk).items() if name not in {*media, "place_is"}}


def files(scene: Scene) -> tuple[str, ...]:
    """The ids of all files that count, in the order of the questions."""
    return tuple(file_id for slot in scene.walk.slots if slot.question.type in MEDIA for file_id in (slot.answer or ()))

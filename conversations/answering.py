"""What a message means to the open form: words, a tap, a photo, a place, or all answers at once."""

from __future__ import annotations

from collections.abc import Mapping

from conversations import kinds, pickers, step, tokens
from conversations.days import working_days
from conversations.kinds import MEDIA, PICKERS
from conversations.options import found_items, matching, meaning, options, page_of
from conversations.prompts import name_of, noted, refusal, shown
from conversations.scene import Scene, first
from conversations.turn import Turn
from conversations.walk import Slot, fits, many, several
from store.words import NOTHING, File, FileKind, Found, Json, Place, Sheet

_PHOTOS = (".jpg", ".jpeg", ".png", ".heic", ".webp", ".gif")


# --- words ------------------------------------------------------------------------------------------------


def text(scene: Scene, words: str) -> Turn:
    """Free text: an answer, a search, or a sentence for the question that takes one."""
    slot = scene.open
    if slot is None:
        return step.ask_next(scene, lead=scene.t("Everything is answered. Say “submit” to send it."))
    if slot.question.type in PICKERS:
        return pickers.search(scene, slot, words)
    if slot.question.type == "date" and (days := working_days(words)):
        return scene.look_up("workday", days=days)
    value = _read(scene, slot, words)
    if not isinstance(value, kinds.Fault):
        fitting = fits(slot, value, scene.now)
        return step.accept(scene, slot, value) if fitting else step.invalid(scene, slot, refusal(scene, slot, value))
    story = story_slot(scene)
    media = slot.question.type in {*MEDIA, "geopoint"}
    if media and story is not None and fits(story, words.strip(), scene.now) and any(map(str.isalpha, words)):
        return step.note(scene, story, words.strip(), scene.t("Noted as “{question}”.", question=name_of(scene, story)))
    return _narrow(scene, slot, words) or step.invalid(scene, slot, refusal(scene, slot, value))


def _read(scene: Scene, slot: Slot, words: str) -> Json:
    """Numbers mean the options on the screen, names all that may be chosen."""
    for offers in (page_of(scene, slot), slot.offers):
        value = kinds.read(slot.question, words, scene.dialogue.language, scene.now, offers)
        if not isinstance(value, kinds.Fault):
            break
    return value


def _narrow(scene: Scene, slot: Slot, words: str) -> Turn | None:
    """A long list is searched by typing part of a label."""
    left = matching(scene, slot, words.strip())
    if not left or len(left) == len(slot.offers):
        return None
    narrowed = scene.after(found={"question": slot.key, "words": words.strip(), "page": 0})
    return narrowed.say(scene.t("Which one?"), options(narrowed, slot))


def story_slot(scene: Scene) -> Slot | None:
    """The question for a whole sentence, while it is not answered."""
    return next((slot for slot in scene.walk.slots if pickers.is_story(slot) and not slot.answered), None)


# --- taps -------------------------------------------------------------------------------------------------


def tap(scene: Scene, dialogue: str, name: str, part: str) -> Turn:
    """An option of a question. What is not open any more is answered kindly and changes nothing."""
    if scene.form is None or dialogue != scene.dialogue.id:
        return scene.say(scene.t("That question is closed already."))
    slot = next((one for one in scene.walk.slots if tokens.short(one.key) == name), None)
    if slot is None:
        return scene.say(scene.t("That question is not asked any more."))
    if part == tokens.EDIT:
        return step.edit(scene, slot)
    first_open = scene.walk.first_open()
    if first_open is not None and slot.key == first_open.key:
        scene = scene.after(editing=None)  # went back, then tapped the question that was open before
    if scene.open is None or slot.key != scene.open.key:
        return step.already(scene, slot)
    value = meaning(scene, slot, part)
    if value is not None:
        return _chosen(scene, slot, value)
    if slot.question.type in PICKERS and not part.startswith(("~", "!")):
        return pickers.confirm(scene, slot, part)
    if isinstance(slot.answer, list) and part in map(tokens.short, slot.answer):
        return step.already(scene, slot)
    return step.invalid(scene, slot, scene.t("That one is no longer offered."))


def _chosen(scene: Scene, slot: Slot, value: str) -> Turn:
    match value:
        case tokens.SKIP:
            return step.skip(scene)
        case tokens.DONE | tokens.KEEP:
            return step.finish(scene, slot)
        case tokens.CLEAR:
            emptied = step.stored(scene, slot, None).after(collecting=None, editing=slot.key)
            return step.ask_next(emptied, fresh=False)
        case tokens.MORE:
            return _next_page(scene, slot)
        case tokens.BROWSE:
            return pickers.browse(scene, slot, None)
        case tokens.UP:
            return step.ask_next(scene.after(found=NOTHING), fresh=False)
    if slot.question.type in PICKERS:
        return _picked(scene, slot, value)
    if slot.question.type == "date" and (days := working_days(value)):
        return scene.look_up("workday", days=days)
    answer = _read(scene, slot, value) if slot.question.type in ("date", "datetime") else value
    if not fits(slot, [answer] if several(slot.question) else answer, scene.now):
        return step.invalid(scene, slot, refusal(scene, slot, answer))
    return step.take(scene, slot, answer)


def workday(scene: Scene, answer: Found) -> Turn:
    """The day that is so many working days from now: the calendar is in the books."""
    slot = scene.open
    if slot is None or slot.question.type != "date" or not answer.items:
        return step.ask_next(scene, fresh=False) if scene.form is not None else scene.turn()
    value = str(answer.items[0].value)
    fitting = fits(slot, value, scene.now)
    return step.take(scene, slot, value) if fitting else step.invalid(scene, slot, refusal(scene, slot, value))


def _next_page(scene: Scene, slot: Slot) -> Turn:
    if slot.question.type in PICKERS:
        return pickers.next_page(scene, slot)
    found = scene.dialogue.found if scene.dialogue.found.get("question") == slot.key else NOTHING
    page = found.get("page", 0) + 1
    return step.ask_next(scene.after(found={"question": slot.key, **found, "page": page}), fresh=False)


def _picked(scene: Scene, slot: Slot, value: str) -> Turn:
    item = next((one for one in found_items(scene, slot) if one["value"] == value), None)
    return take_item(scene, slot, item if item is not None else {"value": value, "leaf": True})


def take_item(scene: Scene, slot: Slot, item: Mapping[str, Json], lead: str = "") -> Turn:
    """Accept what the books gave; a node of the tree opens."""
    value = item["value"]
    if not item["leaf"]:
        return pickers.browse(scene, slot, value)
    if not fits(slot, [value] if several(slot.question) else value, scene.now):
        return step.invalid(scene, slot, refusal(scene, slot, value))
    return step.take(scene, slot, value, item.get("label"), lead)


def found(scene: Scene, answer: Found) -> Turn:
    """The books' answer to the open picker."""
    slot = scene.open
    if slot is None or slot.question.type != answer.lookup.kind:
        return step.ask_next(scene, fresh=False) if scene.form is not None else scene.turn()
    item = pickers.settle(scene, slot, answer)
    return take_item(scene, slot, item) if item is not None else pickers.show(scene, slot, answer)


# --- photos, recordings and places ------------------------------------------------------------------------


def kind_of(file: File) -> str:
    """The type of question that a file answers."""
    if file.kind is FileKind.IMAGE or (file.name or "").lower().endswith(_PHOTOS):
        return "image"
    return "audio" if file.kind in (FileKind.VOICE, FileKind.VIDEO) else "file"


def file(scene: Scene, sent: File) -> Turn:
    """A photo or recording goes to the question of its kind, whatever is being asked."""
    slot = _slot_for(scene, kind_of(sent))
    if slot is None:
        return scene.say(scene.t("{title} takes no photos or recordings.", title=scene.title))
    kept = slot.answer if isinstance(slot.answer, list) else []
    if sent.id in kept:
        return step.already(scene, slot)
    if len(kept) >= many(slot.question) and scene.dialogue.editing != slot.key:
        return scene.say(scene.t("{what} is as many as fit; this one is left out.", what=shown(scene, slot)))
    same_album = bool(sent.album) and sent.album == scene.dialogue.album
    scene = _captioned(scene, sent.note.strip())
    turn = _kept(scene.after(album=sent.album or ""), slot, sent.id)
    return Turn(turn.dialogue, lookup=turn.lookup, events=turn.events) if same_album else turn


def _captioned(scene: Scene, note: str) -> Scene:
    """The sentence under a photo tells what was seen, unless that was told already."""
    story = story_slot(scene)
    return step.stored(scene, story, note) if story is not None and note and fits(story, note, scene.now) else scene


def _kept(scene: Scene, slot: Slot, value: str) -> Turn:
    before = scene.open
    if before is not None and before.key == slot.key:
        return step.take(scene, slot, value)
    after = step.added(scene, slot, value)
    grown = after.walk.slot(slot.key) or slot
    lead = noted(after, grown)
    if before is None:
        return step.ask_next(after, lead=lead)
    return first(step.go_on(after, before, lead), events=(scene.event("answered", slot.key),))


def _slot_for(scene: Scene, kind: str) -> Slot | None:
    """The open question if it is of that kind, else the first one that is, else one that takes any file."""
    if scene.open is not None and scene.open.question.type == kind:
        return scene.open
    of_kind = [slot for slot in scene.walk.slots if slot.question.type == kind]
    unanswered = [slot for slot in of_kind if not slot.answered]
    found = next(iter([*unanswered, *of_kind]), None)
    return _slot_for(scene, "audio") if found is None and kind == "file" else found


def place(scene: Scene, sent: Place) -> Turn:
    """A place goes to the question for one; a later place replaces it."""
    slot = _slot_for(scene, "geopoint")
    if slot is None:
        return scene.say(scene.t("{title} needs no place.", title=scene.title))
    value = place_value(sent)
    if not fits(slot, value, scene.now):
        return step.invalid(scene, slot, refusal(scene, slot, value))
    if scene.open is not None and scene.open.key == slot.key:
        return step.accept(scene, slot, value)
    if scene.open is not None and scene.open.question.type == "merchant":
        moved = step.stored(scene, slot, value).after(found=NOTHING)
        return step.ask_next(moved, fresh=False, lead=scene.t("Place noted."))
    return step.note(scene, slot, value, scene.t("Place noted."))


def on_earth(sent: Place) -> bool:
    """Whether latitude and longitude can be: a broken client may send anything, also what is no number."""
    return abs(sent.lat) <= 90 and abs(sent.lon) <= 180


def place_value(sent: Place) -> dict[str, Json]:
    """A place as the ledger takes it: as sent, with its datum."""
    return {
        "lat": sent.lat,
        "lon": sent.lon,
        "datum": str(sent.datum),
        "accuracy": sent.accuracy,
        "label": sent.label,
    }


# --- all at once ------------------------------------------------------------------------------------------


def sheet(scene: Scene, sent: Sheet) -> Turn:
    """Every answer of a page that fits is taken; what does not fit is named, and asked in the review's order."""
    wrong: list[str] = []
    for _ in range(2):  # twice: an answer may make another one count that stood before it
        wrong = []
        for key, value in sent.answers.items():
            slot = scene.walk.slot(key)
            if slot is None or value is None:
                continue
            if fits(slot, value, scene.now):
                scene = step.stored(scene, slot, value)
            else:
                wrong.append(name_of(scene, slot))
    lead = scene.t("Please look again at: {what}", what=scene.t.row(wrong)) if wrong else ""
    return step.ask_next(scene.after(collecting=None, editing=None, found=NOTHING), lead=lead)

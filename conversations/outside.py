"""A sentence, a photo or a place while no form is open: kept, and offered as the beginning of a report."""

from __future__ import annotations

from collections.abc import Mapping

from conversations import drafts, tokens
from conversations.answering import kind_of, place_value
from conversations.commands import plain
from conversations.kinds import LONGEST_TEXT
from conversations.scene import AT_REST, Scene
from conversations.turn import Turn
from store.words import NOTHING, File, Json, Ledger, Option, Place

_MOST = 9  # photos of a report; the form says the same
_GREETINGS = {"你好", "您好", "在吗", "在么", "谢谢", "谢了", "多谢", "好", "好的", "收到", "嗯", "是", "否"}
_GREETINGS |= {"hi", "hello", "hey", "thanks", "thank you", "ok", "yes", "no"}
_ADDING = ("supply", "append")
"""The verbs that add something to the entry that is being read."""


def sentence(scene: Scene, words: str) -> Turn:
    """Words that are no command. A greeting is greeted; anything longer may be a report."""
    if plain(words) in _GREETINGS or not plain(words):
        return scene.say(
            scene.t("Hello {name}! Say “report” to report something, “help” for all I can do.", name=scene.who.name)
        )
    said = "\n".join(filter(None, (kept_so_far(scene).get("story"), words.strip())))
    if len(said) > LONGEST_TEXT:
        return scene.say(
            scene.t("Together that is longer than {most} characters: this part is left out.", most=LONGEST_TEXT)
        )
    return offer(scene, {"story": said})


def file(scene: Scene, sent: File) -> Turn:
    """A photo or recording. The rest of its album is taken without a word."""
    kind = "image" if kind_of(sent) == "image" else "audio"
    had = kept_so_far(scene).get(kind, [])
    if sent.id in had or len(had) >= _MOST:
        return (
            scene.turn()
            if sent.id in had
            else scene.say(scene.t("{n} is as many as fit; this one is left out.", n=_MOST))
        )
    same_album = bool(sent.album) and sent.album == scene.dialogue.album
    new: dict[str, Json] = {kind: [*had, sent.id]}
    if sent.note:
        new["story"] = sent.note
    turn = offer(scene.after(album=sent.album or ""), new)
    return Turn(turn.dialogue) if same_album else turn


def place(scene: Scene, sent: Place) -> Turn:
    """A place that was sent by hand."""
    return offer(scene, {"geopoint": place_value(sent)})


def offer(scene: Scene, new: Mapping[str, Json]) -> Turn:
    """Say what is kept and ask whether to report it, or to add it to the entry that is being read."""
    kept = {**kept_so_far(scene), **new}
    number, verb = _target(scene)
    if scene.dialogue.pending.get("kind") != "begin":
        run_id = tokens.new_id(scene.who.id, scene.now.isoformat(), scene.dialogue.id)
        scene = scene.after(**AT_REST, id=run_id)
    pending = {"kind": "begin", "kept": kept, "number": number, "verb": verb}
    scene = scene.after(pending=pending, browsing=NOTHING)
    t = scene.t
    choices = [("yes", t("Yes, report it"))]
    if number:
        choices.append(("add", t("Add it to {number}", number=number)))
    choices.append(("no", t("No")))
    options = tuple(Option(tokens.own(scene.dialogue.id, "begin", value), label) for value, label in choices)
    return scene.say(t("Shall I make a report of this? ({what})", what=_summary(scene, kept)), options)


def _target(scene: Scene) -> tuple[str, str]:
    """The entry that is open on the screen, and the verb that adds to it."""
    source = scene.dialogue.pending if scene.dialogue.pending.get("kind") == "begin" else scene.dialogue.browsing
    if source.get("verb"):
        return source.get("number", ""), source["verb"]
    verb = next((one for one in _ADDING if one in source.get("verbs", ())), "")
    return (source.get("number", ""), verb) if verb else ("", "")


def _summary(scene: Scene, kept: Mapping[str, Json]) -> str:
    t = scene.t
    parts = [t("your words")] if kept.get("story") else []
    if kept.get("image"):
        parts.append(t.many("{n} photo", "{n} photos", len(kept["image"])))
    if kept.get("audio"):
        parts.append(t.many("{n} recording", "{n} recordings", len(kept["audio"])))
    if kept.get("geopoint"):
        parts.append(t("the place"))
    return t.row(parts)


def kept_so_far(scene: Scene) -> Mapping[str, Json]:
    """What was sent and waits for a yes."""
    pending = scene.dialogue.pending
    kept = pending.get("kept", NOTHING) if pending.get("kind") == "begin" else NOTHING
    return kept if isinstance(kept, Mapping) else NOTHING


def decide(scene: Scene, answer: str) -> Turn:
    """Yes, no, or "add it to that entry"."""
    kept, pending = kept_so_far(scene), scene.dialogue.pending
    scene = scene.after(pending=NOTHING)
    if answer == "no":
        return scene.say(scene.t("All right, nothing was reported."))
    form = scene.forms.for_verb(Ledger.CLUE, pending["verb"]) if answer == "add" and pending.get("verb") else None
    if form is not None:
        return drafts.begin(scene, form, pending.get("number"), kept)
    return report(scene, kept)


def report(scene: Scene, kept: Mapping[str, Json] = NOTHING) -> Turn:
    """Begin a report, with what was sent already."""
    form = scene.forms.for_verb(Ledger.CLUE, "report")
    if form is None:
        return scene.say(scene.t("Reports cannot be taken just now."))
    return drafts.begin(scene.after(pending=NOTHING, browsing=NOTHING), form, None, kept)

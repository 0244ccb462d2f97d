"""Hears one message: commands and asides first, then the open form, then what was said out of the blue.

`hear` is pure and never raises, whatever comes; the one exception is `UnknownVersion`, by which the desk learns that
it must fetch a version of a form and step again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from conversations import (
    answering,
    asides,
    closing,
    commands,
    doing,
    drafts,
    figures,
    lists,
    outside,
    papers,
    public,
    review,
    step,
    tokens,
)
from conversations.choosing import one_of
from conversations.commands import Command
from conversations.library import Forms
from conversations.scene import Scene, first, with_offers
from conversations.turn import Dialogue, Turn
from conversations.walk import YES_NO
from store.words import (
    NOTHING,
    Body,
    Choice,
    File,
    Found,
    Json,
    Person,
    Place,
    Press,
    Settled,
    Sheet,
    Silence,
    Text,
)


def hear(forms: Forms, who: Person, dialogue: Dialogue, body: Body, now: datetime) -> Turn:
    """One step of one person's conversation. A turn with a `lookup` or an `ask` waits for `Found` or `Settled`."""
    scene = Scene(forms, who, dialogue, now)
    match body:
        case Press(ask):
            turn = scene.ask(ask)
        case Found() | Settled():
            turn = _answered(scene, body)
        case Silence() | Place(automatic=True):
            turn = _in_passing(scene, body)
        case _:
            turn = _heard(scene, body)
    return with_offers(turn)


def _answered(scene: Scene, body: Found | Settled) -> Turn:
    """The desk's answer to a lookup or an ask of ours."""
    if isinstance(body, Settled):
        return doing.explained(scene, body) if "asked" in scene.dialogue.browsing else closing.settled(scene, body)
    return _FINDINGS.get(body.lookup.kind, lists.found)(scene, body)


_FINDINGS: Mapping[str, Callable[[Scene, Found], Turn]] = {
    **dict.fromkeys(("merchant", "indicator", "colleague", "unit"), answering.found),
    "workday": answering.workday,
    "entry": doing.found,
    "case_file": doing.linked,
    "document": papers.found,
    "announcement": papers.found,
    "console": asides.console_link,
    "figures": figures.told,
    "duplicates": closing.duplicates,
}


def _in_passing(scene: Scene, body: Silence | Place) -> Turn:
    """What nobody said on purpose. An automatic position only orders shops, later."""
    if isinstance(body, Place):
        if not answering.on_earth(body):
            return scene.turn()
        return scene.after(near={"lat": body.lat, "lon": body.lon, "datum": str(body.datum)}).turn()
    if not body.why:
        return scene.turn()
    return scene.say(scene.t("I can read words, photos, recordings and places, but not this."))


def _heard(scene: Scene, body: Body) -> Turn:
    """A message of the person's: mind the form's version and a long silence before it is understood."""
    pinned, changed = drafts.pinned(scene)
    quiet = drafts.was_quiet(pinned)
    scene = pinned.after(touched_at=scene.now.isoformat())
    if scene.form is None:
        return first(_understood(scene.after(pending=NOTHING) if quiet else scene, body), changed)
    if quiet and not drafts.given(scene):
        quiet = False
        if not isinstance(body, Choice):  # nothing is lost, and what comes now may be about something else
            expired = scene.event("expired")
            return first(_understood(drafts.park(scene), body), changed, events=(expired,))
    turn = _after_silence(scene, body) if quiet else _understood(scene, body)
    return first(turn, changed)


def _after_silence(scene: Scene, body: Body) -> Turn:
    """Recall the draft, keeping what was just sent if it answers something. Commands work as ever."""
    if isinstance(body, Choice) and not body.token.startswith("q|"):
        return _understood(scene, body)
    if isinstance(body, Text) and commands.command(body.text):
        return _understood(scene, body)
    turn = _understood(scene, body)
    taken = turn.dialogue.answers != scene.dialogue.answers and turn.dialogue.id == scene.dialogue.id
    if not taken:
        return drafts.resume(scene.after(pending=NOTHING))
    kept = Scene(scene.forms, scene.who, turn.dialogue._replace(found=NOTHING), scene.now)
    recalled = drafts.resume(kept, scene.t("Noted."))
    return first(recalled, events=[event for event in turn.events if event.kind == "answered"])


def _understood(scene: Scene, body: Body) -> Turn:
    match body:
        case Text(text):
            return _text(scene, text)
        case Choice(token):
            return _token(scene, token, dict(body.selected))
        case File() | Place():
            return _evidence(scene, body)
        case Sheet():
            return _sheet(scene, body)
    return scene.turn()


# --- words ------------------------------------------------------------------------------------------------


def _text(scene: Scene, text: str) -> Turn:
    """A number or label on the screen, a command, an answer to the form, or something out of the blue."""
    token = _meant(scene, text)
    if token is not None:
        return _token(scene, token)
    command = public.heard(scene, commands.command(text))
    if command is not None and not (_takes_text(scene) and command.name == "open"):
        if _takes_text(scene) and command.name not in commands.NAVIGATION:
            return asides.quote(scene, command, text)
        return asides.run(scene, command)
    if scene.dialogue.pending.get("kind") == "find":
        return lists.find(scene.after(pending=NOTHING), text)
    if scene.form is not None:
        return answering.text(_attentive(scene), text)
    loose = commands.loose(text)
    return asides.run(scene, loose) if loose is not None else outside.sentence(scene, text)


def _meant(scene: Scene, text: str) -> str | None:
    """The token of the option that a typed number, label, yes or no stands for."""
    dialogue, numbers = scene.dialogue, commands.typed_numbers(text)
    if len(numbers) == 1 and 0 < numbers[0] <= len(dialogue.offered):
        return dialogue.offered[numbers[0] - 1]
    heard = commands.plain(text)
    if heard and heard in dialogue.named:
        return dialogue.offered[dialogue.named.index(heard)]
    if heard and dialogue.browsing.get("kind") == "entry":  # "classify" of "classify and forward"
        begun = [
            token for token, name in zip(dialogue.offered, dialogue.named, strict=False) if name.startswith(f"{heard} ")
        ]
        if len(begun) == 1:
            return begun[0]
    matter = str(dialogue.pending.get("kind", ""))
    said = one_of(text, YES_NO) if matter in ("begin", "discard", "sure") else ()
    return tokens.own(dialogue.id, matter, said[0].value) if said else None


def _takes_text(scene: Scene) -> bool:
    """Whether any words may be the answer just now."""
    dialogue = scene.dialogue
    busy = bool(dialogue.pending) or "kind" in dialogue.browsing
    return scene.open is not None and scene.open.question.type == "text" and not busy


def _attentive(scene: Scene) -> Scene:
    """An answer to the form: lists and the engine's own questions are left."""
    browsing = NOTHING if "kind" in scene.dialogue.browsing else scene.dialogue.browsing
    return scene.after(pending=NOTHING, browsing=browsing)


# --- taps -------------------------------------------------------------------------------------------------


def _token(scene: Scene, token: str, selected: Mapping[str, Json] = NOTHING) -> Turn:
    """`selected`: what was chosen in the lists of the card that was tapped, by question."""
    if answer := tokens.parts(token, "q", 3):
        return _sent_already(scene, answer[0]) or answering.tap(_attentive(scene), *answer)
    if own := tokens.parts(token, "a", 3):
        return _sent_already(scene, own[0]) or _own(scene, *own)
    if public.is_open(scene):
        return scene.say(scene.t("That button is not known any more. Say “help” for what I can do."))
    if entry := tokens.parts(token, "e", 1):
        return doing.open_entry(scene, entry[0])
    if verb := tokens.parts(token, "v", 2):
        return doing.use(scene, verb[0], verb[1], selected)
    if move := tokens.parts(token, "p", 1) or tokens.parts(token, "p", 2):
        return lists.move(scene, *move)
    if tokens.parts(token, "d", 1) or tokens.parts(token, "n", 1):
        return papers.opened(scene, token)
    if menu := tokens.parts(token, "m", 1):
        return asides.run(scene, Command(*menu))
    return scene.say(scene.t("That button is not known any more. Say “help” for what I can do."))


def _sent_already(scene: Scene, run: str) -> Turn | None:
    """A tap on something that was submitted meanwhile says what became of it."""
    settled = scene.dialogue.settled
    if run != settled.get("id"):
        return None
    number = settled.get("number")
    said = scene.t("Already submitted: it is {number}.", number=number) if number else scene.t("Already submitted.")
    return scene.say(said)


def _own(scene: Scene, run: str, matter: str, answer: str) -> Turn:
    """An answer to one of the engine's own questions, if that is what is open."""
    if run != scene.dialogue.id:
        return scene.say(scene.t("That question is closed already."))
    if matter == "review" and scene.form is not None:
        return _review(scene.after(pending=NOTHING), answer)
    if matter != scene.dialogue.pending.get("kind"):
        return scene.say(scene.t("That question is closed already."))
    match matter:
        case "begin":
            return outside.decide(scene, answer)
        case "duplicates":
            return closing.decide_duplicate(scene, answer)
        case "sure":
            return doing.decide(scene, answer)
        case "suggest":
            return doing.decide_suggested(scene, answer)
        case "quoted":
            return _quoted(scene, answer)
        case "discard" | "resume":
            return _draft(scene.after(pending=NOTHING), answer)
    return scene.turn()


def _review(scene: Scene, answer: str) -> Turn:
    if answer == "submit":
        return closing.submit(scene)
    return asides.run(scene, Command(answer)) if answer in ("edit", "cancel") else step.ask_next(scene)


def _draft(scene: Scene, answer: str) -> Turn:
    """What to do with a draft: throw it away, look at it, or go on."""
    if scene.form is None:
        return scene.say(scene.t("Nothing is open."))
    if answer in ("yes", "discard"):
        return drafts.discard(scene)
    if answer == "review":
        return scene.after(reviewing=True, editing=None).turn(review.screen(scene))
    return step.ask_next(scene)


def _quoted(scene: Scene, answer: str) -> Turn:
    scene, meant = asides.decide_quoted(scene, answer)
    if isinstance(meant, str):
        return answering.text(scene, meant) if scene.form is not None else outside.sentence(scene, meant)
    if meant.name == "cancel" and scene.form is not None:
        return drafts.discard(scene)  # asked once already
    return asides.run(scene, meant)


# --- photos, places, pages --------------------------------------------------------------------------------


def _evidence(scene: Scene, body: File | Place) -> Turn:
    match body:
        case File():
            return answering.file(scene, body) if scene.form is not None else outside.file(scene, body)
        case Place() if not answering.on_earth(body):
            return scene.say(scene.t("That place cannot be read. Please send it again."))
        case Place():
            return answering.place(scene, body) if scene.form is not None else outside.place(scene, body)


def _sheet(scene: Scene, body: Sheet) -> Turn:
    """All answers at once, to the open form or else to a report."""
    if scene.form is not None:
        return answering.sheet(scene, body)
    begun = outside.report(scene)
    opened = Scene(scene.forms, scene.who, begun.dialogue, scene.now)
    return answering.sheet(opened, body) if opened.form is not None else begun

"""One entry, and what a person does about it: from its page, from a card that may be old, or by word.

A verb with a form begins that form, the others ask the ledger at once; where that weighs something, one tap confirms.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from conversations import closing, drafts, lists, outcomes, tokens
from conversations.catalogue import mark
from conversations.moments import SHANGHAI
from conversations.scene import Scene, first
from conversations.turn import Turn
from store.words import (
    NOTHING,
    Ask,
    Department,
    Found,
    Item,
    Json,
    Ledger,
    Link,
    Option,
    Person,
    Say,
    Settled,
    ledger_of,
)

SURE: Mapping[str, str] = {
    "confirm": mark("{number}: confirm that it is put right and close it?"),
    "grant": mark("{number}: grant what was asked?"),
    "resume": mark("{number}: take it up again? Its deadline runs on from here."),
}
"""What is asked before a step that weighs something and has no form."""

VERDICTS = ("verify", "verify_closed", "rule_unfounded", "confirm", "return")
"""Verbs that judge what was done: whoever begins one from a card is told first what is odd about the proof."""

FILE = "file"
"""What is offered beside the verbs of the law: a link to the case file. It moves nothing."""

Prefilled = Mapping[str, Json]
"""Answers that are known already, by question."""


def open_entry(scene: Scene, number: str, wanted: Mapping[str, Json] = NOTHING) -> Turn:
    """Ask the books for one entry; the list it stands in is remembered. `wanted`: what to do with it (`use`)."""
    if short := re.fullmatch(r"WT-(\d{1,6})", number):
        number = f"WT-{scene.now.astimezone(SHANGHAI).year}-{int(short[1]):06}"  # said in short: this year's
    was = scene.dialogue.browsing
    back = was if was.get("kind") in lists.LISTS else was.get("back", {})
    browsing = {"kind": "entry", "number": number, "back": dict(back), "wanted": dict(wanted)}
    return scene.unasked().after(browsing=browsing).look_up("entry", number=number)


def use(scene: Scene, number: str, verb: str, known: Prefilled = NOTHING, word: bool = False) -> Turn:
    """Do something about an entry. Unless it is the one on the screen, the books say first what is possible now.

    `known`: answers that came along; `word`: it was said, not tapped, so that all may be said already.
    """
    browsing = scene.dialogue.browsing
    if browsing.get("number") == number and verb in browsing.get("verbs", ()):
        return _begin(scene.unasked(), number, verb, known, word)
    return open_entry(scene, number, wanted={"verb": verb, "known": dict(known), "word": word})


def found(scene: Scene, answer: Found) -> Turn:
    """The books' answer: begin what was wanted, or show the entry."""
    browsing = scene.dialogue.browsing
    if browsing.get("kind") != "entry":
        return scene.turn()
    wanted = browsing.get("wanted") or NOTHING
    if not answer.items:
        return _not_there(scene, str(browsing.get("number", "")), wanted)
    item = answer.items[0]
    labels = {str(one["verb"]): _label(scene, one["label"]) for one in item.data.get("verbs", ())}
    if item.data.get(FILE):
        labels[FILE] = scene.t("Case file")
    opened = {
        "kind": "entry",
        "number": str(item.value),
        "back": browsing.get("back", {}),
        "verbs": list(labels),
        "text": item.data.get("text") or item.detail,
        "facts": facts(scene.who, item),
        "suggest": item.data.get("suggest") or {},
    }
    scene = scene.after(browsing=opened)
    verb = str(wanted.get("verb", ""))
    if verb in labels:
        turn = _begin(scene, str(item.value), verb, wanted.get("known", NOTHING), bool(wanted.get("word")))
        return first(turn, "\n".join(item.data.get("remarks", ()))) if verb in VERDICTS else turn
    problem = item.data.get("problem") if ledger_of(str(item.value)) is Ledger.CLUE else None
    if verb and problem and wanted.get("word") and scene.forms.for_verb(Ledger.CLUE, verb) is None:
        return open_entry(scene, str(problem), wanted=dict(wanted))  # its clue was named; the matter is the problem's
    if verb:
        return _impossible(scene, labels, wanted, str(problem or ""))
    return _page(scene, labels, item.detail or item.label)


def _page(scene: Scene, labels: Mapping[str, str], text: str) -> Turn:
    """Something about the entry on the screen, and everything one may do about it."""
    browsing = scene.dialogue.browsing
    options = [Option(tokens.verb(str(browsing["number"]), verb), label) for verb, label in labels.items()]
    if browsing.get("back"):
        options.append(Option(tokens.move("list"), scene.t("Back to the list")))
    events = (scene.event("digressed"),) if scene.form is not None else ()
    return scene.turn(Say(text, (*options, *lists.home_option(scene))), events=events)


def _not_there(scene: Scene, number: str, wanted: Mapping[str, Json]) -> Turn:
    """No such entry, or none that they may see."""
    if wanted.get("verb", FILE) != FILE:
        return _impossible(scene, {}, wanted)
    return lists.leave(scene, scene.t("There is no {number} that you may see.", number=number))


def _impossible(scene: Scene, labels: Mapping[str, str], wanted: Mapping[str, Json], problem: str = "") -> Turn:
    """What is wanted is not possible (any more). It is asked all the same: the law says why, and counts it.
    `problem`: what became of a clue."""
    number, verb = str(scene.dialogue.browsing["number"]), str(wanted["verb"])
    if verb == FILE:
        whose = scene.t("The file of {number} is for supervision, leaders and the heads who handle it.", number=number)
        return _page(scene, labels, whose)
    asked = {"card": not wanted.get("word"), "labels": dict(labels), "problem": problem}
    return scene.after(browsing={**scene.dialogue.browsing, "asked": asked}).ask(Ask(ledger_of(number), verb, number))


def explained(scene: Scene, answer: Settled) -> Turn:
    """The law's own words about what was wanted in vain, and what is possible instead."""
    browsing = dict(scene.dialogue.browsing)
    asked = browsing.pop("asked")
    scene = scene.after(browsing=browsing)
    if answer.refused is None:  # it became possible just now
        return closing.settled(scene, answer)
    why = outcomes.refused(scene.t, answer.refused)
    stale = asked["card"] and answer.refused.reason != "not_found"
    said = scene.t("This card is out of date. {why}", why=why) if stale else why
    if asked["problem"]:
        said = scene.t("{said} It goes on as {problem}.", said=said, problem=asked["problem"])
    return _page(scene, asked["labels"], said) if asked["labels"] else lists.leave(scene, said)


def _label(scene: Scene, label: Json) -> str:
    return scene.text(label) if isinstance(label, Mapping) else str(label)


def facts(who: Person, item: Item) -> dict[str, Json]:
    """What forms may know of an entry (form.py FACTS), from what the books tell of it."""
    data = item.data
    defaults = data.get("defaults") or NOTHING
    mine = next((one for one in data.get("tasks", ()) if one.get("mine")), NOTHING)
    own = mine.get("department") if who.department is not Department.SUPERVISION else ""
    movable = [one for one in data.get("tasks", ()) if one.get("movable")]
    found = {
        "suggested_department": defaults.get("department"),
        "suggested_severity": str(defaults.get("severity") or ""),
        "suggested_due_on": defaults.get("due_on"),
        "needs_proof": "yes" if data.get("needs_photo") else "",
        "own_department": own,
        "choose_task": "yes" if len(movable) > 1 and not own else "",
    }
    return {name: value for name, value in found.items() if value}


# --- doing it ---------------------------------------------------------------------------------------------


def _begin(scene: Scene, number: str, verb: str, known: Prefilled, word: bool) -> Turn:
    """The form of that verb, a question whether it is really meant, or the ask itself."""
    ledger, browsing = ledger_of(number), scene.dialogue.browsing
    if verb == FILE:
        return scene.look_up("case_file", number=number)
    form = scene.forms.for_verb(ledger, verb)
    if verb == "accept" and any(browsing.get("suggest", NOTHING).values()):
        return _suggest(scene, number)
    if verb in SURE and form is None:
        return _ask_whether(scene, number, verb)
    if form is None:
        return scene.after(pending=NOTHING).ask(Ask(ledger, verb, number))
    turn = drafts.begin(scene.after(pending=NOTHING), form, number, known=known, facts=browsing.get("facts", NOTHING))
    begun = Scene(scene.forms, scene.who, turn.dialogue, scene.now)
    complete = begun.form is not None and begun.walk.first_open() is None
    return closing.submit(begun) if word and known and complete else turn


def linked(scene: Scene, answer: Found) -> Turn:
    """The link to a case file."""
    t, number = scene.t, str(answer.lookup.query.get("number", ""))
    if not answer.items:
        return lists.leave(scene, t("There is no {number} that you may see.", number=number))
    item = answer.items[0]
    minutes = item.data.get("minutes", "")
    said = t("The file of {number}, for you alone, for {minutes} minutes.", number=number, minutes=minutes)
    return lists.leave(scene, said, Link(str(item.value), t("Download {number}", number=number)))


def _run(scene: Scene) -> str:
    """What a question of ours belongs to: the open form, or a run of its own."""
    if scene.form is not None:
        return scene.dialogue.id
    return tokens.new_id(scene.who.id, scene.now.isoformat(), scene.dialogue.id)


def _ask_whether(scene: Scene, number: str, verb: str) -> Turn:
    t = scene.t
    run = _run(scene)
    options = (
        Option(tokens.own(run, "sure", "yes"), t("Yes")),
        Option(tokens.own(run, "sure", "no"), t("No")),
    )
    scene = scene.after(id=run, pending={"kind": "sure", "number": number, "verb": verb})
    return scene.say(t(SURE[verb], number=number), options)


def decide(scene: Scene, answer: str) -> Turn:
    """Yes or no to the question before a step that weighs something."""
    pending = scene.dialogue.pending
    scene = scene.after(pending=NOTHING)
    if answer == "yes" and pending.get("number"):
        number = str(pending["number"])
        return scene.ask(Ask(ledger_of(number), str(pending.get("verb", "")), number))
    return lists.leave(scene, scene.t("All right, nothing was done."))


# --- before the handling form -----------------------------------------------------------------------------


def _suggest(scene: Scene, number: str) -> Turn:
    """Supervision hears first why the city might take it, and which open problems of the shop it may belong to."""
    t, suggest = scene.t, scene.dialogue.browsing.get("suggest", NOTHING)
    merge: Sequence[str] = suggest.get("merge") or ()
    run = _run(scene)
    lines, choices = [], []
    if reason := suggest.get("escalate"):
        lines.append(t("The city might take this one: {reason}.", reason=_label(scene, reason).rstrip("。.")))
        if "escalate" in scene.dialogue.browsing.get("verbs", ()):
            choices.append(("escalate", t("Escalate to the city")))
    if merge:
        lines.append(t("The same shop has an open problem: {numbers}.", numbers=t.row(merge)))
        choices += [(f"merge{at}", t("Merge into {number}", number=one)) for at, one in enumerate(merge)]
    choices.append(("go", t("Go on with the handling form")))
    options = tuple(Option(tokens.own(run, "suggest", value), label) for value, label in choices)
    pending = {"kind": "suggest", "number": number, "merge": list(merge)}
    return scene.after(id=run, pending=pending).say("\n".join(lines), options)


def decide_suggested(scene: Scene, answer: str) -> Turn:
    """Escalate, merge, or fill in the handling form after all."""
    pending, browsing = scene.dialogue.pending, dict(scene.dialogue.browsing)
    number, merge = str(pending.get("number", "")), pending.get("merge", ())
    if browsing.get("number") != number:
        return lists.leave(scene.after(pending=NOTHING), scene.t("That question is closed already."))
    scene = scene.after(pending=NOTHING, browsing={**browsing, "suggest": {}})
    if answer == "escalate":
        return _begin(scene, number, "escalate", NOTHING, word=False)
    at = answer.removeprefix("merge")
    if at.isdigit() and int(at) < len(merge):
        return _begin(scene, number, "merge", {"problem": merge[int(at)]}, word=False)
    return _begin(scene, number, "accept", NOTHING, word=False) if answer == "go" else lists.home(scene)

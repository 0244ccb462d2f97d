"""What a card says, in its reader's language: pure. A letter whose facts name `verbs` is one.

The card says what the letter's text says, in fewer words: the first line, the facts as lines, a button for each verb
that the reader may use now and one that opens the entry. Doors cut it to their own measures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from notifier import render
from notifier.catalogue import translations
from store.law.rules import LAWS, state_name
from store.words import Card, Json, Ledger, Option, ledger_of, words_of

UPDATE = "card_update"
"""Purpose and template of the letter that takes the buttons off a card."""
MOST = 5
"""Verbs on one card; the sixth button opens the entry."""

# Where there are more: these give way, the first ones first.
_GIVE_WAY = ("note", "nudge", "instruct", "sample", "append", "transfer_out", "suspend", "merge", "ask_info")
# What takes the matter on comes first, and is the button that stands out.
_ONWARD = frozenset({"accept", "classify", "supply", "receive", "feedback", "rectified", "verify", "confirm"})
_ONWARD |= {"grant", "reply", "pass"}
# Where "done: <verb>" would read badly, or long.
_DONE: Mapping[tuple[Ledger, str], Mapping[str, str]] = {
    (Ledger.CLUE, "classify"): {"zh": "已归类", "en": "Classified"},
    (Ledger.CLUE, "accept"): {"zh": "已立案", "en": "Accepted"},
    (Ledger.CLUE, "dismiss"): {"zh": "已定不予处理", "en": "Dismissed"},
    (Ledger.PROBLEM, "note"): {"zh": "已记进展", "en": "Noted"},
    (Ledger.PROBLEM, "review"): {"zh": "已复盘", "en": "Reviewed"},
    (Ledger.PROBLEM, "rule_unfounded"): {"zh": "已定查无实据", "en": "Unfounded"},
    (Ledger.PROBLEM, "pass"): {"zh": "抽评合格", "en": "Passed"},
    (Ledger.PROBLEM, "fail"): {"zh": "抽评不合格", "en": "Failed"},
}
# English names of verbs for a button, where the law's own is longer than ten characters.
_SHORT = {
    "classify": "Classify",
    "ask_info": "Ask more",
    "supply": "Supply",
    "escalate": "Escalate",
    "send_back": "Send back",
    "accept": "Accept",
    "merge": "Merge",
    "transfer_out": "Hand over",
    "close": "Close tip",
    "restore": "Reopen",
    "reopen": "Reopen",
    "recount": "Recount",
    "hand_over": "Hand over",
    "decline": "Decline",
    "note": "Progress",
    "verify_closed": "Close",
    "rule_unfounded": "Unfounded",
    "rectified": "Put right",
    "confirm": "Confirm",
    "extend": "More time",
    "reply": "Answer",
    "review": "Review",
    "sample": "Sample",
    "pass": "Pass",
    "fail": "Fail",
    "recode": "Recode",
}


def shows(facts: Mapping[str, Json]) -> bool:
    """Whether a letter with these facts is a card where its door shows any."""
    return bool(facts.get("verbs"))


def card(facts: Mapping[str, Json], text: str, language: str) -> Card | None:
    """The card of a letter with these facts, whose text is `text`; None when it is none."""
    if not shows(facts):
        return None
    number = str(facts["number"])
    words = str(facts.get("text") or "")
    return Card(
        title=text.splitlines()[0],
        desc=_desc(facts, language),
        lines=tuple(_lines(facts, language))[:6],
        buttons=_buttons(number, facts["verbs"], language),
        note=render.short(words, 120) if words else "",
    )


def done(facts: Mapping[str, Json], language: str) -> str:
    """What stands in place of the buttons: what was done, "已归类 · 钱芳", or that there is a newer card."""
    _ = _words(language)
    if not facts["verb"]:
        return _("See the newer card")
    number, verb = str(facts["number"]), str(facts["verb"])
    ledger, name = ledger_of(number), str(facts.get("by") or "")
    names = LAWS[ledger].verbs.get(verb, {"zh": verb, "en": verb})
    said = words_of(_DONE[ledger, verb], language) if (ledger, verb) in _DONE else ""
    what = said or _("Done: %(verb)s") % {"verb": words_of(names, language)}
    return f"{what} · {name}" if name else what


def _buttons(number: str, verbs: Sequence[str], language: str) -> tuple[Option, ...]:
    kept = sorted(verbs, key=lambda verb: verb not in _ONWARD)
    for verb in _GIVE_WAY:
        if len(kept) > MOST and verb in kept:
            kept.remove(verb)
    ledger, _ = ledger_of(number), _words(language)
    options = [Option(f"v|{number}|{verb}", _label(ledger, verb, language)) for verb in kept[:MOST]]
    return (*options, Option(f"e|{number}", _("Details")))


def _label(ledger: Ledger, verb: str, language: str) -> str:
    name = words_of(LAWS[ledger].verbs[verb], language)
    return _SHORT.get(verb, name.capitalize()) if language == "en" else name


def _desc(facts: Mapping[str, Json], language: str) -> str:
    """In whose place it comes, else where the matter stands."""
    _ = _words(language)
    if facts.get("instead_of"):
        return _("For %(name)s") % {"name": facts["instead_of"]}
    ledger = ledger_of(str(facts["number"]))
    state = str(facts.get("state") or "")
    return words_of(state_name(ledger, state), language) if state in LAWS[ledger].states else ""


def _lines(facts: Mapping[str, Json], language: str) -> Iterator[tuple[str, str]]:
    """Names of at most five characters with what they stand for; of an internal matter hardly anything is known."""
    _ = _words(language)
    if facts.get("internal"):
        yield _("Note"), _("Internal: open it here in the chat")
    elif facts.get("merchant_name") or facts.get("merchant_note"):
        yield _("Shop"), _shop(facts, _)
    if facts.get("indicator"):
        yield _("Kind"), f"{facts['indicator']} {facts.get(f'indicator_{language}') or facts.get('indicator_zh') or ''}"
    if facts.get("reporter_name"):
        unit = facts.get(f"unit_{language}") or facts.get("unit_zh") or ""
        yield _("From"), f"{facts['reporter_name']} {unit}".strip()
    if facts.get("severity"):
        yield _("Level"), str(facts["severity"])
    if facts.get("photos"):
        yield _("Photo"), str(facts["photos"])
    if facts.get("due_at"):
        until = render.day(str(facts["due_at"]), language)
        yield _("Due"), until + _(" (provisional)") if facts.get("provisional") else until


def _shop(facts: Mapping[str, Json], _: Callable[[str], str]) -> str:
    if facts.get("merchant_name"):
        return str(facts["merchant_name"])
    return _("unlicensed seller") if facts["merchant_note"] == "unlicensed" else _("shop unknown")


def _words(language: str) -> Callable[[str], str]:
    return translations(language).gettext

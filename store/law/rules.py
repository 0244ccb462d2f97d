"""The law of the two ledgers: the few lines that read their tables (`clue_law.py`, `problem_law.py`).

A supervision officer can check the tables against the rule book (lifecycle.md); everything else is drawn from them: who
is refused and why, which buttons a person is offered, the diagrams and the tests. Nothing here reads or writes
anything: `ledger.py` brings the facts and carries out what is decided.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from store.law.clue_law import CLUE_LAW
from store.law.moves import Law
from store.law.problem_law import PROBLEM_LAW
from store.law.reasons import REASONS as REASONS
from store.law.standing import STANDINGS, Actor, Standing, Texts
from store.words import Json, Ledger, Level, Person, Refused

LAWS: Mapping[Ledger, Law] = MappingProxyType({Ledger.CLUE: CLUE_LAW, Ledger.PROBLEM: PROBLEM_LAW})

NO_LICENCE = ("unlicensed", "unknown")
"""What stands for the licence number of a shop that has none, or none that is known."""

Given = Mapping[str, Json]
"""What was given with a verb, and the facts of routing that `ledger.py` adds: `internal` (bool), `has_head` (bool),
`came_from` (state), `linked` (accepted or merged), `asked` (what waits for a decision), `needs_proof` (bool)."""


def decide(ledger: Ledger, state: str | None, verb: str, actor: Actor, given: Given) -> str:
    """The state that `verb` leads to from `state`. Raises `Refused`, naming what is possible instead."""
    law = LAWS[ledger]
    if verb not in law.verbs:
        raise Refused("unknown_verb", verb=verb)
    rows = [move for move in law.moves if move.verb == verb]
    here = [move for move in rows if state in move.sources]
    allowed = [move for move in here if actor.standings.intersection(move.who)]
    if not allowed:
        raise _refusal(ledger, state, verb, actor, [standing for move in here for standing in move.who])
    missing = next((need for need in allowed[0].needs if not enough(need, given)), None)
    if missing:
        raise Refused(f"missing_{missing}", VERB=law.verbs[verb])
    target = allowed[0].target
    return TARGETS[target](state or "", actor.person, given) if target in TARGETS else target


def offered(ledger: Ledger, state: str | None, actor: Actor) -> tuple[str, ...]:
    """The verbs that this person may use now, in the table's order: what menus and buttons show."""
    verbs = [
        move.verb for move in LAWS[ledger].moves if state in move.sources and actor.standings.intersection(move.who)
    ]
    return tuple(dict.fromkeys(verbs))


def route(reporter: Person, indicator: str | None, *, special: bool, internal: bool, has_head: bool) -> str:
    """Where a report goes first (features.md §10).

    Internal matters and reports from the city bureau go to city supervision; what is special or not clearly classified
    to the head of the reporter's department, or, where nobody heads it, to county supervision like everything else.
    """
    if internal or reporter.level is Level.CITY:
        return "city_review"
    unclear = indicator is None or indicator.endswith("99") or special
    return "head_review" if unclear and has_head else "county_review"


def _routed(state: str, person: Person, given: Given) -> str:
    return route(
        person,
        given.get("indicator"),
        special=bool(given.get("special")),
        internal=bool(given.get("internal")),
        has_head=bool(given.get("has_head")),
    )


def _begins(state: str, given: Given) -> bool:
    """Whether receiving begins the work; who gets a task later, in the middle of it, leaves it where it is."""
    return state == "dispatched" and bool(given.get("main_received"))


_TOLD: Mapping[Json, str] = MappingProxyType({"unfounded": "unfounded", "transferred": "transferred"})

TARGETS: Mapping[str, Callable[[str, Person, Given], str]] = MappingProxyType(
    {
        "routed": _routed,
        "classified": lambda state, person, given: "city_review" if given.get("internal") else "county_review",
        "back": lambda state, person, given: str(given["came_from"]),
        "same": lambda state, person, given: state,
        "linked": lambda state, person, given: str(given["linked"]),
        "received": lambda state, person, given: "investigating" if _begins(state, given) else state,
        # How a tip ended; whatever came of it, its tipster was answered.
        "told": lambda state, person, given: _TOLD.get(given.get("outcome"), "answered"),
        # A county asks the city first; whoever grants it makes it so.
        "suspending": lambda state, person, given: "suspended" if person.level is Level.CITY else state,
        "granted": lambda state, person, given: "suspended" if given.get("asked") == "suspend" else state,
    }
)
"""Targets that depend on what is given."""

NEEDS: Mapping[str, Callable[[Given], bool]] = MappingProxyType(
    {
        "text_or_photo": lambda given: any(given.get(key) for key in ("text", "photos", "recordings")),
        # A shop without a known licence can only be found again by where it is.
        "place": lambda given: given.get("merchant") not in NO_LICENCE or bool(given.get("place")),
        # A photo or a place, when the indicator asks for it.
        "proof": lambda given: not given.get("needs_proof") or any(given.get(key) for key in ("photos", "place")),
        "photo_or_reason": lambda given: any(given.get(key) for key in ("photos", "no_photo_reason")),
    }
)
"""Needs of a row that are more than "a field of that name is given"."""


def enough(need: str, given: Given) -> bool:
    """Whether what a row needs is given."""
    return NEEDS[need](given) if need in NEEDS else bool(given.get(need))


def names(texts: Iterable[Texts], zh: str = "、", en: str = ", ") -> Texts:
    """Several names as one, in both languages."""
    listed = list(texts)
    return {"zh": zh.join(one["zh"] for one in listed), "en": en.join(one["en"] for one in listed)}


def state_name(ledger: Ledger, state: str) -> Texts:
    """A state in words, in both languages."""
    found = LAWS[ledger].states[state]
    return {"zh": found.zh, "en": found.en}


def _refusal(ledger: Ledger, state: str | None, verb: str, actor: Actor, who: list[Standing]) -> Refused:
    """Why not, and what instead: the state forbids the verb, or (when `who` may use it here) the person."""
    if state is None and not who:
        return Refused("not_found", number="")
    law, possible = LAWS[ledger], offered(ledger, state, actor)
    facts: dict[str, Json] = {"VERB": law.verbs[verb]}
    if who:
        facts["WHO"] = names((STANDINGS[standing] for standing in dict.fromkeys(who)), en=" or ")
    elif state:
        facts["STATE"] = state_name(ledger, state)
    reason = "wrong_person" if who else "wrong_state"
    if not possible:
        return Refused(f"{reason}_nothing", **facts)
    return Refused(reason, **facts, POSSIBLE=names(law.verbs[one] for one in possible))

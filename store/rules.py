"""The law of the two ledgers: one table of moves each, and the few lines that read it.

A supervision officer can check the table against the rule book (lifecycle.md); everything else is drawn from it: who is
refused and why, which buttons a person is offered, the diagrams and the tests. To change what may happen, change a row.
Nothing here reads or writes anything: `ledger.py` brings the facts and carries out what is decided.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from store.standing import STANDINGS, Actor, Standing, Texts
from store.words import Json, Ledger, Level, Person, Refused


@dataclass(frozen=True, slots=True)
class State:
    """A state, and the standings that come with holding an entry in it (none: the entry is not open)."""

    zh: str
    en: str
    desk: frozenset[Standing] = frozenset()

    @property
    def open(self) -> bool:
        return bool(self.desk)


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the law: `verb` leads from any of `sources` to `target`, for `who`, when `needs` are given.

    `target` is a state or the name of a rule in `TARGETS`. A source of None is an entry that does not exist yet.
    A move that is not `ready` is law, but what it causes is not built yet: nobody is offered it.
    """

    verb: str
    sources: tuple[str | None, ...]
    target: str
    who: tuple[Standing, ...]
    needs: tuple[str, ...] = ()
    ready: bool = True


@dataclass(frozen=True, slots=True)
class Law:
    """Everything there is to know of one ledger."""

    name: Texts
    states: Mapping[str, State]
    verbs: Mapping[str, Texts]
    moves: tuple[Move, ...]


S = Standing
_REVIEWS = ("head_review", "county_review", "city_review")
_SUPERVISED = ("county_review", "city_review")
_CLOSED = ("answered", "accepted", "merged", "unfounded", "transferred")

CLUE_STATES: Mapping[str, State] = MappingProxyType(
    {
        "head_review": State("待部门归类", "with the department head", frozenset({S.HOLDER, S.HEAD})),
        "county_review": State(
            "待县局内管研判", "with county supervision", frozenset({S.HOLDER, S.SUPERVISION, S.COUNTY_SUPERVISION})
        ),
        "city_review": State(
            "待市局内管研判", "with city supervision", frozenset({S.HOLDER, S.SUPERVISION, S.CITY_SUPERVISION})
        ),
        "need_info": State("待补充", "more information needed", frozenset({S.HOLDER, S.REPORTER})),
        "answered": State("已直接回复", "answered"),
        "accepted": State("已转问题", "accepted as a problem"),
        "merged": State("已并案", "merged into a problem"),
        "unfounded": State("不予处理", "dismissed"),
        "transferred": State("已移送", "handed to another authority"),
        "archived": State("已归档", "archived"),
    }
)

CLUE_VERBS: Mapping[str, Texts] = MappingProxyType(
    {
        "report": {"zh": "上报", "en": "report"},
        "classify": {"zh": "归类转报", "en": "classify and forward"},
        "answer": {"zh": "直接回复", "en": "answer"},
        "ask_info": {"zh": "要求补充", "en": "ask for more"},
        "supply": {"zh": "补充", "en": "supply what was asked"},
        "append": {"zh": "追加", "en": "add"},
        "escalate": {"zh": "上报市局", "en": "escalate to the city"},
        "send_back": {"zh": "退回县局", "en": "send back to the county"},
        "accept": {"zh": "立案转办", "en": "accept as a problem"},
        "merge": {"zh": "并案", "en": "merge into a problem"},
        "dismiss": {"zh": "不予处理", "en": "dismiss"},
        "transfer_out": {"zh": "移送", "en": "hand to another authority"},
        "restore": {"zh": "恢复研判", "en": "reopen the review"},
        "archive": {"zh": "归档", "en": "archive"},
    }
)

CLUE_MOVES: tuple[Move, ...] = (
    # verb, from, to, who, must give
    Move("report", (None,), "routed", (S.STAFF,), ("text_or_photo", "merchant", "place")),
    Move("classify", ("head_review",), "classified", (S.HEAD,), ("indicator",)),
    Move("answer", ("head_review",), "answered", (S.HEAD,), ("text",)),
    Move("ask_info", _REVIEWS, "need_info", (S.HOLDER,), ("text",)),
    Move("supply", ("need_info",), "back", (S.REPORTER,), ("text_or_photo",)),
    Move("append", (*_REVIEWS, "need_info", *_CLOSED), "same", (S.REPORTER, S.HOLDER), ("text_or_photo",)),
    Move("escalate", ("county_review",), "city_review", (S.COUNTY_SUPERVISION,), ("text",)),
    Move("send_back", ("city_review",), "county_review", (S.CITY_SUPERVISION,), ("text",)),
    Move("accept", _SUPERVISED, "accepted", (S.SUPERVISION,), ("handling_form",), ready=False),
    Move("merge", _SUPERVISED, "merged", (S.SUPERVISION,), ("problem",), ready=False),
    Move("dismiss", _SUPERVISED, "unfounded", (S.SUPERVISION,), ("text",)),
    Move("transfer_out", _SUPERVISED, "transferred", (S.SUPERVISION,), ("authority", "text")),
    Move("restore", ("unfounded", "answered"), "city_review", (S.CITY_SUPERVISION,), ("text",)),
    Move("archive", _CLOSED, "archived", (S.CLOCK,)),
)

LAWS: Mapping[Ledger, Law] = MappingProxyType(
    {Ledger.CLUE: Law({"zh": "信息线索清单", "en": "clue ledger"}, CLUE_STATES, CLUE_VERBS, CLUE_MOVES)}
)

REASONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        # reason -> facts. A fact in capitals is a pair of texts {"zh": …, "en": …}; the others are plain values.
        "unknown_verb": ("verb",),
        "not_ready": ("number", "VERB"),
        "not_found": ("number",),
        "wrong_state": ("number", "VERB", "STATE", "POSSIBLE"),
        "wrong_state_nothing": ("number", "VERB", "STATE"),  # nothing is possible for this person just now
        "wrong_person": ("number", "VERB", "WHO", "POSSIBLE"),
        "wrong_person_nothing": ("number", "VERB", "WHO"),
        "missing_text_or_photo": ("VERB",),
        "missing_text": ("VERB",),
        "missing_merchant": ("VERB",),
        "missing_place": ("VERB",),
        "missing_indicator": ("VERB",),
        "missing_authority": ("VERB",),
        "missing_handling_form": ("VERB",),
        "missing_problem": ("VERB",),
        "bad_field": ("field",),
        "too_long": ("field", "limit"),
        "merchant_unknown": ("licence_no",),
        "indicator_unknown": ("code",),
        "evidence_unknown": (),
        "person_unknown": ("userid",),
        "county_unknown": ("number",),
        "observed_in_future": (),
        "too_early": ("number", "days"),
    }
)
"""Every reason there is to refuse, for the catalogues: message key `refused.<reason>`."""


NO_LICENCE = ("unlicensed", "unknown")
"""What stands for the licence number of a shop that has none, or none that is known."""

Given = Mapping[str, Json]
"""What was given with a verb, and the facts of routing that `ledger.py` adds: `internal` (bool), `has_head` (bool),
`came_from` (state)."""


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
    missing = next((need for need in allowed[0].needs if not NEEDS[need](given)), None)
    if missing:
        raise Refused(f"missing_{missing}", VERB=law.verbs[verb])
    target = allowed[0].target
    return TARGETS[target](state or "", actor.person, given) if target in TARGETS else target


def offered(ledger: Ledger, state: str | None, actor: Actor) -> tuple[str, ...]:
    """The verbs that this person may use now, in the table's order: what menus and buttons show."""
    verbs = [
        move.verb
        for move in LAWS[ledger].moves
        if move.ready and state in move.sources and actor.standings.intersection(move.who)
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


TARGETS: Mapping[str, Callable[[str, Person, Given], str]] = MappingProxyType(
    {
        "routed": _routed,
        "classified": lambda state, person, given: "city_review" if given.get("internal") else "county_review",
        "back": lambda state, person, given: str(given["came_from"]),
        "same": lambda state, person, given: state,
    }
)
"""Targets that depend on what is given."""

NEEDS: Mapping[str, Callable[[Given], bool]] = MappingProxyType(
    {
        "text": lambda given: bool(given.get("text")),
        "text_or_photo": lambda given: any(given.get(key) for key in ("text", "photos", "recordings")),
        "merchant": lambda given: bool(given.get("merchant")),
        # A shop without a known licence can only be found again by where it is.
        "place": lambda given: given.get("merchant") not in NO_LICENCE or bool(given.get("place")),
        "indicator": lambda given: bool(given.get("indicator")),
        "authority": lambda given: bool(given.get("authority")),
        "handling_form": lambda given: bool(given.get("handling_form")),
        "problem": lambda given: bool(given.get("problem")),
    }
)
"""What a row's `needs` ask of the given fields."""


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

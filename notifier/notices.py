"""Who is told what: one row per verb and part. To change what a move says to whom, change a row.

The templates are notifier/templates/<name>.j2. A verb and part that have no row are told nothing; a test holds this
table against the law, so that every move that leaves an entry open tells its holder (lifecycle.md §3.7).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from store.words import Ledger


@dataclass(frozen=True, slots=True)
class Notice:
    """What one part hears: the template, and whether it may pass the sending hours because it answers them directly.

    What concerns an entry of severity 5 passes in any case (`URGENT_FROM`); everything else, also a fresh task, waits
    for the hours (lifecycle.md §4).
    """

    template: str
    urgent: bool = False

    @property
    def purpose(self) -> str:
        """What the letter is for; part of its key, so one move never says two things of one kind to one person."""
        return self.template


_REVIEW, _SEEN = Notice("review"), Notice("seen")
_TASK, _WORK, _DECIDE, _PROGRESS = Notice("task"), Notice("work"), Notice("decide"), Notice("progress")
_OUTCOME = {"reporter": Notice("outcome"), "concerned": Notice("outcome"), "watcher": _PROGRESS}
_RECOUNT = {"holder": Notice("recounted")}
_WARN = {"holder": Notice("warned"), "watcher": Notice("overdue")}

_CLUE: dict[str, dict[str, Notice]] = {
    # verb -> part -> notice
    "report": {"holder": _REVIEW, "reporter": Notice("filed"), "watcher": _SEEN},
    "classify": {"holder": _REVIEW, "reporter": Notice("forwarded"), "watcher": _SEEN},
    "answer": {"reporter": Notice("answered", urgent=True), "watcher": Notice("answer_seen")},
    "ask_info": {"holder": Notice("need_info"), "reporter": Notice("need_info"), "watcher": _SEEN},
    "supply": {"holder": Notice("supplied"), "reporter": Notice("added"), "watcher": _SEEN},
    "append": {"holder": Notice("added"), "reporter": Notice("added"), "watcher": _SEEN},
    "escalate": {"holder": _REVIEW, "reporter": Notice("forwarded"), "watcher": _SEEN},
    "send_back": {"holder": Notice("sent_back"), "reporter": Notice("forwarded"), "watcher": _SEEN},
    "accept": {"reporter": Notice("closed"), "watcher": _SEEN},
    "merge": {"reporter": Notice("closed"), "watcher": _SEEN},
    "dismiss": {"reporter": Notice("closed"), "watcher": _SEEN},
    "transfer_out": {"reporter": Notice("closed"), "watcher": _SEEN},
    "restore": {"holder": _REVIEW, "reporter": Notice("forwarded"), "watcher": _SEEN},
    "warn": _WARN,
    "recount": _RECOUNT,
    "hand_over": {"holder": _REVIEW, "watcher": _SEEN},
    "recode": {"holder": _SEEN, "watcher": _SEEN},
    "tip": {},  # told by a constant sentence, in batches (notifier/tips.py)
    "close": {},
    "reopen": {},  # its reporter hears of it with the problem
    "archive": {},
}

_PROBLEM: dict[str, dict[str, Notice]] = {
    "open": {"holder": _TASK, "concerned": Notice("shop_matter"), "watcher": _PROGRESS},
    "merge": {"holder": _PROGRESS},
    "receive": {"watcher": _PROGRESS},
    "decline": {"holder": Notice("declined"), "watcher": _PROGRESS},
    "reassign": {"holder": _TASK, "watcher": _PROGRESS},
    "note": {"watcher": _PROGRESS},
    "feedback": {"holder": Notice("verdict"), "watcher": _PROGRESS},
    "return": {"holder": _WORK},
    "verify": {"holder": _WORK, "watcher": _PROGRESS},
    "verify_closed": _OUTCOME,
    "rule_unfounded": _OUTCOME,
    "rectified": {"holder": Notice("verdict"), "watcher": _PROGRESS},
    "confirm": _OUTCOME,
    "extend": {"holder": _DECIDE, "watcher": _PROGRESS},
    "grant": {"holder": Notice("decided"), "watcher": Notice("decided", urgent=True)},  # watchers are those who asked
    "deny": {"holder": Notice("decided"), "watcher": Notice("decided", urgent=True)},
    "suspend": {"holder": _DECIDE, "watcher": _PROGRESS},
    "resume": {"holder": _WORK, "watcher": _PROGRESS},
    "nudge": {"holder": Notice("nudged")},
    "instruct": {"holder": Notice("instructed"), "watcher": _PROGRESS},
    "reply": {"watcher": Notice("replied", urgent=True)},
    "warn": _WARN,
    "recount": _RECOUNT,
    "hand_over": {"holder": _TASK, "watcher": _PROGRESS},
    "review": {"watcher": _PROGRESS},
    "sample": {"holder": Notice("recheck")},
    "pass": {"watcher": _PROGRESS},
    "fail": {"holder": _WORK, "reporter": Notice("outcome"), "watcher": _PROGRESS},
    "recode": {"holder": _PROGRESS, "watcher": _PROGRESS},
    "archive": {},
}

URGENT_FROM = 5
"""The severity from which on letters pass the sending hours."""

NOTICES: Mapping[tuple[Ledger, str, str], Notice] = MappingProxyType(
    {
        (ledger, verb, part): notice
        for ledger, verbs in ((Ledger.CLUE, _CLUE), (Ledger.PROBLEM, _PROBLEM))
        for verb, parts in verbs.items()
        for part, notice in parts.items()
    }
)

WARNS = frozenset(notice.purpose for notice in _WARN.values())
"""Purposes of warnings: the newest one is enough."""

CALLS = frozenset(notice.purpose for (_, _, part), notice in NOTICES.items() if part == "holder") - WARNS
"""Purposes that ask somebody to act: over when they have, or when it falls to others."""

_ON_TASKS, _ON_TIME = ("receive", "decline", "reassign", "feedback", "hand_over"), ("extend", "suspend", "recount")
ACTED = frozenset((*_ON_TASKS, *_ON_TIME, "grant", "deny", "reply"))
"""Moves that settle something for somebody although the state may stay as it is."""

DECISIONS, DECIDED = frozenset({_DECIDE.purpose}), frozenset({"grant", "deny"})
"""What asks for a decision, and the moves that make one."""

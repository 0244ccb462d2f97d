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
    """What one part hears: the template, and whether it may pass the sending hours (lifecycle.md §4)."""

    template: str
    urgent: bool = False

    @property
    def purpose(self) -> str:
        """What the letter is for; part of its key, so one move never says two things of one kind to one person."""
        return self.template


_REVIEW, _SEEN = Notice("review"), Notice("seen")

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
    "warn": {"holder": _REVIEW, "watcher": _SEEN},
    "hand_over": {"holder": Notice("need_info"), "watcher": _SEEN},
    "archive": {},
    "reopen": {"reporter": Notice("forwarded"), "watcher": _SEEN},
}

NOTICES: Mapping[tuple[Ledger, str, str], Notice] = MappingProxyType(
    {(Ledger.CLUE, verb, part): notice for verb, parts in _CLUE.items() for part, notice in parts.items()}
)

"""From a ledger line to letters: pure, so that the desk can do it inside its transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from notifier.notices import NOTICES, URGENT_FROM, Notice
from store.words import Address, Hearer, Json, Letter, Moved

_IMPORTANT_FIRST = {"holder": 0, "reporter": 1, "watcher": 2}

# What a letter may say of an entry; anything else stays in the books.
SAID = (
    "state",
    "source",
    "severity",
    "photos",
    "due_at",
    "late",
    "merchant",
    "merchant_name",
    "merchant_note",
    "indicator",
    "indicator_zh",
    "indicator_en",
    "place_label",
    "unit_zh",
    "unit_en",
    "reporter_name",
    "problem",
)
# An internal matter is read in the chat, by whoever may see it; the letter only says that it is there.
_SAID_OF_INTERNAL = ("state", "due_at")


def letters(moved: Moved, hearers: Sequence[Hearer], at: datetime) -> list[Letter]:
    """One letter for every address of everybody who hears of this move, due `at`.

    Somebody who hears in two parts is told the more important one.
    """
    facts = facts_of(moved)
    return [_letter(moved, hearer, to, notice, facts, at) for hearer, to, notice in _told(moved, hearers)]


def facts_of(moved: Moved) -> Mapping[str, Json]:
    """What the templates may say of a move. Nothing here changes with the time of sending."""
    fields = moved.entry.fields
    internal = bool(fields.get("internal"))
    facts = {name: fields[name] for name in (_SAID_OF_INTERNAL if internal else SAID) if fields.get(name)}
    facts = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in facts.items()}
    return facts | {
        "number": moved.entry.number,
        "state": moved.entry.state,
        "seq": moved.seq,
        "verb": moved.verb,
        "rung": (moved.fields.get("rungs") or [None])[-1],
        "internal": internal,
        "by": "" if internal else moved.by.name,
        "text": "" if internal and moved.verb != "ask_info" else moved.text,
    }


def _told(moved: Moved, hearers: Sequence[Hearer]) -> Iterator[tuple[Hearer, Address, Notice]]:
    seen: set[Address] = set()
    for hearer in sorted(hearers, key=lambda hearer: _IMPORTANT_FIRST.get(hearer.part, 9)):
        notice = NOTICES.get((moved.entry.ledger, moved.verb, hearer.part))
        for to in hearer.to if notice else ():
            if to not in seen:
                seen.add(to)
                assert notice
                yield hearer, to, notice


def _letter(
    moved: Moved, hearer: Hearer, to: Address, notice: Notice, facts: Mapping[str, Json], at: datetime
) -> Letter:
    entry, person = moved.entry, hearer.person.id
    grave = (entry.fields.get("severity") or 0) >= URGENT_FROM
    own = {
        "part": hearer.part,
        "instead_of": hearer.instead_of,
        "why": "grave" if grave else "answer",
        "verbs": list(hearer.verbs),  # what makes it a card (cards.py)
    }
    return Letter(
        key=f"{entry.ledger}:{entry.number}:{moved.seq}:{person}:{to.door}:{notice.purpose}",
        to=to,
        person=person,
        purpose=notice.purpose,
        template=notice.template,
        facts={**facts, **{name: value for name, value in own.items() if value}},
        not_before=at,
        subject=(str(entry.ledger), entry.number),
        urgent=notice.urgent or grave,
    )

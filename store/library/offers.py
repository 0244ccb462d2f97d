"""What is offered when an indicator is added: the next code below a parent, and values like its neighbours'."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from statistics import median

from store.library.others import Recurring
from store.master.indicators import Indicator, Library

_LONGEST_NAME = 24
_TELLING = 5
"""Characters from which on a shared phrase names the matter; a shorter one is only a part of it."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A new indicator as it is offered; whoever adds it may change all of it."""

    code: str
    name: str
    weight: float
    parent: Indicator


def free_code(library: Library, parent: str) -> str:
    """The next code below `parent` that was never given, as long as its neighbours' are; "99" is kept for "other"."""
    children = [code.removeprefix(parent) for code, one in library.items() if one.parent == parent]
    length = Counter(map(len, children)).most_common(1)[0][0] if children else 2
    taken = {own for own in library if own.startswith(parent)}
    while True:
        for number in range(1, 10**length - (length > 1)):
            code = f"{parent}{number:0{length}}"
            if code not in taken:
                return code
        length += 1


def usual_weight(library: Library, parent: str) -> float:
    """What the leaves beside it are worth, in the middle."""
    weights = [one.weight for one in library.values() if one.parent == parent and one.leaf and one.active]
    return float(median(weights)) if weights else 1.0


def offered(library: Library, found: Recurring) -> Offer:
    """An indicator for what recurs."""
    phrase = found.group.phrase
    name = phrase if len(phrase) >= _TELLING else " ".join(found.texts[0].split())
    code, weight = free_code(library, found.parent), usual_weight(library, found.parent)
    return Offer(code, name[:_LONGEST_NAME], weight, library[found.parent])


def parents_for(library: Library, side: str) -> list[Indicator]:
    """Whatever may have something below it: all but the leaves of the lowest level, in order of code."""
    nodes = {one.parent for one in library.values()}
    return [one for one in library.values() if one.side == side and one.active and one.code in nodes]

"""Grouping texts that say about the same: plain clustering on character n-grams, in pure functions.

How: each text is the set of its pairs of neighbouring characters (Chinese needs no words for that). A pair weighs the
more, the fewer texts have it, log(1 + texts / having it), but little (0.5) when no other text has it: that is wording,
not matter. Two texts are as alike as the cosine of their weighted sets. Then, again and again, the text with the most
others like it gathers those around itself. So every member of a group is like its middle (no chains from like to
like), the same texts always give the same groups, and each group can say why: the phrase that most of its texts share.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt

from store.master.pinyin import plain

ALIKE = 0.33
"""From this cosine on two texts say about the same: of some twenty short reports, those of one matter were at least so
alike, two of different ones 0.30 at most."""
_ALONE = 0.5  # the weight of a pair that only one text has
LEAST = 3
"""Fewer texts than this are no recurrence."""

_RUNS = re.compile(r"[^\W_]+")
_LONGEST_PHRASE = 8
_MOST_OF = 0.6  # of a group's texts share its phrase


@dataclass(frozen=True, slots=True)
class Group:
    """Texts that say about the same. `members` are their keys with how alike each is to the middle (1 is the same);
    `phrase` is what most of them share, or the middle's beginning when no phrase is."""

    phrase: str
    middle: str
    members: tuple[tuple[str, float], ...]

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(key for key, _likeness in self.members)


def ngrams(text: str) -> frozenset[str]:
    """Pairs of neighbouring characters; punctuation and spaces part them."""
    return frozenset(run[at : at + 2] for run in _RUNS.findall(plain(text)) for at in range(len(run) - 1))


def groups(texts: Mapping[str, str], alike: float = ALIKE, least: int = LEAST) -> list[Group]:
    """The groups of at least `least` texts, the largest first. `texts`: by their key, such as a clue's number."""
    near = _neighbours({key: ngrams(text) for key, text in sorted(texts.items())}, alike)
    left, found = set(near), []
    while left:
        middle = max(sorted(left), key=lambda key: (len(near[key].keys() & left), sum(near[key].values())))
        members = [(key, likeness) for key, likeness in near[middle].items() if key in left]
        if len(members) < least:
            break
        members.sort(key=lambda pair: (-pair[1], pair[0]))
        left -= {key for key, _likeness in members}
        phrase = common_phrase([texts[key] for key, _likeness in members]) or plain(texts[middle])[:12]
        found.append(Group(phrase, middle, tuple(members)))
    return found


def _neighbours(grams: Mapping[str, frozenset[str]], alike: float) -> dict[str, dict[str, float]]:
    """For each text those like it, itself among them, with how alike they are."""
    having: dict[str, list[str]] = defaultdict(list)
    for key, own in grams.items():
        for gram in own:
            having[gram].append(key)
    weight = {gram: log(1 + len(grams) / len(keys)) if len(keys) > 1 else _ALONE for gram, keys in having.items()}
    length = {key: sqrt(sum(weight[gram] for gram in own)) for key, own in grams.items()}
    near: dict[str, dict[str, float]] = {}
    for key, own in grams.items():
        shared: dict[str, float] = defaultdict(float)
        for gram in own:
            for other in having[gram]:
                shared[other] += weight[gram]
        scored = ((other, value / (length[key] * length[other])) for other, value in shared.items())
        near[key] = {other: round(value, 4) for other, value in scored if value >= alike}
    return near


def common_phrase(texts: Sequence[str]) -> str:
    """The phrase that most of the texts share: the longer and the more of them have it, the better."""
    having: Counter[str] = Counter()
    for text in texts:
        runs = _RUNS.findall(plain(text))
        sizes = range(2, _LONGEST_PHRASE + 1)
        having.update({run[at : at + size] for run in runs for size in sizes for at in range(len(run) - size + 1)})
    least = _MOST_OF * len(texts)
    enough = [(count * (len(phrase) - 1), count, phrase) for phrase, count in having.items() if count >= least]
    return max(enough, default=(0, 0, ""))[2]

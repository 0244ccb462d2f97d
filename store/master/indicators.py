"""The indicator library: what a reported matter is called, and what follows from its code.

The library is small (some hundred rows), so it is read whole for each question and matched in memory: no cache
that could lag behind an administrator's change, and no search engine.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from math import log

from sqlalchemy import Subquery, func, select, true

from store import tables
from store.db import Tx
from store.master.pinyin import plain
from store.tables.library import indicator_value
from store.words import Department, Found, Item, Lookup, Person

BEST = 5
PAGE = 8

_CODE = re.compile(r"[wn]\d*")
_ENGLISH = re.compile(r"[a-z]{3,}")
_ENDING = re.compile(r"(?<=[a-z]{3})(?:ings?|e?d|e?s|e)$")
_CHINESE = re.compile(r"[^\W\d_a-z]+")
_EMPTY_WORDS = frozenset({"the", "and", "for", "with", "not", "from", "that", "this", "are", "was", "has", "shop"})
# What a hit is worth: per pair of characters by where it is found, per character of a keyword, per English word.
_IN_NAME, _IN_KEYWORDS, _IN_PARENT, _IN_LAW = 2.0, 1.5, 0.5, 0.3
_KEYWORD, _PART_OF_KEYWORD, _ENGLISH_WORD = 3.0, 1.0, 4.0
_ENOUGH = 2.0  # a single common pair of characters is no match


@dataclass(frozen=True, slots=True)
class Indicator:
    """One node of the library, with the values of one day. `department` is where the work is done; `severity` is 1 to
    5; `weight` are points of a leaf, the multiplier of a node; `origin` is `province` or `city`."""

    code: str
    parent: str | None
    name_zh: str
    name_en: str
    side: str
    nature: str | None
    weight: float
    severity: int
    department: Department
    due_working_days: int
    keywords: tuple[str, ...]
    legal_basis: str
    origin: str
    active: bool
    leaf: bool

    @property
    def is_other(self) -> bool:
        """A catch-all (code ends in 99): the department head classifies it anew."""
        return self.code.endswith("99")

    @property
    def internal(self) -> bool:
        """About staff (code begins with N): it reaches supervision first, and never the accused or their line."""
        return self.code.startswith("N")

    @property
    def illegal(self) -> bool:
        """Against the law, not only against the rules."""
        return self.nature == "illegal"

    def name(self, language: str) -> str:
        return (self.name_en if language == "en" else self.name_zh) or self.name_zh


Library = Mapping[str, Indicator]


def needs_proof(code: str | None) -> bool:
    """Whether feedback on a matter of that code must bring a photo or a place: what happens in shops can be shown."""
    return code is not None and not code.startswith("N")


VALUES = ("weight", "severity", "responsible_department", "due_working_days")
"""What of an indicator is dated: a change counts from its day on, and what was before stays as it was judged."""


def values_on(at: datetime) -> Subquery:
    """`code` and the `VALUES` of every indicator as they stood at that moment: to join on the code."""
    own, dated = tables.indicator, indicator_value
    latest = (
        select(*(dated.c[name] for name in VALUES))
        .where(dated.c.code == own.c.code, dated.c.valid_from <= at)
        .order_by(dated.c.valid_from.desc())
        .limit(1)
        .lateral("dated")
    )
    values = (func.coalesce(latest.c[name], own.c[name]).label(name) for name in VALUES)
    return select(own.c.code, *values).select_from(own.outerjoin(latest, true())).subquery("values_on")


async def load(tx: Tx, at: datetime) -> Library:
    """The whole library by code as it stood at that moment, in order of code, with what is no longer active."""
    own, values = tables.indicator, values_on(at)
    columns = (*(column for column in own.c if column.name not in VALUES), *(values.c[name] for name in VALUES))
    query = select(*columns).join(values, values.c.code == own.c.code).order_by(own.c.code)
    rows = (await tx.execute(query)).mappings().all()
    parents = {row["parent_code"] for row in rows if row["active"]}
    return {
        row["code"]: Indicator(
            code=row["code"],
            parent=row["parent_code"],
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            side=row["side"],
            nature=row["nature"],
            weight=row["weight"],
            severity=row["severity"],
            department=Department(row["responsible_department"]),
            due_working_days=row["due_working_days"],
            keywords=tuple(row["keywords_zh"]),
            legal_basis=row["legal_basis"],
            origin=row["origin"],
            active=row["active"],
            leaf=row["code"] not in parents,
        )
        for row in rows
    }


async def facts(tx: Tx, code: str, at: datetime) -> Indicator | None:
    """What follows from a code, also from one that is no longer active; None when there never was such a code."""
    return (await load(tx, at)).get(code.upper())


async def look(tx: Tx, lookup: Lookup, who: Person, at: datetime) -> Found:
    """Answers a `Lookup` of kind "indicator"; everybody may see the whole active library."""
    library = await load(tx, at)
    query = lookup.query
    known = [one for one in library.values() if one.active and query.get("side") in (None, one.side)]
    typed = plain(str(query.get("code") or query.get("words") or ""))
    if _CODE.fullmatch(typed):
        found = _coded(known, typed.upper())
    elif typed:
        found = matching(library, known, typed)[:BEST]
    elif "parent" in query:
        found = [one for one in known if one.parent == query["parent"]]
    else:
        found = []
    start = int(query.get("page") or 0) * PAGE
    items = tuple(_item(library, one, lookup.language) for one in found[start : start + PAGE])
    return Found(lookup, items, len(found))


def matching(library: Library, known: list[Indicator], typed: str) -> list[Indicator]:
    """The leaves that the words may mean, best first."""
    leaves = [one for one in known if one.leaf]
    texts = {one.code: _texts(one, library.get(one.parent or "")) for one in leaves}
    spread = Counter(pair for name, keywords, _parent, _law in texts.values() for pair in name | keywords)
    rarity = {pair: log(1 + len(leaves) / count) / 2 for pair, count in spread.items()}
    scored = [(_score(one, texts[one.code], typed, rarity), one) for one in leaves]
    good = [(score, one) for score, one in scored if score >= _ENOUGH]
    return [one for _score, one in sorted(good, key=lambda pair: (-pair[0], pair[1].is_other, pair[1].code))]


def _score(one: Indicator, texts: _Texts, typed: str, rarity: Mapping[str, float]) -> float:
    said = _pairs(typed)
    worth = (_IN_NAME, _IN_KEYWORDS, _IN_PARENT, _IN_LAW)
    score = sum(
        value * sum(rarity.get(pair, 1.0) for pair in said & pairs) for value, pairs in zip(worth, texts, strict=True)
    )
    for keyword in map(plain, one.keywords):
        if keyword in typed:
            score += _KEYWORD * len(keyword)
        elif len(typed) > 1 and typed in keyword:
            score += _PART_OF_KEYWORD * len(typed)
    return score + _ENGLISH_WORD * len(_english(typed) & _english(one.name_en.lower()))


_Texts = tuple[frozenset[str], frozenset[str], frozenset[str], frozenset[str]]


def _texts(one: Indicator, parent: Indicator | None) -> _Texts:
    keywords = frozenset().union(*map(_pairs, one.keywords))
    return _pairs(one.name_zh), keywords, _pairs(parent.name_zh if parent else ""), _pairs(one.legal_basis)


@lru_cache(maxsize=4096)
def _pairs(words: str) -> frozenset[str]:
    """Pairs of neighbouring Chinese characters; punctuation, digits and Latin letters part them."""
    runs = _CHINESE.findall(plain(words))
    return frozenset(run[at : at + 2] for run in runs for at in range(len(run) - 1))


def _english(words: str) -> frozenset[str]:
    """English words, cut to what inflections share: code, codes, coded and coding are one."""
    return frozenset(_ENDING.sub("", word)[:5] for word in _ENGLISH.findall(words) if word not in _EMPTY_WORDS)


def _coded(known: list[Indicator], code: str) -> list[Indicator]:
    """The indicator of that code when it is a leaf, else the leaves below it or that begin like it."""
    return [one for one in known if one.leaf and one.code.startswith(code)]


def _item(library: Library, one: Indicator, language: str) -> Item:
    parent = library.get(one.parent or "")
    data = {
        "code": one.code,
        "leaf": one.leaf,
        "severity": one.severity,
        "side": one.side,
        "name": one.name(language),
    }
    return Item(one.code, f"{one.code} {one.name(language)}", parent.name(language) if parent else "", data)

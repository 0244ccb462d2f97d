"""What is reported as "other" (codes that end in 99): how much, what recurs in it, and making an indicator of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, func, select

from store import tables
from store.clock.workdays import midnight
from store.db import Tx
from store.law.scope import sees
from store.law.standing import Standing
from store.ledger import apply
from store.library.cluster import LEAST, Group, groups
from store.library.recording import note
from store.library.tree import New, add, check_editor
from store.library.uses import MONTHS, first_days, last_day, month
from store.master.imports.report import Wrong
from store.master.indicators import Indicator
from store.texts import _, said
from store.words import Ask, Ledger, Moved, Person

clue = tables.clue.c
MOST = 2_000
"""Texts that are grouped at once, the newest: more would keep the processor busy for longer than a page may take."""


@dataclass(frozen=True, slots=True)
class Share:
    """How many of the classified clues of a time are "other": the library covers what there is when few are (E12)."""

    others: int
    coded: int

    @property
    def share(self) -> float:
        return self.others / self.coded if self.coded else 0.0


TARGET = 0.05
"""From this share on the library does not cover what there is (features.md E12)."""


@dataclass(frozen=True, slots=True)
class Month:
    """The share of one month; `first` and `last` are its days."""

    first: date
    last: date
    of: Share


@dataclass(frozen=True, slots=True)
class Recurring:
    """A group of "other" texts, offered as a new indicator below `parent` (the parent of that "other")."""

    group: Group
    other: str
    parent: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Promoted:
    """The new indicator, and the lines that re-coded the chosen cases: somebody must be told of them."""

    indicator: Indicator
    moved: tuple[Moved, ...]


async def share(tx: Tx, who: Person, since: datetime, until: datetime) -> Share:
    """Of the clues that `who` may see."""
    counts = select(func.count().filter(_is_other()), func.count()).where(
        clue.indicator.is_not(None), _within(since, until), sees(who)
    )
    others, coded = (await tx.execute(counts)).one()
    return Share(others, coded)


async def course(tx: Tx, who: Person, at: datetime, months: int = MONTHS) -> list[Month]:
    """The share month by month, the oldest first, of the clues that `who` may see."""
    firsts, own = first_days(at, months), month()
    counts = select(own, func.count().filter(_is_other()), func.count()).where(
        clue.indicator.is_not(None), clue.reported_at >= midnight(firsts[0]), clue.reported_at <= at, sees(who)
    )
    rows = {name: Share(others, coded) for name, others, coded in await tx.execute(counts.group_by(own))}
    return [Month(first, last_day(first), rows.get(f"{first:%Y-%m}", Share(0, 0))) for first in firsts]


async def by_code(tx: Tx, who: Person, since: datetime, until: datetime) -> list[tuple[str, int]]:
    """Which "other" codes they have, the most frequent first."""
    count = func.count().label("count")
    counts = select(clue.indicator, count).where(_is_other(), _within(since, until), sees(who))
    rows = await tx.execute(counts.group_by(clue.indicator).order_by(count.desc(), clue.indicator))
    return [(code, number) for code, number in rows]


async def recurring(tx: Tx, who: Person, since: datetime, until: datetime, least: int = LEAST) -> list[Recurring]:
    """What recurs in the "other" clues that `who` may see, the largest groups first. Tips stay out: what they say is
    sealed, and nobody's words should be shown beside others'."""
    known = select(clue.number, clue.text, clue.indicator, tables.indicator.c.parent_code).join(
        tables.indicator, tables.indicator.c.code == clue.indicator
    )
    wanted = and_(_is_other(), clue.source != "tip", clue.text != "", _within(since, until), sees(who))
    rows = (await tx.execute(known.where(wanted).order_by(clue.reported_at.desc()).limit(MOST))).all()
    texts = {row.number: row.text for row in rows}
    found = []
    for other, parent in sorted({(row.indicator, row.parent_code) for row in rows}):
        mine = {row.number: row.text for row in rows if row.indicator == other}
        for group in groups(mine, least=least):
            found.append(Recurring(group, other, parent, tuple(texts[key] for key in group.keys)))
    return sorted(found, key=lambda one: (-len(one.group.members), one.group.middle))


async def promote(tx: Tx, who: Person, numbers: Sequence[str], new: New, at: datetime) -> Promoted:
    """Make an indicator of what recurs, and give its code to the chosen clues, each with a ledger line (the verb
    `recode`, by `who`, through the law); their problems follow. All of it or nothing.

    `numbers`: clues coded "other" on the side of the new code, which `who` may see. Raises `Wrong`, or `Refused` when
    the law says no. Whoever commits tells people of the lines.
    """
    check_editor(who)
    chosen = list(dict.fromkeys(numbers))
    if not chosen:
        raise Wrong(_("Choose at least one case."))
    async with tx.begin_nested():
        indicator = await add(tx, who, new, at)
        await _check_chosen(tx, chosen, indicator.code)
        text = said(_("“Other” recurred and has an indicator of its own now: {code} {name}."), "zh", _facts(indicator))
        fields = {"indicator": indicator.code, "text": text}
        moved = [
            await apply(tx, Ask(Ledger.CLUE, "recode", number, fields), who, at, Standing.LIBRARY) for number in chosen
        ]
        await note(tx, indicator.code, "promoted", who.id, at, after={"clues": chosen})
    return Promoted(indicator, tuple(moved))


async def _check_chosen(tx: Tx, chosen: Sequence[str], code: str) -> None:
    """Only what is "other" becomes something else by this."""
    of = select(clue.number).where(clue.number.in_(chosen), _is_other(), func.left(clue.indicator, 1) == code[0])
    fits = set((await tx.execute(of)).scalars())
    for number in chosen:
        if number not in fits:
            raise Wrong(_("{number} is not coded “other” on that side of the library."), {"number": number})


def _is_other() -> ColumnElement[bool]:
    """As the partial index says it."""
    return clue.indicator.like("%99")


def _within(since: datetime, until: datetime) -> ColumnElement[bool]:
    return and_(clue.reported_at >= since, clue.reported_at < until)


def _facts(indicator: Indicator) -> dict[str, str]:
    return {"code": indicator.code, "name": indicator.name_zh}

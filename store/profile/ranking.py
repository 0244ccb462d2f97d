"""Shops by score: the lists from which one goes to a profile, and how many stand at which level where (features.md
G04).

Shops that stand out come first, the highest score on top; all others have nothing to be ranked by and follow by licence
number. So no index has to follow every score every night (store/tables/profile.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, literal, or_, select

from store import tables
from store.db import Tx
from store.profile.reading import within
from store.tables.profile import shop_score
from store.words import FieldRole, Person

STANDING_OUT = ("key", "watch")
MOST = 10_000
"""So many shops of a list can be looked at; whoever has more narrows it down."""

_shop, _kept = tables.merchant.c, shop_score.c
_STANDS = _kept.level != literal("service", literal_execute=True)  # as the index has it
_ROLES = {role: _shop[role.value] for role in FieldRole}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which shops. `levels`: of key, watch, service, empty for all; `licences`: those found by words, best first, None
    when nobody asked for words; `staff`: userids of whom one serves the shop, in `role` if that is given."""

    levels: tuple[str, ...] = ()
    county: str = ""
    grade: str = ""
    staff: tuple[str, ...] | None = None
    role: FieldRole | None = None
    licences: tuple[str, ...] | None = None

    @property
    def of_master(self) -> list[ColumnElement[bool]]:
        """What is asked of a row of `merchant`."""
        asked: list[ColumnElement[bool]] = []
        if self.county:
            asked.append(_shop.county_code == self.county)
        if self.grade:
            asked.append(_shop.grade == self.grade)
        if self.staff is not None:
            columns = [_ROLES[self.role]] if self.role else list(_ROLES.values())
            asked.append(or_(*(column.in_(self.staff) for column in columns)))
        if self.licences is not None:
            asked.append(_shop.licence_no.in_(self.licences))
        return asked


@dataclass(frozen=True, slots=True)
class Ranked:
    """A shop in a list, with what each source adds to its score."""

    licence_no: str
    name: str
    address: str
    county_code: str
    grade: str
    status: str
    score: float
    level: str
    city: float
    province: float
    outflow: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """A part of a list, and how many shops the whole of it has; no more than `MOST` are counted."""

    shops: tuple[Ranked, ...]
    total: int


async def ranking(tx: Tx, who: Person, wanted: Wanted, start: int = 0, size: int = 50) -> Ranking:
    """The shops whose profiles `who` may read, from the highest score down."""
    standing = tuple(level for level in STANDING_OUT if not wanted.levels or level in wanted.levels)
    quiet = not wanted.levels or "service" in wanted.levels
    if wanted.licences is not None:
        return await _few(tx, who, wanted, start, size)
    above = await _count(tx, _above(who, wanted, standing)) if standing else 0
    below = await _count(tx, _below(who, wanted)) if quiet else 0
    licences: list[str] = []
    if standing and start < above:
        top = _above(who, wanted, standing).order_by(_kept.score.desc(), _kept.licence_no)
        licences += (await tx.execute(top.limit(size).offset(start))).scalars()
    if quiet and len(licences) < size and start + size > above:
        rest = _below(who, wanted).order_by(_shop.licence_no)
        skipped = max(0, start - above)
        licences += (await tx.execute(rest.limit(size - len(licences)).offset(skipped))).scalars()
    return Ranking(await _rows(tx, licences), min(above + below, MOST))


def _above(who: Person, wanted: Wanted, levels: Sequence[str]) -> Select[Any]:
    """Licence numbers of those that stand out. Master data are only joined when they are asked for."""
    query = select(_kept.licence_no).where(_kept.level.in_(levels), _STANDS)
    if wanted.grade or wanted.staff is not None:
        query = query.join(tables.merchant, _shop.licence_no == _kept.licence_no).where(*wanted.of_master)
    elif wanted.county:
        query = query.where(_kept.county_code == wanted.county)
    return query.where(within(who, _kept.licence_no, _kept.county_code))


def _below(who: Person, wanted: Wanted) -> Select[Any]:
    stands = exists().where(_kept.licence_no == _shop.licence_no, _STANDS)
    scope = within(who, _shop.licence_no, _shop.county_code)
    return select(_shop.licence_no).where(*wanted.of_master, ~stands, scope)


async def _count(tx: Tx, query: Select[Any]) -> int:
    some = query.limit(MOST).subquery()
    return int((await tx.execute(select(func.count()).select_from(some))).scalar_one())


async def _few(tx: Tx, who: Person, wanted: Wanted, start: int, size: int) -> Ranking:
    """Shops found by words, the best match first."""
    fits = select(_shop.licence_no).where(*wanted.of_master, within(who, _shop.licence_no, _shop.county_code))
    if wanted.levels:
        level = func.coalesce(_kept.level, "service")
        fits = fits.outerjoin(shop_score, _kept.licence_no == _shop.licence_no).where(level.in_(wanted.levels))
    found = set((await tx.execute(fits)).scalars())
    ordered = [one for one in wanted.licences or () if one in found]
    return Ranking(await _rows(tx, ordered[start : start + size]), len(ordered))


async def _rows(tx: Tx, licences: Sequence[str]) -> tuple[Ranked, ...]:
    """These shops, in this order."""
    if not licences:
        return ()
    master = (_shop.licence_no, _shop.name, _shop.address, _shop.county_code, _shop.grade, _shop.status)
    parts = (_kept.score, _kept.level, _kept.city, _kept.province, _kept.outflow)
    joined = tables.merchant.outerjoin(shop_score, _kept.licence_no == _shop.licence_no)
    rows = await tx.execute(select(*master, *parts).select_from(joined).where(_shop.licence_no.in_(licences)))
    found = {
        row.licence_no: Ranked(
            *row[:6], row.score or 0.0, row.level or "service", row.city or 0.0, row.province or 0.0, row.outflow or 0.0
        )
        for row in rows
    }
    return tuple(found[one] for one in licences if one in found)


async def by_level(tx: Tx, who: Person) -> dict[tuple[str, str], int]:
    """How many shops stand out, by county code and level, of those whose profiles `who` may read."""
    query = select(_kept.county_code, _kept.level, func.count()).where(
        _STANDS, within(who, _kept.licence_no, _kept.county_code)
    )
    rows = await tx.execute(query.group_by(_kept.county_code, _kept.level))
    return {(county, level): count for county, level, count in rows}


async def grades(tx: Tx) -> list[str]:
    """The grades that shops have, found by leaps in the index, however many shops there are."""
    found: list[str] = []
    while len(found) < 60:
        following = select(func.min(_shop.grade)).where(_shop.grade > (found or [""])[-1])
        grade = (await tx.execute(following)).scalar_one()
        if grade is None:
            return found
        found.append(grade)
    return found

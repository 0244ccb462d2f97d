"""Shops by score: the lists from which one goes to a profile, and how many stand at which level where (features.md
G04).

Shops that stand out come first, the highest score on top; all others have nothing to be ranked by and follow by licence
number. So no index has to follow every score every night (store/tables/profile.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, or_, select, text

from store import tables
from store.db import Tx
from store.profile.reading import oversees, within
from store.tables.profile import shop_score
from store.words import FieldRole, Level, Person

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


async def ranking(
    tx: Tx, who: Person, wanted: Wanted, start: int = 0, size: int = 50, standing_out: int | None = None
) -> Ranking:
    """The shops whose profiles `who` may read, from the highest score down. Whoever looks after a whole county or the
    city is shown that, nothing beside it. `standing_out`: how many of these levels and that county, if known."""
    if wanted.licences is not None:
        return await _found(tx, who, wanted, start, size)
    if wanted.staff is not None or not oversees(who):
        return await _few(tx, who, wanted, start, size)
    standing = tuple(level for level in STANDING_OUT if not wanted.levels or level in wanted.levels)
    quiet = not wanted.levels or "service" in wanted.levels
    above = standing_out if standing_out is not None and not wanted.grade else None
    if above is None:
        above = await _count(tx, _above(who, wanted, standing), MOST) if standing else 0
    below = await _quiet(tx, who, wanted, above) if quiet and above < MOST else 0
    licences: list[str] = []
    if standing and start < above:
        top = _above(who, wanted, standing).order_by(_kept.score.desc(), _kept.licence_no)
        licences += (await tx.execute(top.limit(size).offset(start))).scalars()
    if quiet and len(licences) < size and start + size > above:
        rest = _below(who, wanted).order_by(_shop.licence_no)
        skipped = max(0, start - above)
        licences += (await tx.execute(rest.limit(size - len(licences)).offset(skipped))).scalars()
    return Ranking(await _rows(tx, licences), min(above + below, MOST))


async def _quiet(tx: Tx, who: Person, wanted: Wanted, above: int) -> int:
    """How many do not stand out: all but those that do. Counting is cheaper than looking each up."""
    if wanted.levels:
        above = await _count(tx, _above(who, wanted, STANDING_OUT), MOST)
    every = select(_shop.licence_no).where(*wanted.of_master, *_ours(who, _shop.county_code))
    return await _count(tx, every, MOST + above) - above


def _above(who: Person, wanted: Wanted, levels: Sequence[str]) -> Select[Any]:
    """Licence numbers of those that stand out. Master data are only joined when they are asked for."""
    query = select(_kept.licence_no).where(_kept.level.in_(levels), _STANDS)
    if wanted.grade or wanted.staff is not None:
        query = query.join(tables.merchant, _shop.licence_no == _kept.licence_no).where(*wanted.of_master)
    elif wanted.county:
        query = query.where(_kept.county_code == wanted.county)
    return query.where(*_ours(who, _kept.county_code))


def _ours(who: Person, county: ColumnElement[str]) -> list[ColumnElement[bool]]:
    return [] if who.level is Level.CITY else [county == who.bureau]


def _below(who: Person, wanted: Wanted) -> Select[Any]:
    """Licence numbers of the others; each is looked up by itself, as many as a page has."""
    own = select(_kept.level).where(_kept.licence_no == _shop.licence_no).correlate(tables.merchant).scalar_subquery()
    quiet = func.coalesce(own, "service") == "service"
    return select(_shop.licence_no).where(*wanted.of_master, quiet, *_ours(who, _shop.county_code))


async def _count(tx: Tx, query: Select[Any], most: int) -> int:
    some = query.limit(most).subquery()
    return int((await tx.execute(select(func.count()).select_from(some))).scalar_one())


async def _few(tx: Tx, who: Person, wanted: Wanted, start: int, size: int) -> Ranking:
    """The shops that somebody serves: some hundreds."""
    level = func.coalesce(_kept.level, "service")
    fits = select(_shop.licence_no, func.count().over().label("total")).select_from(
        tables.merchant.outerjoin(shop_score, _kept.licence_no == _shop.licence_no)
    )
    fits = fits.where(*wanted.of_master, within(who, _shop.licence_no, _shop.county_code))
    if wanted.levels:
        fits = fits.where(level.in_(wanted.levels))
    ordered = fits.order_by(_kept.score.desc().nulls_last(), _shop.licence_no).limit(size).offset(start)
    rows = (await tx.execute(ordered)).all()
    return Ranking(await _rows(tx, [row.licence_no for row in rows]), min(rows[0].total, MOST) if rows else 0)


async def _found(tx: Tx, who: Person, wanted: Wanted, start: int, size: int) -> Ranking:
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
    scope = _ours(who, _kept.county_code) if oversees(who) else [within(who, _kept.licence_no, _kept.county_code)]
    query = select(_kept.county_code, _kept.level, func.count()).where(_STANDS, *scope)
    rows = await tx.execute(query.group_by(_kept.county_code, _kept.level))
    return {(county, level): count for county, level, count in rows}


# By leaps in the index, however many shops there are.
_GRADES = text("""
WITH RECURSIVE found AS (
    SELECT min(grade) AS grade FROM merchant WHERE grade > ''
    UNION ALL
    SELECT (SELECT min(grade) FROM merchant WHERE grade > found.grade) FROM found WHERE found.grade IS NOT NULL
)
SELECT grade FROM found WHERE grade IS NOT NULL LIMIT 60
""")


async def grades(tx: Tx) -> list[str]:
    """The grades that shops have."""
    return list((await tx.execute(_GRADES)).scalars())

"""What stands around a shop's score: its entries, its photos, its neighbours, the days before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, bindparam, func, not_, select, text, union_all

from store import tables
from store.db import Tx
from store.entries import load_entries
from store.geo import distance_m, spot
from store.profile.reading import reads
from store.scope import sees
from store.tables_profile import score_snapshot, shop_score
from store.views import OPEN
from store.words import Entry, Ledger, Person
from store.workdays import local_day

NEAR, SHOWN, PHOTOS, DAYS = 8, 20, 12, 60
"""Neighbours, entries of a sort, photos and days that are shown at most."""

_LOOKED_AT = 60  # the nearest shops among which those are taken whose profiles the reader may open
_shop, _clue, _problem = tables.merchant.c, tables.clue.c, tables.problem.c
_PROOF = text("""
SELECT CAST(e.id AS text) AS id, e.kind, e.number, e.received_at FROM evidence e
WHERE e.state = 'stored' AND ((e.ledger = 'problem' AND e.number = :number)
      OR (e.ledger = 'clue' AND e.number IN (SELECT c.number FROM clue c WHERE c.problem = :number)))
ORDER BY e.received_at, e.id
""")
_DISTANCE = _shop.spot.op("<->")(bindparam("spot", type_=tables.Point()))


@dataclass(frozen=True, slots=True)
class Entries:
    """The newest entries of a sort, and how many there are; all within the reader's scope."""

    shown: tuple[Entry, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A shop nearby, with its score as it stands today; `metres` along the ground."""

    licence_no: str
    name: str
    metres: float
    score: float
    level: str


@dataclass(frozen=True, slots=True)
class Photo:
    """A stored picture or recording: its evidence id, and the entry that it came with."""

    id: str
    number: str
    at: datetime
    kind: str = "image"


@dataclass(frozen=True, slots=True)
class Day:
    """The score as a day's snapshot has it."""

    day: date
    score: float
    level: str


async def entries(tx: Tx, who: Person, licence_no: str, until: datetime, *, running: bool) -> Entries:
    """What is open about a shop, or what is over, as it stands today; of what began until that moment. A clue that
    became a problem is found with it."""
    clues = select(_clue.number, _clue.reported_at.label("at")).where(
        _clue.merchant == licence_no, _clue.problem.is_(None), _clue.reported_at <= until, sees(who)
    )
    problems = select(_problem.number, _problem.opened_at.label("at")).where(
        _problem.merchant == licence_no, _problem.opened_at <= until, sees(who, Ledger.PROBLEM)
    )
    states = ((clues, _clue.state.in_(OPEN[Ledger.CLUE])), (problems, _problem.state.in_(OPEN[Ledger.PROBLEM])))
    numbers = union_all(*(query.where(is_open if running else not_(is_open)) for query, is_open in states)).subquery()
    page = select(numbers.c.number, func.count().over().label("total")).order_by(numbers.c.at.desc(), numbers.c.number)
    rows = (await tx.execute(page.limit(SHOWN))).all()
    listed = [row.number for row in rows]
    loaded = {one.number: one for ledger in Ledger for one in await load_entries(tx, ledger, _of(listed, ledger))}
    return Entries(tuple(loaded[number] for number in listed), rows[0].total if rows else 0)


def _of(numbers: list[str], ledger: Ledger) -> list[str]:
    return [number for number in numbers if number.startswith(ledger.prefix)]


async def visible(tx: Tx, who: Person, problems: list[str]) -> frozenset[str]:
    """Those of these problems that `who` may open."""
    if not problems:
        return frozenset()
    seen = select(_problem.number).where(_problem.number.in_(problems), sees(who, Ledger.PROBLEM))
    return frozenset((await tx.execute(seen)).scalars())


async def neighbours(tx: Tx, who: Person, licence_no: str, place: tuple[float, float] | None) -> tuple[Neighbour, ...]:
    """The shops nearest to a place (WGS-84) whose profiles `who` may read, the nearest first."""
    if place is None:
        return ()
    nearest = select(_shop.licence_no).where(_shop.spot.is_not(None), _shop.licence_no != licence_no)
    around = nearest.order_by(_DISTANCE).limit(_LOOKED_AT).subquery("around")
    columns = (_shop.licence_no, _shop.name, _shop.lat, _shop.lon, shop_score.c.score, shop_score.c.level)
    joined = tables.merchant.join(around, around.c.licence_no == _shop.licence_no).outerjoin(
        shop_score, shop_score.c.licence_no == _shop.licence_no
    )
    rows = await tx.execute(select(*columns).select_from(joined).where(reads(who)), {"spot": spot(*place)})
    found = [_neighbour(row, place) for row in rows]
    return tuple(sorted(found, key=lambda one: (one.metres, one.licence_no))[:NEAR])


def _neighbour(row: Any, place: tuple[float, float]) -> Neighbour:
    metres = distance_m(*place, row.lat, row.lon)
    return Neighbour(row.licence_no, row.name, metres, row.score or 0.0, row.level or "service")


async def photos(tx: Tx, who: Person, licence_no: str) -> tuple[Photo, ...]:
    """The newest pictures that came with entries of a shop which `who` may see."""
    of_shop: list[Select[Any]] = [
        select(_clue.number).where(_clue.merchant == licence_no, sees(who)),
        select(_problem.number).where(_problem.merchant == licence_no, sees(who, Ledger.PROBLEM)),
    ]
    numbers, mine = union_all(*of_shop).subquery(), tables.evidence.c
    query = select(mine.id, mine.number, mine.received_at).join(numbers, numbers.c.number == mine.number)
    stored = query.where(mine.ledger.in_(list(Ledger)), mine.kind == "image", mine.state == "stored")
    rows = await tx.execute(stored.order_by(mine.received_at.desc(), mine.id).limit(PHOTOS))
    return tuple(Photo(row.id, row.number, row.received_at) for row in rows)


async def evidence(tx: Tx, who: Person, number: str) -> tuple[Photo, ...] | None:
    """What proves a problem: the photos and recordings of it and of its clues, the oldest first. None when there is no
    such problem, or not for `who`."""
    if not await visible(tx, who, [number]):
        return None
    rows = await tx.execute(_PROOF, {"number": number})
    return tuple(Photo(row.id, row.number, row.received_at, row.kind) for row in rows)


async def days(tx: Tx, licence_no: str, until: datetime) -> tuple[Day, ...]:
    """How the score went: the snapshots until a moment, the oldest of the last ones first."""
    kept = score_snapshot.c
    query = select(kept.day, kept.score, kept.level).where(kept.licence_no == licence_no, kept.day <= local_day(until))
    rows = (await tx.execute(query.order_by(kept.day.desc()).limit(DAYS))).all()
    return tuple(Day(row.day, row.score, row.level) for row in reversed(rows))

"""What stands around a shop's score: its entries, its photos, its neighbours, the days before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, bindparam, func, or_, select, union_all

from store import tables
from store.clock.workdays import local_day
from store.db import Tx
from store.law.scope import sees
from store.master.geo import distance_m, spot
from store.moving.entries import load_entries
from store.profile.reading import reads
from store.reading.views import OPEN
from store.tables.profile import score_snapshot, shop_score
from store.words import Entry, Ledger, Person

NEAR, SHOWN, PHOTOS, DAYS = 8, 20, 12, 60
"""Neighbours, entries of a sort, photos and days that are shown at most."""

_LOOKED_AT = 60  # the nearest shops among which those are taken whose profiles the reader may open
_shop, _clue, _problem = tables.merchant.c, tables.clue.c, tables.problem.c
_DISTANCE = _shop.spot.op("<->")(bindparam("spot", type_=tables.Point()))


@dataclass(frozen=True, slots=True)
class Entries:
    """The newest entries of a sort, and how many there are; all within the reader's scope."""

    shown: tuple[Entry, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A shop nearby, with its score as it stands today; `metres` along the ground, `place` in WGS-84 degrees."""

    licence_no: str
    name: str
    metres: float
    score: float
    level: str
    place: tuple[float, float]


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


async def entries(tx: Tx, who: Person, licence_no: str, until: datetime) -> tuple[Entries, Entries]:
    """What is open about a shop and what is over, as it stands today; of what began until that moment. A clue that
    became a problem is found with it."""
    clues = select(_clue.number, _clue.reported_at.label("at"), _clue.state.in_(OPEN[Ledger.CLUE]).label("running"))
    problems = select(_problem.number, _problem.opened_at, _problem.state.in_(OPEN[Ledger.PROBLEM]))
    found = union_all(
        clues.where(_clue.merchant == licence_no, _clue.problem.is_(None), _clue.reported_at <= until, sees(who)),
        problems.where(_problem.merchant == licence_no, _problem.opened_at <= until, sees(who, Ledger.PROBLEM)),
    ).subquery()
    place = func.row_number().over(partition_by=found.c.running, order_by=(found.c.at.desc(), found.c.number))
    total = func.count().over(partition_by=found.c.running)
    ranked = select(found, place.label("place"), total.label("total")).subquery()
    rows = (await tx.execute(select(ranked).where(ranked.c.place <= SHOWN).order_by(ranked.c.place))).all()
    numbers = [row.number for row in rows]
    loaded = {one.number: one for ledger in Ledger for one in await load_entries(tx, ledger, _of(numbers, ledger))}
    open_ones, over = [[row for row in rows if row.running is running] for running in (True, False)]
    return _sort(open_ones, loaded), _sort(over, loaded)


def _sort(rows: list[Any], loaded: Mapping[str, Entry]) -> Entries:
    return Entries(tuple(loaded[row.number] for row in rows), rows[0].total if rows else 0)


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
    return Neighbour(row.licence_no, row.name, metres, row.score or 0.0, row.level or "service", (row.lat, row.lon))


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
    """What proves a problem: the photos and recordings of it and of those of its clues that `who` may see, the oldest
    first. None when there is no such problem, or not for `who`."""
    if not await visible(tx, who, [number]):
        return None
    clues = select(_clue.number).where(_clue.problem == number, sees(who))
    mine = tables.evidence.c
    of_it = mine.ledger.in_(list(Ledger)), or_(mine.number == number, mine.number.in_(clues)), mine.state == "stored"
    query = select(mine.id, mine.number, mine.received_at, mine.kind).where(*of_it)
    rows = await tx.execute(query.order_by(mine.received_at, mine.id))
    return tuple(Photo(row.id, row.number, row.received_at, row.kind) for row in rows)


async def days(tx: Tx, licence_no: str, until: datetime) -> tuple[Day, ...]:
    """How the score went: the snapshots until a moment, the oldest of the last ones first."""
    kept = score_snapshot.c
    query = select(kept.day, kept.score, kept.level).where(kept.licence_no == licence_no, kept.day <= local_day(until))
    rows = (await tx.execute(query.order_by(kept.day.desc()).limit(DAYS))).all()
    return tuple(Day(row.day, row.score, row.level) for row in reversed(rows))


@dataclass(frozen=True, slots=True)
class Stored:
    """Where a picture's bytes are (by their SHA-256), and what they are. `thumb`: there is a small one."""

    sha256: str
    mime: str
    thumb: bool


async def stored_photo(tx: Tx, who: Person, evidence_id: str) -> Stored | None:
    """A picture that came with an entry which `who` may see."""
    mine = tables.evidence.c
    clues = select(_clue.number).where(_clue.number == mine.number, sees(who)).correlate(tables.evidence)
    problems = select(_problem.number).where(_problem.number == mine.number, sees(who, Ledger.PROBLEM))
    query = select(mine.sha256, mine.mime, mine.thumb).where(
        mine.id == evidence_id,
        *(mine.kind == "image", mine.state == "stored", mine.ledger.in_(list(Ledger))),
        or_(clues.exists(), problems.correlate(tables.evidence).exists()),
    )
    row = (await tx.execute(query)).one_or_none()
    return Stored(row.sha256, row.mime, row.thumb) if row else None


async def proofs(tx: Tx, who: Person, problems: list[str]) -> dict[str, tuple[Photo, ...]]:
    """The pictures that prove each of these problems, which `who` was found to see: its own and those of its clues."""
    if not problems:
        return {}
    mine = tables.evidence.c
    own = select(_problem.number.label("problem"), _problem.number.label("number")).where(_problem.number.in_(problems))
    clues = select(_clue.problem, _clue.number).where(_clue.problem.in_(problems), sees(who))
    numbers = union_all(own, clues).subquery()
    query = select(numbers.c.problem, mine.id, mine.number, mine.received_at).join(
        numbers, numbers.c.number == mine.number
    )
    kept = query.where(mine.ledger.in_(list(Ledger)), mine.kind == "image", mine.state == "stored")
    found: dict[str, list[Photo]] = {}
    for row in await tx.execute(kept.order_by(mine.received_at, mine.id)):
        found.setdefault(row.problem, []).append(Photo(row.id, row.number, row.received_at))
    return {problem: tuple(photos) for problem, photos in found.items()}

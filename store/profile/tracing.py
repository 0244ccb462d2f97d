"""From a pack code back to its source (倒推): which shop the carton was sold to, when, who serves it, what else is
known.

Everybody may ask whose code it is, as everybody may look a shop up. Score, entries and orders are for those who may
read the shop's profile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import text

from store.clock.workdays import SHANGHAI, local_day
from store.db import Tx
from store.master import packcode
from store.master.merchants import by_licence
from store.master.packcode import PackCode
from store.profile import around
from store.profile.around import Entries
from store.profile.page import Shop, master
from store.profile.people import Served, served_by
from store.profile.score import Score, score
from store.texts import _, said
from store.words import NOTHING, Json, Person

ORDERED_BEFORE = timedelta(days=14)
"""An order is sorted and delivered within so many days."""

_SEIZED = text("""
SELECT c.code, c.sorted_on, s.id, s.title, s.kind, s.place, s.seized_on
FROM seized_code c JOIN seizure s ON s.id = c.seizure
WHERE c.licence_no = :shop ORDER BY s.seized_on DESC, s.id, c.row LIMIT 200
""")
_ORDERS = text("""
SELECT at, cycle, brand, quantity FROM feed_order
WHERE licence_no = :shop AND replaced_by IS NULL AND at BETWEEN :first AND :last ORDER BY at DESC, brand LIMIT 50
""")


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that does not fit: the English sentence of the catalogue, and the facts that fill it."""

    sentence: str
    facts: Mapping[str, Json] = NOTHING

    def text(self, language: str) -> str:
        return said(self.sentence, language, self.facts)


@dataclass(frozen=True, slots=True)
class Order:
    """What a shop ordered: cartons of a brand, in which ordering round."""

    at: datetime
    cycle: str
    brand: str
    quantity: float


@dataclass(frozen=True, slots=True)
class Seized:
    """A code of the same shop on a list of seized cartons. `how`: same (this very carton), case (out of the same case
    of cartons), day (sorted on the same day), shop."""

    code: str
    how: str
    seizure: int
    title: str
    kind: str
    place: str
    seized_on: date


@dataclass(frozen=True, slots=True)
class Trace:
    """Where a carton comes from. `name` and `address` are None for a licence that is not in our books; `shop`, `score`,
    `running` and `orders` for those who may not read the profile."""

    code: PackCode
    sorted_on: date | None
    doubts: tuple[Doubt, ...]
    name: str | None
    address: str | None
    served_by: tuple[Served, ...]
    seized: tuple[Seized, ...]
    shop: Shop | None = None
    score: Score | None = None
    running: Entries | None = None
    orders: tuple[Order, ...] | None = None

    @property
    def route(self) -> Served | None:
        """Whoever delivers to the shop: cartons of a code leave the warehouse on that person's route."""
        return next((one for one in self.served_by if one.role == "delivery_worker"), None)


async def trace(tx: Tx, who: Person, typed: str, at: datetime) -> Trace:
    """What the books know of a code, however it is typed. Raises `packcode.PackCodeFault`."""
    code = packcode.read(typed)
    sorted_on = packcode.sorted_on(code, local_day(at))
    row = await by_licence(tx, code.licence_no)
    doubts = [Doubt(sentence, facts) for sentence, facts in packcode.doubts(code, local_day(at))]
    if row is None:
        doubts.append(Doubt(_("Licence number {licence_no} is not in our books."), {"licence_no": code.licence_no}))
    name, address = (row["name"], row["address"]) if row else (None, None)
    known = await served_by(tx, code.licence_no)
    seized = await _seized(tx, code, sorted_on)
    found = Trace(code, sorted_on, tuple(doubts), name, address, known, seized)
    shop = await master(tx, who, code.licence_no)
    return await _within(tx, who, found, shop, at) if shop else found


async def _within(tx: Tx, who: Person, found: Trace, shop: Shop, at: datetime) -> Trace:
    """What else somebody learns who may read the shop's profile."""
    now = await score(tx, shop.licence_no, at)
    running, _past = await around.entries(tx, who, shop.licence_no, at)
    orders = await _orders(tx, shop.licence_no, found.sorted_on)
    return replace(found, shop=shop, score=now, running=running, orders=orders)


async def _orders(tx: Tx, licence_no: str, sorted_on: date | None) -> tuple[Order, ...]:
    """What the shop had ordered shortly before the carton was sorted."""
    if sorted_on is None:
        return ()
    last = sorted_on + timedelta(days=1)
    span = {"first": sorted_on - ORDERED_BEFORE, "last": last}
    rows = await tx.execute(_ORDERS, {"shop": licence_no, **{key: _midnight(day) for key, day in span.items()}})
    return tuple(Order(row.at, row.cycle, row.brand, row.quantity) for row in rows)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


async def _seized(tx: Tx, code: PackCode, sorted_on: date | None) -> tuple[Seized, ...]:
    found = []
    for row in await tx.execute(_SEIZED, {"shop": code.licence_no}):
        if row.code == code.text and code.date:
            how = "same"
        elif code.date and row.code.startswith(code.date + code.case):
            how = "case"
        else:
            how = "day" if sorted_on and row.sorted_on == sorted_on else "shop"
        found.append(Seized(row.code, how, row.id, row.title, row.kind, row.place, row.seized_on))
    order = ("same", "case", "day", "shop")
    return tuple(sorted(found, key=lambda one: order.index(one.how)))

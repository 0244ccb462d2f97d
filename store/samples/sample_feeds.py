"""Provincial data of the sample world: four order cycles, scores, outflow and targets of two years. Nothing is real.

A few shops are out of the ordinary on purpose, so that the rules have somebody to warn of and the pages tell a story.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from random import Random

from sqlalchemy import select

from store import tables
from store.clock.workdays import SHANGHAI, local_day
from store.db import Tx
from store.feeds import FEEDS, bring_rows
from store.samples.sample_shops import counties
from store.words import Json

_BRANDS = (("黄山(新制皖烟)", 115), ("红旗渠(雪茄)", 80), ("黄金叶(天叶)", 900), ("利群(新版)", 135), ("云烟(紫)", 100))
_CYCLES, _QUARTERS, _EACH = 4, 9, 3
_SURGING, _DEAR, _SHARED = (7, 311, 1204), (58,), ((23, 32), (405, 414, 423))
"""Places of shops in the list: one brand far above its mean, far dearer goods, several shops of one address."""

NAMES = {"targets": "销量与上限", "outflow": "外流", "scores": "分值", "orders": "订单"}
_COLUMNS = {kind: [column.name for column in feed.columns] for kind, feed in FEEDS.items()}
Rows = Iterator[dict[str, Json]]


async def load_feeds(tx: Tx, at: datetime) -> None:
    """Bring the sample data in, as a province would: bit by bit, the last order cycle in the week of `at`."""
    shop = tables.merchant.c
    shops = list((await tx.execute(select(shop.licence_no).order_by(shop.licence_no))).scalars())
    kinds = {"targets": _targets(at), "outflow": _outflow(shops, at), "scores": _scores(shops, at)}
    for kind, rows in (*kinds.items(), ("orders", _orders(shops, at))):
        for name, part in groupby(rows, key=lambda row: str(row.get("quarter") or row.get("day") or row.get("cycle"))):
            await _bring(tx, kind, name, [*part], at)


async def _bring(tx: Tx, kind: str, name: str, rows: list[dict[str, Json]], at: datetime) -> None:
    """One file of the province, brought in when it would have come."""
    told = [{key: value for key, value in row.items() if key in _COLUMNS[kind]} for row in rows]
    came = min(at, max(_known_on(kind, row) for row in rows))
    brought = await bring_rows(tx, kind, f"省局推送-{NAMES[kind]}-{name}", told, "city-admin", came)
    assert brought.ok, brought.lines("en")


def _known_on(kind: str, row: Mapping[str, Json]) -> datetime:
    """A few days after what it tells of; targets are known when their quarter begins."""
    if kind in ("targets", "outflow"):
        first = date(int(row["quarter"][:4]), 3 * int(row["quarter"][-1]) - 2, 1)
        day = first if kind == "targets" else first + timedelta(days=97)
    else:
        day = date.fromisoformat(str(row.get("day") or row["at"])[:10]) + timedelta(days=2 if kind == "scores" else 0)
    return datetime(day.year, day.month, day.day, 18, tzinfo=SHANGHAI)


def _orders(shops: Sequence[str], at: datetime) -> Rows:
    chance = Random(5)  # noqa: S311 - nothing secret: the same orders every time
    address = {place: f"10.8.{group[0] % 250}.7" for group in _SHARED for place in group}
    habits = [[(*brand, chance.randint(3, 20)) for brand in chance.sample(_BRANDS, _EACH)] for _shop in shops]
    for back in reversed(range(_CYCLES)):
        day = local_day(at - timedelta(weeks=back))
        year, week, _weekday = day.isocalendar()
        for place, (shop, habit) in enumerate(zip(shops, habits, strict=True)):
            for n, (brand, price, usual) in enumerate(habit):
                surges, dear = place in _SURGING and not back and not n, place in _DEAR and not back
                quantity = max(1, round(usual * chance.uniform(0.8, 1.2))) + (usual * 3 if surges else 0)
                yield {
                    "licence_no": shop,
                    "cycle": f"{year}-{week:02d}",
                    "brand": brand,
                    "quantity": quantity,
                    "amount": quantity * price * (3 if dear else 1),
                    "address": (not back and address.get(place)) or f"10.{place // 250}.{place % 250}.2",
                    "at": f"{day.isoformat()} {8 + place % 9:02d}:{place % 60:02d}",
                }


def _scores(shops: Sequence[str], at: datetime) -> Rows:
    """The last two months; most shops are harmless."""
    chance = Random(6)  # noqa: S311
    for months in (2, 1):
        day = local_day(at - timedelta(days=30 * months)).replace(day=1)
        for shop in shops:
            yield {"licence_no": shop, "day": day.isoformat(), "score": round(min(100, chance.expovariate(1 / 18)), 1)}


def _outflow(shops: Sequence[str], at: datetime) -> Rows:
    """Some finds a quarter in each county; the first counties do worse from quarter to quarter."""
    chance = Random(7)  # noqa: S311
    for nth, quarter in enumerate(_quarters(at)):
        for place, county in enumerate(counties()):
            mine = [shop for shop in shops if shop.startswith(county.code)]
            for find in range(2 + nth * (3 - place) // 6 if place < 3 else 2):
                months = [month for month in months_of(quarter) if month <= f"{local_day(at):%Y-%m}"]
                yield {
                    "licence_no": chance.choice(mine),
                    "quantity": chance.randint(20, 90),
                    "period": chance.choice(months) if chance.random() < 0.85 else quarter,
                    "quarter": quarter,
                    "direction": chance.choice(("out_of_province", "in_province")),
                    "source": f"协查〔{quarter[:4]}〕{county.code[-2:]}{nth:02d}{find:02d}号",
                }


def _targets(at: datetime) -> Rows:
    for nth, quarter in enumerate(_quarters(at)):
        for place, county in enumerate(counties()):
            sales = 9_000 + 700 * place + 120 * nth
            yield {"county_code": county.code, "quarter": quarter, "sales": sales, "cap": "1.5%"}


def months_of(quarter: str) -> list[str]:
    last = 3 * int(quarter[-1])
    return [f"{quarter[:4]}-{month:02d}" for month in range(last - 2, last + 1)]


def _quarters(at: datetime) -> list[str]:
    """The last quarters, the present one among them, the oldest first."""
    day = local_day(at)
    last = day.year * 4 + (day.month - 1) // 3
    return [f"{number // 4}-Q{number % 4 + 1}" for number in range(last - _QUARTERS + 1, last + 1)]

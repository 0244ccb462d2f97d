"""What makes the sample's shop profiles tell a story: provincial scores and finds for the shops that stand out in the
ledger, scores of the weeks before, and two lists of seized pack codes. Nothing is real."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import log2
from random import Random

from sqlalchemy import Row, insert, text

from store.clock.workdays import local_day
from store.db import Tx
from store.feeds import bring_rows
from store.profile.grading import Span, refresh
from store.profile.scale import Scale
from store.tables.profile import seized_code, seizure
from store.words import Json

_AIMS = ((84.0, 78.0), (71.0, 74.0), (66.0, 62.0), (58.0, 55.0), (62.0, 47.0), (49.0, 44.0))
"""Provincial score and composite score that the shops which stand out in the ledger are to have, as far as it goes."""
_WEEKS = (8, 6, 5, 4, 3, 2, 1)
_WORST = text("""
SELECT s.licence_no, s.city, m.county_code FROM shop_score s JOIN merchant m USING (licence_no)
ORDER BY s.city DESC, s.licence_no LIMIT :many
""")
_ALL = Span("0", "9")


async def load_shopwork(tx: Tx, at: datetime) -> None:
    """After the entries and the provincial data."""
    await refresh(tx, _ALL, at)
    worst = (await tx.execute(_WORST, {"many": len(_AIMS)})).all()
    await tx.execute(text("TRUNCATE shop_score, score_snapshot, shop_tally, visit"))
    await _provincial(tx, worst, at)
    for weeks in _WEEKS:
        await refresh(tx, _ALL, at - timedelta(weeks=weeks))
    await refresh(tx, _ALL, at)
    await _seized(tx, worst, at)


async def _provincial(tx: Tx, shops: Sequence[Row[tuple[str, float, str]]], at: datetime) -> None:
    """One more model of the province's, and finds of this quarter."""
    scale, day = Scale(), local_day(at - timedelta(days=24))
    scores: list[dict[str, Json]] = []
    finds: list[dict[str, Json]] = []
    for nth, (shop, (score, aim)) in enumerate(zip(shops, _AIMS, strict=False)):
        scores.append({"licence_no": shop.licence_no, "day": day.isoformat(), "score": score, "model": "真烟外流模型"})
        share = (aim - shop.city - score * scale.province_points / 100) / scale.outflow_points
        cartons = round(-scale.outflow_half * log2(1 - min(share, 0.97)) if share > 0 else 0)
        for way, part in (("out_of_province", cartons - cartons // 3), ("in_province", 2 * (cartons // 3))):
            find = {"licence_no": shop.licence_no, "quantity": part, "period": f"{day:%Y-%m}", "direction": way}
            finds += [{**find, "source": f"协查〔{day.year}〕专{nth + 1:02d}号"}] if part else []
    for kind, rows in (("scores", scores), ("outflow", finds)):
        name = f"省局推送-重点户{'分值' if kind == 'scores' else '外流'}-{day.isoformat()}"
        assert (await bring_rows(tx, kind, name, rows, "city-admin", at - timedelta(days=20))).ok


async def _seized(tx: Tx, shops: Sequence[Row[tuple[str, float, str]]], at: datetime) -> None:
    """Two lists of codes: one from beyond the province, one from at home."""
    chance = Random(8)  # noqa: S311 - nothing secret: the same codes every time
    lists = (
        ("外省协查-徐州涉案卷烟", "out_province", "江苏徐州", 40, 3),
        ("市局清查-集贸市场", "local", "商丘", 12, 5),
    )
    taken: set[str] = set()
    for title, kind, place, back, many in lists:
        day = local_day(at - timedelta(days=back))
        row = {"title": title, "kind": kind, "place": place, "seized_on": day, "by": "city-supervision1", "at": at}
        new = insert(seizure).values(**row, file=f"{title}.csv").returning(seizure.c.id)
        number = (await tx.execute(new)).scalar_one()
        codes: list[dict[str, Json]] = []
        for shop in shops[:many]:
            sorted_on = day - timedelta(days=chance.randint(5, 20))
            case = f"{chance.randrange(10**9):09d}"
            for carton in chance.sample(range(1, 51), chance.randint(1, 6)):
                code = f"{sorted_on.year % 10}{sorted_on:%m%d}{case}{carton:02d}SQYC{shop.licence_no}"
                if code not in taken:
                    taken.add(code)
                    known = {"code": code, "row": len(codes) + 2, "seizure": number, "sorted_on": sorted_on}
                    codes.append({**known, "licence_no": shop.licence_no})
        await tx.execute(insert(seized_code), codes)

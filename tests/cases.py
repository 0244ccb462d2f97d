"""A whole case for tests: reported with photos, accepted, handled, verified, put right and closed; all of it stored."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import obstore
from obstore.store import LocalStore
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.casefile.archive import archive, read_case
from bot.work.media import original, thumbnail
from bot.work.pictures import examine
from store import tables
from store.clock.workdays import seed_calendar
from store.db import Tx
from store.words import Person
from tests.doors.test_pictures import photo as jpeg
from tests.store.problems import accept, act
from tests.store.test_ledger import PLACE, photo, report
from tests.world import build_world

CLUE, PROBLEM = "XS-2026-000001", "WT-2026-000001"
MONDAY = datetime(2026, 11, 16, 1, 30, tzinfo=UTC)
SEEN = "邻县购入，整箱带他人喷码，共 12 条。店主称系亲戚寄存 <未经证实>，现场拍照取证。"


def objects_in(folder: Path) -> Any:
    return LocalStore(folder / "objects", mkdir=True)


async def build_case(engine: AsyncEngine, objects: Any) -> None:
    """`CLUE` became `PROBLEM`, which is closed; its photos and one voice message lie in `objects`."""
    async with engine.begin() as tx:
        await build_world(tx)
        await seed_calendar(tx)
        await _report(tx, objects)
        await _handle(tx, objects)


async def _report(tx: Tx, objects: Any) -> None:
    photos = [await sent(tx, objects, "mq-cm", jpeg((640, 480))), await sent(tx, objects, "mq-cm", jpeg((300, 400)))]
    voice = await photo(tx, "mq-cm", "voice")
    await _stored(tx, objects, voice, b"#!AMR" + b"v" * 500)
    given: dict[str, Any] = {
        "photos": photos,
        "recordings": [voice],
        "place": {**PLACE, "datum": "gcj02"},
        "text": SEEN,
    }
    await report(tx, at=MONDAY, observed_at="2026-11-16T09:05:00+08:00", **given)


async def _handle(tx: Tx, objects: Any) -> None:
    notes = {
        "data_note": "近三月进货量环比 +180%，条码与 411422 辖区一致。",
        "visit_note": "柜台下存放 12 条，无进货凭证。",
    }
    opinion = "情况属实，涉嫌跨区流入，转专卖查处，营销核查订单。"
    assisting: dict[str, Any] = {"departments": ["marketing"], "assistants": ["mq-cm2"], "opinion": opinion}
    await accept(tx, CLUE, at=_later(2), **notes, **assisting)
    await act(tx, PROBLEM, "receive", "mq-mi", _later(3))
    await act(tx, PROBLEM, "receive", "mq-cm2", _later(4))
    await act(tx, PROBLEM, "note", "mq-mi", _later(5), text="已到店核对台账")
    await act(tx, PROBLEM, "feedback", "mq-cm2", _later(24), cause="订单异常", text="已停供两周", place=PLACE)
    proof = [await sent(tx, objects, "mq-mi", jpeg((320, 240)))]
    found: dict[str, Any] = {"cause": "邻县窜货", "text": "查获 12 条，已立案登记", "photos": proof, "place": PLACE}
    await act(tx, PROBLEM, "feedback", "mq-mi", _later(25), **found)
    await act(tx, PROBLEM, "verify", "mq-ng2", _later(26), text="属实", measures="没收并警示，一月内回访")
    proof = [await sent(tx, objects, "mq-mi", jpeg((200, 200)))]
    await act(tx, PROBLEM, "rectified", "mq-mi", _later(48), measures="已没收，签订承诺书", photos=proof, place=PLACE)
    await act(tx, PROBLEM, "confirm", "mq-ng1", _later(49), text="现场复核无异常")


async def sent(tx: Tx, objects: Any, owner: str, data: bytes) -> str:
    """A photo of that person that has been fetched."""
    evidence = await photo(tx, owner)
    await _stored(tx, objects, evidence, data)
    return evidence


async def _stored(tx: Tx, objects: Any, evidence: str, data: bytes) -> None:
    seen, thumb = examine(data, "image/jpeg")
    await obstore.put_async(objects, original(seen.sha256), data)
    if thumb:
        await obstore.put_async(objects, thumbnail(seen.sha256), thumb)
    names = ("sha256", "size", "mime", "width", "height", "taken_at", "taken_lat", "taken_lon", "phash", "thumb")
    columns = {name: getattr(seen, name) for name in names}
    await tx.execute(update(tables.evidence).where(tables.evidence.c.id == evidence).values(state="stored", **columns))


def _later(hours: int) -> datetime:
    return MONDAY + timedelta(hours=hours)


async def exported(
    engine: AsyncEngine, objects: Any, number: str = PROBLEM, who: Person | None = None, language: str = "zh"
) -> bytes:
    """The case file as it would be written down."""
    case = await read_case(engine, objects, number, who)
    assert case
    return b"".join([data async for data in archive(case, objects, language)])

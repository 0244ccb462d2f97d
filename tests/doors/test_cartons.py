"""Pack codes on photos of reports: read in the background, told to the sender, offered at the question for the shop,
and told to whoever judges a report that names another shop."""

from __future__ import annotations

from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import obstore
import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.clock import Clock
from bot.office import Office, furnished
from bot.settings import Settings
from bot.work.cartons import read_some
from bot.work.media import original
from store import db, tables
from store.profile import photographed
from store.reading.lookups import answer
from store.tables.shopwork import carton
from store.words import Ledger, Lookup
from tests.console import REPORT, Console
from tests.world import SHOP, SHOP_NEAR, build_world, who

FIRST, SECOND = "6110900001234521", f"HNSQ{SHOP_NEAR}"


@pytest.fixture
async def office(engine: AsyncEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Office]:
    """The recogniser's place is taken by one that reads what stands in the bytes."""
    monkeypatch.setattr(photographed, "lines", lambda data: tuple((one, 0.9) for one in data.decode().split()))
    async with engine.begin() as tx:
        await build_world(tx)
    async with furnished(Settings(data_dir=tmp_path), engine, Clock()) as opened:
        yield opened


async def photo(office: Office, text: str, person: str = "mq-cm") -> str:
    """A photo that was sent and fetched, of a draft; its evidence id."""
    data, name = text.encode(), str(uuid4())
    digest = sha256(data).hexdigest()
    await obstore.put_async(office.objects, original(digest), data)
    async with office.engine.begin() as tx:
        row = {"id": name, "person_id": person, "kind": "image", "door": "wecom", "ref": name, "state": "stored"}
        await tx.execute(insert(tables.evidence).values(**row, sha256=digest, received_at=await db.now(tx)))
    return name


async def told(office: Office) -> list[tuple[str, str]]:
    letter = tables.letter.c
    async with office.engine.connect() as tx:
        query = select(letter.person_id, letter.facts).where(letter.template == "carton").order_by(letter.id)
        return [(row.person_id, row.facts["licence_no"]) for row in await tx.execute(query)]


async def test_a_code_on_a_photo_names_the_shop(office: Office) -> None:
    seen, blank = await photo(office, f"{FIRST} {SECOND}"), await photo(office, "HUANGJINYE")
    assert await read_some(office) == 2
    assert await read_some(office) == 0
    async with office.engine.connect() as tx:
        rows = {row.evidence: row.licence_no for row in await tx.execute(select(carton))}
        lookup = Lookup("merchant", {"photos": [blank, seen]}, "zh")
        found = await answer(tx, lookup, who("mq-cm"), await db.now(tx))
    assert rows == {seen: SHOP_NEAR, blank: None}
    assert await told(office) == [("mq-cm", SHOP_NEAR)]
    assert [item.value for item in found.items] == [SHOP_NEAR]
    assert found.items[0].detail.startswith("照片上的 32 位码")


async def test_whoever_judges_hears_of_another_shop(office: Office) -> None:
    console = Console(office, "")
    number = await console.press("mq-cm", "report", **REPORT)
    for code in (SECOND, f"HNSQ{SHOP}"):
        seen = await photo(office, f"{FIRST} {code}")
        async with office.engine.begin() as tx:
            mine = update(tables.evidence).where(tables.evidence.c.id == seen)
            await tx.execute(mine.values(ledger=Ledger.CLUE.value, number=number, seq=1))
    assert await read_some(office) == 2
    people = {person for person, licence in await told(office) if licence == SHOP_NEAR}
    assert {"mq-cm", "mq-ng1", "mq-ng2"} <= people
    assert SHOP not in [licence for _person, licence in await told(office)]
    async with office.engine.connect() as tx:
        entry = await answer(tx, Lookup("entry", {"number": number}, "zh"), who("mq-ng1"), await db.now(tx))
    assert SHOP_NEAR in entry.items[0].detail
    assert "好运来超市" in entry.items[0].detail


async def test_a_typed_code_answers_the_question_for_the_shop(office: Office) -> None:
    console = Console(office, "")
    for words in ("上报", "跳过", "不让拍照", "跳过", "定位失败"):
        await console.says("mq-cm", words)
    said = await console.says("mq-cm", f"{FIRST}\n{SECOND}")
    assert "属于哪类问题" in said  # the next question: nothing had to be chosen

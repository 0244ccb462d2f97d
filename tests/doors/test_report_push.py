"""Last week's report to leaders and supervision: who gets it when, and the picture as both clouds are shown it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.clock import Clock
from bot.office import furnished
from bot.settings import Settings
from bot.wecom.door import WecomDoor
from bot.work import reporting, showing
from store import db
from store.clock.workdays import load_calendar, seed_calendar
from store.reports import briefing, pictures
from store.words import Address, Incoming, Lookup, Never, Sent, Text
from tests.doors.standin import Cloud, refusal
from tests.doors.telegram_world import telegram_world
from tests.store.problems import problem
from tests.world import build_world, who

ME = Address("telegram", "42")
PNG = b"\x89PNG\r\n"


def shanghai(day: str, hour: int, minute: int = 0) -> datetime:
    return datetime.fromisoformat(f"{day}T{hour:02d}:{minute:02d}:00+08:00")


async def test_reports_are_due_once_on_first_working_days(engine: AsyncEngine) -> None:
    async with engine.begin() as tx:
        await seed_calendar(tx)
        calendar = await load_calendar(tx, datetime(2026, 11, 1, tzinfo=UTC))
    due = reporting.due
    assert due(shanghai("2026-11-23", 9), calendar, 9) == ["week"]  # a Monday
    assert due(shanghai("2026-11-23", 8, 59), calendar, 9) == []
    assert due(shanghai("2026-11-23", 18), calendar, 9) == []
    assert due(shanghai("2026-11-24", 9), calendar, 9) == []
    assert due(shanghai("2026-12-01", 10), calendar, 10) == ["month"]  # a Tuesday
    assert due(shanghai("2026-11-02", 9), calendar, 9) == ["week", "month"]  # the 1st is a Sunday
    assert due(shanghai("2026-10-08", 9), calendar, 9) == ["week", "month"]  # after the holiday week


async def test_everybody_concerned_gets_one_sentence_and_one_picture(engine: AsyncEngine, tmp_path: Path) -> None:
    async with engine.begin() as tx:
        await build_world(tx)
        await seed_calendar(tx)
        await problem(tx, at=await db.now(tx) - timedelta(days=7))
    async with furnished(Settings(data_dir=tmp_path, public_url="https://bureau.test"), engine, Clock()) as office:
        assert (
            await reporting._push(office, "week") == 12
        )  # words and picture for six; the other county has nothing to tell
        assert await reporting._push(office, "week") == 0  # once, whoever comes second
        async with engine.connect() as tx:
            rows = (await tx.execute(text("SELECT person_id, template, facts FROM letter ORDER BY id"))).all()
        people = {"mq-ng1", "mq-ng2", "mq-leader", "sq-ng1", "sq-ng2", "sq-leader"}
        assert {row.person_id for row in rows} == people
        assert {row.template for row in rows} == {"report", "picture"}
        told = next(row.facts for row in rows if row.person_id == "sq-leader")
        assert told["zh"].endswith("。")
        assert told["url"].startswith("https://bureau.test/console/reports?from=")
        receipt = await office.receive(Incoming(uuid4().hex, Address("wecom", "sq-leader"), Text("报表")))
        assert "本月至今：" in receipt.says[0].text
        assert receipt.says[0].links[0].url.endswith("?to=/console/reports")
        refused = await office.receive(Incoming(uuid4().hex, Address("wecom", "mq-cm"), Text("报表")))
        assert refused.says[0].text == "报表供领导、内管和部门负责人查看。"
        async with engine.connect() as tx:
            asked = await tx.execute(text("SELECT person_id FROM letter WHERE urgent AND template = 'picture'"))
            assert list(asked.scalars()) == ["sq-leader"]


@pytest.fixture
async def picture(engine: AsyncEngine) -> str:
    """The id of a picture that is wanted and not drawn yet."""
    async with engine.begin() as tx:
        await build_world(tx)
        await seed_calendar(tx)
        at = await db.now(tx)
        await problem(tx, at=at - timedelta(days=1))
        found = await briefing.look(tx, Lookup("figures", {}, "zh"), who("sq-leader"), at)
    return str(found.items[0].data["picture"])


async def test_wecom_is_given_the_picture_once(engine: AsyncEngine, cloud: Cloud, picture: str) -> None:
    """Uploaded once for all attempts, which have the same bytes; what WeCom forgot is uploaded anew."""
    cloud.answers["media/upload"] = [{"errcode": 0, "media_id": f"M{n}"} for n in (1, 2, 2)]
    async with aiohttp.ClientSession() as http:
        door = WecomDoor(cloud.config(), http, engine, receive=None)  # type: ignore[arg-type]
        to = Address("wecom", "sq-leader")
        body = door.envelope(to, "words", "key", picture=picture)
        assert body == door.envelope(to, "words", "key", picture=picture)
        assert isinstance(await door.send(to, body), Sent)
        assert isinstance(await door.send(to, body), Sent)
        first, second = cloud.of("message/send")
        assert first.body == second.body
        assert first.json["msgtype"] == "image"
        assert first.json["image"] == {"media_id": "M1"}
        (upload,) = cloud.of("media/upload")
        assert upload.query["type"] == "image"
        assert b'name="media"; filename="report.png"' in upload.body
        assert PNG in upload.body
        cloud.answers["message/send"] = [refusal(40007), {"errcode": 0, "msgid": "m"}]
        assert not isinstance(await door.send(to, body), Sent)
        assert isinstance(await door.send(to, body), Sent)
        assert cloud.of("message/send")[-1].json["image"] == {"media_id": "M2"}
        gone = door.envelope(to, "words", "key", picture="nowhere")
        assert isinstance(await door.send(to, gone), Never)


async def test_telegram_is_given_the_picture(engine: AsyncEngine, picture: str) -> None:
    async with telegram_world(engine) as world:
        world.cloud.known.add(42)
        body = world.door.envelope(ME, "words", "key", picture=picture)
        assert isinstance(await world.door.send(ME, body), Sent)
        assert world.cloud.photos[42][0].startswith(PNG)
        assert world.cloud.photos[42][0] == await showing.png(engine, picture)  # drawn once, kept for all
        assert isinstance(await world.door.send(ME, world.door.envelope(ME, "w", "k", picture="nowhere")), Never)
        assert json.loads(body)["chat_id"] == 42
    async with engine.begin() as tx:
        assert await pictures.sweep(tx, await db.now(tx) + timedelta(days=40)) == 1
    with pytest.raises(showing.Missing):
        await showing.png(engine, picture)

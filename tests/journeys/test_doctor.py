"""Doctor names what is wrong and what to do, in both languages, and says so with its exit status."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.checkup import doors, house
from bot.checkup.finding import Finding, Mark
from bot.office import furnished
from bot.sandbox.faults import Error
from bot.sandbox.telegram import TelegramCloud
from bot.settings import Settings
from bot.telegram.door import TelegramDoor
from bot.wecom.door import WecomDoor
from store import tables
from tests.journeys.town import Town
from tests.world import build_world

TODAY = datetime(2026, 11, 22, 4, tzinfo=UTC)


def marks(findings: list[Finding]) -> list[tuple[str, str]]:
    """Mark and English sentence of each finding."""
    return [(finding.mark.value, finding.line("en").splitlines()[0][2:]) for finding in findings]


def test_a_slip_in_a_name_is_bad_and_a_moved_clock_is_worth_a_note() -> None:
    moved = Settings.load({"LOOP153_ENVIRONMENT": "development", "LOOP153_CLOCK_SHIFT": "P3D"})
    found = house.settings(moved, {"LOOP153_WECOM_SECERT": "x"})
    assert marks(found)[1:] == [
        ("✗", "These variables mean nothing here: LOOP153_WECOM_SECERT"),
        ("–", "The clock is moved by 3 days, 0:00:00."),
    ]


def test_a_door_without_settings_is_noted_and_one_with_some_is_bad() -> None:
    found = doors.closed(Settings.load({"LOOP153_WECOM_TOKEN": "t"}))
    assert [(finding.mark, finding.facts["door"]) for finding in found] == [
        (Mark.BAD, "wecom"),
        (Mark.NOTE, "telegram"),
        (Mark.NOTE, "wechat"),
    ]
    assert "LOOP153_WECOM_TOKEN" not in found[0].line("en")
    assert "LOOP153_WECOM_SECRET" in found[0].line("zh")
    webhook = Settings.load({"LOOP153_TELEGRAM_TOKEN": "1:x", "LOOP153_TELEGRAM_MODE": "webhook"})
    assert "LOOP153_TELEGRAM_WEBHOOK_SECRET" in doors.closed(webhook)[1].line("zh")


async def test_the_database_is_looked_at_without_being_changed(engine: AsyncEngine) -> None:
    found = [finding async for finding in house.database(engine, embedded=False)]
    assert [finding.mark for finding in found] == [Mark.GOOD] * 3
    async with engine.begin() as tx:
        await tx.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    found = [finding async for finding in house.database(engine, embedded=False)]
    assert "loop153 migrate" in found[1].line("zh")
    assert found[1].mark is Mark.BAD


async def test_next_years_working_days_are_asked_for_from_november(engine: AsyncEngine) -> None:
    async with engine.begin() as tx:
        await tx.execute(tables.calendar_day.delete())
        await tx.execute(insert(tables.calendar_day), [{"date": TODAY.date(), "kind": "working", "source": "import"}])
    found = await house.calendar(engine, TODAY)
    assert (found.mark, found.facts["years"]) == (Mark.NOTE, "2027")
    assert (await house.calendar(engine, TODAY.replace(month=10))).mark is Mark.GOOD
    assert (await house.calendar(engine, TODAY.replace(year=2027))).mark is Mark.BAD


async def test_storage_and_disk(tmp_path: Path) -> None:
    fine = [finding async for finding in house.storage(Settings(data_dir=tmp_path))]
    assert fine[0].mark is Mark.GOOD
    (tmp_path / "file").touch()
    broken = [finding async for finding in house.storage(Settings(data_dir=tmp_path / "file"))]
    assert broken[0].mark is Mark.BAD


async def test_people_and_bureaus_without_supervision(engine: AsyncEngine) -> None:
    [nobody] = [finding async for finding in house.people(engine)]
    assert nobody.mark is Mark.BAD
    async with engine.begin() as tx:
        await build_world(tx)
        officers = tables.person.c.role == "supervision_officer"
        await tx.execute(update(tables.person).where(officers).values(active=False))
    found = [finding async for finding in house.people(engine)]
    assert [finding.mark for finding in found] == [Mark.GOOD, Mark.BAD]
    assert "民权" in found[1].line("zh")


async def test_a_healthy_wecom_and_one_that_does_not_trust_us(town: Town) -> None:
    door = town.office.doors["wecom"]
    assert isinstance(door, WecomDoor)
    await town.says("mq-cm", "帮助")
    found = marks([finding async for finding in doors.wecom(town.office, door)])
    assert ("✗", "The app has no menu.") in found
    assert ("✓", "WeCom answers, and takes our secret and our address.") in found
    town.cloud.faults.next("menu/get", Error(60020))
    found = marks([finding async for finding in doors.wecom(town.office, door)])
    assert any("does not trust this machine's address" in sentence for mark, sentence in found if mark == "✗")


@pytest.mark.parametrize("token", ["153:right", "153:wrong"])
async def test_telegram_takes_our_token_or_not(engine: AsyncEngine, tmp_path: Path, token: str) -> None:
    async with TestServer(TelegramCloud("153:right").app()) as outside:
        given = {"data_dir": tmp_path, "telegram_token": token, "telegram_api_base": str(outside.make_url(""))}
        async with furnished(Settings.model_validate(given), engine) as office:
            door = office.doors["telegram"]
            assert isinstance(door, TelegramDoor)
            [found] = [finding async for finding in doors.telegram(office, door)]
    assert found.mark is (Mark.GOOD if token == "153:right" else Mark.BAD)

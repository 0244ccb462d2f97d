"""The hot road: what arrives, what leaves, and that nothing is ever taken twice."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from store import inbox
from store.db import open_road
from store.inbox import Leaving, Seat
from store.words import Address, Event, Incoming, Level, Option, Person, Say, Text

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
SAID = (Say("哪一家?", (Option("q|1", "鑫源烟酒"),)), Say("请拍照"))


@pytest.fixture
async def world(engine: AsyncEngine) -> AsyncEngine:
    async with engine.begin() as tx:
        await tx.execute(
            text(
                "INSERT INTO unit (code, parent_code, name_zh, name_en, kind, department, path) VALUES"
                " ('41', NULL, '市局', 'City', 'city', NULL, '41'),"
                " ('41-1', '41', '县局', 'County', 'county', NULL, '41/41-1'),"
                " ('41-1-M', '41-1', '营销', 'Marketing', 'department', 'marketing', '41/41-1/41-1-M'),"
                " ('41-1-M-2', '41-1-M', '二组', 'Team', 'department', 'marketing', '41/41-1/41-1-M/41-1-M-2')"
            )
        )
        await tx.execute(
            text(
                "INSERT INTO person (id, id_lower, name, unit_code, role, field_role, active) VALUES"
                " ('ZhangSan', 'zhangsan', '张三', '41-1-M-2', 'field_staff', 'customer_manager', true),"
                " ('gone', 'gone', '走了', '41-1-M', 'field_staff', NULL, false)"
            )
        )
        await tx.execute(
            text("INSERT INTO contact VALUES ('wecom', 'zhangsan', 'ZhangSan'), ('wecom', 'gone', 'gone')")
        )
    return engine


def incoming(key: str = "1", sender: str = "zhangsan") -> Incoming:
    return Incoming(key, Address("wecom", sender), Text("上报"))


def leaving(who: Person, version: int, state: str = "asked") -> Leaving:
    return Leaving(who, version, {"form": state}, "report", SAID, (Event("shown", "report", "1", "kind"),), AT)


async def arrived(engine: AsyncEngine, message: Incoming) -> Seat:
    async with open_road(engine, size=1) as road, road.acquire() as driver:
        return await inbox.arrive(driver, message)


async def left(engine: AsyncEngine, message: Incoming, what: Leaving, *, within: bool = False) -> bool:
    """By the short road, or in a transaction that is committed when it may be."""
    if within:
        async with engine.connect() as tx:
            kept = await inbox.leave_within(tx, message, what)
            await (tx.commit() if kept else tx.rollback())
            return kept
    async with open_road(engine, size=1) as road, road.acquire() as driver:
        return await inbox.leave(driver, message, what)


async def somebody(engine: AsyncEngine) -> Person:
    who = (await arrived(engine, incoming())).who
    assert who is not None
    return who


async def test_a_known_person_arrives_with_their_place_in_the_house(world: AsyncEngine) -> None:
    seat, who = await arrived(world, incoming()), await somebody(world)
    assert (who.id, who.unit, who.bureau, who.level) == ("ZhangSan", "41-1-M-2", "41-1", Level.COUNTY)
    assert (seat.said, seat.version, seat.state) == (None, 0, None)


@pytest.mark.parametrize("sender", ["nobody", "gone"])
async def test_strangers_and_those_who_left_are_nobody(world: AsyncEngine, sender: str) -> None:
    assert (await arrived(world, incoming(sender=sender))).who is None


@pytest.mark.parametrize("within", [False, True])
async def test_what_was_said_is_said_again_to_a_repeat(world: AsyncEngine, within: bool) -> None:
    assert await left(world, incoming(), leaving(await somebody(world), 0), within=within)
    again = await arrived(world, incoming())
    async with world.connect() as connection:
        events = (await connection.execute(text("SELECT kind, form, question FROM dialogue_event"))).all()
    assert (again.said, again.version, again.state) == (SAID, 1, {"form": "asked"})
    assert events == [("shown", "report", "kind")]


@pytest.mark.parametrize("within", [False, True])
async def test_a_dialogue_that_moved_meanwhile_writes_nothing(world: AsyncEngine, within: bool) -> None:
    who = await somebody(world)
    assert await left(world, incoming("first"), leaving(who, 0))
    assert not await left(world, incoming("second"), leaving(who, 0, "stale"), within=within)
    assert (await arrived(world, incoming("second"))).said is None
    async with world.connect() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM dialogue_event"))).scalar_one() == 1


async def test_of_many_at_once_exactly_one_leaves(world: AsyncEngine) -> None:
    who = await somebody(world)
    async with open_road(world, size=8) as road:

        async def once(number: int) -> bool:
            async with road.acquire() as driver:
                return await inbox.leave(driver, incoming(str(number)), leaving(who, 0))

        assert sum(await asyncio.gather(*(once(number) for number in range(8)))) == 1


@pytest.mark.parametrize("within", [False, True])
async def test_the_same_message_twice_is_taken_once(world: AsyncEngine, within: bool) -> None:
    """Two replicas that both saw it as new, the second after the dialogue had moved on."""
    who = await somebody(world)
    assert await left(world, incoming(), leaving(who, 0))
    assert not await left(world, incoming(), leaving(who, 1), within=within)

"""The hot road: what arrives, what leaves, and that nothing is ever taken twice."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from store import inbox
from store.inbox import Leaving
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


async def test_a_known_person_arrives_with_their_place_in_the_house(world: AsyncEngine) -> None:
    async with world.connect() as connection:
        seat = await inbox.arrive(connection, incoming())
    assert seat.who is not None
    assert (seat.who.id, seat.who.unit, seat.who.bureau, seat.who.level) == (
        "ZhangSan",
        "41-1-M-2",
        "41-1",
        Level.COUNTY,
    )
    assert (seat.said, seat.version, seat.state) == (None, 0, None)


@pytest.mark.parametrize("sender", ["nobody", "gone"])
async def test_strangers_and_those_who_left_are_nobody(world: AsyncEngine, sender: str) -> None:
    async with world.connect() as connection:
        assert (await inbox.arrive(connection, incoming(sender=sender))).who is None


@pytest.mark.parametrize("in_transaction", [False, True])
async def test_what_was_said_is_said_again_to_a_repeat(world: AsyncEngine, in_transaction: bool) -> None:
    async with world.connect() as connection:
        seat = await inbox.arrive(connection, incoming())
        assert seat.who is not None
        if in_transaction:
            await connection.begin()
        assert await inbox.leave(connection, incoming(), leaving(seat.who, seat.version))
        if in_transaction:
            await connection.commit()
    async with world.connect() as connection:
        again = await inbox.arrive(connection, incoming())
        events = (await connection.execute(text("SELECT kind, form, question FROM dialogue_event"))).all()
    assert (again.said, again.version, again.state) == (SAID, 1, {"form": "asked"})
    assert events == [("shown", "report", "kind")]


@pytest.mark.parametrize("in_transaction", [False, True])
async def test_a_dialogue_that_moved_meanwhile_writes_nothing(world: AsyncEngine, in_transaction: bool) -> None:
    async with world.connect() as connection:
        seat = await inbox.arrive(connection, incoming())
        assert seat.who is not None
        assert await inbox.leave(connection, incoming("first"), leaving(seat.who, 0))
        if in_transaction:
            await connection.begin()
        assert not await inbox.leave(connection, incoming("second"), leaving(seat.who, 0, "stale"))
    async with world.connect() as connection:
        assert (await inbox.arrive(connection, incoming("second"))).said is None
        assert (await connection.execute(text("SELECT count(*) FROM dialogue_event"))).scalar_one() == 1


async def test_of_many_at_once_exactly_one_leaves(world: AsyncEngine) -> None:
    async def once(number: int) -> bool:
        async with world.connect() as connection:
            seat = await inbox.arrive(connection, incoming(str(number)))
            assert seat.who is not None
            return await inbox.leave(connection, incoming(str(number)), leaving(seat.who, 0))

    assert sum(await asyncio.gather(*(once(number) for number in range(8)))) == 1


async def test_the_same_message_twice_at_once_is_taken_once(world: AsyncEngine) -> None:
    """Two replicas that both saw it as new, one after the other moved the dialogue for another message."""
    async with world.connect() as one, world.connect() as two:
        seat = await inbox.arrive(one, incoming())
        assert seat.who is not None
        assert await inbox.leave(one, incoming(), leaving(seat.who, 0))
        assert not await inbox.leave(two, incoming(), leaving(seat.who, 1))

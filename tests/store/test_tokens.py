"""Shared access tokens: one refresh however many ask, and never the wrong one dropped."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from store import tables
from store.tokens import Granted, drop, refresh


class Source:
    """Gives t1, t2, … and counts."""

    def __init__(self, lasts: timedelta = timedelta(hours=2)) -> None:
        self.given = 0
        self.lasts = lasts

    async def __call__(self) -> Granted:
        self.given += 1
        await asyncio.sleep(0)
        return Granted(f"t{self.given}", self.lasts)


async def test_fifty_who_ask_at_once_cause_one_call(engine: AsyncEngine) -> None:
    source = Source()
    tokens = await asyncio.gather(*(refresh(engine, "wecom:app", source) for _ in range(50)))
    assert ({token.value for token in tokens}, source.given) == ({"t1"}, 1)


async def test_it_is_used_until_five_minutes_before_its_end(engine: AsyncEngine) -> None:
    token = await refresh(engine, "wecom:app", Source())
    assert timedelta(minutes=114) < token.left <= timedelta(minutes=115)


async def test_a_short_lived_one_is_used_for_half_its_life(engine: AsyncEngine) -> None:
    token = await refresh(engine, "wecom:app", Source(timedelta(minutes=4)))
    assert timedelta(minutes=1) < token.left <= timedelta(minutes=2)


async def test_one_that_ended_is_replaced(engine: AsyncEngine) -> None:
    source = Source(timedelta())
    assert (await refresh(engine, "wecom:app", source)).value == "t1"
    assert (await refresh(engine, "wecom:app", source)).value == "t2"


async def test_only_the_token_that_failed_is_dropped(engine: AsyncEngine) -> None:
    source = Source()
    first = await refresh(engine, "wecom:app", source)
    await drop(engine, "wecom:app", first)
    second = await refresh(engine, "wecom:app", source)
    await drop(engine, "wecom:app", first)
    assert (await refresh(engine, "wecom:app", source)).value == second.value == "t2"


async def test_names_do_not_share(engine: AsyncEngine) -> None:
    source = Source()
    assert (await refresh(engine, "wecom:app", source)).value == "t1"
    assert (await refresh(engine, "wecom:contacts", source)).value == "t2"


async def test_a_refusal_comes_through_and_leaves_nothing_behind(engine: AsyncEngine) -> None:
    async def refused() -> Granted:
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        await refresh(engine, "wecom:app", refused)
    async with engine.connect() as tx:
        assert (await tx.execute(select(func.count()).select_from(tables.token))).scalar_one() == 0

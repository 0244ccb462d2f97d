"""The sample world is whole, plausible and always the same."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from itertools import islice

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from store import tables
from store.feeds.outflow import line, standings
from store.samples import sample
from store.samples.sample_feeds import load_feeds
from store.samples.sample_shops import FIELD_ROLES, counties, shops
from store.tables.feeds import feed_warning
from store.words import Level, Person, Role

PER_COUNTY = Counter({"field_staff": 3, "department_head": 3, "supervision_officer": 1, "leader": 1})


def test_every_county_is_fully_staffed() -> None:
    people = list(sample.staff())
    for county in counties():
        own = [one for one in people if one["unit_code"].startswith(f"{county.code}-")]
        assert Counter(one["role"] for one in own) == PER_COUNTY
        assert {one["field_role"] for one in own if one["field_role"]} == set(FIELD_ROLES)
    assert {one["role"] for one in people} >= {"administrator", "custodian", "leader"}
    assert len({one["name"] for one in people}) == len(people)
    assert {one["unit_code"] for one in people} <= {unit["code"] for unit in sample.units()}


def test_every_shop_lies_in_its_county_and_has_its_three_people() -> None:
    boxes = {county.code: county for county in counties()}
    units = {one["id"]: one["unit_code"] for one in sample.staff()}
    made = list(sample.merchants())
    assert len({shop["licence_no"] for shop in made}) == len(made) == sample.SHOPS
    for shop in made:
        county = shop["county_code"]
        assert boxes[county].holds(shop["lat"], shop["lon"])
        assert shop["licence_no"].startswith(county)
        assert len(shop["licence_no"]) == 12
        assert all(units[shop[role]].startswith(county) for role in FIELD_ROLES)


def test_the_shops_are_always_the_same() -> None:
    assert list(shops(50)) == list(islice(shops(400_000), 50))


async def test_loading_it_twice_changes_nothing(engine: AsyncEngine) -> None:
    counts = []
    for _ in range(2):
        async with engine.begin() as tx:
            await sample.load_sample(tx)
        async with engine.connect() as tx:
            tabled = (tables.unit, tables.person, tables.contact, tables.merchant, tables.indicator, tables.place)
            counts.append(
                [(await tx.execute(select(func.count()).select_from(table))).scalar_one() for table in tabled]
            )
    assert counts == [[60, 80, 80, 2_000, 120, 10]] * 2


async def test_the_provincial_data_of_the_sample_world_tell_a_story(engine: AsyncEngine) -> None:
    async with engine.begin() as tx:
        await sample.load_sample(tx)
        await load_feeds(tx, datetime(2026, 11, 16, 1, tzinfo=UTC))
        rules = select(feed_warning.c.rule, func.count()).group_by(feed_warning.c.rule)
        assert {row[0]: row[1] for row in await tx.execute(rules)} == {
            "brand_surge": 3,
            "price_surge": 1,
            "shared_address": 5,
        }
        leader = Person("city-leader", "", Role.LEADER, "411400-leadership", None, "411400", Level.CITY)
        ranked = await standings(tx, leader, "2026-Q4")
        assert [one.rank for one in ranked] == list(range(1, 10))
        assert 0 < sum(one.warned for one in ranked) <= 3
        assert len((await line(tx, ranked[0].county, "2026-Q4")).points) == 2

"""The sample world as the sandbox shows it: the corp's departments and members, the counties and their shops."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import obstore
from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.console.sharing.papers import place
from bot.sandbox.directory import County, Department, Directory, Member, Shop
from store import tables
from store.clock.workdays import seed_calendar
from store.db import Tx, now
from store.master.geo import to_gcj02
from store.samples.sample_shops import counties
from store.samples.sample_vault import sample_vault

if TYPE_CHECKING:
    from obstore.store import ObjectStore

if TYPE_CHECKING:
    from obstore.store import ObjectStore

_ROLES = {
    "customer_manager": ("客户经理", "customer manager"),
    "market_inspector": ("市场管理员", "market inspector"),
    "delivery_worker": ("送货员", "delivery worker"),
    "department_head": ("部门负责人", "department head"),
    "supervision_officer": ("内管人员", "supervision officer"),
    "leader": ("领导", "leader"),
    "administrator": ("管理员", "administrator"),
    "custodian": ("密钥保管人", "custodian"),
}


async def sample_directory(engine: AsyncEngine, objects: ObjectStore | None = None) -> Directory:
    """The sample world, put into an empty database first; the pictures of its entries lie in `objects`."""
    async with engine.begin() as tx:
        if (await tx.execute(select(tables.person.c.id).limit(1))).first() is None:
            from bot.demo_pictures import Album
            from store.samples.sample import (
                load_sample,  # and with it spreadsheets and pinyin, which later starts do not need
            )
            from store.samples.sample_entries import load_entries
            from store.samples.sample_feeds import load_feeds
            from store.samples.sample_shopwork import load_shopwork

            at = await now(tx)
            await load_sample(tx)
            await seed_calendar(tx)
            album = Album() if objects else None
            await load_entries(tx, at, iter(album) if album else None)
            if album and objects:
                await album.keep(objects)
            await load_feeds(tx, at)
            await load_shopwork(tx, at)
        units = (await tx.execute(select(tables.unit).order_by(tables.unit.c.path))).mappings().all()
        people = (await tx.execute(select(tables.person).order_by(tables.person.c.id))).mappings().all()
        shops = await _shops(tx)
    numbers = {unit["code"]: number for number, unit in enumerate(units, start=1)}
    return Directory(
        members=tuple(_member(person, numbers) for person in people if person["active"]),
        departments=tuple(_department(unit, numbers) for unit in units),
        counties=tuple(
            County(one.code, one.name_zh, one.name_en, one.min_lon, one.min_lat, one.max_lon, one.max_lat)
            for one in counties()
        ),
        shops=shops,
    )


async def sample_papers(engine: AsyncEngine, objects: ObjectStore, at: datetime) -> None:
    """What the sample world shares, with the first demo."""
    from store.samples.sample_sharing import load_sharing

    async with engine.begin() as tx:
        for sha256, data in (await load_sharing(tx, at)).items():
            await obstore.put_async(objects, place(sha256), data)


async def sample_keys(engine: AsyncEngine, at: datetime) -> Mapping[str, str]:
    """The vault of the sample world, made with the first demo; whose passphrase is what, by userid."""
    async with engine.begin() as tx:
        return {userid: passphrase for userid, (_kind, passphrase) in (await sample_vault(tx, at)).items()}


def _department(unit: RowMapping, numbers: Mapping[str, int]) -> Department:
    number = numbers[unit["code"]]
    return Department(number, unit["name_zh"], numbers.get(unit["parent_code"], 0), unit["name_en"], order=number)


def _member(person: RowMapping, numbers: Mapping[str, int]) -> Member:
    role, role_en = _ROLES.get(person["field_role"] or person["role"], (person["role"], person["role"]))
    bureau = person["unit_code"].partition("-")[0]
    return Member(
        userid=person["id"],
        name=person["name"],
        departments=(numbers[person["unit_code"]],),
        role=role,
        role_en=role_en,
        is_head=person["role"] == "department_head",
        county=bureau if bureau in {county.code for county in counties()} else "",
    )


async def _shops(tx: Tx) -> dict[str, tuple[Shop, ...]]:
    """Shops by county, where a phone would say that they are."""
    shop = tables.merchant.c
    columns = (shop.licence_no, shop.name, shop.address, shop.county_code, shop.lat, shop.lon)
    found: dict[str, list[Shop]] = {}
    for row in await tx.execute(select(*columns).where(shop.lat.is_not(None)).order_by(shop.licence_no)):
        lat, lon = to_gcj02(row.lat, row.lon)
        found.setdefault(row.county_code, []).append(Shop(row.licence_no, row.name, lat, lon, row.address))
    return {county: tuple(shops) for county, shops in found.items()}


def faces(directory: Directory) -> Sequence[Member]:
    """The people to begin with: one county from the shop to the leader, and the city above it."""
    county = counties()[2].name_en.lower()
    ends = ("cm", "mi", "dw", "marketing-head", "supervision", "leader")
    wanted = [f"{county}-{end}" for end in ends] + ["city-supervision1", "city-leader", "city-admin"]
    by_id = {member.userid: member for member in directory.members}
    return [by_id[userid] for userid in wanted if userid in by_id]

"""The roster follows the directory: who left, who came back, who is renamed, who is a stranger."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.wecom import contacts
from bot.wecom.api import app_client, contacts_client
from bot.wecom.contacts import Report, compare, sync
from bot.wecom.directory import Member
from bot.weixin.client import Client
from bot.weixin.faults import ApiError
from store.staff.roster import Listed
from store.tables import contact, person
from tests.doors.standin import OK, Answer, Cloud, refusal
from tests.world import STAFF, build_world

DEPARTMENTS = OK | {"department": [{"id": 2, "name": "民权", "parentid": 1}, {"id": 3, "name": "营销", "parentid": 2}]}


@pytest.fixture
async def world(engine: AsyncEngine) -> AsyncEngine:
    async with engine.begin() as tx:
        await build_world(tx)
    return engine


@pytest.fixture
def app(cloud: Cloud, http: aiohttp.ClientSession, engine: AsyncEngine) -> Client:
    cloud.answers["department/list"] = [DEPARTMENTS]
    return app_client(cloud.config(), http, engine)


def user(userid: str, name: str | None = None, status: int = 1) -> dict[str, Any]:
    return {"userid": userid, "name": name or STAFF[userid.lower()].name, "department": [2], "status": status}


def everybody(*leave_out: str, extra: tuple[dict[str, Any], ...] = ()) -> Answer:
    return OK | {"userlist": [user(userid) for userid in STAFF if userid not in leave_out] + list(extra)}


async def off(engine: AsyncEngine) -> dict[str, str]:
    async with engine.connect() as tx:
        query = select(contact.c.address, contact.c.off_reason).where(contact.c.off_at.is_not(None))
        return {row.address: row.off_reason for row in await tx.execute(query)}


async def test_nothing_changed(app: Client, cloud: Cloud, world: AsyncEngine) -> None:
    cloud.answers["user/list"] = [everybody()]
    assert await sync(app, None, world) == Report(members=len(STAFF))
    (call,) = cloud.of("user/list")
    assert (call.query["department_id"], call.query["fetch_child"]) == ("2", "1")


async def test_who_left_and_who_is_renamed(app: Client, cloud: Cloud, world: AsyncEngine) -> None:
    cloud.answers["user/list"] = [
        everybody("mq-cm", "mq-mi", "mq-dw", extra=(user("mq-mi", status=5), user("MQ-DW", "单平"))),
    ]
    report = await sync(app, None, world)
    assert report == Report(len(STAFF) - 1, left=("mq-cm", "mq-mi"), renamed=(("mq-dw", "单平"),))
    assert await off(world) == {"mq-cm": "left the directory", "mq-mi": "left the directory"}
    async with world.connect() as tx:
        renamed = (await tx.execute(select(person.c.name, person.c.initials).where(person.c.id == "mq-dw"))).one()
    assert tuple(renamed) == ("单平", "sp")


async def test_who_comes_back_is_reached_again_but_not_without_a_licence(
    app: Client, cloud: Cloud, world: AsyncEngine
) -> None:
    async with world.begin() as tx:
        for address, reason in [("mq-cm", "invaliduser"), ("mq-mi", "unlicenseduser"), ("mq-dw", "60111 no")]:
            switched = text("UPDATE contact SET off_reason = :reason, off_at = now() WHERE address = :address")
            await tx.execute(switched, {"reason": reason, "address": address})
    cloud.answers["user/list"] = [everybody("mq-dw", extra=(user("mq-dw", status=2),))]
    assert (await sync(app, None, world)).back == ("mq-cm",)
    assert await off(world) == {"mq-mi": "unlicenseduser", "mq-dw": "60111 no"}


async def test_a_stranger_is_reported_and_never_made_a_person(app: Client, cloud: Cloud, world: AsyncEngine) -> None:
    cloud.answers["user/list"] = [everybody(extra=({"userid": "NewOne", "name": "新人", "status": 1},))]
    assert (await sync(app, None, world)).strangers == (Member("NewOne", "新人", 1),)
    async with world.connect() as tx:
        assert (await tx.execute(select(person.c.id).where(person.c.id_lower == "newone"))).all() == []


async def test_half_a_roster_missing_is_doubted(app: Client, cloud: Cloud, world: AsyncEngine) -> None:
    cloud.answers["user/list"] = [OK | {"userlist": []}]
    report = await sync(app, None, world)
    assert (report.doubtful, len(report.left)) == (True, len(STAFF))
    assert await off(world) == {}


async def test_half_a_directory_changes_nothing(app: Client, cloud: Cloud, world: AsyncEngine) -> None:
    cloud.answers["user/list"] = [refusal(60011)]
    with pytest.raises(ApiError):
        await sync(app, None, world)
    assert await off(world) == {}


async def test_a_directory_that_is_too_big_is_read_by_department(app: Client, cloud: Cloud, world: AsyncEngine) -> None:
    async def lists(request: web.Request) -> web.StreamResponse:
        if request.query["fetch_child"] == "1":
            return web.json_response(refusal(45029))
        mine = [user(userid) for userid in STAFF if (len(userid) % 2 == 0) == (request.query["department_id"] == "2")]
        return web.json_response(OK | {"userlist": mine})

    cloud.answers["user/list"] = [lists]
    assert await sync(app, None, world) == Report(members=len(STAFF))


async def test_the_contacts_secret_knows_those_outside_the_range(
    app: Client, cloud: Cloud, http: aiohttp.ClientSession, world: AsyncEngine
) -> None:
    cloud.answers["user/list"] = [everybody("mq-cm", "mq-mi")]
    cloud.answers["user/list_id"] = [
        OK | {"dept_user": [{"userid": "MQ-CM", "department": 2}], "next_cursor": "c2"},
        OK | {"dept_user": [{"userid": "nobody-yet", "department": 2}], "next_cursor": ""},
    ]
    report = await sync(app, contacts_client(cloud.config(), http, world), world)
    assert (report.left, report.strangers) == (("mq-mi",), (Member("nobody-yet"),))
    assert [call.json["cursor"] for call in cloud.of("user/list_id")] == ["", "c2"]
    assert {call.query["corpsecret"] for call in cloud.of("gettoken")} == {"app-secret", "contacts-secret"}


async def test_one_member_is_read_again(app: Client, cloud: Cloud, world: AsyncEngine) -> None:
    cloud.answers["user/get"] = [refusal(60111), OK | user("mq-cm", "林小"), refusal(60111)]
    await contacts.reread(app, world, "MQ-CM")
    assert await off(world) == {"mq-cm": "left the directory"}
    await contacts.reread(app, world, "MQ-CM")
    assert await off(world) == {}
    await contacts.reread(app, world, "stranger")
    assert await off(world) == {}


def test_members_who_left_are_no_strangers() -> None:
    assert compare([Listed("a", "A", "甲", None)], {"a": Member("A", "甲", 1), "b": Member("b", "乙", 5)}) == Report(2)

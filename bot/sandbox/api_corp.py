"""Directory, menu and media: what the app reads of the corp, and what it puts there (D90196 ff., D90231, D90253)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from aiohttp import BodyPartReader, web

from bot.sandbox.api import APP, CONTACTS, Answer, Asked, Endpoint
from bot.sandbox.cloud import Cloud
from bot.sandbox.directory import Department, Member
from bot.sandbox.errors import Refusal
from bot.sandbox.menu import check_menu

Json = Any
BOTH = (APP, CONTACTS)


async def user_get(cloud: Cloud, asked: Asked) -> Answer:
    member = cloud.people.find(asked.query.get("userid", ""))
    if member is None:
        raise Refusal(60111)
    if asked.owner == APP and not member.in_range:
        raise Refusal(60011)
    return _details(member)


async def user_list(cloud: Cloud, asked: Asked) -> Answer:
    return {"userlist": [_details(member) for member in _members(cloud, asked)]}


async def user_simplelist(cloud: Cloud, asked: Asked) -> Answer:
    members = _members(cloud, asked)
    short = [{"userid": each.userid, "name": each.name, "department": list(each.departments)} for each in members]
    return {"userlist": short}


async def user_list_id(cloud: Cloud, asked: Asked) -> Answer:
    """One row per member and department; the cursor is the number of rows already given."""
    payload = asked.payload()
    cursor, limit = str(payload.get("cursor") or "0"), payload.get("limit") or 10_000
    if not cursor.isdigit() or not isinstance(limit, int) or not 1 <= limit <= 10_000:
        raise Refusal(40058, "cursor or limit")
    members = cloud.people.members.values()
    rows = [{"userid": each.userid, "department": unit} for each in members for unit in each.departments]
    end = int(cursor) + limit
    return {"dept_user": rows[int(cursor) : end], "next_cursor": str(end) if end < len(rows) else ""}


def _members(cloud: Cloud, asked: Asked) -> list[Member]:
    department = _department(cloud, asked.query.get("department_id", ""))
    found = cloud.people.within(department, below=asked.query.get("fetch_child") == "1")
    return [member for member in found if asked.owner == CONTACTS or member.in_range]


def _details(member: Member) -> dict[str, Json]:
    """What apps made since 2022-06-20 get: no avatar, gender, mobile, e-mail, address (D90196)."""
    return {
        "userid": member.userid,
        "name": member.name,
        "department": list(member.departments),
        "order": [0] * len(member.departments),
        "position": member.role,
        "is_leader_in_dept": [int(member.is_head)] + [0] * (len(member.departments) - 1),
        "direct_leader": [],
        "telephone": "",
        "alias": "",
        "extattr": {"attrs": []},
        "status": member.status,
        "isleader": int(member.is_head),
        "main_department": member.departments[0],
        "enable": int(member.status != 2),
        "hide_mobile": 0,
    }


async def department_list(cloud: Cloud, asked: Asked) -> Answer:
    listed = [_unit(each) | {"name": each.name, "department_leader": []} for each in _units(cloud, asked)]
    return {"department": listed}


async def department_simplelist(cloud: Cloud, asked: Asked) -> Answer:
    return {"department_id": [_unit(each) for each in _units(cloud, asked)]}


def _units(cloud: Cloud, asked: Asked) -> list[Department]:
    units = cloud.people.departments
    if "id" not in asked.query:
        return list(units.values())
    wanted = cloud.people.subtree(_department(cloud, asked.query["id"]))
    return [each for each in units.values() if each.id in wanted]


def _unit(department: Department) -> dict[str, Json]:
    return {"id": department.id, "parentid": department.parent_id, "order": department.order}


def _department(cloud: Cloud, given: str) -> int:
    if not given.isdigit() or int(given) not in cloud.people.departments:
        raise Refusal(60003)
    return int(given)


async def menu_create(cloud: Cloud, asked: Asked) -> Answer:
    _check_agent(cloud, asked)
    cloud.set_menu(check_menu(asked.payload()))
    return {}


async def menu_get(cloud: Cloud, asked: Asked) -> Answer:
    _check_agent(cloud, asked)
    if cloud.menu is None:
        raise Refusal(46003)
    return dict(cloud.menu)


async def menu_delete(cloud: Cloud, asked: Asked) -> Answer:
    _check_agent(cloud, asked)
    cloud.set_menu(None)
    return {}


def _check_agent(cloud: Cloud, asked: Asked) -> None:
    agent = asked.query.get("agentid", "")
    if not agent:
        raise Refusal(41011)
    if agent != str(cloud.corp.agent_id):
        raise Refusal(301002 if agent.isdigit() else 40056)


async def media_upload(cloud: Cloud, asked: Asked) -> Answer:
    kind = asked.query.get("type", "")
    if asked.request.content_type != "multipart/form-data":
        raise Refusal(44001)
    async for part in await asked.request.multipart():
        if isinstance(part, BodyPartReader) and part.name == "media" and part.filename:
            data = bytes(await part.read())
            media_id = cloud.media.upload(kind, data, part.filename)
            return {"type": kind, "media_id": media_id, "created_at": str(int(cloud.now().timestamp()))}
    raise Refusal(44001)


async def media_get(cloud: Cloud, asked: Asked) -> Answer:
    media = cloud.media.get(asked.query.get("media_id", ""))
    name = f"attachment; filename*=UTF-8''{quote(media.name)}"
    return web.Response(body=media.data, content_type=media.mime, headers={"Content-Disposition": name})


CORP: Mapping[str, Endpoint] = {
    "user/get": Endpoint("GET", user_get, BOTH),
    "user/list": Endpoint("GET", user_list, BOTH),
    "user/simplelist": Endpoint("GET", user_simplelist, BOTH),
    "user/list_id": Endpoint("POST", user_list_id, (CONTACTS,)),
    "department/list": Endpoint("GET", department_list, BOTH),
    "department/simplelist": Endpoint("GET", department_simplelist, BOTH),
    "menu/create": Endpoint("POST", menu_create),
    "menu/get": Endpoint("GET", menu_get),
    "menu/delete": Endpoint("GET", menu_delete),
    "media/upload": Endpoint("POST", media_upload),
    "media/get": Endpoint("GET", media_get),
}

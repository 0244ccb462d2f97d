"""Reading WeCom's directory: who is a member, as far as each secret may see (D90201, D90208, D96067)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from bot.wecom.errors import Reaction, reaction
from bot.weixin.client import Answer, Client
from bot.weixin.faults import ApiError

_PAGE = 10_000  # the most that user/list_id gives at a time


class Status(IntEnum):
    """A member's state in the company's WeCom."""

    ACTIVE = 1
    DISABLED = 2
    NOT_ACTIVATED = 4
    LEFT = 5


@dataclass(frozen=True, slots=True)
class Member:
    """`name` and `status` are None where only the id is known. `userid` as given; compare it in lower case."""

    userid: str
    name: str | None = None
    status: int | None = None


async def members(app: Client, everybody: Client | None = None) -> dict[str, Member]:
    """Members by lower-case userid: those in the app's range with their names, and with the contacts secret the
    bare ids of all others. Raises `ApiError` and `Unreachable`: half a directory is worse than none."""
    found = {member.userid.lower(): member for member in await _ids(everybody)} if everybody else {}
    departments = (await app.call("GET", "/cgi-bin/department/list"))["department"]
    known = {int(each["id"]) for each in departments}
    tops = [int(each["id"]) for each in departments if int(each.get("parentid") or 0) not in known]
    for top in tops:
        found |= {member.userid.lower(): member for member in await _below(app, top, departments)}
    return found


async def member(app: Client, userid: str) -> Member | None:
    """One member, or None when there is none of that id in the app's range."""
    try:
        return _member(await app.call("GET", "/cgi-bin/user/get", {"userid": userid}))
    except ApiError as fault:
        if reaction(fault.code) is Reaction.GONE:
            return None
        raise


async def _below(app: Client, top: int, departments: list[Answer]) -> list[Member]:
    """The members of a department and of all below it; asked one by one where the answer would be too big."""
    try:
        return await _of(app, top, deep=True)
    except ApiError as fault:
        if reaction(fault.code) is not Reaction.SPLIT:
            raise
    return [member for each in departments for member in await _of(app, int(each["id"]), deep=False)]


async def _of(app: Client, department: int, *, deep: bool) -> list[Member]:
    query = {"department_id": str(department), "fetch_child": str(int(deep))}
    answer = await app.call("GET", "/cgi-bin/user/list", query)
    return [_member(each) for each in answer.get("userlist") or ()]


def _member(answer: Answer) -> Member:
    status = answer.get("status")
    return Member(str(answer["userid"]), answer.get("name") or None, None if status is None else int(status))


async def _ids(everybody: Client) -> list[Member]:
    found: list[Member] = []
    cursor = ""
    while True:
        answer = await everybody.call("POST", "/cgi-bin/user/list_id", body={"cursor": cursor, "limit": _PAGE})
        found += (Member(str(each["userid"])) for each in answer.get("dept_user") or ())
        cursor = str(answer.get("next_cursor") or "")
        if not cursor:
            return found

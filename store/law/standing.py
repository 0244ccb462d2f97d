"""What a person is to an entry: reporter, holder, head of the reporter's department, supervision of either level …"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from store.words import VAULT_DOOR, Department, Entry, Holder, Json, Ledger, Level, Person, Role

Texts = Mapping[str, str]
"""One name in both languages: {"zh": …, "en": …}."""


class Standing(StrEnum):
    """What somebody is to one entry: the "who" of the table."""

    STAFF = "staff"
    REPORTER = "reporter"
    HOLDER = "holder"
    HEAD = "head"
    COUNTY_SUPERVISION = "county_supervision"
    CITY_SUPERVISION = "city_supervision"
    SUPERVISION = "supervision"
    LEADER = "leader"
    CLOCK = "clock"
    VAULT = "vault"
    # Of problems, and of what a problem and its clues do to each other.
    ASSIGNEE = "assignee"
    NEW_ASSIGNEE = "new_assignee"
    MAIN_ASSIGNEE = "main_assignee"
    ASSISTANT = "assistant"
    RECHECKER = "rechecker"
    VERIFIER = "verifier"
    DECIDER = "decider"
    INSTRUCTED = "instructed"
    HANDLING_FORM = "handling_form"
    ITS_PROBLEM = "its_problem"
    LIBRARY = "library"


STANDINGS: Mapping[Standing, Texts] = MappingProxyType(
    {
        Standing.STAFF: {"zh": "在职人员", "en": "a member of staff"},
        Standing.REPORTER: {"zh": "上报人", "en": "the reporter"},
        Standing.HOLDER: {"zh": "当前处理人", "en": "whoever holds it"},
        Standing.HEAD: {"zh": "上报人所在部门负责人", "en": "the head of the reporter's department"},
        Standing.COUNTY_SUPERVISION: {"zh": "县局内管", "en": "county supervision"},
        Standing.CITY_SUPERVISION: {"zh": "市局内管", "en": "city supervision"},
        Standing.SUPERVISION: {"zh": "本级内管", "en": "supervision of that level"},
        Standing.LEADER: {"zh": "领导", "en": "a leader"},
        Standing.CLOCK: {"zh": "系统", "en": "the clock"},
        Standing.VAULT: {"zh": "已解锁举报保险柜的内管人员", "en": "an officer who unlocked the vault"},
        Standing.ASSIGNEE: {"zh": "责任人", "en": "an assignee"},
        Standing.NEW_ASSIGNEE: {"zh": "尚未签收的责任人", "en": "an assignee who has not received the task yet"},
        Standing.MAIN_ASSIGNEE: {"zh": "主办责任人", "en": "the main assignee"},
        Standing.ASSISTANT: {"zh": "协办责任人", "en": "an assisting assignee"},
        Standing.RECHECKER: {"zh": "抽评人", "en": "the re-checker"},
        Standing.VERIFIER: {
            "zh": "本级内管中未经办也不属经办部门的人员",
            "en": "supervision of that level that neither handled it nor sits in the handling department",
        },
        Standing.DECIDER: {"zh": "申请事项的审批人", "en": "whoever decides on what was asked"},
        Standing.INSTRUCTED: {"zh": "应答批示的处理人", "en": "whoever must answer the instruction"},
        Standing.HANDLING_FORM: {"zh": "内管信息处理单", "en": "the accepted handling form"},
        Standing.ITS_PROBLEM: {"zh": "所属问题", "en": "its problem"},
        Standing.LIBRARY: {"zh": "指标库", "en": "the indicator library"},
    }
)


DEPARTMENTS: Mapping[str, Texts] = MappingProxyType(
    {
        "supervision": {"zh": "内管", "en": "supervision"},
        "enforcement": {"zh": "专卖", "en": "enforcement"},
        "marketing": {"zh": "营销", "en": "marketing"},
        "logistics": {"zh": "物流", "en": "logistics"},
        "leadership": {"zh": "领导班子", "en": "leadership"},
    }
)
"""The four departments that exchange through the hub (1+3), and the leadership."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who wants a move, and what they are to the entry."""

    person: Person
    standings: frozenset[Standing]


OPEN_TASK = ("assigned", "received", "done")
"""States of a task that is not settled; in the first two it is the assignee's move."""


def standings(person: Person, entry: Entry | None, desk: frozenset[Standing] = frozenset()) -> frozenset[Standing]:
    """What `person` is to `entry` (None: one that does not exist yet).

    `desk`: the standings that come with the office which acts as its holder just now, when they sit in it; whoever
    stands in for an office that nobody fills has the standings of that office.
    """
    tip = entry is not None and is_tip(entry)
    if person.role is Role.CLOCK:  # the service itself, also on behalf of a tipster
        return frozenset({Standing.CLOCK, Standing.VAULT} if tip else {Standing.CLOCK})
    if tip:
        unlocked = person.address is not None and person.address.door == VAULT_DOOR
        return frozenset({Standing.VAULT}) if unlocked else frozenset()
    found = {Standing.STAFF} | desk
    if person.role is Role.LEADER:
        found.add(Standing.LEADER)
    if entry is None:
        return frozenset(found)
    if supervises(person):
        if person.level is Level.CITY:
            found.add(Standing.CITY_SUPERVISION)
        elif person.bureau == entry.fields.get("bureau"):
            found.add(Standing.COUNTY_SUPERVISION)
    if entry.ledger is Ledger.PROBLEM:
        return frozenset(_in_problem(person, entry.fields, found))
    if entry.fields.get("reporter") == person.id:
        found.add(Standing.REPORTER)
    return frozenset(found)


def _in_problem(person: Person, fields: Mapping[str, Json], found: set[Standing]) -> set[Standing]:
    """What they are to a problem beyond their office: by its clues, its tasks, and what was asked in it."""
    if person.id in fields["reporters"]:
        found.add(Standing.REPORTER)
    for task in fields["tasks"]:
        if task["person"] == person.id or task["person"] in person.stands_for:
            found |= _BY_TASK.get((task["part"], task["state"]), frozenset())
    in_charge = Standing.COUNTY_SUPERVISION if fields["level"] == Level.COUNTY else Standing.CITY_SUPERVISION
    if found & {in_charge, Standing.CITY_SUPERVISION}:
        found.add(Standing.SUPERVISION)
    if Standing.SUPERVISION in found and not handles(person, fields["tasks"]):
        found.add(Standing.VERIFIER)
    elif Standing.VERIFIER in found:
        found.discard(Standing.VERIFIER)  # also whoever stands in for an office verifies nothing of their own
    asked = {request["kind"] for request in fields["requests"]}
    if ("suspend" in asked and Standing.CITY_SUPERVISION in found) or (
        "extend" in asked and Standing.SUPERVISION in found
    ):
        found.add(Standing.DECIDER)
    if "instruct" in asked and found & {Standing.HOLDER, Standing.ASSIGNEE, Standing.SUPERVISION}:
        found.add(Standing.INSTRUCTED)
    return found


_NEW = frozenset({Standing.ASSIGNEE, Standing.NEW_ASSIGNEE})
_BY_TASK: Mapping[tuple[str, str], frozenset[Standing]] = MappingProxyType(
    {
        ("main", "assigned"): _NEW,
        ("assisting", "assigned"): _NEW,
        ("main", "received"): frozenset({Standing.ASSIGNEE, Standing.MAIN_ASSIGNEE}),
        ("assisting", "received"): frozenset({Standing.ASSIGNEE, Standing.ASSISTANT}),
        ("recheck", "assigned"): frozenset({Standing.RECHECKER}),
        ("recheck", "received"): frozenset({Standing.RECHECKER}),
    }
)


def is_tip(entry: Entry) -> bool:
    """Whether an entry is an anonymous tip, of which the ledger knows no more than that it is there."""
    return entry.fields.get("source") == "tip"


def handles(person: Person, tasks: Iterable[Mapping[str, Json]]) -> bool:
    """Whether the person, or the department they sit in, works or worked on any of these tasks.

    A task that was declined or handed on before it was received made nobody a handler.
    """
    for task in tasks:
        worked = task["received_at"] or task["state"] in OPEN_TASK
        mine = person.id in (task["person"], task["done_by"])
        own = task["department"] is not None and (task["bureau"], task["department"]) == (
            person.bureau,
            person.department,
        )
        if worked and task["part"] != "recheck" and (mine or own):
            return True
    return False


def supervises(person: Person) -> bool:
    """Whether they work on the supervision desk: its officers and the head of its department."""
    head = person.role is Role.DEPARTMENT_HEAD and person.department is Department.SUPERVISION
    return head or person.role is Role.SUPERVISION_OFFICER


def sits(person: Person, holder: Holder) -> bool:
    """Whether `person` is that holder, or sits in that office."""
    if holder.person:
        return holder.person == person.id or holder.person in person.stands_for
    fits = supervises(person) if holder.role is Role.SUPERVISION_OFFICER else person.role is holder.role
    return fits and holder.unit in (person.unit, person.bureau)

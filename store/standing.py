"""What a person is to an entry: reporter, holder, head of the reporter's department, supervision of either level …"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from store.words import Department, Entry, Holder, Level, Person, Role

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
    }
)


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who wants a move, and what they are to the entry."""

    person: Person
    standings: frozenset[Standing]


def standings(person: Person, entry: Entry | None, desk: frozenset[Standing] = frozenset()) -> frozenset[Standing]:
    """What `person` is to `entry` (None: one that does not exist yet).

    `desk`: the standings that come with the office which acts as its holder just now, when they sit in it; whoever
    stands in for an office that nobody fills has the standings of that office.
    """
    if person.role is Role.CLOCK:
        return frozenset({Standing.CLOCK})
    found = {Standing.STAFF}
    if person.role is Role.LEADER:
        found.add(Standing.LEADER)
    if entry is None:
        return frozenset(found)
    if entry.fields.get("reporter") == person.id:
        found.add(Standing.REPORTER)
    if supervises(person):
        if person.level is Level.CITY:
            found.add(Standing.CITY_SUPERVISION)
        elif person.bureau == entry.fields.get("bureau"):
            found.add(Standing.COUNTY_SUPERVISION)
    return frozenset(found) | desk


def supervises(person: Person) -> bool:
    """Whether they work on the supervision desk: its officers and the head of its department."""
    head = person.role is Role.DEPARTMENT_HEAD and person.department is Department.SUPERVISION
    return head or person.role is Role.SUPERVISION_OFFICER


def sits(person: Person, holder: Holder) -> bool:
    """Whether `person` is that holder, or sits in that office."""
    if holder.person:
        return holder.person == person.id
    fits = supervises(person) if holder.role is Role.SUPERVISION_OFFICER else person.role is holder.role
    return fits and holder.unit in (person.unit, person.bureau)

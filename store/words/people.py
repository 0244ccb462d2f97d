"""People, what they may do, where they sit and how they are reached."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person may do (glossary). `clock` is the service itself; it never signs in."""

    FIELD_STAFF = "field_staff"
    DEPARTMENT_HEAD = "department_head"
    SUPERVISION_OFFICER = "supervision_officer"
    LEADER = "leader"
    ADMINISTRATOR = "administrator"
    CUSTODIAN = "custodian"
    CLOCK = "clock"


class FieldRole(StrEnum):
    """The three field roles (三员)."""

    CUSTOMER_MANAGER = "customer_manager"
    MARKET_INSPECTOR = "market_inspector"
    DELIVERY_WORKER = "delivery_worker"


class Department(StrEnum):
    """The four departments that exchange through the hub, and the leadership."""

    SUPERVISION = "supervision"
    ENFORCEMENT = "enforcement"
    MARKETING = "marketing"
    LOGISTICS = "logistics"
    LEADERSHIP = "leadership"


class Level(StrEnum):
    """At which of the two bureaus somebody sits."""

    CITY = "city"
    COUNTY = "county"


@dataclass(frozen=True, slots=True)
class Address:
    """Where one person is reached through one door, such as ("wecom", "zhangsan"). Ids are lower case."""

    door: str
    id: str


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff as the ledgers see them; `address` is the one they speak from just now, if any."""

    id: str
    name: str
    role: Role
    unit: str  # code of the unit they sit in
    department: Department | None  # that unit's department
    bureau: str  # code of the county or city bureau above that unit
    level: Level
    field_role: FieldRole | None = None
    language: str = "zh"  # "zh" or "en"
    address: Address | None = None
    stands_for: tuple[str, ...] = ()  # userids of those who are away just now and whose substitute they are


CLOCK = Person("clock", "clock", Role.CLOCK, "", None, "", Level.CITY)
"""The actor of everything that nobody did by hand."""

TIP_LINE = Person("tipline", "tip line", Role.CLOCK, "", None, "", Level.CITY)
"""The actor of what an anonymous tipster did: the service itself, on behalf of nobody."""

VAULT_DOOR = "vault"
"""The door that an officer speaks from with a tip's key in hand."""

"""The sample world of the demo: a city bureau, nine county bureaus, their staff, 2 000 shops. Nobody in it is real."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert

from store import tables
from store.db import Tx
from store.master.geo import spot
from store.master.imports import import_file
from store.master.merchants import grams
from store.master.pinyin import initials, person_initials
from store.samples.sample_names import GIVEN, SURNAMES
from store.samples.sample_shops import DATA, County, counties
from store.samples.sample_shops import shops as shops

CITY = "411400"
SHOPS = 2_000

_DEPARTMENTS = {
    "supervision": ("内管办公室", "supervision office"),
    "enforcement": ("专卖科", "enforcement department"),
    "marketing": ("营销部", "marketing department"),
    "logistics": ("物流部", "logistics department"),
    "leadership": ("领导班子", "leadership"),
}
# Who works in each bureau: the end of the userid, the department, the role, the field role.
_COUNTY_POSTS = (
    ("cm", "marketing", "field_staff", "customer_manager"),
    ("mi", "enforcement", "field_staff", "market_inspector"),
    ("dw", "logistics", "field_staff", "delivery_worker"),
    ("marketing-head", "marketing", "department_head", None),
    ("enforcement-head", "enforcement", "department_head", None),
    ("logistics-head", "logistics", "department_head", None),
    ("supervision", "supervision", "supervision_officer", None),
    ("leader", "leadership", "leader", None),
)
_CITY_POSTS = (
    ("supervision1", "supervision", "supervision_officer", None),
    ("supervision2", "supervision", "supervision_officer", None),
    ("marketing-head", "marketing", "department_head", None),
    ("enforcement-head", "enforcement", "department_head", None),
    ("logistics-head", "logistics", "department_head", None),
    ("leader", "leadership", "leader", None),
    ("admin", "supervision", "administrator", None),
    ("custodian", "supervision", "custodian", None),
)

Record = dict[str, Any]


async def load_sample(tx: Tx) -> None:
    """Put the sample world into the books. What is there already stays as it is."""
    await _add(tx, tables.unit, list(units()))
    for kind in ("places", "indicators"):
        report = await import_file(tx, kind, DATA / f"{kind}.csv")
        assert report.ok, [fault.text("en") for fault in report.faults]
    people = list(staff())
    await _add(tx, tables.person, people)
    contacts = [{"door": "wecom", "address": one["id_lower"], "person_id": one["id"]} for one in people]
    await _add(tx, tables.contact, contacts)
    await _add(tx, tables.merchant, list(merchants()))


def units() -> Iterator[Record]:
    """The city bureau, the county bureaus and the five departments of each, parents first."""
    yield from _bureau(CITY, None, "商丘市局", "Shangqiu city bureau", "city")
    for county in counties():
        yield from _bureau(county.code, CITY, f"{county.name_zh}局", f"{county.name_en} county bureau", "county")


def staff() -> Iterator[Record]:
    """Everybody, with readable userids such as `minquan-cm` and `city-leader`."""
    chance = Random(53)  # noqa: S311 - nothing secret: the same names every time
    names: set[str] = set()
    for userid, unit, role, field_role in _posts():
        name = _name(chance)
        while name in names:
            name = _name(chance)
        names.add(name)
        yield {
            "id": userid,
            "id_lower": userid,
            "name": name,
            "initials": person_initials(name),
            "unit_code": unit,
            "role": role,
            "field_role": field_role,
        }


def merchants(count: int = SHOPS) -> Iterator[Record]:
    """The shops as rows of their table, each with the three field roles of its county."""
    in_charge = {county.code: [[f"{_word(county)}-{post}"] for post in ("cm", "mi", "dw")] for county in counties()}
    for shop in shops(count, in_charge):
        letters = initials(shop["name"])
        found_by = grams(shop["name"], shop["owner"], letters, shop["county_code"])
        yield {**shop, "spot": spot(shop["lat"], shop["lon"]), "initials": letters, "grams": found_by}


async def _add(tx: Tx, table: Table, records: list[Record]) -> None:
    await tx.execute(insert(table).on_conflict_do_nothing(), records)


def _bureau(code: str, parent: str | None, zh: str, en: str, kind: str) -> Iterator[Record]:
    path = f"{parent}/{code}" if parent else code
    yield _unit(code, parent, zh, en, kind, None, path)
    for department, (name_zh, name_en) in _DEPARTMENTS.items():
        own = f"{code}-{department}"
        yield _unit(own, code, zh + name_zh, f"{en}, {name_en}", "department", department, f"{path}/{own}")


def _unit(
    code: str, parent: str | None, name_zh: str, name_en: str, kind: str, department: str | None, path: str
) -> Record:
    return {
        "code": code,
        "parent_code": parent,
        "name_zh": name_zh,
        "name_en": name_en,
        "kind": kind,
        "department": department,
        "path": path,
    }


def _posts() -> Iterator[tuple[str, str, str, str | None]]:
    for end, department, role, field_role in _CITY_POSTS:
        yield f"city-{end}", f"{CITY}-{department}", role, field_role
    for county in counties():
        for end, department, role, field_role in _COUNTY_POSTS:
            yield f"{_word(county)}-{end}", f"{county.code}-{department}", role, field_role


def _word(county: County) -> str:
    return county.name_en.lower()


def _name(chance: Random) -> str:
    return chance.choice(SURNAMES) + chance.choice(GIVEN)

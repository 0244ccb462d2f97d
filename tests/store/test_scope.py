"""Who sees what, who hears of what: role by county by department, and the accused's line never."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, select, update

from store import tables
from store.db import Tx
from store.law.scope import sees
from store.ledger import apply
from store.staff.people import hearers, person_by_id, who_is
from store.words import Address, Ask, Ledger, Moved
from tests.store.test_ledger import AT, move, report
from tests.world import CODE, CODE_INTERNAL, SHOP, STAFF, who

CITY_WIDE = {"sq-ng1", "sq-ng2", "sq-leader"}
MQ_WIDE = {"mq-ng1", "mq-ng2", "mq-leader"} | CITY_WIDE

CASES: list[tuple[str, str, dict[str, Any], set[str]]] = [
    # what, reporter, fields, who sees it
    ("a clear report", "mq-cm", {}, {"mq-cm", "mq-yx-head"} | MQ_WIDE),
    ("one for the head", "mq-cm", {"indicator": None}, {"mq-cm", "mq-yx-head"} | MQ_WIDE),
    ("of another department", "mq-mi", {}, {"mq-mi", "mq-zm-head"} | MQ_WIDE),
    ("of a department without head", "mq-dw", {"indicator": None}, {"mq-dw"} | MQ_WIDE),
    ("of the other county", "sx-dw", {}, {"sx-dw", "sx-wl-head", "sx-ng", "sx-leader"} | CITY_WIDE),
    ("of the city", "sq-yx", {}, {"sq-yx", "sq-yx-head"} | CITY_WIDE),
    ("of an administrator", "sq-admin", {}, {"sq-admin"} | CITY_WIDE),
    ("of a leader", "mq-leader", {}, MQ_WIDE),
    ("internal", "mq-cm", {"indicator": CODE_INTERNAL}, {"mq-cm"} | CITY_WIDE),
    ("about a colleague", "mq-cm", {"accused": ["mq-mi"]}, {"mq-cm"} | CITY_WIDE),
    ("by the head of the accused", "mq-zm-head", {"accused": ["mq-mi"]}, {"mq-zm-head"} | CITY_WIDE),
    ("about a city officer", "mq-cm", {"accused": ["sq-ng1"]}, {"mq-cm", "sq-ng2"}),
    ("about the county's leader", "mq-cm", {"accused": ["mq-leader"]}, {"mq-cm"} | CITY_WIDE),
    ("about the city's leader", "mq-cm", {"accused": ["sq-leader"]}, {"mq-cm", "sq-ng1", "sq-ng2"}),
]


async def _seeing(tx: Tx, number: str) -> set[str]:
    query = select(tables.clue.c.number).where(tables.clue.c.number == number)
    return {userid for userid in STAFF if (await tx.execute(query.where(sees(who(userid))))).first()}


async def _heard(tx: Tx, moved: Moved) -> dict[str, str]:
    return {hearer.person.id: hearer.part for hearer in await hearers(tx, moved)}


async def test_everybody_sees_what_is_theirs_to_see(tx: Tx) -> None:
    for what, reporter, fields, expected in CASES:
        number = (await report(tx, reporter, **fields)).entry.number
        assert await _seeing(tx, number) == expected, what


async def test_both_levels_keep_sight_of_what_was_handed_up(tx: Tx) -> None:
    number = (await report(tx)).entry.number
    moved = await move(tx, number, "escalate", "mq-ng1", text="两县")
    assert {"mq-ng1", "mq-ng2", "mq-leader"} <= await _seeing(tx, number)
    city = {"sq-ng1": "holder", "sq-ng2": "holder", "mq-cm": "reporter", "mq-ng2": "watcher"}
    assert await _heard(tx, moved) == city
    moved = await move(tx, number, "send_back", "sq-ng1", text="先走访")
    county = {"mq-ng1": "holder", "mq-ng2": "holder", "mq-cm": "reporter", "sq-ng2": "watcher"}
    assert await _heard(tx, moved) == county


async def test_an_internal_clue_that_is_sent_back_is_seen_by_those_who_hold_it(tx: Tx) -> None:
    number = (await report(tx, accused=["mq-mi"])).entry.number
    await move(tx, number, "send_back", "sq-ng1", text="请县局核查")
    assert await _seeing(tx, number) == {"mq-cm", "mq-ng1", "mq-ng2"} | CITY_WIDE
    await move(tx, number, "escalate", "mq-ng1", text="超出权限")
    assert await _seeing(tx, number) == {"mq-cm"} | CITY_WIDE


@pytest.mark.parametrize(
    ("by", "fields", "expected"),
    [
        ("mq-cm", {}, {"mq-ng1": "holder", "mq-ng2": "holder"}),
        ("mq-cm", {"special": True}, {"mq-yx-head": "holder"}),
        ("mq-yx-head", {"special": True}, {"mq-yx-head": "holder"}),  # their own matter now
        ("mq-ng1", {}, {"mq-ng1": "holder", "mq-ng2": "holder"}),
        ("mq-cm", {"accused": ["sq-ng1"]}, {"sq-ng2": "holder"}),
    ],
)
async def test_who_hears_of_a_report(tx: Tx, by: str, fields: dict[str, Any], expected: dict[str, str]) -> None:
    assert await _heard(tx, await report(tx, by, **fields)) == expected


async def test_an_addition_is_heard_by_the_other_side_only(tx: Tx) -> None:
    number = (await report(tx)).entry.number
    both = {"mq-ng1": "holder", "mq-ng2": "holder"}
    assert await _heard(tx, await move(tx, number, "append", "mq-cm", text="还有一箱")) == both
    assert await _heard(tx, await move(tx, number, "append", "mq-ng1", text="已调取订单")) == {
        "mq-ng2": "holder",
        "mq-cm": "reporter",
    }
    await move(tx, number, "dismiss", "mq-ng1", text="重复")
    closed = await move(tx, number, "append", "mq-cm", text="不是重复")
    assert await _heard(tx, closed) == {"mq-ng1": "watcher", "mq-ng2": "watcher"}


async def test_letters_go_to_every_working_door(tx: Tx) -> None:
    contact = tables.contact
    await tx.execute(insert(contact), [{"door": "telegram", "address": "77", "person_id": "mq-ng1"}])
    await tx.execute(update(contact).where(contact.c.address == "mq-ng2").values(off_at=AT, off_reason="gone"))
    found = {hearer.person.id: hearer.to for hearer in await hearers(tx, await report(tx))}
    assert found == {"mq-ng1": (Address("wecom", "mq-ng1"), Address("telegram", "77")), "mq-ng2": ()}


async def test_when_no_holder_can_be_reached_the_next_office_hears(tx: Tx) -> None:
    contact = tables.contact
    await tx.execute(update(contact).where(contact.c.address.like("mq-ng%")).values(off_at=AT))
    heard = await _heard(tx, await report(tx))
    assert heard == {"mq-ng1": "holder", "mq-ng2": "holder", "sq-ng1": "watcher", "sq-ng2": "watcher"}


async def test_addresses_find_their_people_in_any_case(tx: Tx) -> None:
    assert await who_is(tx, Address("wecom", "MQ-CM")) == who("mq-cm").__class__(
        **{**_fields("mq-cm"), "address": Address("wecom", "MQ-CM")}
    )
    assert await who_is(tx, Address("wecom", "nobody")) is None
    assert await who_is(tx, Address("telegram", "mq-cm")) is None
    for userid in STAFF:
        found = await person_by_id(tx, userid.upper())
        assert found is not None
        assert {**_fields(userid), "address": None} == {name: getattr(found, name) for name in _fields(userid)}
    await tx.execute(update(tables.person).where(tables.person.c.id == "mq-cm").values(active=False))
    assert await who_is(tx, Address("wecom", "mq-cm")) is None


def _fields(userid: str) -> dict[str, Any]:
    person = who(userid)
    return {name: getattr(person, name) for name in person.__slots__}


async def test_a_squad_without_a_head_reports_to_the_head_above(tx: Tx) -> None:
    squad = {"code": "411421-ZM-1", "parent_code": "411421-ZM", "name_zh": "一中队", "name_en": "Squad 1"}
    path = "411400/411421/411421-ZM/411421-ZM-1"
    await tx.execute(insert(tables.unit).values(**squad, kind="department", department="enforcement", path=path))
    await tx.execute(update(tables.person).where(tables.person.c.id == "mq-mi").values(unit_code="411421-ZM-1"))
    inspector = await person_by_id(tx, "mq-mi")
    assert inspector
    fields = {"text": "说不清", "merchant": SHOP}
    moved = await apply(tx, Ask(Ledger.CLUE, "report", None, fields), inspector, AT)
    assert await _heard(tx, moved) == {"mq-zm-head": "holder"}
    classified = await move(tx, moved.entry.number, "classify", "mq-zm-head", indicator=CODE)
    assert classified.entry.state == "county_review"
    number = (await report(tx, "mq-cm", accused=["mq-mi"])).entry.number
    assert "mq-zm-head" not in await _seeing(tx, number)

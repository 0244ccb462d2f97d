"""What the clue ledger writes: numbers, holders, deadlines, lines, evidence, the handling form."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from store import tables
from store.clock.alarms import overdue_moves
from store.db import Tx
from store.law.rules import REASONS
from store.ledger import apply
from store.moving.chain import verify_chain
from store.words import CLOCK, Ask, Holder, Ledger, Moved, Refused, Role
from tests.world import CITY, CODE, CODE_INTERNAL, MQ, SHOP, SHOP_SX, SX, build_world, who

AT = datetime(2026, 11, 17, 2, 0, tzinfo=UTC)
PLACE = {"lat": 34.6494, "lon": 115.1434, "datum": "wgs84", "accuracy": 20.0, "label": "人民路口"}


async def report(tx: Tx, by: str = "mq-cm", at: datetime = AT, **fields: Any) -> Moved:
    given = {"text": "整箱串码", "merchant": SHOP, "indicator": CODE, **fields}
    given = {key: value for key, value in given.items() if value is not None}
    return await apply(tx, Ask(Ledger.CLUE, "report", None, given), who(by), at)


async def move(tx: Tx, number: str, verb: str, by: str, at: datetime = AT, **fields: Any) -> Moved:
    return await apply(tx, Ask(Ledger.CLUE, verb, number, fields), who(by), at)


async def photo(tx: Tx, owner: str, kind: str = "image") -> str:
    row = {"id": str(uuid4()), "person_id": owner, "kind": kind, "door": "wecom", "ref": "m", "received_at": AT}
    await tx.execute(insert(tables.evidence).values(row))
    return str(row["id"])


async def refused(coroutine: Any) -> tuple[str, dict[str, Any]]:
    """Reason and facts of a refusal; both are in the list of reasons."""
    with pytest.raises(Refused) as no:
        await coroutine
    assert set(REASONS[no.value.reason]) <= set(no.value.facts)
    return no.value.reason, dict(no.value.facts)


async def _lines(tx: Tx, number: str) -> list[dict[str, Any]]:
    query = select(tables.line).where(tables.line.c.number == number).order_by(tables.line.c.seq)
    return [dict(row._mapping) for row in await tx.execute(query)]


COUNTY = Holder(unit=MQ, role=Role.SUPERVISION_OFFICER)
CITY_DESK = Holder(unit=CITY, role=Role.SUPERVISION_OFFICER)


@pytest.mark.parametrize(
    ("by", "fields", "state", "holder", "due"),
    [
        ("mq-cm", {}, "county_review", COUNTY, "2026-11-19T10:00:00+00:00"),
        (
            "mq-cm",
            {"indicator": None},
            "head_review",
            Holder(unit=f"{MQ}-YX", role=Role.DEPARTMENT_HEAD),
            "2026-11-18T10:00:00+00:00",
        ),
        ("mq-dw", {"indicator": None}, "county_review", COUNTY, "2026-11-19T10:00:00+00:00"),  # nobody heads it
        ("mq-cm", {"indicator": CODE_INTERNAL}, "city_review", CITY_DESK, "2026-11-19T10:00:00+00:00"),
        ("mq-cm", {"indicator": None, "accused": ["MQ-DW"]}, "city_review", CITY_DESK, "2026-11-19T10:00:00+00:00"),
        ("sq-yx", {"special": True}, "city_review", CITY_DESK, "2026-11-19T10:00:00+00:00"),
    ],
)
async def test_a_report_has_state_holder_and_deadline(
    tx: Tx, by: str, fields: dict[str, Any], state: str, holder: Holder, due: str
) -> None:
    moved = await report(tx, by, **fields)
    entry = moved.entry
    assert (entry.number, entry.state, entry.holder, entry.fields["due_at"]) == ("XS-2026-000001", state, holder, due)
    assert (moved.before, moved.seq, moved.text) == (None, 1, "整箱串码")
    forms = (await tx.execute(select(tables.handling_form.c.clue))).scalars().all()
    assert forms == ([] if state == "head_review" else ["XS-2026-000001"])


async def test_a_report_keeps_everything_it_was_given(tx: Tx) -> None:
    photos = [await photo(tx, "mq-cm"), await photo(tx, "mq-cm")]
    voice = await photo(tx, "mq-cm", "voice")
    place = {**PLACE, "datum": "gcj02"}
    seen = "2026-11-16T16:00:00+08:00"
    moved = await report(tx, photos=photos, recordings=[voice], place=place, observed_at=seen, phone="13800000000")
    fields = moved.entry.fields
    assert (fields["reporter"], fields["reporter_field_role"], fields["severity"]) == ("mq-cm", "customer_manager", 3)
    assert (fields["photos"], fields["sent_lat"], fields["datum"]) == (2, 34.6494, "gcj02")
    assert 400 < fields["distance_m"] < 700  # the datum was seen to: uncorrected it were 100
    assert (fields["observed_at"], fields["late"]) == ("2026-11-16T08:00:00+00:00", False)
    attached = select(tables.evidence.c.number, tables.evidence.c.seq).distinct()
    assert (await tx.execute(attached)).all() == [("XS-2026-000001", 1)]
    line = (await _lines(tx, moved.entry.number))[0]
    assert line["fields"] == {
        "merchant": SHOP,
        "indicator": CODE,
        "photos": photos,
        "recordings": [voice],
        "place": place,
        "observed_at": seen,
        "phone": "13800000000",
    }


@pytest.mark.parametrize(
    ("seen", "late"),
    [
        ("2026-11-17T09:00:00+08:00", False),
        ("2026-11-16T15:30:00+08:00", False),  # 2.5 hours before closing and 1.5 since opening: 4 working hours
        ("2026-11-16T15:29:00+08:00", True),
        ("2026-11-16T15:29:00", True),  # without an offset it is Shanghai's time
    ],
)
async def test_a_late_report_is_marked(tx: Tx, seen: str, late: bool) -> None:
    assert (await report(tx, observed_at=seen)).entry.fields["late"] is late


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"text": ""}, "missing_text_or_photo"),
        ({"merchant": None}, "missing_merchant"),
        ({"merchant": "unlicensed"}, "missing_place"),
        ({"merchant": "411421999999"}, "merchant_unknown"),
        ({"indicator": "W99999"}, "indicator_unknown"),
        ({"indicator": "W202"}, "indicator_unknown"),  # a group is not an indicator
        ({"photos": [str(uuid4())]}, "evidence_unknown"),
        ({"photos": ["not an id"]}, "bad_field"),
        ({"accused": ["nobody"]}, "person_unknown"),
        ({"observed_at": "2026-11-18T10:00:00+08:00"}, "observed_in_future"),
        ({"observed_at": "yesterday"}, "bad_field"),
        ({"observed_at": 5}, "bad_field"),
        ({"place": {"lat": 934.0, "lon": 115.0}}, "bad_field"),
        ({"place": "here"}, "bad_field"),
        ({"special": "perhaps"}, "bad_field"),
        ({"text": "x" * 4001}, "too_long"),
    ],
)
async def test_a_report_that_cannot_be_is_refused_and_takes_no_number(
    tx: Tx, fields: dict[str, Any], reason: str
) -> None:
    assert (await refused(report(tx, **fields)))[0] == reason
    assert (await report(tx)).entry.number == "XS-2026-000001"


async def test_text_that_no_database_could_keep_is_cleaned(tx: Tx) -> None:
    moved = await report(tx, text="a\x00b\ud800c", note={"k\x00": float("nan")})
    assert moved.text == "ab?c"
    assert (await _lines(tx, moved.entry.number))[0]["fields"]["note"] == {"k": None}


async def test_evidence_of_somebody_else_or_of_another_clue_is_refused(tx: Tx) -> None:
    mine, other = await photo(tx, "mq-cm"), await photo(tx, "mq-mi")
    assert (await refused(report(tx, photos=[mine, other])))[0] == "evidence_unknown"
    number = (await report(tx, photos=[mine])).entry.number
    assert (await refused(report(tx, photos=[mine])))[0] == "evidence_unknown"
    moved = await move(tx, number, "append", "mq-cm", photos=[await photo(tx, "mq-cm")])
    assert moved.entry.fields["photos"] == 2


async def test_a_clue_goes_through_head_county_and_city_and_back(tx: Tx) -> None:
    number = (await report(tx, indicator=None)).entry.number
    steps: list[tuple[str, str, dict[str, Any], str, Holder | None]] = [
        ("ask_info", "mq-yx-head", {"text": "哪一排货架?"}, "need_info", Holder(person="mq-cm")),
        ("supply", "mq-cm", {"text": "第二排"}, "head_review", Holder(unit=f"{MQ}-YX", role=Role.DEPARTMENT_HEAD)),
        ("classify", "mq-yx-head", {"indicator": CODE}, "county_review", COUNTY),
        ("ask_info", "mq-ng1", {"text": "多少条?"}, "need_info", Holder(person="mq-cm")),
        ("append", "mq-cm", {"text": "还在数"}, "need_info", Holder(person="mq-cm")),
        ("supply", "mq-cm", {"text": "五十条"}, "county_review", COUNTY),
        ("escalate", "mq-ng2", {"text": "涉及两县"}, "city_review", CITY_DESK),
        ("send_back", "sq-ng1", {"text": "请县局先走访"}, "county_review", COUNTY),
        ("dismiss", "mq-ng1", {"text": "重复"}, "unfounded", None),
        ("restore", "sq-ng2", {"text": "再看一看"}, "city_review", CITY_DESK),
        ("transfer_out", "sq-ng2", {"text": "属公安职权", "authority": "市公安局"}, "transferred", None),
    ]
    for count, (verb, by, fields, state, holder) in enumerate(steps, start=2):
        moved = await move(tx, number, verb, by, **fields)
        assert (moved.entry.state, moved.entry.holder, moved.seq) == (state, holder, count)
        assert (moved.entry.fields["due_at"] is None) is (holder is None)
    lines = await _lines(tx, number)
    assert [line["verb"] for line in lines] == ["report", *(step[0] for step in steps)]
    assert [line["before"] for line in lines[1:]] == [line["after"] for line in lines[:-1]]
    assert verify_chain(lines) is None
    forms = (await tx.execute(select(tables.handling_form.c.clue, tables.handling_form.c.state))).all()
    assert forms == [(number, "ended")]


async def test_a_direct_answer_closes_the_clue(tx: Tx) -> None:
    number = (await report(tx, special=True)).entry.number
    moved = await move(tx, number, "answer", "mq-yx-head", text="已当场纠正")
    assert (moved.entry.state, moved.entry.holder, moved.entry.fields["last_text"]) == ("answered", None, "已当场纠正")
    reason, facts = await refused(move(tx, number, "classify", "mq-yx-head", indicator=CODE))
    assert (reason, facts["STATE"]["zh"], facts["number"]) == ("wrong_state_nothing", "已直接回复", number)
    reason, facts = await refused(move(tx, number, "supply", "mq-cm", text="x"))
    assert (reason, facts["POSSIBLE"]) == ("wrong_state", {"zh": "追加", "en": "add"})


@pytest.mark.parametrize(
    ("verb", "by", "reason"),
    [
        ("dismiss", "mq-cm", "wrong_person"),
        ("dismiss", "sq-ng1", "wrong_person_nothing"),  # the county's turn
        ("dismiss", "sx-ng", "not_found"),  # another county
        ("dismiss", "mq-mi", "not_found"),
        ("escalate", "mq-yx-head", "wrong_person_nothing"),
        ("accept", "mq-ng1", "missing_opinion"),
        ("reopen", "mq-ng1", "wrong_state"),
        ("archive", "mq-ng1", "wrong_state"),
        ("report", "mq-ng1", "wrong_state"),
    ],
)
async def test_who_may_not_is_told_so(tx: Tx, verb: str, by: str, reason: str) -> None:
    number = (await report(tx)).entry.number
    assert (await refused(move(tx, number, verb, by, text="x")))[0] == reason
    assert len(await _lines(tx, number)) == 1


async def test_a_clue_of_the_city_goes_back_to_the_county_of_the_shop(tx: Tx) -> None:
    number = (await report(tx, "sq-yx", merchant=SHOP_SX)).entry.number
    moved = await move(tx, number, "send_back", "sq-ng1", text="请核实")
    assert (moved.entry.fields["bureau"], moved.entry.holder) == (SX, Holder(unit=SX, role=Role.SUPERVISION_OFFICER))
    unknown = (await report(tx, "sq-yx", merchant="unlicensed", place=PLACE)).entry.number
    assert (await refused(move(tx, unknown, "send_back", "sq-ng1", text="请核实")))[0] == "county_unknown"
    moved = await move(tx, unknown, "send_back", "sq-ng1", text="请核实", county=MQ)
    assert moved.entry.holder == COUNTY


async def test_an_office_without_people_is_stood_in_for(tx: Tx) -> None:
    person = tables.person
    number = (await report(tx, indicator=None)).entry.number
    await tx.execute(update(person).where(person.c.id == "mq-yx-head").values(active=False))
    moved = await move(tx, number, "ask_info", "mq-ng1", text="哪里?")  # county supervision acts for the head
    assert moved.entry.state == "need_info"
    await tx.execute(update(person).where(person.c.id.in_(["mq-ng1", "mq-ng2"])).values(active=False))
    assert (await report(tx)).entry.holder == CITY_DESK
    await tx.execute(update(person).where(person.c.role == "supervision_officer").values(active=False))
    leaders = Holder(unit=CITY, role=Role.LEADER)
    assert (await report(tx)).entry.holder == leaders
    moved = await report(tx, indicator=CODE_INTERNAL, accused=["sq-yx"])  # the city's leader is in that line
    assert moved.entry.holder == Holder(unit=CITY, role=Role.ADMINISTRATOR)


async def test_the_clock_archives_after_a_month_of_rest(tx: Tx) -> None:
    number = (await report(tx, special=True)).entry.number
    await move(tx, number, "answer", "mq-yx-head", text="已处理")
    archive = Ask(Ledger.CLUE, "archive", number)
    early, late = AT + timedelta(days=29), AT + timedelta(days=30)
    assert await overdue_moves(tx, early) == []
    assert (await refused(apply(tx, archive, CLOCK, early)))[0] == "too_early"
    assert await overdue_moves(tx, late) == [archive]
    assert (await apply(tx, archive, CLOCK, late)).entry.state == "archived"
    assert (await refused(move(tx, number, "append", "mq-cm", text="x")))[0] == "wrong_state_nothing"


async def test_numbers_begin_anew_with_the_year_in_shanghai(tx: Tx) -> None:
    eve, new_year = datetime(2026, 12, 31, 15, 59, tzinfo=UTC), datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
    numbers = [(await report(tx, at=at)).entry.number for at in (eve, eve, new_year)]
    assert numbers == ["XS-2026-000001", "XS-2026-000002", "XS-2027-000001"]


async def test_two_replicas_at_once_leave_no_gap_and_one_winner(engine: AsyncEngine) -> None:
    async with engine.begin() as tx:
        await build_world(tx)

    async def one(by: str, fail: bool) -> None:
        async with engine.connect() as connection, connection.begin() as transaction:
            await report(connection, by)
            if fail:
                await transaction.rollback()

    await asyncio.gather(*(one("mq-cm" if n % 2 else "sx-cm", n % 3 == 0) for n in range(12)))

    async def dismiss(by: str) -> str:
        async with engine.begin() as connection:
            try:
                return (await move(connection, "XS-2026-000001", "dismiss", by, text="x")).entry.state
            except Refused as no:
                return no.reason

    async with engine.begin() as tx:
        numbers = (await tx.execute(select(tables.clue.c.number).order_by(tables.clue.c.number))).scalars().all()
        officers = ("mq-ng1", "mq-ng2")
        mine = select(tables.clue.c.bureau).where(tables.clue.c.number == "XS-2026-000001")
        if (await tx.execute(mine)).scalar_one() == SX:
            officers = ("sx-ng", "sx-ng")
    assert numbers == [f"XS-2026-{n:06d}" for n in range(1, 9)]
    outcomes = await asyncio.gather(*(dismiss(by) for by in officers))
    assert sorted(outcomes) == ["unfounded", "wrong_state_nothing"]
    async with engine.begin() as tx:
        count = select(func.count()).select_from(tables.line).where(tables.line.c.number == "XS-2026-000001")
        assert (await tx.execute(count)).scalar_one() == 2

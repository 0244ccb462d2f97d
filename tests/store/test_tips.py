"""A tip from the first word to the last: filed, found, read, answered, acted upon, closed, deleted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from store import tables, tips
from store.db import Tx
from store.tips import Denied, NoOfficer, NotYours, TipFile, receipts
from store.words import Moved
from tests.tips import ANSWERS, CHEAP, PHOTO, file_tip, held, key_of, make_vault, opened
from tests.world import SHOP, build_world

AT = datetime(2026, 11, 23, 2, 17, 41, tzinfo=UTC)  # a Monday morning in Shanghai
DAY = date(2026, 11, 23)


@pytest.fixture
async def tx(engine: AsyncEngine) -> AsyncIterator[Tx]:
    async with engine.connect() as connection:
        await build_world(connection)
        await make_vault(connection, AT)
        await connection.commit()
        yield connection


async def test_a_tip_goes_in_and_its_officer_and_its_tipster_read_the_same(tx: Tx) -> None:
    receipt = await file_tip(tx, AT, files=(PHOTO,))
    mine = await held(tx, receipt, AT)
    theirs = await opened(tx, "sq-ng1", mine.number, AT)
    shown = [await tips.read(tx, one, AT) for one in (mine, theirs)]
    assert shown[0] == shown[1]
    one = shown[0]
    assert one.answers["text"] == ANSWERS["text"]
    assert one.answers["place"] == {"lat": 34.649, "lon": 115.142, "datum": "wgs84", "label": "人民路"}
    assert (one.status, one.door, one.notice, one.identity) == ("received", "web", "https", "none")
    assert (one.clocks.acknowledge_by, one.clocks.feedback_by) == (date(2026, 11, 30), date(2027, 2, 23))
    assert [(file.name, file.mime, file.size) for file in one.files] == [("photo-1.jpg", "image/jpeg", len(PHOTO.data))]
    for whose in (mine, theirs):
        assert await tips.file_bytes(tx, whose, one.files[0].id) == PHOTO.data


async def test_the_clue_ledger_learns_a_day_a_state_and_nothing_else(tx: Tx) -> None:
    number = (await held(tx, await file_tip(tx, AT), AT)).number
    row = (await tx.execute(select(tables.clue).where(tables.clue.c.number == number))).one()._mapping
    empty: tuple[object, ...] = (None, "", False, 0, [])
    said = {name: value for name, value in row.items() if value not in empty}
    midnight = datetime(2026, 11, 22, 16, tzinfo=UTC)
    assert said == {
        "number": number,
        "state": "city_review",
        "source": "tip",
        "unit_code": "411400",
        "bureau": "411400",
        "holder_unit": "411400",
        "holder_role": "supervision_officer",
        "reported_at": midnight,
        "last_at": midnight,
        "since": midnight,
        "due_at": datetime(2027, 2, 23, 10, tzinfo=UTC),
        "lines": 1,
    }
    assert len(number) == len("XS-2026-00000000")
    lines = (await tx.execute(select(tables.line).where(tables.line.c.number == number))).all()
    assert [(one.verb, one.by, one.at, one.door, one.text) for one in lines] == [("tip", "tipline", midnight, None, "")]


async def test_both_sides_talk_and_see_what_was_read(tx: Tx) -> None:
    receipt = await file_tip(tx, AT)
    mine = await held(tx, receipt, AT)
    theirs = await opened(tx, "sq-ng2", mine.number, AT)
    await tips.answer(tx, theirs, "哪一天看到的?", [], AT + timedelta(days=1))
    await tips.say(tx, mine, "上周三", [TipFile("document", "application/pdf", b"%PDF " * 99)], AT + timedelta(days=2))
    shown = await tips.read(tx, theirs, AT)
    assert [(one.author, one.text, one.day, one.seen) for one in shown.messages] == [
        ("officer", "哪一天看到的?", date(2026, 11, 24), False),
        ("tipster", "上周三", date(2026, 11, 25), False),
    ]
    assert shown.messages[1].files[0].name == "document-2-1.pdf"
    assert (shown.status, shown.clocks.acknowledged) == ("acknowledged", date(2026, 11, 24))
    assert [one.seen for one in (await tips.read(tx, mine, AT)).messages] == [False, True]
    assert [one.seen for one in (await tips.read(tx, theirs, AT)).messages] == [True, True]


async def test_each_officer_lists_and_opens_exactly_their_own(tx: Tx) -> None:
    plain = (await held(tx, await file_tip(tx, AT), AT)).number
    of_officer = (await held(tx, await file_tip(tx, AT, person_name="秦明"), AT)).number
    first, second = await key_of(tx, "sq-ng1", AT), await key_of(tx, "sq-ng2", AT)
    assert [one.number for one in await tips.list_for(tx, first, AT)] == [plain]
    assert sorted(one.number for one in await tips.list_for(tx, second, AT)) == sorted([plain, of_officer])
    county = await key_of(tx, "mq-ng1", AT)
    assert await tips.list_for(tx, county, AT) == []
    for key, number in ((first, of_officer), (county, plain), (first, "XS-2026-99999999")):
        with pytest.raises(NotYours):
            await tips.open_tip(tx, key, number, AT)
    row = (await tips.list_for(tx, first, AT))[0]
    assert (row.status, row.day, row.unread) == ("received", DAY, 1)
    await tips.read(tx, await opened(tx, "sq-ng1", plain, AT), AT)
    assert (await tips.list_for(tx, first, AT))[0].unread == 0


async def test_every_opening_leaves_a_line(tx: Tx) -> None:
    number = (await held(tx, await file_tip(tx, AT), AT)).number
    await opened(tx, "sq-ng1", number, AT)
    assert await tips.lines_of(tx, number) == [("sq-ng1", "open", AT)]


async def test_without_anybody_entitled_nothing_is_written(tx: Tx) -> None:
    everybody = "秦明 tom xu"
    before = await _rows(tx)
    with pytest.raises(NoOfficer):
        await file_tip(tx, AT, person_name=everybody)
    assert await _rows(tx) == before


async def test_without_a_vault_the_door_is_told_before_it_begins(engine: AsyncEngine) -> None:
    async with engine.connect() as tx:
        await build_world(tx)
        assert not await tips.can_take(tx, AT)
        with pytest.raises(NoOfficer):
            await file_tip(tx, AT)
        await make_vault(tx, AT, {"mq-ng1": "officer"})
        assert await tips.can_take(tx, AT)
        with pytest.raises(NoOfficer):  # an insider is not for the county
            await file_tip(tx, AT, about="insider")
        await tips.setup.add_officer(tx, "sq-leader", "outside", "somebody else's", AT, cost=CHEAP)
        receipt = await file_tip(tx, AT, about="insider")
        number = (await held(tx, receipt, AT)).number
        readers = select(tables.tip_wrap.c.reader).where(tables.tip_wrap.c.number == number)
        assert set((await tx.execute(readers)).scalars()) == {"sq-leader", "escrow"}


async def test_a_receipt_of_a_chat_is_second_class_until_the_page_changes_it(tx: Tx) -> None:
    old = await file_tip(tx, AT, chat=True)
    mine = await held(tx, old, AT)
    await tips.say(tx, mine, "还有一件事", [], AT)
    shown = await tips.read(tx, mine, AT)
    assert (mine.full, shown.status, shown.messages, dict(shown.answers)) == (False, "received", (), {})
    with pytest.raises(NotYours):
        await tips.delete(tx, mine, AT)
    lost = await tips.rotate(tx, mine, AT)  # a page that never arrived
    new = await tips.rotate(tx, mine, AT)
    assert await tips.find(tx, lost, AT) is None
    full = await held(tx, new, AT)
    assert full.full
    assert await tips.find(tx, old, AT) is not None
    await tips.confirm_rotation(tx, full, AT)
    assert await tips.find(tx, old, AT) is None
    await tips.say(tx, full, "现在在网页上", [], AT)
    assert [one.text for one in (await tips.read(tx, full, AT)).messages] == ["还有一件事", "现在在网页上"]


async def test_the_tipster_deletes_and_nothing_can_be_opened_any_more(tx: Tx) -> None:
    receipt = await file_tip(tx, AT, files=(PHOTO,), identity="李四 13800000000")
    mine = await held(tx, receipt, AT)
    key = await key_of(tx, "sq-ng1", AT)
    theirs = await tips.open_tip(tx, key, mine.number, AT)
    await tips.delete(tx, mine, AT + timedelta(days=3))
    assert await tips.find(tx, receipt, AT) is None
    assert await tips.list_for(tx, key, AT) == []
    for gone in (mine, theirs):
        with pytest.raises(NotYours):
            await tips.read(tx, gone, AT)
    with pytest.raises(NotYours):
        await tips.open_tip(tx, key, mine.number, AT)
    stone = (await tx.execute(select(tables.tip))).one()
    assert (stone.status, stone.outcome, stone.erased_on, stone.sealed, stone.head) == (
        *("erased", "withdrawn", date(2026, 11, 26)),
        *(None, None),
    )
    assert len(stone.digest) == 32
    for table in (tables.tip_share, tables.tip_message, tables.tip_file, tables.tip_receipt, tables.tip_identity):
        assert (await tx.execute(select(func.count()).select_from(table))).scalar_one() == 0
    state = select(tables.clue.c.state).where(tables.clue.c.number == mine.number)
    assert (await tx.execute(state)).scalar_one() == "answered"


@pytest.mark.parametrize(
    ("outcome", "state"),
    [("confirmed", "answered"), ("unfounded", "unfounded"), ("transferred", "transferred"), ("answered", "answered")],
)
async def test_a_tip_is_closed_with_an_outcome(tx: Tx, outcome: str, state: str) -> None:
    mine = await held(tx, await file_tip(tx, AT), AT)
    theirs = await opened(tx, "sq-ng1", mine.number, AT)
    await tips.close(tx, theirs, outcome, "谢谢你", AT)
    shown = await tips.read(tx, mine, AT)
    assert (shown.status, shown.outcome, shown.clocks.erased_on) == ("closed", outcome, DAY + timedelta(days=90))
    assert [(one.kind, one.text) for one in shown.messages] == [("closed", "谢谢你")]
    entry = select(tables.clue.c.state).where(tables.clue.c.number == mine.number)
    assert (await tx.execute(entry)).scalar_one() == state
    with pytest.raises(NotYours):
        await tips.close(tx, theirs, outcome, "again", AT)


async def test_an_outcome_that_is_none_is_refused(tx: Tx) -> None:
    number = (await held(tx, await file_tip(tx, AT), AT)).number
    theirs = await opened(tx, "sq-ng1", number, AT)
    with pytest.raises(ValueError):
        await tips.close(tx, theirs, "withdrawn", "", AT)


# --- identity -------------------------------------------------------------------------------------------


async def test_only_the_custodian_opens_the_identity_and_only_for_who_asked(tx: Tx) -> None:
    mine = await held(tx, await file_tip(tx, AT, identity="李四 13800000000"), AT)
    theirs = await opened(tx, "sq-ng1", mine.number, AT)
    assert "identity" not in (await tips.read(tx, theirs, AT)).answers
    assert await tips.identity(tx, theirs, AT) is None
    custodian = await key_of(tx, "sq-custodian", AT)
    with pytest.raises(NotYours):
        await tips.open_tip(tx, custodian, mine.number, AT)
    assert await tips.identity_requests(tx, custodian, AT) == []
    with pytest.raises(NotYours):
        await tips.release_identity(tx, custodian, mine.number, "sq-ng1", AT)
    await tips.ask_identity(tx, theirs, "需要当面核实", AT)
    wanted = await tips.identity_requests(tx, custodian, AT)
    assert wanted == [tips.Wanted(mine.number, "sq-ng1", "需要当面核实")]
    with pytest.raises(NotYours):
        await tips.release_identity(tx, await key_of(tx, "sq-ng2", AT), mine.number, "sq-ng1", AT)
    await tips.release_identity(tx, custodian, mine.number, "sq-ng1", AT)
    assert await tips.identity(tx, theirs, AT) == "李四 13800000000"
    assert await tips.identity(tx, await opened(tx, "sq-ng2", mine.number, AT), AT) is None
    assert [(who, what) for who, what, _at in await tips.lines_of(tx, mine.number)] == [
        ("sq-ng1", "open"),
        ("sq-ng1", "identity_asked"),
        ("sq-custodian", "identity_released"),
        ("sq-ng1", "identity_read"),
        ("sq-ng2", "open"),
    ]
    assert (await tips.read(tx, mine, AT)).messages == ()  # the tipster is not told who asked, nor why


async def test_who_gave_no_name_is_asked_in_the_dialogue(tx: Tx) -> None:
    mine = await held(tx, await file_tip(tx, AT), AT)
    theirs = await opened(tx, "sq-ng1", mine.number, AT)
    await tips.ask_identity(tx, theirs, "需要当面核实", AT)
    assert [(one.kind, one.text) for one in (await tips.read(tx, mine, AT)).messages] == [("identity_asked", "")]
    await tips.give_identity(tx, mine, "李四", AT)
    await tips.ask_identity(tx, theirs, "需要当面核实", AT)
    custodian = await key_of(tx, "sq-custodian", AT)
    await tips.release_identity(tx, custodian, mine.number, "sq-ng1", AT)
    assert await tips.identity(tx, theirs, AT) == "李四"


# --- the ledgers ----------------------------------------------------------------------------------------

FIELDS = {
    "text": "请核实该户库存与扫码情况",
    "merchant": SHOP,
    "opinion": "例行核查",
    "severity": 3,
    "scope": "单户",
    "department": "enforcement",
    "assignee": "mq-mi",
}


async def test_a_tip_is_taken_into_the_ledgers_without_a_way_back(tx: Tx) -> None:
    mine = await held(tx, await file_tip(tx, AT), AT)
    theirs = await opened(tx, "sq-ng1", mine.number, AT)
    moved = await tips.accept(tx, theirs, FIELDS, AT)
    number = _problem(moved)
    shown = await tips.read(tx, theirs, AT)
    assert [(one.number, one.state) for one in shown.checks] == [(number, "dispatched")]
    assert (shown.status, (await tips.read(tx, mine, AT)).checks) == ("working", ())
    for table in ("line", "problem", "handling_form", "planned_check"):
        assert mine.number not in str(await _all(tx, table, mine.number))


async def test_a_dispatched_check_begins_later_among_routine_ones_and_flows_back(tx: Tx) -> None:
    mine = await held(tx, await file_tip(tx, AT), AT)
    theirs = await opened(tx, "sq-ng1", mine.number, AT)
    due = await tips.dispatch(tx, theirs, {**FIELDS, "secret": "not a field"}, timedelta(hours=6), AT)
    assert AT <= due <= AT + timedelta(hours=6)
    assert (await tips.read(tx, theirs, AT)).checks[0].number is None
    planned = (await tx.execute(select(tables.planned_check))).all()
    assert len(planned) == 3
    assert len({one.fields["merchant"] for one in planned}) == 3
    assert {tuple(sorted(set(one.fields) - {"merchant"})) for one in planned} == {
        tuple(sorted(set(FIELDS) - {"merchant"}))
    }
    assert await tips.checks.due(tx, AT) == []
    ids = await tips.checks.due(tx, AT + timedelta(hours=6))
    moves = [await tips.checks.strike(tx, one, AT + timedelta(hours=6)) for one in ids]
    assert [len(one) for one in moves] == [2, 2, 2]
    assert [await tips.checks.strike(tx, one, AT) for one in ids] == [(), (), ()]
    check = (await tips.read(tx, theirs, AT)).checks[0]
    assert check.state == "dispatched"
    assert check.number in {_problem(one) for one in moves}


def _problem(moved: tuple[Moved, ...]) -> str:
    return moved[-1].caused[0].entry.number


# --- passphrases ----------------------------------------------------------------------------------------


async def test_wrong_passphrases_lock_the_vault_for_longer_and_longer(tx: Tx) -> None:
    tries = [await tips.unlock(tx, "sq-ng1", "wrong", AT) for _ in range(6)]
    quarter = AT + timedelta(minutes=15)
    assert tries == [Denied(4), Denied(3), Denied(2), Denied(1), Denied(0, quarter), Denied(0, quarter)]
    assert await tips.unlock(tx, "sq-ng1", "correct horse sq-ng1", AT) == Denied(0, quarter)
    later = quarter + timedelta(seconds=1)
    assert await tips.unlock(tx, "sq-ng1", "wrong", later) == Denied(0, later + timedelta(minutes=30))
    assert (await key_of(tx, "sq-ng1", later + timedelta(hours=1))).kind == "officer"
    assert await tips.unlock(tx, "sq-ng1", "wrong", later + timedelta(hours=1)) == Denied(4)
    assert await tips.unlock(tx, "mq-cm", "wrong", AT) == Denied(0)


async def test_what_is_no_receipt_finds_nothing(tx: Tx) -> None:
    await file_tip(tx, AT)
    assert await tips.find(tx, None, AT) is None
    assert await tips.find(tx, receipts.new(), AT) is None


async def _rows(tx: Tx) -> dict[str, int]:
    names = [f"{table.schema or 'public'}.{table.name}" for table in tables.metadata.sorted_tables]
    return {name: (await tx.execute(text(f"SELECT count(*) FROM {name}"))).scalar_one() for name in names}


async def _all(tx: Tx, table: str, tip: str) -> list[object]:
    own = " WHERE number <> :tip" if table == "line" else " WHERE clue <> :tip" if table == "handling_form" else ""
    return list(await tx.execute(text(f"SELECT * FROM {table}{own}"), {"tip": tip} if own else {}))

"""What administrators change: dated, with its maker, undone by a new change; two at once, nothing is lost."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from store import tables
from store.chosen import CHOICES, choose
from store.chosen_forms import Unfit
from store.clock.clocks import load_clocks
from store.clock.workdays import is_working_day, load_calendar
from store.db import Tx
from store.running import journal
from store.running.absences import subject_of
from store.running.bringing import bring
from store.running.calendar import moving
from store.running.changing import Overtaken, books, change, undo
from store.running.settings import stamp
from store.staff.absence import stand_ins
from store.staff.people import person_by_id
from store.words import Json
from tests.store.problems import problem
from tests.world import CITY, MQ, SX

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
BOSS = "sq-admin"


async def state(tx: Tx, kind: str, subject: str) -> Json:
    return await books()[kind].state(tx, subject)


async def changed(tx: Tx, kind: str, subject: str, at: datetime = AT, **fields: Json) -> int | None:
    now = await state(tx, kind, subject)
    return (await change(tx, kind, subject, {**(now or {}), **fields}, BOSS, at)).id


NEW = {
    "name": "新人",
    "unit_code": f"{MQ}-YX",
    "role": "field_staff",
    "field_role": "customer_manager",
    "language": "zh",
    "active": True,
    "contacts": {"wecom": "mq-new"},
}


async def test_every_change_says_who_and_when_and_goes_back(tx: Tx) -> None:
    before = await state(tx, "person", "mq-cm")
    number = await changed(tx, "person", "mq-cm", unit_code=f"{SX}-YX", contacts={"wecom": "other", "telegram": "77"})
    assert number
    done = await journal.one(tx, number)
    assert done is not None
    assert (done.by, done.at, done.before, done.differing) == (BOSS, AT, before, ["contacts", "unit_code"])
    assert (await person_by_id(tx, "mq-cm")).bureau == SX  # type: ignore[union-attr]
    back = await undo(tx, number, BOSS, AT)
    assert await state(tx, "person", "mq-cm") == before
    assert back.id
    again = await journal.one(tx, number)
    assert again is not None
    assert again.undone_by == back.id
    with pytest.raises(Unfit, match="already"):
        await undo(tx, number, BOSS, AT)
    await undo(tx, back.id, BOSS, AT)  # taking back is a change like any other
    assert (await state(tx, "person", "mq-cm"))["contacts"] == {"wecom": "other", "telegram": "77"}


async def test_the_second_of_two_is_told_and_nothing_is_lost(tx: Tx) -> None:
    seen = journal.token(now := await state(tx, "person", "mq-cm"))
    first = await change(tx, "person", "mq-cm", {**now, "name": "林小"}, BOSS, AT, seen=seen)
    with pytest.raises(Overtaken) as told:
        await change(tx, "person", "mq-cm", {**now, "language": "en"}, BOSS, AT, seen=seen)
    assert told.value.last
    assert (told.value.last.id, told.value.last.by) == (first.id, BOSS)
    assert (await state(tx, "person", "mq-cm"))["language"] == "zh"
    assert first.id
    await changed(tx, "person", "mq-cm", language="en")  # of something else
    await undo(tx, first.id, BOSS, AT)
    assert [(await state(tx, "person", "mq-cm"))[name] for name in ("name", "language")] == ["林晓", "en"]
    second = await changed(tx, "person", "mq-cm", name="甲")
    await changed(tx, "person", "mq-cm", name="乙")
    with pytest.raises(Overtaken):
        await undo(tx, second or 0, BOSS, AT)


async def test_what_stands_already_is_no_change(tx: Tx) -> None:
    assert await changed(tx, "person", "mq-cm") is None
    with pytest.raises(Unfit, match="no administrator"):
        await change(tx, "person", "mq-cm", NEW, "mq-ng1", AT)


@pytest.mark.parametrize(
    ("subject", "fields", "sentence"),
    [
        ("mq-new", {"unit_code": "nowhere"}, "no open unit"),
        ("mq-new", {"role": "clock"}, "role from the list"),
        ("mq-new", {"name": ""}, "Give a name"),
        ("mq-new", {"contacts": {"wecom": "mq-cm"}}, "belongs to"),
        ("mq-new", {"contacts": {"telegram": "@name"}}, "no Telegram id"),
        ("两个字", {}, "no userid"),
        ("MQ-CM", {}, "already"),
    ],
)
async def test_a_person_who_cannot_be_is_refused(tx: Tx, subject: str, fields: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Unfit, match=sentence):
        await change(tx, "person", subject, {**NEW, **fields}, BOSS, AT)


async def test_who_is_taken_on_can_be_taken_back_but_is_not_forgotten(tx: Tx) -> None:
    made = (await change(tx, "person", "mq-new", NEW, BOSS, AT)).id
    assert (await person_by_id(tx, "mq-new")).name == "新人"  # type: ignore[union-attr]
    await undo(tx, made or 0, BOSS, AT)
    assert await person_by_id(tx, "mq-new") is None
    assert (await state(tx, "person", "mq-new"))["active"] is False


async def test_who_leaves_hands_over_with_a_line_and_can_come_back(tx: Tx) -> None:
    number = await problem(tx)
    done = await change(
        tx,
        "person",
        "mq-mi",
        {**await state(tx, "person", "mq-mi"), "active": False},
        BOSS,
        AT,
        given={"heir": "sx-mi"},
    )
    assert [(one.entry.number, one.verb, one.fields["assignee"]) for one in done.moved] == [
        (number, "hand_over", "sx-mi")
    ]
    await undo(tx, done.id or 0, BOSS, AT)
    assert (await person_by_id(tx, "mq-mi")) is not None


@pytest.mark.parametrize("fields", [{"active": False}, {"role": "leader"}, {"contacts": {}}])
async def test_the_last_administrator_cannot_lock_the_door(tx: Tx, fields: dict[str, Any]) -> None:
    with pytest.raises(Unfit, match="no administrator would be left"):
        await changed(tx, "person", BOSS, **fields)


UNIT = {
    "parent_code": MQ,
    "name_zh": "新科",
    "name_en": "New",
    "kind": "department",
    "department": None,
    "closed": False,
}


async def test_units_are_added_moved_renamed_and_closed_when_empty(tx: Tx) -> None:
    made = (await change(tx, "unit", "new", UNIT, BOSS, AT)).id
    moved = await changed(tx, "unit", "new", parent_code=SX, name_zh="迁科")
    path = select(tables.unit.c.path).where(tables.unit.c.code == "new")
    assert (await tx.execute(path)).scalar_one() == f"{CITY}/{SX}/new"
    await undo(tx, moved or 0, BOSS, AT)
    assert (await tx.execute(path)).scalar_one() == f"{CITY}/{MQ}/new"
    await undo(tx, made or 0, BOSS, AT)
    assert (await state(tx, "unit", "new"))["closed"] is True


@pytest.mark.parametrize(
    ("subject", "fields", "sentence"),
    [
        (f"{MQ}-YX", {"closed": True}, "cannot be closed"),
        (SX, {"closed": True}, "cannot be closed"),
        (CITY, {"parent_code": f"{MQ}-YX"}, "ring"),
        (MQ, {"name_en": ""}, "both languages"),
        (MQ, {"parent_code": "nowhere"}, "no open unit"),
    ],
)
async def test_units_that_cannot_be_are_refused(tx: Tx, subject: str, fields: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Unfit, match=sentence):
        await changed(tx, "unit", subject, **fields)


async def test_an_absence_is_noted_changed_and_taken_back(tx: Tx) -> None:
    subject = subject_of("mq-cm", date(2026, 11, 23))
    made = (await change(tx, "absence", subject, {"to_day": "2026-11-27", "substitute": "mq-cm2"}, BOSS, AT)).id
    assert await stand_ins(tx, ["mq-cm"], AT) == {"mq-cm": "mq-cm2"}
    refused: tuple[dict[str, Any], ...] = ({"to_day": "2026-11-01"}, {"substitute": "mq-cm"}, {"substitute": "nobody"})
    for fields in refused:
        with pytest.raises(Unfit):
            await changed(tx, "absence", subject, **fields)
    await undo(tx, made or 0, BOSS, AT)
    assert await stand_ins(tx, ["mq-cm"], AT) == {}


@pytest.mark.parametrize(
    "rows",
    [
        [(1, 0)],
        [(1, 1)],
        [(1, 9)],
        [(1, 0), (2, 5)],
        [(1, 9), (2, 0)],
        [(1, 9), (2, 7)],
        [(1, 7), (2, 5)],
        [(1, 0), (2, 0), (3, 9), (4, 0)],
    ],
)
async def test_a_setting_taken_back_counts_as_before_and_the_past_stays(tx: Tx, rows: list[tuple[int, int]]) -> None:
    """`rows`: days, chosen every second day to count so many days later. After taking the last one back all that is
    still to come is as before it, and what has counted keeps what it was."""
    key, at, before = "clock.county_review", AT, {}
    for days, later in rows:
        at += timedelta(days=2)
        before = await counting(tx)
        await choose(tx, key, str(days), BOSS, at + timedelta(days=later), at)
    at += timedelta(days=1)
    done, stood = await journal.last(tx, "setting", key), await counting(tx)
    assert done
    await undo(tx, done.id, BOSS, at)
    assert await counting(tx) == {when: (stood if when < at else before)[when] for when in before}


async def counting(tx: Tx) -> dict[datetime, int]:
    """What counts on each of some days, at noon."""
    whens = [AT + timedelta(days=day, hours=1) for day in range(24)]
    return {when: (await load_clocks(tx, when)).county_review for when in whens}


async def test_a_setting_that_counts_goes_back_to_the_default(tx: Tx) -> None:
    await choose(tx, "clock.county_review", "9", BOSS, AT, AT)
    done = await journal.last(tx, "setting", "clock.county_review")
    assert done
    later = AT + timedelta(hours=1)
    await undo(tx, done.id, BOSS, later)
    assert (await load_clocks(tx, AT)).county_review == 9
    assert (await load_clocks(tx, later)).county_review == CHOICES["clock.county_review"].default
    assert list(await state(tx, "setting", "clock.county_review")) == [stamp(AT), stamp(later)]


async def test_a_day_moves_deadlines_and_back(tx: Tx) -> None:
    number = await problem(tx)
    due = select(tables.problem.c.due_at).where(tables.problem.c.number == number)
    was = (await tx.execute(due)).scalar_one()
    day = was.date() - timedelta(days=1)
    while not is_working_day(await load_calendar(tx, AT), day):
        day -= timedelta(days=1)
    off = {"kind": "off", "name": "停电"}
    assert (await moving(tx, day.isoformat(), off, AT), (await tx.execute(due)).scalar_one()) == (1, was)
    done = await change(tx, "calendar", day.isoformat(), off, BOSS, AT)
    assert [one.verb for one in done.moved] == ["recount"]
    assert (await tx.execute(due)).scalar_one() > was
    await undo(tx, done.id or 0, BOSS, AT)
    assert (await tx.execute(due)).scalar_one() == was
    with pytest.raises(Unfit, match="whole year"):
        await change(tx, "calendar", "2031-05-05", {"kind": "off", "name": ""}, BOSS, AT)


async def test_a_file_is_shown_as_a_difference_and_taken_back_whole(tx: Tx, tmp_path: Path) -> None:
    file = tmp_path / "staff.csv"
    file.write_text(
        "userid,name,unit_code,role,field_role,telegram_id\n"
        f"mq-cm,林晓晓,{MQ}-YX,field_staff,customer_manager,\n"
        f"mq-new,新人,{MQ}-YX,field_staff,customer_manager,4711\n",
        "utf-8",
    )
    before = {one: await state(tx, "person", one) for one in ("mq-cm", "mq-cm2")}
    brought = await bring(tx, "staff", file, BOSS, AT)
    assert [(one.subject, one.differing) for one in brought.differences if one.before] == [("mq-cm", ["name"])]
    assert [one.subject for one in brought.differences if one.before is None] == ["mq-new"]
    await undo(tx, brought.number or 0, BOSS, AT)
    assert {one: await state(tx, "person", one) for one in before} == before
    assert await person_by_id(tx, "mq-new") is None


async def test_a_file_with_a_fault_changes_nothing(tx: Tx, tmp_path: Path) -> None:
    file = tmp_path / "staff.csv"
    file.write_text(f"userid,name,unit_code,role\nmq-cm,换名,{MQ}-YX,field_staff\nx,Y,nowhere,field_staff\n", "utf-8")
    brought = await bring(tx, "staff", file, BOSS, AT)
    assert (brought.report.fault_count, brought.differences, brought.number) == (1, (), None)
    assert (await state(tx, "person", "mq-cm"))["name"] == "林晓"
    assert (await tx.execute(select(func.count()).select_from(tables.office_change))).scalar_one() == 0

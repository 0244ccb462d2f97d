"""The indicator library as it is edited: what may be, exact refusals, values by day, files in and out."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from store import tables
from store.clock import alarms
from store.clock.workdays import seed_calendar
from store.ledger import apply
from store.library import tree
from store.library.files import bring, difference, write_csv, write_xlsx
from store.library.recording import changes, history, snapshot
from store.library.tree import New
from store.master.imports import import_file
from store.master.imports.report import Wrong
from store.master.indicators import Indicator, facts, load
from store.samples.sample_shops import DATA
from store.texts import said
from store.words import Ask, Department, Ledger
from tests.store.problems import FORM
from tests.world import CODE, SHOP, build_world, who

AT = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)
NEXT = AT + timedelta(days=30)
ADMIN = who("sq-admin")
NEW = New("W20203", "W202", "同一IP为多户订货", weight=10, keywords=("代订", " "))
Edit = Callable[[AsyncConnection], Awaitable[Any]]


@pytest.fixture
async def books(engine: AsyncEngine) -> AsyncEngine:
    async with engine.begin() as tx:
        await build_world(tx)
        await seed_calendar(tx)
    return engine


async def test_an_indicator_is_added_below_another_with_what_its_parent_has(books: AsyncEngine) -> None:
    async with books.begin() as tx:
        added = await tree.add(tx, ADMIN, NEW, AT)
        assert (added.code, added.parent, added.name_en, added.keywords) == ("W20203", "W202", NEW.name_zh, ("代订",))
        parent = await facts(tx, "W202", AT)
        assert parent
        assert (added.weight, added.severity, added.department, added.leaf) == (10, 3, parent.department, True)
        assert (await snapshot(tx))["W20203"]["level"] == 4
        report = Ask(Ledger.CLUE, "report", None, {"text": "同一手机", "merchant": SHOP, "indicator": "w20203"})
        assert (await apply(tx, report, who("mq-cm"), AT)).entry.fields["indicator_zh"] == NEW.name_zh
        assert [(one["code"], one["what"], one["set_by"]) for one in await changes(tx)] == [
            ("W20203", "added", "sq-admin")
        ]


REFUSED: list[tuple[Edit, str]] = [
    (lambda tx: tree.add(tx, who("mq-ng1"), NEW, AT), "只有管理员和市局内管可以修改指标库。"),
    (lambda tx: tree.add(tx, ADMIN, New("X1", "W", "甲"), AT), "“X1”不是指标编号：应以 W 或 N 开头，后面是数字。"),
    (lambda tx: tree.add(tx, ADMIN, New("W20201", "W202", "甲"), AT), "编号 W20201 已用于“串码”，编号不能重复使用。"),
    (lambda tx: tree.add(tx, ADMIN, New("W30101", "W301", "甲"), AT), "没有指标“W301”。"),
    (lambda tx: tree.add(tx, ADMIN, New("W20301", "W202", "甲"), AT), "编号应以上级编号 W202 开头。"),
    (lambda tx: tree.add(tx, ADMIN, New("N20301", "W202", "甲"), AT), "编号应以上级编号 W202 开头。"),
    (lambda tx: tree.add(tx, ADMIN, New("W20203", "W202", "  "), AT), "指标需要名称。"),
    (lambda tx: tree.add(tx, ADMIN, New("W20203", "W202", "甲", severity=6), AT), "6 不在 1 到 5 之间。"),
    (lambda tx: tree.move(tx, ADMIN, "W202", "W20201", AT), "W202 不能挂到自己下面。"),
    (lambda tx: tree.move(tx, ADMIN, "W202", "W202", AT), "W202 不能挂到自己下面。"),
    (lambda tx: tree.move(tx, ADMIN, "W20201", "W101", AT), "编号应以上级编号 W101 开头。"),
    (lambda tx: tree.move(tx, ADMIN, "W20201", "W202", AT), "W20201“串码”本来就在那里。"),
    (lambda tx: tree.deactivate(tx, ADMIN, "W101", AT), "W101“许可证违法”下面还有 2 项在用，请先停用它们。"),
    (lambda tx: tree.reactivate(tx, ADMIN, "W101", AT), "W101“许可证违法”正在使用。"),
    (lambda tx: tree.rename(tx, ADMIN, "W9", "甲", "", AT), "没有指标“W9”。"),
    (lambda tx: tree.revalue(tx, ADMIN, CODE, AT, severity=3), "W20201“串码”本来就是这些数值。"),
    (lambda tx: tree.revalue(tx, ADMIN, CODE, AT, weight=-1), "-1 不在 0 到 1000.0 之间。"),
    (
        lambda tx: tree.revalue(tx, ADMIN, CODE, AT, severity=4, valid_from=AT - timedelta(days=1)),
        "已经评定的保持原样，请选择今天或以后的日期。",
    ),
    (lambda tx: tree.withdraw(tx, ADMIN, CODE, NEXT, AT), "W20201“串码”在那个时间没有预设的数值。"),
]


@pytest.mark.parametrize(("edit", "sentence"), REFUSED)
async def test_what_cannot_be_is_said_and_changes_nothing(books: AsyncEngine, edit: Edit, sentence: str) -> None:
    async with books.begin() as tx:
        before = await snapshot(tx)
        with pytest.raises(Wrong) as no:
            await edit(tx)
        assert said(no.value.sentence, "zh", no.value.facts) == sentence
        assert (await snapshot(tx), await changes(tx)) == (before, [])


async def test_a_code_is_given_once_and_below_a_used_one_nothing_is_added(books: AsyncEngine) -> None:
    async with books.begin() as tx:
        await tree.deactivate(tx, ADMIN, CODE, AT)
        with pytest.raises(Wrong, match="never given twice"):
            await tree.add(tx, ADMIN, New(CODE, "W202", "甲"), AT)
        assert (await tree.reactivate(tx, ADMIN, CODE, AT)).active
        await apply(
            tx, Ask(Ledger.CLUE, "report", None, {"text": "x", "merchant": SHOP, "indicator": CODE}), who("mq-cm"), AT
        )
        with pytest.raises(Wrong, match="Add the new one beside it"):
            await tree.add(tx, ADMIN, New(f"{CODE}01", CODE, "甲"), AT)


async def test_moving_goes_only_where_the_code_allows_and_takes_what_is_below_along(books: AsyncEngine) -> None:
    async with books.begin() as tx:
        await tree.add(tx, ADMIN, New("W2020", "W202", "码类"), AT)
        moved = await tree.move(tx, ADMIN, CODE, "w2020", AT)
        levels = {code: row["level"] for code, row in (await snapshot(tx)).items()}
        assert (moved.parent, levels["W2020"], levels[CODE]) == ("W2020", 4, 5)
        await tree.move(tx, ADMIN, "W2020", "W2", AT)
        assert {code: row["level"] for code, row in (await snapshot(tx)).items()} | {"W2020": 3, CODE: 4} == {
            **levels,
            "W2020": 3,
            CODE: 4,
        }
    async with books.connect() as tx:
        own = tables.indicator
        with pytest.raises(DBAPIError, match="indicator_below_check"):
            await tx.execute(update(own).where(own.c.code == "W101").values(parent_code="W10101"))


CODES = st.lists(st.text("0123456789", min_size=1, max_size=5).map("W{}".format), min_size=1, max_size=6)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["add", "move", "off", "on"]), CODES), max_size=12))
async def test_whatever_is_tried_the_codes_stay_a_tree(books: AsyncEngine, tries: list[Any]) -> None:
    async with books.connect() as tx:
        ever = set(await load(tx, AT))
        for what, (code, *more) in tries:
            parent = more[0] if more else "W2"
            edits: dict[str, Callable[[], Awaitable[Indicator]]] = {
                "add": lambda code=code, parent=parent: tree.add(tx, ADMIN, New(code, parent, "甲"), AT),  # type: ignore[misc]
                "move": lambda code=code, parent=parent: tree.move(tx, ADMIN, code, parent, AT),  # type: ignore[misc]
                "off": lambda code=code: tree.deactivate(tx, ADMIN, code, AT),  # type: ignore[misc]
                "on": lambda code=code: tree.reactivate(tx, ADMIN, code, AT),  # type: ignore[misc]
            }
            try:
                ever.add((await edits[what]()).code)
            except Wrong:
                continue
        library, levels = await load(tx, AT), await snapshot(tx)
        assert set(library) == ever
        for code, one in library.items():
            if one.parent:
                assert code.startswith(one.parent)
                assert len(code) > len(one.parent)
                assert levels[code]["level"] == levels[one.parent]["level"] + 1
                assert not one.active or library[one.parent].active
        await tx.rollback()


# --- values by day --------------------------------------------------------------------------------------


async def test_values_count_from_their_day_on_and_the_past_keeps_its_own(books: AsyncEngine) -> None:
    async with books.begin() as tx:
        await tree.revalue(tx, ADMIN, CODE, AT, weight=12, due_working_days=3)
        await tree.revalue(tx, ADMIN, CODE, AT, severity=5, department=Department.MARKETING, valid_from=NEXT)
        days = {"before": AT - timedelta(days=1), "now": AT, "then": NEXT}
        found = {name: await facts(tx, CODE, day) for name, day in days.items()}
        assert {name: (one.weight, one.severity, one.due_working_days) for name, one in found.items() if one} == {
            "before": (5.0, 3, 7),
            "now": (12.0, 3, 3),
            "then": (12.0, 5, 3),
        }
        assert [row["valid_from"].year for row in await history(tx, CODE)] == [1970, 2026, 2026]
        row = select(tables.indicator.c.weight, tables.indicator.c.severity).where(tables.indicator.c.code == CODE)
        assert tuple((await tx.execute(row)).one()) == (12.0, 3)
        await alarms.overdue_moves(tx, NEXT)
        assert tuple((await tx.execute(row)).one()) == (12.0, 5)


async def test_what_is_set_for_later_can_be_withdrawn(books: AsyncEngine) -> None:
    async with books.begin() as tx:
        await tree.revalue(tx, ADMIN, CODE, AT, severity=5, valid_from=NEXT)
        await tree.withdraw(tx, ADMIN, CODE, NEXT, AT)
        later = await facts(tx, CODE, NEXT)
        assert later
        assert (later.severity, [one["what"] for one in await changes(tx, CODE)]) == (3, ["withdrawn", "valued"])


async def test_reports_and_deadlines_take_the_values_of_their_day(books: AsyncEngine) -> None:
    report = Ask(Ledger.CLUE, "report", None, {"text": "x", "merchant": SHOP, "indicator": CODE})
    async with books.begin() as tx:
        await tree.revalue(tx, ADMIN, CODE, AT, severity=4, due_working_days=1, valid_from=NEXT)
        seen = []
        for at in (AT, NEXT):
            moved = await apply(tx, report, who("mq-cm"), at)
            given = {**FORM, "assignee": "mq-mi", "severity": moved.entry.fields["severity"]}
            accepted = await apply(tx, Ask(Ledger.CLUE, "accept", moved.entry.number, given), who("mq-ng1"), at)
            due = datetime.fromisoformat(accepted.caused[0].entry.fields["due_at"])
            seen.append((moved.entry.fields["severity"], (due - at).days))
        assert seen == [(3, 9), (4, 1)]


# --- files ----------------------------------------------------------------------------------------------


async def test_what_goes_out_comes_in_again_unchanged(engine: AsyncEngine, tmp_path: Path) -> None:
    async with engine.begin() as tx:
        assert (await import_file(tx, "indicators", DATA / "indicators.csv")).added == 120
        await tree.add(tx, ADMIN, New("W20498", "W204", "新项", origin="province", keywords=("甲", "乙")), AT)
        await tree.deactivate(tx, ADMIN, "W20499", AT) if await facts(tx, "W20499", AT) else None
        text, book = io.StringIO(), io.BytesIO()
        await write_csv(tx, text, AT)
        await write_xlsx(tx, book, AT)
        (tmp_path / "library.csv").write_text(text.getvalue(), encoding="utf-8")
        (tmp_path / "library.xlsx").write_bytes(book.getvalue())
        for name in ("library.csv", "library.xlsx"):
            same = await difference(tx, tmp_path / name, AT)
            assert (same.added, same.changed, same.unchanged, same.refused) == ((), (), 121, ()), name
            assert (await bring(tx, ADMIN, tmp_path / name, AT, same.seal)).unchanged == 121


HEADER = (DATA / "indicators.csv").read_text(encoding="utf-8").splitlines()[0] + ",origin,active\n"
SAME = "W20201,W202,串码,Cartons coded to another shop,external,violation,4,5,3,enforcement,7,串码|别人的码,,city,yes\n"


async def test_the_difference_is_shown_before_anything_is_applied_whole(books: AsyncEngine, tmp_path: Path) -> None:
    path = tmp_path / "library.csv"
    changed = "W20202,W202,转单,Pooled,external,violation,4,8,3,marketing,7,,,province,yes\n"
    path.write_text(HEADER + SAME.replace(",5,3,enf", ",6,4,enf") + changed, encoding="utf-8")
    async with books.begin() as tx:
        found = await difference(tx, path, AT)
        assert [row["code"] for row in found.added] == ["W20202"]
        assert [(one.code, dict(one.columns)) for one in found.changed] == [
            (CODE, {"weight": (5.0, 6.0), "severity": (3, 4)})
        ]
        await tree.rename(tx, ADMIN, "W202", "串码与外流", "", AT)
        with pytest.raises(Wrong, match="changed meanwhile"):
            await bring(tx, ADMIN, path, AT, found.seal)
        report = await bring(tx, ADMIN, path, NEXT, (await difference(tx, path, NEXT)).seal)
        assert (report.added, report.changed) == (1, 1)
        old, new = await facts(tx, CODE, AT), await facts(tx, CODE, NEXT)
        assert old
        assert new
        assert (old.weight, old.severity, new.weight, new.severity) == (5.0, 3, 6.0, 4)
        assert [(one["code"], one["what"], one["set_by"]) for one in await changes(tx, limit=2)] == [
            ("W20202", "added", "sq-admin"),
            (CODE, "changed", "sq-admin"),
        ]
        assert (await snapshot(tx))["W20202"]["origin"] == "province"


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (
            SAME.replace("W202,", "W101,"),
            "parent_code 列：W20201 在指标库中属于 W202，编号固定，不能改换上级，请使用新编号。",
        ),
        (SAME + SAME, "library.csv，第 3 行，code 列：“W20201”在第 2 行已经出现过。"),
        ("W202,W20201,甲,A,external,violation,3,1,3,marketing,7,,,city,yes\n", "parent_code 列"),
        (SAME.replace("串码,C", "=1+1,C"), "library.csv，第 2 行，name_zh 列："),
        (SAME.replace("city,yes", "moon,maybe"), "library.csv，第 2 行，origin 列："),
    ],
)
async def test_a_file_at_fault_is_refused_whole(books: AsyncEngine, tmp_path: Path, row: str, sentence: str) -> None:
    path = tmp_path / "library.csv"
    path.write_text(HEADER + "W20202,W202,转单,P,external,violation,4,8,3,marketing,7,,,city,yes\n", encoding="utf-8")
    path.write_text(HEADER + row, encoding="utf-8")
    async with books.begin() as tx:
        before = await snapshot(tx)
        found = await difference(tx, path, AT)
        assert found.refused_count
        assert sentence in found.refused[0].text("zh")
        assert (await bring(tx, ADMIN, path, AT)).ok is False
        assert await snapshot(tx) == before

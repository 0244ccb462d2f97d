"""Provincial files: what is taken, that it is taken once and whole, and that a batch can be taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from sqlalchemy import Table, delete, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from store.feeds import bring_rows
from store.feeds.batches import batch_of, batches, undo
from store.master.imports.report import Wrong
from store.tables.feeds import batch, feed_order, feed_outflow, feed_score, feed_target, feed_warning
from tests.store.feeding import AT, HEADERS, brought, counting, order, ordered, saved
from tests.world import MQ, SHOP, SHOP_NEAR, build_world


@pytest.fixture
async def books(engine: AsyncEngine) -> AsyncEngine:
    async with engine.begin() as tx:
        await build_world(tx)
    return engine


@pytest.mark.parametrize(
    ("kind", "table", "row", "stored"),
    [
        (
            "orders",
            feed_order,
            f"{SHOP},2026年第31期,黄山(新制皖烟),12,2400.5,10.1.2.3,2026/7/30 9:05",
            {"cycle": "2026-31", "quantity": 12.0, "amount": 2400.5, "address": "10.1.2.3"},
        ),
        ("scores", feed_score, f"{SHOP},2026年7月1日,78.5,外流", {"score": 78.5, "model": "外流"}),
        (
            "outflow",
            feed_outflow,
            f"{SHOP},20,2026-08,省外外流,皖烟立〔2026〕3号",
            {"period": "2026-08", "quarter": "2026-Q3", "direction": "out_of_province", "quantity": 20.0},
        ),
        (
            "targets",
            feed_target,
            f"{MQ},2026年三季度,120000,2%",
            {"quarter": "2026-Q3", "cap": 0.02, "sales": 120000.0},
        ),
    ],
)
async def test_good_rows_are_taken_once_in_any_encoding(
    books: AsyncEngine, tmp_path: Path, kind: str, table: Table, row: str, stored: dict[str, Any]
) -> None:
    content = HEADERS[kind] + row + "\n"
    trial = await brought(books, kind, saved(tmp_path, content), dry_run=True)
    assert (trial.report.added, trial.batch) == (1, None), trial.lines("en")
    for number, encoding in enumerate(("utf-8-sig", "gb18030", "utf-16")):
        path = saved(tmp_path, content.encode(encoding), f"{encoding}.csv")
        done = await brought(books, kind, path)
        assert done.ok
        assert (done.report.added, done.report.changed, done.report.unchanged) == (
            int(not number),
            0,
            int(bool(number)),
        )
        again = await brought(books, kind, path)
        assert (again.batch, again.earlier and again.earlier.id) == (None, done.batch)
    async with books.connect() as tx:
        found = (await tx.execute(select(table).where(table.c.replaced_by.is_(None)))).mappings().all()
        assert [one["state"] for one in (await tx.execute(select(batch))).mappings()] == ["done"] * 3
    assert len(found) == 1
    assert stored.items() <= dict(found[0]).items()


async def test_a_workbook_and_chinese_headings_are_understood(books: AsyncEngine, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["许可证号", "订货周期", "品规", "数量（条）", "金额", "订货IP", "时间"])
    sheet.append([SHOP, "2026W31", "黄山", 3, 600, "10.0.0.9", "2026-07-30"])
    book.save(tmp_path / "orders.xlsx")
    done = await brought(books, "orders", tmp_path / "orders.xlsx")
    assert (done.report.added, done.report.notes) == (1, ()), done.lines("en")
    assert [row.address for row in await counting(books)] == ["10.0.0.9"]


async def test_a_later_batch_says_it_anew_and_the_log_tells_of_all(books: AsyncEngine) -> None:
    first = await ordered(books, order("2026-31", 10), order("2026-31", 4, SHOP_NEAR))
    second = await ordered(books, order("2026-31", 12), order("2026-32", 1))
    assert (second.report.added, second.report.changed, second.report.unchanged) == (1, 1, 0)
    refused = await ordered(books, order("2026-31", 10, "411421100999"))
    assert (refused.report.rows, [one.row for one in refused.report.faults]) == (0, [1])
    assert [row.quantity for row in await counting(books)] == [12, 4, 1]
    async with books.connect() as tx:
        log = await batches(tx)
        assert [(one.id, one.state, one.rows) for one in log] == [
            (refused.batch, "refused", 0),
            (second.batch, "done", 2),
            (first.batch, "done", 2),
        ]
        assert [one.text("en") for one in log[0].faults] == [
            "api, row 1, column licence_no: There is no shop with licence 411421100999. Import the merchants first."
        ]
        assert [one.id for one in await batches(tx, before=second.batch, limit=5)] == [first.batch]


ROWS = st.lists(
    st.tuples(st.sampled_from([SHOP, SHOP_NEAR]), st.sampled_from(["2026-30", "2026-31"]), st.integers(1, 30)),
    min_size=1,
    max_size=4,
    unique_by=lambda row: row[:2],
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ROWS, min_size=2, max_size=5), st.data())
async def test_an_undone_batch_is_as_though_it_had_never_come(
    books: AsyncEngine, files: list[Any], data: st.DataObject
) -> None:
    taken_back = data.draw(st.sets(st.integers(0, len(files) - 1)).map(sorted).flatmap(st.permutations))
    async with books.begin() as tx:
        for table in (feed_order, feed_warning, batch):
            await tx.execute(delete(table))
    lists = [[order(cycle, quantity, shop) for shop, cycle, quantity in file] for file in files]
    numbers = []
    for n, rows in enumerate(lists):
        numbers.append((await ordered(books, *[{**row, "address": f"file {n}"} for row in rows])).batch)
    async with books.begin() as tx:
        for place in taken_back:
            await undo(tx, numbers[place] or 0, "sq-admin", AT)
    left = await counting(books)
    kept: dict[Any, Any] = {}
    for n, rows in enumerate(lists):
        if n not in taken_back:
            kept |= {(row["cycle"], row["licence_no"]): (row["quantity"], f"file {n}") for row in rows}
    assert {(row.cycle, row.licence_no): (row.quantity, row.address) for row in left} == kept


async def test_what_cannot_be_undone_is_said(books: AsyncEngine) -> None:
    done = await ordered(books, order("2026-31", 10))
    refused = await ordered(books, order("2026-31", 10, "411421100999"))
    async with books.begin() as tx:
        outcome = await undo(tx, done.batch or 0, "sq-admin", AT)
        assert (outcome.rows, outcome.waiting) == (1, 0)
        found = await batch_of(tx, done.batch or 0)
        assert found
        assert (found.state, found.undone_by, found.undone_at) == ("undone", "sq-admin", AT)
        assert (await tx.execute(select(func.count()).select_from(feed_order))).scalar_one() == 0
    for number, sentence in (
        (done.batch, "Batch {number} is undone already."),
        (refused.batch, "Batch {number} was refused: nothing of it is in the books."),
        (4711, "There is no batch {number}."),
    ):
        async with books.begin() as tx:
            with pytest.raises(Wrong, match=sentence.partition("{")[0]) as no:
                await undo(tx, number or 0, "sq-admin", AT)
            assert no.value.sentence == sentence
    again = await ordered(books, order("2026-31", 10))
    assert again.report.added == 1


async def test_an_api_that_gives_nothing_is_told_what_is_missing(books: AsyncEngine) -> None:
    async with books.begin() as tx:
        done = await bring_rows(tx, "scores", "push 1", [], "api", AT)
    assert [fault.text("en") for fault in done.report.faults] == [
        "push 1, row 1, column licence_no: The column is missing.",
        "push 1, row 1, column day: The column is missing.",
        "push 1, row 1, column score: The column is missing.",
    ]

"""Provincial files with faults: every fault is named by file, row and column, and nothing is half-applied."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from store.feeds.batches import batches
from store.feeds.kinds import FEEDS
from store.master.imports.report import SHOWN
from tests.store.feeding import HEADERS, ORDERS, brought, saved
from tests.world import SHOP, build_world


def cases() -> Iterator[tuple[str, str, list[str]]]:
    """The cases of feed_faults.txt: kind, content, what is said."""
    text = Path(__file__).with_name("feed_faults.txt").read_text(encoding="utf-8")
    for block in text.split("\n\n")[1:]:
        kind, *lines = block.strip().splitlines()
        rows = [line for line in lines if not line.startswith(">")]
        header = rows.pop(0).removeprefix("header: ") + "\n" if rows[0].startswith("header: ") else HEADERS[kind]
        yield kind, header + "\n".join(rows) + "\n", [line[2:] for line in lines if line.startswith(">")]


@pytest.fixture
async def books(engine: AsyncEngine) -> AsyncEngine:
    async with engine.begin() as tx:
        await build_world(tx)
    return engine


@pytest.mark.parametrize(("kind", "content", "said"), cases())
async def test_every_fault_is_named_and_nothing_is_taken(
    books: AsyncEngine, tmp_path: Path, kind: str, content: str, said: list[str]
) -> None:
    done = await brought(books, kind, saved(tmp_path, content, f"{kind}.csv"))
    assert [fault.text(language) for fault in done.report.faults for language in ("en", "zh")] == said
    async with books.connect() as tx:
        table = FEEDS[kind].table
        assert (await tx.execute(select(func.count()).select_from(table))).scalar_one() == 0
        (logged,) = await batches(tx)
        assert (logged.id, logged.state, logged.fault_count) == (done.batch, "refused", len(said) // 2)
        assert [fault.text("zh") for fault in logged.faults] == said[1::2]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\xd0\xcf\x11\xe0old", "This is an old .xls file or it has a password."),
        (ORDERS.encode() + b"\xff\xfe\xff,1", "The text is neither UTF-8 nor UTF-16 nor GB18030."),
        (b"PK\x03\x04broken", "The file is damaged or no Excel table."),
        (f'{ORDERS}{SHOP},2026-31,"黄山,1,2,,\n'.encode(), "cannot be read"),
    ],
)
async def test_a_file_that_cannot_be_read_is_refused_in_the_log(
    books: AsyncEngine, tmp_path: Path, content: bytes, sentence: str
) -> None:
    done = await brought(books, "orders", saved(tmp_path, content))
    assert sentence in done.report.faults[0].reason("en")
    async with books.connect() as tx:
        assert [one.state for one in await batches(tx)] == ["refused"]


async def test_a_file_that_is_not_there_is_not_logged(books: AsyncEngine, tmp_path: Path) -> None:
    done = await brought(books, "orders", tmp_path / "none.csv")
    assert (done.batch, done.report.faults[0].text("zh")) == (
        None,
        "none.csv：文件打不开（No such file or directory）。",
    )


async def test_a_workbook_with_a_formula_names_the_cell(books: AsyncEngine, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(ORDERS.strip().split(","))
    sheet.append([SHOP, "2026-31", "黄山", "=SUM(1,2)", 300, "", "2026-07-30"])
    book.save(tmp_path / "orders.xlsx")
    done = await brought(books, "orders", tmp_path / "orders.xlsx")
    assert [(fault.row, fault.column) for fault in done.report.faults] == [(2, "quantity")]


async def test_of_very_many_faults_the_first_are_kept_and_all_counted(books: AsyncEngine, tmp_path: Path) -> None:
    rows = "".join(f"{411421200000 + n},2026-31,黄山,1,100,,2026-07-30\n" for n in range(250))
    twice = f"{SHOP},2026-31,黄山,1,100,,2026-07-30\n" * 4
    done = await brought(books, "orders", saved(tmp_path, ORDERS + twice + rows))
    assert (done.report.fault_count, len(done.report.faults)) == (253, SHOWN)
    assert done.lines("zh")[-2:] == [
        "file.csv：没有导入任何内容，请改正 253 处错误后重新导入。",
        "已记入导入日志，批次号 1。",
    ]

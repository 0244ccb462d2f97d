"""`loop153 import` as an administrator types it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.__main__ import main
from store import tables
from tests.world import MQ, SHOP, build_world


async def test_a_file_is_checked_imported_and_refused(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LOOP153_DATABASE_URL", database_url)
    monkeypatch.setenv("LOOP153_LOCALE", "en")
    good, bad = tmp_path / "days.csv", tmp_path / "wrong.csv"
    good.write_text("date,kind,name\n2027-10-01,off,国庆\n", encoding="gb18030")
    bad.write_text("date,kind,name\n2027-10-02,off,\n2027-13-01,off,\n", encoding="utf-8")

    async def say(*words: str) -> tuple[int, str]:
        status = await asyncio.to_thread(main, ["import", "calendar", *words])
        return status, capsys.readouterr().out.splitlines()[-1]

    outcomes = [await say(str(good), "--dry-run"), await say(str(good)), await say(str(good)), await say(str(bad))]
    assert outcomes == [
        (0, "days.csv: all right. It would add 1, change 0 and leave 0 as they are."),
        (0, "days.csv: 1 added, 0 changed, 0 unchanged."),
        (0, "days.csv: 0 added, 0 changed, 1 unchanged."),
        (1, "wrong.csv: nothing was imported. Please put 1 faults right and import it again."),
    ]


async def test_provincial_data_are_taken_warned_of_and_taken_back(
    database_url: str,
    engine: AsyncEngine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("LOOP153_DATABASE_URL", database_url)
    monkeypatch.setenv("LOOP153_LOCALE", "en")
    async with engine.begin() as tx:
        await build_world(tx)
    orders = tmp_path / "orders.csv"
    rows = [f"{SHOP},2026-{n},黄山,{25 if n == 31 else 10},1000,,2026-07-{n - 10}" for n in range(28, 32)]
    orders.write_text("\n".join(["licence_no,cycle,brand,quantity,amount,address,at", *rows]), encoding="utf-8")
    wrong = tmp_path / "wrong.csv"
    wrong.write_text(f"county_code,quarter,sales,cap\n{MQ},2026-Q3,1000,3\n", encoding="utf-8")

    async def say(*words: str) -> tuple[int, list[str]]:
        status = await asyncio.to_thread(main, ["import", *words])
        told = capsys.readouterr()
        return status, (told.out + told.err).splitlines()

    assert await say("orders", str(orders)) == (
        0,
        [
            "orders.csv: 4 added, 0 changed, 0 unchanged.",
            "This is batch 1. To take it back: loop153 import undo 1",
            "Warnings from orders: 1.",
        ],
    )
    async with engine.connect() as tx:
        clue = (await tx.execute(select(tables.clue.c.source, tables.clue.c.merchant, tables.clue.c.indicator))).one()
        letters = (await tx.execute(select(tables.letter.c.person_id).order_by(tables.letter.c.person_id))).scalars()
        assert (tuple(clue), list(letters)) == (("feed", SHOP, "W20201"), ["mq-ng1", "mq-ng2"])
    assert await say("orders", str(orders)) == (
        0,
        ["orders.csv: batch 1 brought exactly this already; nothing was changed."],
    )
    assert await say("targets", str(wrong)) == (
        1,
        [
            "Faults:",
            "  wrong.csv, row 2, column cap: “3” is no share: write a number from 0 to 1, or a percentage such as 2%.",
            "",
            "wrong.csv: nothing was imported. Please put 1 faults right and import it again.",
            "The log keeps it as batch 2.",
        ],
    )
    assert await say("undo", "1") == (0, ["Batch 1 (orders.csv) is undone: 4 rows are out of the books again."])
    assert await say("undo", "1") == (1, ["Batch 1 is undone already."])
    assert (await say("undo", "all"))[1] == ["Which batch? Say its number: loop153 import undo 12"]

"""`loop153 import` as an administrator types it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.__main__ import main


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

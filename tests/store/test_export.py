"""The exported ledger is what the contract says, in all three formats, and harmless in a spreadsheet."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.__main__ import main
from store import tables
from store.reading import export, writers
from store.words import Ledger
from tests.store.test_ledger import AT, PLACE, move, photo, report
from tests.world import CODE, MQ, SHOP, build_world

FIELDS = (
    *("number", "state", "source", "unit", "reporter", "merchant", "indicator", "severity", "text", "photos", "place"),
    *("reported_at", "due_at", "holder", "problem"),
)
GCJ = {**PLACE, "datum": "gcj02"}


async def _fill(engine: AsyncEngine) -> None:
    async with engine.begin() as tx:
        await build_world(tx)
        await report(tx, place=GCJ, photos=[await photo(tx, "mq-cm")], text="=HYPERLINK(1)\n第二行")
        await report(tx, "mq-dw", merchant="unknown", indicator=None, place=PLACE)
        await move(tx, "XS-2026-000002", "ask_info", "mq-ng1", text="哪里?")


FIRST = {
    "number": "XS-2026-000001",
    "state": "county_review",
    "source": "staff",
    "unit": f"{MQ}-YX",
    "reporter": "mq-cm",
    "merchant": SHOP,
    "indicator": CODE,
    "severity": 3,
    "text": "=HYPERLINK(1)\n第二行",
    "photos": 1,
    "place": {"lat": PLACE["lat"], "lon": PLACE["lon"], "datum": "gcj02", "accuracy": 20.0},
    "reported_at": AT.isoformat(),
    "due_at": "2026-11-19T10:00:00+00:00",
    "holder": f"{MQ}/supervision_officer",
    "problem": None,
}


@pytest.mark.parametrize("lines", [False, True])
async def test_json_has_exactly_the_fields_of_the_contract(engine: AsyncEngine, lines: bool) -> None:
    await _fill(engine)
    out = io.StringIO()
    async with engine.connect() as connection:
        assert await export.export(connection, Ledger.CLUE, writers.JsonLines(out), lines=lines) == 2
        stored = (await connection.execute(select(tables.line).order_by(tables.line.c.number, tables.line.c.seq))).all()
    first, second = (json.loads(text) for text in out.getvalue().splitlines())
    assert tuple(first) == (*FIELDS, "lines") if lines else FIELDS
    assert {name: first[name] for name in FIELDS} == FIRST
    assert (second["merchant"], second["indicator"], second["holder"]) == (None, None, "mq-dw")
    if lines:
        assert [(line["verb"], line["hash"]) for line in first["lines"] + second["lines"]] == [
            (row.verb, row.hash) for row in stored
        ]
        assert second["lines"][1] == {
            "verb": "ask_info",
            "before": "county_review",
            "after": "need_info",
            "by": "mq-ng1",
            "at": AT.isoformat(),
            "text": "哪里?",
            "hash": stored[2].hash,
        }


async def test_the_command_writes_every_format(
    engine: AsyncEngine, database_url: str, tmp_path: Path, monkeypatch: Any
) -> None:
    await _fill(engine)
    monkeypatch.setenv("LOOP153_DATABASE_URL", database_url)
    monkeypatch.setenv("LOOP153_DATA_DIR", str(tmp_path / "data"))

    async def run(*words: str) -> Path:
        target = tmp_path / "out"
        assert await asyncio.to_thread(main, ["ledger", "export", *words, "--out", str(target)]) == 0
        assert not target.with_name("out.part").exists()
        return target

    objects = [json.loads(line) for line in (await run("clues")).read_text("utf-8").splitlines()]
    assert [one["number"] for one in objects] == ["XS-2026-000001", "XS-2026-000002"]
    assert (await run("problems")).read_bytes() == b""
    raw = (await run("clues", "--format", "csv", "--lines")).read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert tuple(rows[0]) == (*writers.COLUMNS[Ledger.CLUE], "lines")
    assert rows[0]["text"] == "'=HYPERLINK(1)\n第二行"
    assert (rows[0]["place_lat"], rows[0]["place_datum"]) == ("34.6494", "gcj02")
    assert [line["verb"] for line in json.loads(rows[1]["lines"])] == ["report", "ask_info"]
    book = openpyxl.load_workbook(io.BytesIO((await run("clues", "--format", "xlsx", "--lines")).read_bytes()))
    table = list(book["clues 1"].values)
    assert table[0] == writers.COLUMNS[Ledger.CLUE]
    assert table[1][:10] == (
        "XS-2026-000001",
        "county_review",
        "staff",
        f"{MQ}-YX",
        "mq-cm",
        SHOP,
        CODE,
        3,
        FIRST["text"],
        1,
    )
    assert [row[:2] for row in list(book["lines 1"].values)[1:]] == [
        ("XS-2026-000001", "report"),
        ("XS-2026-000002", "report"),
        ("XS-2026-000002", "ask_info"),
    ]


async def test_the_terminal_takes_it_too(
    engine: AsyncEngine, database_url: str, tmp_path: Path, monkeypatch: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    await _fill(engine)
    monkeypatch.setenv("LOOP153_DATABASE_URL", database_url)
    monkeypatch.setenv("LOOP153_DATA_DIR", str(tmp_path / "data"))
    for form in ("json", "csv"):
        assert await asyncio.to_thread(main, ["ledger", "export", "clues", "--format", form]) == 0
    said = capfd.readouterr().out
    assert json.loads(said.splitlines()[0]) == FIRST
    assert said.count("XS-2026-000002") == 2


def test_a_folder_that_is_not_there_is_said_plainly(
    database_url: str, tmp_path: Path, monkeypatch: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LOOP153_DATABASE_URL", database_url)
    monkeypatch.setenv("LOOP153_DATA_DIR", str(tmp_path / "data"))
    assert main(["ledger", "export", "clues", "--out", str(tmp_path / "no" / "out.json")]) == 1
    assert "No such file or directory" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+86", "'+86"),
        ("-x", "'-x"),
        ("@a", "'@a"),
        ("\tx", "'\tx"),
        ("a=1", "a=1"),
        (-1.5, -1.5),
        ("", ""),
    ],
)
def test_no_cell_becomes_a_formula(value: Any, cell: Any) -> None:
    assert writers.harmless(value) == cell


async def test_an_export_reads_in_batches(engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "BATCH", 7)
    monkeypatch.setattr(writers, "SHEET_ROWS", 8)
    async with engine.begin() as tx:
        await build_world(tx)
        row = {"source": "staff", "unit_code": f"{MQ}-YX", "bureau": MQ, "reported_at": AT, "last_at": AT}
        rows = [{**row, "number": f"XS-2026-{n:06d}", "state": "answered"} for n in range(1, 21)]
        await tx.execute(insert(tables.clue), rows)
    out = io.BytesIO()
    async with engine.connect() as connection:
        assert await export.export(connection, Ledger.CLUE, writers.Xlsx(out)) == 20
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["clues 1", "clues 2", "clues 3"]
    assert [sheet.max_row for sheet in book.worksheets] == [9, 9, 5]

"""Files of every kind: what is taken, what is refused and why, and that importing again changes nothing."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import Table, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from store import tables
from store.master.imports import files, import_file
from store.master.imports.report import SHOWN, Report
from store.samples.sample_shops import DATA
from tests.world import CITY, MQ, SX, build_world

UNITS = "code,parent_code,name_zh,name_en,kind,department\n"
STAFF = "userid,name,unit_code,role,field_role,telegram_id\n"
SHOPS = (
    "licence_no,name,owner,address,county_code,lat,lon,datum,grade,status,"
    "customer_manager,market_inspector,delivery_worker\n"
)
INDICATORS = (DATA / "indicators.csv").read_text(encoding="utf-8").splitlines()[0] + "\n"
PLACES = (DATA / "places.csv").read_text(encoding="utf-8").splitlines()[0] + "\n"
CALENDAR = "date,kind,name\n"
SHOP = f"411421199999,晨光烟酒,李晨,人民路1号,{MQ},34.65,115.14,gcj02,12,open,MQ-CM,mq-mi,mq-dw\n"


@pytest.fixture
async def books(engine: AsyncEngine) -> AsyncEngine:
    async with engine.begin() as tx:
        await build_world(tx)
        await import_file(tx, "places", DATA / "places.csv")
    return engine


async def bring(books: AsyncEngine, kind: str, path: Path, **how: Any) -> Report:
    async with books.begin() as tx:
        return await import_file(tx, kind, path, **how)


async def rows_of(books: AsyncEngine, table: Table) -> Sequence[Any]:
    async with books.connect() as tx:
        return (await tx.execute(select(table).order_by(table.primary_key.columns[0]))).mappings().all()


def saved(folder: Path, content: str | bytes, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


# --- what is taken --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "table", "content", "first"),
    [
        (
            "units",
            tables.unit,
            # Children before parents, and columns in another order.
            "kind,code,name_zh,name_en,parent_code,department\n"
            f"department,411423-NG,宁陵内管,Ningling NG,411423,supervision\ncounty,411423,宁陵县局,Ningling,{CITY},\n",
            {"code": "411423-NG", "path": f"{CITY}/411423/411423-NG"},
        ),
        (
            "staff",
            tables.person,
            STAFF + f"LiNing,李宁,{MQ}-YX,field_staff,customer_manager,123456789\n",
            {"id": "LiNing", "id_lower": "lining", "initials": "ln", "role": "field_staff"},
        ),
        (
            "merchants",
            tables.merchant,
            SHOPS + SHOP,
            {"name": "晨光烟酒", "initials": "cgyj", "customer_manager": "mq-cm", "datum": "gcj02", "status": "open"},
        ),
        (
            "indicators",
            tables.indicator,
            INDICATORS + "W20202,W202,新指标,New,external,violation,4,7,3,marketing,7,甲|乙,\n",
            {"code": "W20202", "keywords_zh": ["甲", "乙"], "weight": 7.0},
        ),
        (
            "places",
            tables.place,
            PLACES + "411499,新区,New area,district,411400,34.4,115.6,115.5,34.3,115.7,34.5\n",
            {"adcode": "411499", "min_lon": 115.5, "max_lat": 34.5},
        ),
        (
            "calendar",
            tables.calendar_day,
            CALENDAR + "2027年10月8日,working,国庆调休\n",
            {"date": date(2027, 10, 8), "kind": "working", "source": "import"},
        ),
    ],
)
async def test_good_rows_are_taken_once(
    books: AsyncEngine, tmp_path: Path, kind: str, table: Table, content: str, first: dict[str, Any]
) -> None:
    path = saved(tmp_path, content)
    before = await rows_of(books, table)
    trial = await bring(books, kind, path, dry_run=True)
    assert trial.ok, trial.lines("en")
    assert (await rows_of(books, table)) == before
    report = await bring(books, kind, path)
    assert (report.added, report.changed, report.unchanged) == (trial.added, trial.changed, trial.unchanged)
    after = await rows_of(books, table)
    assert len(after) == len(before) + report.added
    assert any(first.items() <= dict(row).items() for row in after)
    again = await bring(books, kind, path)
    assert (again.added, again.changed, again.unchanged) == (0, 0, report.rows)
    assert (await rows_of(books, table)) == after


@pytest.mark.parametrize(
    "encoded",
    [
        (SHOPS + SHOP).encode(),
        codecs.BOM_UTF8 + (SHOPS + SHOP).encode(),
        (SHOPS + SHOP).encode("utf-16"),
        (SHOPS + SHOP).encode("utf-16-le"),
        (SHOPS + SHOP).replace(",", "\t").encode("utf-16"),
        (SHOPS + SHOP).encode("gb18030"),
        (SHOPS + SHOP).replace("\n", "\r\n").replace(",", ";").encode("gb18030"),
    ],
)
def test_encodings_and_separators_are_told_from_the_content(tmp_path: Path, encoded: bytes) -> None:
    with files.open_sheet(saved(tmp_path, encoded)) as sheet:
        assert sheet.header == SHOPS.strip().split(",")
        assert [cells for _number, cells in sheet.rows] == [SHOP.strip().split(",")]


async def test_a_spreadsheet_is_taken_like_a_csv(books: AsyncEngine, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append([*SHOPS.strip().split(","), None, "remark"])
    sheet.append(
        [411421199999, " 晨光  烟酒 ", None, "路", int(MQ), 34.65, 115.14, "WGS84", 12.0, None, "mq-cm", None, None]
    )
    sheet.append([])
    book.save(tmp_path / "shops.xlsx")
    report = await bring(books, "merchants", tmp_path / "shops.xlsx")
    assert (report.added, report.faults) == (1, ())
    assert [note.column for note in report.notes] == ["remark"]
    row = next(row for row in await rows_of(books, tables.merchant) if row["licence_no"] == "411421199999")
    assert (row["name"], row["owner"], row["grade"], row["lat"], row["datum"]) == (
        "晨光 烟酒",
        "",
        "12",
        34.65,
        "wgs84",
    )


async def test_only_what_differs_is_changed_and_missing_columns_stay(books: AsyncEngine, tmp_path: Path) -> None:
    await bring(books, "merchants", saved(tmp_path, SHOPS + SHOP))
    few = f"licence_no,name,owner,county_code\n411421199999,晨光超市,李晨,{MQ}\n411421199998,新店,王,{MQ}\n"
    report = await bring(books, "merchants", saved(tmp_path, few))
    assert (report.added, report.changed, report.unchanged) == (1, 1, 0)
    row = next(row for row in await rows_of(books, tables.merchant) if row["licence_no"] == "411421199999")
    assert (row["name"], row["initials"], row["address"], row["customer_manager"]) == (
        "晨光超市",
        "cgcs",
        "人民路1号",
        "mq-cm",
    )
    assert row["spot"] is not None


async def test_userids_are_one_without_case_and_telegram_follows(books: AsyncEngine, tmp_path: Path) -> None:
    await bring(books, "staff", saved(tmp_path, STAFF + f"MQ-CM,林晓晓,{MQ}-YX,field_staff,customer_manager,77\n"))
    await bring(books, "staff", saved(tmp_path, STAFF + f"mq-cm,林晓晓,{MQ}-YX,field_staff,customer_manager,78\n"))
    people = {row["id"]: row["name"] for row in await rows_of(books, tables.person)}
    assert people["mq-cm"] == "林晓晓"
    assert "MQ-CM" not in people
    assert len(people) == 24
    contacts = [
        (row["door"], row["address"]) for row in await rows_of(books, tables.contact) if row["person_id"] == "mq-cm"
    ]
    assert sorted(contacts) == [("telegram", "78"), ("wecom", "mq-cm")]


async def test_a_unit_that_moves_takes_what_is_below_along(books: AsyncEngine, tmp_path: Path) -> None:
    moved = UNITS + f"{SX},{MQ},睢县县局,Suixian bureau,county,\n"
    assert (await bring(books, "units", saved(tmp_path, moved))).changed == 1
    paths = {row["code"]: row["path"] for row in await rows_of(books, tables.unit)}
    assert paths[SX] == f"{CITY}/{MQ}/{SX}"
    assert paths[f"{SX}-YX"] == f"{CITY}/{MQ}/{SX}/{SX}-YX"


async def test_places_far_outside_the_county_are_noted_not_refused(books: AsyncEngine, tmp_path: Path) -> None:
    report = await bring(books, "merchants", saved(tmp_path, SHOPS + SHOP.replace("34.65,115.14", "31.23,121.47")))
    assert (report.ok, report.added, [note.column for note in report.notes]) == (True, 1, ["lat"])
    assert "km outside its county" in report.notes[0].reason("en")


# --- what is refused ------------------------------------------------------------------------------------


def fault_cases() -> Iterator[tuple[str, str, list[tuple[int, str, str]]]]:
    """The blocks of import_faults.txt: kind, file, and what must be said of it."""
    headers = {
        "units": UNITS,
        "staff": STAFF,
        "merchants": SHOPS,
        "indicators": INDICATORS,
        "places": PLACES,
        "calendar": CALENDAR,
    }
    for block in (Path(__file__).parent / "import_faults.txt").read_text(encoding="utf-8").split("\n\n")[1:]:
        kind, *lines = block.strip().splitlines()
        rows = ["" if line == "-" else line for line in lines if not line.startswith(">")]
        header = rows.pop(0).removeprefix("header:") + "\n" if rows[0].startswith("header:") else headers[kind]
        said = [re.fullmatch(r"> (\d+) (\S+): (.*)", line) for line in lines if line.startswith("> ")]
        yield kind, header + "\n".join(rows) + "\n", [(int(one[1]), one[2].strip("-"), one[3]) for one in said if one]


async def test_faults_name_row_column_and_reason(books: AsyncEngine, tmp_path: Path) -> None:
    for kind, content, expected in fault_cases():
        report = await bring(books, kind, saved(tmp_path, content))
        found = [(fault.row, fault.column) for fault in report.faults]
        assert found == [(row, column) for row, column, _reason in expected], (content, report.lines("en"))
        for fault, (_row, _column, reason) in zip(report.faults, expected, strict=True):
            assert reason in fault.reason("en"), content
            assert fault.reason("zh") != fault.reason("en")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "The file is empty."),
        (b" \n \n", "The file is empty."),
        (b"PK\x03\x04 not a zip", "damaged or no Excel table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old .xls file"),
        (b"a,b\n\xff\xfe\xfd\x80\x81,1\n", "neither UTF-8 nor UTF-16 nor GB18030"),
        ((CALENDAR + '2027-01-01,off,"open\n2027-01-02,off,\n').encode(), "Is a quotation mark left open?"),
        (("date,kind\n1," + "x" * 200_000 + "\n").encode(), "Row 2 cannot be read"),
    ],
)
async def test_files_that_cannot_be_read(engine: AsyncEngine, tmp_path: Path, content: bytes, reason: str) -> None:
    report = await bring(engine, "calendar", saved(tmp_path, content))
    assert [fault.row for fault in report.faults] == [None]
    assert reason in report.faults[0].text("en")


async def test_missing_folder_and_large_files(
    engine: AsyncEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LARGEST", 1000)
    large = await bring(engine, "merchants", saved(tmp_path, SHOPS + "x" * 2000, "large.csv"))
    missing = await bring(engine, "merchants", tmp_path / "nowhere.csv")
    folder = await bring(engine, "merchants", tmp_path)
    reasons = [report.faults[0].reason("en") for report in (large, missing, folder)]
    assert "Split it." in reasons[0]
    assert "cannot be opened" in reasons[1]
    assert "a folder" in reasons[2]


async def test_one_fault_keeps_everything_out(books: AsyncEngine, tmp_path: Path) -> None:
    good = "".join(SHOP.replace("199999", f"1{number:05d}") for number in range(20_000, 20_200))
    bad = "".join(SHOP.replace("199999", f"x{number}") for number in range(150))
    before = len(await rows_of(books, tables.merchant))
    report = await bring(books, "merchants", saved(tmp_path, SHOPS + good + bad))
    assert (report.rows, report.fault_count, len(report.faults)) == (0, 150, SHOWN)
    assert len(await rows_of(books, tables.merchant)) == before
    assert report.lines("zh")[-1].endswith("请改正 150 处错误后重新导入。")
    assert report.faults[0].text("zh").startswith("file.csv，第 202 行，licence_no 列：")


async def test_a_formula_in_a_spreadsheet_is_named(books: AsyncEngine, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["date", "kind", "name"])
    sheet.append([date(2027, 1, 1), "off", "元旦"])
    sheet.append(["=A2+1", "off", "元旦"])
    book.save(tmp_path / "days.xlsx")
    report = await bring(books, "calendar", tmp_path / "days.xlsx")
    assert [(fault.row, fault.column) for fault in report.faults] == [(3, "date")]
    assert "formula" in report.faults[0].reason("en")


async def test_nul_characters_are_named(books: AsyncEngine, tmp_path: Path) -> None:
    report = await bring(books, "merchants", saved(tmp_path, SHOPS + SHOP.replace("晨光", "晨\0光")))
    assert [(fault.row, fault.column) for fault in report.faults] == [(2, "name")]
    assert "NUL" in report.faults[0].reason("en")


async def test_progress_is_told(books: AsyncEngine, tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    rows = "".join(f"{1990 + n % 5},off,\n" for n in range(10_001))
    await bring(books, "calendar", saved(tmp_path, CALENDAR + rows), progress=lambda *at: told.append(at))
    assert told == [(5_000, 10_002), (10_000, 10_002)]


async def test_the_default_data_is_all_right(engine: AsyncEngine) -> None:
    for kind in ("places", "indicators"):
        report = await bring(engine, kind, DATA / f"{kind}.csv")
        assert (report.ok, report.note_count) == (True, 0), report.lines("en")
    async with engine.connect() as tx:
        assert (await tx.execute(select(func.count()).select_from(tables.place))).scalar_one() == 10

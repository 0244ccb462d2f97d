"""From a pack code back to shop, day, people and what else is known; lists of seized codes in, pictures out."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy import func, insert, select

from store.db import Tx
from store.master import packcode
from store.master.imports.report import Report
from store.master.packcode import PackCodeFault
from store.profile.seizures import ByShop, Seizure, bring, by_shop, by_staff
from store.profile.tracing import trace
from store.reading.lookups import answer
from store.tables.feeds import feed_order
from store.tables.profile import seized_code, seizure
from store.words import Lookup
from tests.store.profile.books import AT, came, confirm
from tests.store.test_ledger import report
from tests.world import SHOP, SHOP_SX, who

CODE = f"6110900001234521HNSQ{SHOP}"
ABOUT = Seizure("省外查获一批", "out_province", "山东菏泽", date(2026, 11, 10))
SINCE, UNTIL = date(2026, 1, 1), date(2026, 12, 31)


@pytest.mark.parametrize(
    ("first", "today", "expected"),
    [
        ("61109", date(2026, 11, 17), date(2026, 11, 9)),
        ("61118", date(2026, 11, 17), date(2016, 11, 18)),  # tomorrow's code was sorted ten years ago
        ("91231", date(2026, 11, 17), date(2019, 12, 31)),
        ("40229", date(2026, 11, 17), date(2024, 2, 29)),
        ("60229", date(2026, 11, 17), date(2016, 2, 29)),
        ("50229", date(2026, 11, 17), None),
        ("61399", date(2026, 11, 17), None),
        ("", date(2026, 11, 17), None),
    ],
)
def test_the_day_on_which_a_carton_was_sorted(first: str, today: date, expected: date | None) -> None:
    code = packcode.PackCode(first, "000012345", "21", "HNSQ", SHOP)
    assert packcode.sorted_on(code, today) == expected


async def test_a_code_leads_to_shop_day_and_route(tx: Tx) -> None:
    await confirm(tx, AT)
    batch = await came(tx, "orders", AT)
    row = {"licence_no": SHOP, "cycle": "2026-45", "brand": "黄金叶", "quantity": 5.0, "amount": 900.0, "address": ""}
    for day in (1, 5, 15):
        at = datetime(2026, 11, day, 9, tzinfo=AT.tzinfo)
        await tx.execute(insert(feed_order).values(**row, at=at, batch=batch))
    found = await trace(tx, who("mq-ng1"), f"{CODE[:16]} {CODE[16:].lower()}", AT)
    assert (found.name, found.sorted_on, found.doubts) == ("江山便利店", date(2026, 11, 9), ())
    assert [one.id for one in found.served_by] == ["mq-cm", "mq-dw", "mq-mi"]
    assert found.route is not None
    assert found.route.id == "mq-dw"
    assert found.score is not None
    assert found.score.value > 0
    assert found.orders is not None
    assert [one.at.day for one in found.orders] == [5, 1]  # the one of the 15th came after the carton


async def test_a_code_finds_what_was_reported_of_its_shop(tx: Tx) -> None:
    number = (await report(tx)).entry.number
    lookup = Lookup("find", {"words": f"{CODE[:16]}\n{CODE[16:]}"}, "zh")
    assert [one.value for one in (await answer(tx, lookup, who("mq-ng1"), AT)).items] == [number]


async def test_another_countys_staff_learn_whose_it_is_and_no_more(tx: Tx) -> None:
    await confirm(tx, AT)
    found = await trace(tx, who("sx-ng"), CODE, AT)
    assert (found.name, len(found.served_by)) == ("江山便利店", 3)
    assert (found.shop, found.score, found.running, found.orders) == (None, None, None, None)


async def test_a_licence_that_is_not_ours_is_said_so(tx: Tx) -> None:
    found = await trace(tx, who("mq-ng1"), "6139900001234599SDHZ371700100001", AT)
    assert found.name is None
    assert [one.text("en") for one in found.doubts] == [
        "“61399” is no date: last digit of the year, month, day.",
        "A case holds 50 cartons, so carton 99 may be forged or misread.",
        "Licence number 371700100001 is not in our books.",
    ]
    with pytest.raises(PackCodeFault):
        await trace(tx, who("mq-ng1"), "6139900001234599", AT)


def _list(folder: Path, *codes: str, name: str = "codes.csv", column: str = "code") -> Path:
    file = folder / name
    file.write_text("\n".join([f"no,{column}", *(f"{n},{code}" for n, code in enumerate(codes, 1))]), "utf-8")
    return file


async def _bring(
    tx: Tx, file: Path, userid: str = "sq-ng1", *, about: Seizure = ABOUT, dry_run: bool = False
) -> Report:
    return await bring(tx, who(userid), file, about, AT, dry_run=dry_run)


async def _count(tx: Tx) -> int:
    return int((await tx.execute(select(func.count()).select_from(seized_code))).scalar_one())


async def test_a_list_shows_shops_and_those_who_serve_them(tx: Tx, tmp_path: Path) -> None:
    same_case = CODE[:14] + "22" + CODE[16:]
    other = f"6110900009999901HNSQ{SHOP_SX}"
    report = await _bring(
        tx, _list(tmp_path, CODE, same_case, f"HNSQ{SHOP}", other, "6110900009999902SDHZ371700100001")
    )
    assert (report.ok, report.added, report.note_count) == (True, 5, 1)
    again = await _bring(tx, _list(tmp_path, CODE, name="again.csv"))
    assert (again.ok, again.added, again.unchanged) == (True, 0, 1)
    day = date(2026, 11, 9)
    assert await by_shop(tx, who("sq-ng1"), SINCE, UNTIL) == [
        ByShop(SHOP, "江山便利店", "411421", None, 3, 1, day, day),
        ByShop("371700100001", None, None, None, 1, 1, day, day),
        ByShop(SHOP_SX, "睢州商行", "411422", None, 1, 1, day, day),
    ]
    assert [one.licence_no for one in await by_shop(tx, who("mq-ng1"), SINCE, UNTIL)] == [SHOP]
    staff = [(one.person, one.shops, one.cartons) for one in await by_staff(tx, who("sq-leader"), SINCE, UNTIL)]
    assert staff == [(f"mq-{end}", 1, 3) for end in ("cm", "dw", "mi")] + [
        (f"sx-{e}", 1, 1) for e in ("cm", "dw", "mi")
    ]
    assert await by_staff(tx, who("mq-cm"), SINCE, UNTIL) == []
    assert await by_shop(tx, who("sq-ng1"), SINCE, date(2026, 11, 9)) == []
    found = await trace(tx, who("mq-ng1"), CODE, AT)
    assert [(one.how, one.code) for one in found.seized] == [
        ("same", CODE),
        ("case", same_case),
        ("shop", f"HNSQ{SHOP}"),
    ]


async def test_a_list_with_faults_changes_nothing_and_names_them(tx: Tx, tmp_path: Path) -> None:
    report = await _bring(tx, _list(tmp_path, CODE, CODE[:31], CODE, "=cmd|x", CODE[:20] + "41142110O001", ""))
    assert not report.ok
    assert [(one.row, one.column) for one in report.faults] == [(row, "code") for row in (3, 4, 5, 6, 7)]
    assert "32 characters" in report.faults[0].reason("en")
    assert "row 2 already" in report.faults[1].reason("en")
    assert await _count(tx) == 0


async def test_a_workbook_with_a_chinese_heading_serves_as_well(tx: Tx, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["序号", "32位码"], [1, CODE]):
        sheet.append(row)
    book.save(tmp_path / "codes.xlsx")
    assert (await _bring(tx, tmp_path / "codes.xlsx", dry_run=True)).added == 1
    assert await _count(tx) == 0
    assert (await _bring(tx, tmp_path / "codes.xlsx")).added == 1
    assert await _count(tx) == 1


@pytest.mark.parametrize(
    ("userid", "about", "column", "reason"),
    [
        ("mq-cm", ABOUT, "code", "Only supervision and leaders"),
        ("sq-ng1", Seizure("", "local", "", date(2026, 11, 1)), "code", "needs a title"),
        ("sq-ng1", Seizure("批", "abroad", "", date(2026, 11, 1)), "code", "needs a title"),
        ("sq-ng1", Seizure("批", "local", "", date(2026, 11, 18)), "code", "needs a title"),
        ("sq-ng1", ABOUT, "codes", "The column is missing."),
    ],
)
async def test_what_cannot_be_a_list_is_refused_in_words(
    tx: Tx, tmp_path: Path, userid: str, about: Seizure, column: str, reason: str
) -> None:
    report = await _bring(tx, _list(tmp_path, CODE, column=column), userid, about=about)
    assert reason in report.faults[0].reason("en")
    assert (await tx.execute(select(func.count()).select_from(seizure))).scalar_one() == 0
